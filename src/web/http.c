/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/http.h"

#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "web/listen.h"
#include "web/routes.h"

/* A scraper needs one connection; the rest is room for people and for clients that hang. */
#define CONNECTIONS_MAX 64U
#define CONNECTIONS_PER_IP_MAX 32U
/* Half of it is for headers, the other half becomes the parts in which metrics are sent. */
#define CONNECTION_MEMORY ((size_t)128 * 1024)
/* A request with a longer body gets status 413 at its end; one that is longer still is cut off. */
#define BODY_BYTES_MAX ((size_t)64 * 1024)
#define BODY_READ_MAX ((size_t)1024 * 1024)

/* A stop waits so long for answers being written, and so long for a request that may be on its way
 * on an open connection. */
#define STOP_ANSWER_NS (800 * NS_PER_MS)
#define STOP_GRACE_NS (50 * NS_PER_MS)
#define STOP_STEP_NS (5 * NS_PER_MS)

struct listener {
    struct MHD_Daemon *daemon;
    struct addr address;
};

struct http {
    struct site site;
    char *metrics_path;
    unsigned idle_seconds;
    int64_t answer_ns;
    struct listener *listeners;
    size_t listener_count;
    atomic_uint connections, requests; /* open, being answered */
    pthread_mutex_t mutex; /* for the following */
    struct exchange *waiting; /* its connection is suspended until the reload is done; NULL: none */
    bool is_stopping;
};

/* One request from its headers to the end of its answer. */
struct exchange {
    struct MHD_Connection *connection;
    size_t body_bytes; /* that the client sent */
    bool is_scrape; /* counted among the scrapes */
    bool has_reload; /* it waited for a reload, which ended so: */
    enum reload_end reload;
};

/* Metrics on their way. */
struct metrics {
    struct stream *stream;
    int64_t deadline_ns;
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

/* The next part of an answer, whenever there is room for it on its connection. */
static ssize_t on_part(void *context, uint64_t place, char *out, size_t size)
{
    (void)place;
    struct metrics *metrics = context;
    if (now_ns() > metrics->deadline_ns) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t read = stream_read(metrics->stream, out, size);
    return read > 0 ? (ssize_t)read : MHD_CONTENT_READER_END_OF_STREAM;
}

static void on_answer_end(void *context)
{
    struct metrics *metrics = context;
    stream_close(metrics->stream);
    free(metrics);
}

/* Takes over what the reply brings. NULL when the library has no memory. */
static struct MHD_Response *make_response(const struct http *http, const struct reply *reply,
                                          bool is_head)
{
    if (reply->stream != NULL) {
        struct metrics *metrics = mem_alloc(1, sizeof *metrics);
        *metrics = (struct metrics){reply->stream, now_ns() + http->answer_ns};
        struct MHD_Response *response = MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN, ROUTES_SHORT_BYTES, on_part, metrics, on_answer_end);
        if (response == NULL) {
            on_answer_end(metrics);
        } else if (is_head) {
            /* Otherwise the library would send the last chunk of a body in chunks. */
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

static void add_allow(struct MHD_Response *response, unsigned allowed)
{
    struct buf text = {0};
    methods_format(allowed, &text);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, buf_string(&text));
    buf_fini(&text);
}

/* Sends the reply, whose body or stream goes over to the library. `is_head`: only its headers. */
static enum MHD_Result send_reply(const struct http *http, struct MHD_Connection *connection,
                                  const struct reply *reply, bool is_head)
{
    struct MHD_Response *response = make_response(http, reply, is_head);
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
    if (reply->retry_seconds > 0) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", reply->retry_seconds);
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (reply->allowed != 0) {
        add_allow(response, reply->allowed);
    }
    enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    (void)kind;
    request_add_header(context, name, value == NULL ? "" : value);
    return MHD_YES;
}

static struct reply answer(struct http *http, struct MHD_Connection *connection, const char *url,
                           const char *method)
{
    struct request request = {.method = method, .path = url, .now_ns = now_ns()};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &request);
    struct reply reply = routes_answer(&http->site, &request);
    request_fini(&request);
    return reply;
}

/* Suspends the connection until http_reloaded, so that nobody else waits for the reload. False when
 * the server is stopping. */
static bool wait_for_reload(struct http *http, struct exchange *exchange)
{
    pthread_mutex_lock(&http->mutex);
    bool is_waiting = !http->is_stopping;
    if (is_waiting) {
        assert(http->waiting == NULL);
        http->waiting = exchange;
        MHD_suspend_connection(exchange->connection);
    }
    pthread_mutex_unlock(&http->mutex);
    if (is_waiting) {
        http->site.handlers.reload(http->site.handlers.context);
    }
    return is_waiting;
}

/* Lets the waiting client, if there is one, have its answer. */
static void end_reload(struct http *http, enum reload_end end)
{
    pthread_mutex_lock(&http->mutex);
    struct exchange *exchange = http->waiting;
    http->waiting = NULL;
    if (exchange != NULL) {
        exchange->has_reload = true;
        exchange->reload = end;
        MHD_resume_connection(exchange->connection);
    }
    pthread_mutex_unlock(&http->mutex);
}

void http_reloaded(struct http *http, bool is_successful)
{
    end_reload(http, is_successful ? RELOAD_DONE : RELOAD_FAILED);
}

/* Called after the headers, for each part of a body, and once more at the end: then it answers.
 * Called again when a connection goes on after it was suspended. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **request_context)
{
    /* lint: callback */
    (void)version;
    (void)upload;
    struct http *http = context;
    struct exchange *exchange = *request_context;
    if (exchange == NULL) {
        exchange = mem_alloc(1, sizeof *exchange);
        exchange->connection = connection;
        *request_context = exchange;
        atomic_fetch_add(&http->requests, 1);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        exchange->body_bytes += *upload_size;
        *upload_size = 0;
        return exchange->body_bytes <= BODY_READ_MAX ? MHD_YES : MHD_NO;
    }
    struct reply reply = exchange->has_reload ? routes_reloaded(&http->site, exchange->reload)
                         : exchange->body_bytes > BODY_BYTES_MAX
                             ? routes_too_large()
                             : answer(http, connection, url, method);
    if (reply.is_pending) {
        if (wait_for_reload(http, exchange)) {
            return MHD_YES;
        }
        reply = routes_reloaded(&http->site, RELOAD_STOPPED);
    }
    exchange->is_scrape = reply.is_scrape;
    return send_reply(http, connection, &reply, strcmp(method, MHD_HTTP_METHOD_HEAD) == 0);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection;
    (void)code;
    struct http *http = context;
    struct exchange *exchange = *request_context;
    if (exchange != NULL) {
        if (exchange->is_scrape) {
            routes_scrape_done(&http->site);
        }
        free(exchange);
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

/* Paths are compared as they are written: an escape could decode to a NUL. */
static size_t on_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* 0 or -errno. */
static int listener_start(struct http *http, const struct addr *addr, struct listener *out)
{
    struct listener listener = {0};
    int fd = listen_open(addr, &listener.address);
    if (fd < 0) {
        return fd;
    }
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
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
    http->metrics_path = mem_string(settings->metrics_path);
    http->site = (struct site){
        .handlers = *handlers,
        .metrics_path = http->metrics_path,
        .scrapes_max = settings->scrapes_max,
        .is_plain = settings->is_plain,
        .has_lifecycle = settings->has_lifecycle,
    };
    pthread_mutex_init(&http->mutex, NULL);
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

/* Waits until nothing is being answered, and no request is likely to be on its way. */
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
    pthread_mutex_lock(&http->mutex);
    http->is_stopping = true;
    pthread_mutex_unlock(&http->mutex);
    end_reload(http, RELOAD_STOPPED);
    for (size_t i = 0; i < http->listener_count; i++) {
        close(MHD_quiesce_daemon(http->listeners[i].daemon));
    }
    await_answers(http);
    for (size_t i = 0; i < http->listener_count; i++) {
        MHD_stop_daemon(http->listeners[i].daemon);
    }
    pthread_mutex_destroy(&http->mutex);
    free(http->listeners);
    free(http->metrics_path);
    free(http);
}
