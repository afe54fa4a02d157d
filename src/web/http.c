/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "web/gzip.h"
#include "web/negotiate.h"

/* A scraper needs one connection; the rest is room for people and for clients that hang. */
#define CONNECTIONS_MAX 64U
#define CONNECTIONS_PER_IP_MAX 32U
/* Half of it is for headers, the other half becomes the parts in which metrics are sent. */
#define CONNECTION_MEMORY ((size_t)128 * 1024)
#define BODY_BYTES_MAX ((size_t)64 * 1024)
#define BACKLOG 64
/* Below this compressing saves less than a packet. */
#define GZIP_BYTES_MIN 1400
/* Metrics below this are sent with their length, at once. */
#define SHORT_BYTES ((size_t)64 * 1024)

/* A stop waits so long for answers being written, and so long for a request that may be on its way
 * on an open connection. */
#define STOP_ANSWER_NS (800 * NS_PER_MS)
#define STOP_GRACE_NS (50 * NS_PER_MS)
#define STOP_STEP_NS (5 * NS_PER_MS)

#define PLAIN_TEXT "text/plain; charset=utf-8"

struct listener {
    struct MHD_Daemon *daemon;
    struct addr address;
};

struct http {
    struct http_handlers handlers;
    char *metrics_path;
    unsigned scrapes_max, idle_seconds;
    int64_t answer_ns;
    bool is_plain;
    struct listener *listeners;
    size_t listener_count;
    atomic_uint connections, requests; /* open, being answered */
    atomic_uint scrapes; /* of the requests, those for the metrics */
};

/* One request between its headers and the end of its answer. */
struct request {
    size_t body_bytes;
    bool is_scrape; /* counted among the scrapes */
};

/* Metrics on their way. */
struct answer {
    struct stream *stream;
    int64_t deadline_ns;
};

struct reply {
    unsigned status;
    const char *content_type;
    const char *policy; /* Content-Security-Policy */
    const char *allow; /* NULL: no Allow header */
    bool varies; /* with Accept */
    bool is_gzip;
    bool is_scrape; /* counts among the scrapes until it is sent */
    bool is_head; /* the headers of the answer to a GET, without a body */
    struct buf body;
    struct stream *stream; /* instead of the body; NULL: the body */
};

struct route {
    const char *path;
    bool changes_state; /* POST and PUT, else GET and HEAD */
    void (*answer)(struct http *http, struct MHD_Connection *connection, struct reply *reply);
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

/* Counts one scrape more, if there may be one more. */
static bool scrape_begin(struct http *http)
{
    unsigned before = atomic_fetch_add(&http->scrapes, 1);
    if (http->scrapes_max > 0 && before >= http->scrapes_max) {
        atomic_fetch_sub(&http->scrapes, 1);
        return false;
    }
    return true;
}

static void answer_metrics(struct http *http, struct MHD_Connection *connection,
                           struct reply *reply)
{
    if (!scrape_begin(http)) {
        reply->status = MHD_HTTP_SERVICE_UNAVAILABLE;
        buf_printf(&reply->body, "%u requests for the metrics are being answered, try again later",
                   http->scrapes_max);
        return;
    }
    reply->is_scrape = true;
    const char *accept =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
    enum expo_format format = negotiate_format(accept);
    reply->content_type = expo_content_type(format);
    reply->varies = true;
    struct stream_source source = http->handlers.metrics(http->handlers.context, format);
    reply->stream = stream_open(&source);
    if (stream_is_short(reply->stream, SHORT_BYTES, &reply->body)) {
        stream_close(reply->stream);
        reply->stream = NULL;
    }
}

static void answer_page(struct http *http, struct MHD_Connection *connection, struct reply *reply)
{
    (void)connection;
    reply->content_type = "text/html; charset=utf-8";
    reply->policy = "default-src 'none'; style-src 'unsafe-inline'";
    http->handlers.page(http->handlers.context, &reply->body);
}

static void answer_healthy(struct http *http, struct MHD_Connection *connection,
                           struct reply *reply)
{
    (void)http;
    (void)connection;
    buf_add_string(&reply->body, "ok");
}

static void answer_ready(struct http *http, struct MHD_Connection *connection, struct reply *reply)
{
    (void)connection;
    if (http->handlers.ready(http->handlers.context, &reply->body)) {
        buf_clear(&reply->body);
        buf_add_string(&reply->body, "ready");
    } else {
        reply->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    }
}

static void answer_reload(struct http *http, struct MHD_Connection *connection, struct reply *reply)
{
    (void)connection;
    if (http->handlers.reload(http->handlers.context, &reply->body)) {
        buf_clear(&reply->body);
        buf_add_string(&reply->body, "reloaded");
    } else {
        reply->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    }
}

static bool route_find(const struct http *http, const char *path, struct route *out)
{
    static const struct route routes[] = {
        {"/", false, answer_page},
        {"/-/healthy", false, answer_healthy},
        {"/-/ready", false, answer_ready},
        {"/-/reload", true, answer_reload},
    };
    if (strcmp(path, http->metrics_path) == 0) {
        *out = (struct route){http->metrics_path, false, answer_metrics};
        return true;
    }
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(path, routes[i].path) == 0) {
            *out = routes[i];
            return true;
        }
    }
    return false;
}

static bool is_allowed(const struct route *route, const char *method)
{
    if (route->changes_state) {
        return strcmp(method, MHD_HTTP_METHOD_POST) == 0 ||
               strcmp(method, MHD_HTTP_METHOD_PUT) == 0;
    }
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

static struct reply reply_make(struct http *http, struct MHD_Connection *connection,
                               const char *path, const char *method)
{
    struct reply reply = {
        .status = MHD_HTTP_OK, .content_type = PLAIN_TEXT, .policy = "default-src 'none'"};
    struct route route;
    if (!route_find(http, path, &route)) {
        reply.status = MHD_HTTP_NOT_FOUND;
        buf_add_string(&reply.body, "not found");
    } else if (!is_allowed(&route, method)) {
        reply.status = MHD_HTTP_METHOD_NOT_ALLOWED;
        reply.allow = route.changes_state ? "POST, PUT" : "GET, HEAD";
        buf_add_string(&reply.body, "method not allowed");
    } else {
        route.answer(http, connection, &reply);
    }
    if (strcmp(reply.content_type, PLAIN_TEXT) == 0 &&
        (reply.body.size == 0 || reply.body.bytes[reply.body.size - 1] != '\n')) {
        buf_add_char(&reply.body, '\n');
    }
    return reply;
}

/* Compresses what is worth it for who asked for it. */
static void reply_compress(const struct http *http, struct MHD_Connection *connection,
                           struct reply *reply)
{
    const char *accept =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    bool is_small = reply->stream == NULL && reply->body.size < GZIP_BYTES_MIN;
    if (http->is_plain || is_small || !negotiate_gzip(accept)) {
        return;
    }
    reply->is_gzip =
        reply->stream != NULL ? stream_compress(reply->stream) : gzip_compress(&reply->body);
}

/* The next part of an answer, whenever there is room for it on its connection. */
static ssize_t on_part(void *context, uint64_t place, char *out, size_t size)
{
    (void)place;
    struct answer *answer = context;
    if (now_ns() > answer->deadline_ns) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t read = stream_read(answer->stream, out, size);
    return read > 0 ? (ssize_t)read : MHD_CONTENT_READER_END_OF_STREAM;
}

static void on_answer_end(void *context)
{
    struct answer *answer = context;
    stream_close(answer->stream);
    free(answer);
}

/* Takes over what the reply brings. NULL when the library has no memory. */
static struct MHD_Response *reply_response(const struct http *http, const struct reply *reply)
{
    if (reply->stream != NULL) {
        struct answer *answer = mem_alloc(1, sizeof *answer);
        *answer = (struct answer){reply->stream, now_ns() + http->answer_ns};
        struct MHD_Response *response = MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN, SHORT_BYTES, on_part, answer, on_answer_end);
        if (response == NULL) {
            on_answer_end(answer);
        } else if (reply->is_head) {
            /* Of a body in chunks the library would send the last one even so. */
            MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
        }
        return response;
    }
    bool is_empty = reply->body.bytes == NULL;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.size, is_empty ? (void *)"" : reply->body.bytes,
                                        is_empty ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(reply->body.bytes);
    }
    return response;
}

/* Sends the reply; its body goes over to the library as it is. */
static enum MHD_Result reply_send(const struct http *http, struct MHD_Connection *connection,
                                  const struct reply *reply)
{
    struct MHD_Response *response = reply_response(http, reply);
    if (response == NULL) {
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Content-Security-Policy", reply->policy);
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY,
                            reply->varies ? "Accept, Accept-Encoding" : "Accept-Encoding");
    if (reply->is_gzip) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    }
    if (reply->allow != NULL) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
    }
    enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Called after the headers, for each part of a body, and once more at the end: then it answers. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **request_context)
{
    /* lint: callback */
    (void)version;
    (void)upload;
    struct http *http = context;
    struct request *request = *request_context;
    if (request == NULL) {
        *request_context = mem_alloc(1, sizeof *request);
        atomic_fetch_add(&http->requests, 1);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        request->body_bytes += *upload_size;
        *upload_size = 0;
        return request->body_bytes <= BODY_BYTES_MAX ? MHD_YES : MHD_NO;
    }
    struct reply reply = reply_make(http, connection, url, method);
    request->is_scrape = reply.is_scrape;
    reply.is_head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    reply_compress(http, connection, &reply);
    return reply_send(http, connection, &reply);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection;
    (void)code;
    struct http *http = context;
    struct request *request = *request_context;
    if (request != NULL) {
        if (request->is_scrape) {
            atomic_fetch_sub(&http->scrapes, 1);
        }
        free(request);
        *request_context = NULL;
        atomic_fetch_sub(&http->requests, 1);
    }
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    (void)connection;
    (void)socket_context;
    struct http *http = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        atomic_fetch_add(&http->connections, 1);
    } else {
        atomic_fetch_sub(&http->connections, 1);
    }
}

/* Paths are compared as they are written: undoing escapes could bring a NUL into them. */
static size_t on_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t address_from(const struct addr *addr, union address *out)
{
    memset(out, 0, sizeof *out);
    if (addr->family == ADDR_IPV6) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(addr->port);
        memcpy(&out->v6.sin6_addr, addr->ip, 16);
        return sizeof out->v6;
    }
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(addr->port);
    memcpy(&out->v4.sin_addr, addr->ip, 4);
    return sizeof out->v4;
}

/* A listening socket, or -errno. `bound` becomes `addr` with the port it got. The socket is ours
 * rather than the library's because the library does not say why it could not bind. */
static int socket_listen(const struct addr *addr, struct addr *bound)
{
    union address name;
    socklen_t size = address_from(addr, &name);
    int fd = socket(name.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -errno;
    }
    const int on = 1;
    bool is_ready = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                    (addr->family != ADDR_IPV6 ||
                     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
                    bind(fd, &name.any, size) == 0 && listen(fd, BACKLOG) == 0 &&
                    getsockname(fd, &name.any, &size) == 0;
    if (!is_ready) {
        int error = errno;
        close(fd);
        return -error;
    }
    *bound = *addr;
    bound->port = ntohs(addr->family == ADDR_IPV6 ? name.v6.sin6_port : name.v4.sin_port);
    return fd;
}

/* 0 or -errno. */
static int listener_start(struct http *http, const struct addr *addr, struct listener *out)
{
    struct listener listener = {0};
    int fd = socket_listen(addr, &listener.address);
    if (fd < 0) {
        return fd;
    }
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
    if (addr->family == ADDR_IPV6) {
        flags |= MHD_USE_IPv6;
    }
    errno = 0;
    listener.daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, http, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        CONNECTIONS_PER_IP_MAX, MHD_OPTION_CONNECTION_TIMEOUT, http->idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
        MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_END);
    if (listener.daemon == NULL) {
        return errno != 0 ? -errno : -ENOMEM;
    }
    *out = listener;
    return 0;
}

struct http *http_start(const struct http_settings *settings, const struct http_handlers *handlers,
                        struct addr *failed, int *error)
{
    struct http *http = mem_alloc(1, sizeof *http);
    http->handlers = *handlers;
    http->metrics_path = mem_string(settings->metrics_path);
    http->scrapes_max = settings->scrapes_max;
    http->is_plain = settings->is_plain;
    http->idle_seconds = settings->idle_seconds > 0 ? settings->idle_seconds : HTTP_IDLE_SECONDS;
    http->answer_ns = settings->answer_ns > 0 ? settings->answer_ns : HTTP_ANSWER_NS;
    http->listeners = mem_alloc(settings->listen_count, sizeof *http->listeners);
    for (size_t i = 0; i < settings->listen_count; i++) {
        int result = listener_start(http, &settings->listen[i], &http->listeners[i]);
        if (result < 0) {
            http_stop(http);
            *failed = settings->listen[i];
            *error = -result;
            return NULL;
        }
        http->listener_count++;
    }
    return http;
}

struct addr http_address(const struct http *http, size_t index)
{
    assert(index < http->listener_count);
    return http->listeners[index].address;
}

/* Waits until nothing is being answered, and nothing can be asked any more or is likely to be. */
static void await_answers(const struct http *http)
{
    const struct timespec step = {0, STOP_STEP_NS};
    for (int64_t waited_ns = 0; waited_ns < STOP_ANSWER_NS; waited_ns += STOP_STEP_NS) {
        if (atomic_load(&http->connections) == 0 ||
            (atomic_load(&http->requests) == 0 && waited_ns >= STOP_GRACE_NS)) {
            return;
        }
        nanosleep(&step, NULL);
    }
}

void http_stop(struct http *http)
{
    if (http == NULL) {
        return;
    }
    for (size_t i = 0; i < http->listener_count; i++) {
        close(MHD_quiesce_daemon(http->listeners[i].daemon));
    }
    await_answers(http);
    for (size_t i = 0; i < http->listener_count; i++) {
        MHD_stop_daemon(http->listeners[i].daemon);
    }
    free(http->listeners);
    free(http->metrics_path);
    free(http);
}
