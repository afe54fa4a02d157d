/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/exchange.h"

#include <assert.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "web/response.h"
#include "web/tls.h"

/* For the headers of a request, then for the parts in which metrics are sent. */
#define CONNECTION_MEMORY ((size_t)32 * 1024)
/* A request with a longer body gets status 413 at its end; one that is longer still is cut off. */
#define BODY_BYTES_MAX ((size_t)64 * 1024)
#define ERRORS_FROM 400 /* statuses */
#define BODY_READ_MAX ((size_t)1024 * 1024)

/* Whether the client may have an answer. */
enum access {
    ACCESS_UNKNOWN,
    ACCESS_JUDGED, /* the password is being compared */
    ACCESS_GRANTED,
    ACCESS_DENIED,
    ACCESS_LIMITED, /* one request too many */
    ACCESS_BUSY, /* too many passwords are being compared */
};

/* A connection. */
struct client {
    struct MHD_Connection *connection;
    struct slot *slot;
    struct tls *tls; /* NULL: none */
    /* Of its latest request. */
    size_t body_bytes; /* that the client sent */
    bool is_scrape;
    bool is_refused; /* waited for a place in vain */
    bool has_reload; /* waited for a reload, which ended so: */
    enum reload_end reload;
    struct probe_job *probe; /* that was begun; NULL: none */
    bool is_probed; /* it has ended */
    bool is_stopped; /* it is given up */
    bool has_left; /* nobody wants the answer any more */
    struct client *next_probing, **probing_link; /* those that wait for one; NULL: it does not */
    enum access access;
};

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    (void)kind;
    request_add_header(context, name, value == NULL ? "" : value);
    return MHD_YES;
}

static enum MHD_Result on_argument(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    (void)kind;
    request_add_argument(context, name, value == NULL ? "" : value);
    return MHD_YES;
}

static struct reply answer(struct exchanges *exchanges, const struct client *client,
                           const char *url, const char *method)
{
    struct request request = {
        .method = method,
        .path = url,
        .now_ns = response_now_ns(),
        .has_place = client->slot->has_place,
        .client = (void *)(uintptr_t)client,
        .probe = client->is_probed ? client->probe : NULL,
    };
    MHD_get_connection_values(client->connection, MHD_HEADER_KIND, on_header, &request);
    MHD_get_connection_values(client->connection, MHD_GET_ARGUMENT_KIND, on_argument, &request);
    struct reply reply = routes_answer(&exchanges->site, &request);
    request_fini(&request);
    return reply;
}

static void enter(struct exchanges *exchanges, struct client *client, enum slot_state state)
{
    if (client->slot->state != SLOT_LEAVING) {
        slots_enter(exchanges->slots, client->slot, state, response_now_ns());
    }
}

static enum access access_of(enum hasher_verdict verdict)
{
    static const enum access all[] = {
        [HASHER_RIGHT] = ACCESS_GRANTED,
        [HASHER_WRONG] = ACCESS_DENIED,
        [HASHER_LATER] = ACCESS_JUDGED,
        [HASHER_BUSY] = ACCESS_BUSY,
    };
    return all[verdict];
}

/* Too many requests are refused before passwords are looked at: those take time. */
static enum access ask_access(struct exchanges *exchanges, struct client *client, const char *url)
{
    struct guard *guard = exchanges->guard;
    if (guard == NULL || (exchanges->has_open_health && routes_is_health(&exchanges->site, url))) {
        return ACCESS_GRANTED;
    }
    guard_refresh(guard);
    if (!guard_take(guard, response_now_ns())) {
        return ACCESS_LIMITED;
    }
    const char *header = MHD_lookup_connection_value(client->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_AUTHORIZATION);
    return access_of(guard_ask(guard, header, client->slot->peer, client));
}

static struct reply refuse_access(enum access access)
{
    switch (access) {
    case ACCESS_LIMITED:
        return routes_limited();
    case ACCESS_BUSY:
        return routes_busy();
    default:
        return routes_unauthorized();
    }
}

/* The request is whole. What it is answered; its connection may have to wait. */
static struct reply judge(struct exchanges *exchanges, struct client *client, const char *url,
                          const char *method)
{
    if (client->access != ACCESS_GRANTED) {
        return refuse_access(client->access);
    }
    if (client->has_reload) {
        return routes_reloaded(&exchanges->site, client->reload);
    }
    if (client->is_stopped) {
        return routes_stopping();
    }
    if (client->is_refused) {
        return routes_busy();
    }
    if (client->body_bytes > BODY_BYTES_MAX) {
        return routes_too_large();
    }
    struct reply reply = answer(exchanges, client, url, method);
    if (reply.wait == WAIT_PLACE && slots_waiting(exchanges->slots) == 0 &&
        slots_give_place(exchanges->slots, client->slot, response_now_ns())) {
        reply = answer(exchanges, client, url, method);
    }
    return reply;
}

static void join_probing(struct exchanges *exchanges, struct client *client)
{
    client->next_probing = exchanges->probing;
    client->probing_link = &exchanges->probing;
    if (client->next_probing != NULL) {
        client->next_probing->probing_link = &client->next_probing;
    }
    exchanges->probing = client;
}

static void leave_probing(struct client *client)
{
    if (client->probing_link != NULL) {
        *client->probing_link = client->next_probing;
        if (client->next_probing != NULL) {
            client->next_probing->probing_link = client->probing_link;
        }
        client->probing_link = NULL;
    }
}

/* It was answered, or will not be. */
static void drop_probe(struct exchanges *exchanges, struct client *client)
{
    const struct probe_handlers *probes = &exchanges->site.handlers.probes;
    if (client->probe != NULL) {
        probes->drop(probes->context, client->probe);
        client->probe = NULL;
    }
}

/* Lets the client wait. */
static void hold(struct exchanges *exchanges, struct client *client, const struct reply *reply)
{
    enter(exchanges, client, reply->wait == WAIT_PLACE ? SLOT_WAITING : SLOT_HELD);
    MHD_suspend_connection(client->connection);
    if (reply->wait == WAIT_RELOAD) {
        assert(exchanges->reloading == NULL);
        exchanges->reloading = client;
        exchanges->site.handlers.reload(exchanges->site.handlers.context);
    } else if (reply->wait == WAIT_PROBE) {
        client->probe = reply->probe;
        join_probing(exchanges, client);
    }
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
    struct exchanges *exchanges = context;
    struct client *client = *request_context;
    if (client == NULL) {
        client =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
        *client =
            (struct client){.connection = connection, .slot = client->slot, .tls = client->tls};
        client->is_scrape = routes_is_scrape(&exchanges->site, url);
        *request_context = client;
        exchanges->requests++;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        client->body_bytes += *upload_size;
        *upload_size = 0;
        return client->body_bytes <= BODY_READ_MAX ? MHD_YES : MHD_NO;
    }
    if (client->access == ACCESS_UNKNOWN) {
        client->access = ask_access(exchanges, client, url);
    }
    if (client->access == ACCESS_JUDGED) {
        enter(exchanges, client, SLOT_HELD);
        MHD_suspend_connection(connection);
        return MHD_YES;
    }
    if (client->has_left) {
        return MHD_NO;
    }
    struct reply reply = judge(exchanges, client, url, method);
    if (reply.wait != WAIT_NOT) {
        hold(exchanges, client, &reply);
        return MHD_YES;
    }
    if (reply.status >= ERRORS_FROM && routes_is_api(&exchanges->site, url)) {
        reply_make_problem(&reply);
    }
    drop_probe(exchanges, client);
    enter(exchanges, client, SLOT_ANSWERING);
    if (client->is_scrape) {
        routes_note_scrape(&exchanges->site, reply.status);
    }
    const struct response_way way = {
        .is_head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0,
        .guard = exchanges->guard,
        .moved_ns = &client->slot->moved_ns,
    };
    return response_send(connection, &reply, &way) ? MHD_YES : MHD_NO;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection;
    (void)code;
    struct exchanges *exchanges = context;
    struct client *client = *request_context;
    if (client != NULL) {
        exchanges->requests--;
        leave_probing(client);
        drop_probe(exchanges, client);
        enter(exchanges, client, SLOT_KEPT);
        *request_context = NULL;
    }
}

/* The connection has the TLS that is in force now, to its end. */
static void begin_tls(struct exchanges *exchanges, struct client *client)
{
    struct guard *guard = exchanges->guard;
    if (guard == NULL || !guard_has_tls(guard)) {
        return;
    }
    guard_refresh(guard);
    client->tls = guard_begin_tls(
        guard, MHD_get_connection_info(client->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)
                   ->tls_session);
    if (client->tls == NULL) {
        shutdown(client->slot->fd, SHUT_RDWR);
    }
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct exchanges *exchanges = context;
    struct client *client = *socket_context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        client = mem_alloc(1, sizeof *client);
        *client =
            (struct client){.connection = connection, .slot = slots_find(exchanges->slots, fd)};
        client->slot->user = client;
        begin_tls(exchanges, client);
        *socket_context = client;
        exchanges->connections++;
    } else {
        slots_enter(exchanges->slots, client->slot, SLOT_FREE, response_now_ns());
        tls_unref(client->tls);
        free(client);
        exchanges->connections--;
    }
}

/* Paths are compared as they are written: an escape could decode to a NUL. */
static size_t on_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* The library does not say that it has to run then. */
void exchanges_go_on(struct exchanges *exchanges, struct client *client)
{
    MHD_resume_connection(client->connection);
    exchanges->must_run = true;
}

void exchanges_end_reload(struct exchanges *exchanges, enum reload_end end)
{
    struct client *client = exchanges->reloading;
    exchanges->reloading = NULL;
    if (client != NULL) {
        client->has_reload = true;
        client->reload = end;
        exchanges_go_on(exchanges, client);
    }
}

static void end_probing(struct exchanges *exchanges, struct client *client)
{
    leave_probing(client);
    exchanges_go_on(exchanges, client);
}

/* The library does not look at a connection that is suspended. */
static bool has_hung_up(const struct client *client)
{
    struct pollfd item = {.fd = client->slot->fd, .events = POLLRDHUP};
    return poll(&item, 1, 0) > 0;
}

static void end_left(struct exchanges *exchanges, int64_t now_ns)
{
    struct client *client;
    if (now_ns < exchanges->look_ns) {
        return;
    }
    exchanges->look_ns = now_ns + EXCHANGES_LOOK_NS;
    for (struct client *next = exchanges->probing; (client = next) != NULL;) {
        next = client->next_probing;
        if (has_hung_up(client)) {
            client->has_left = true;
            end_probing(exchanges, client);
        }
    }
}

void exchanges_end_probes(struct exchanges *exchanges)
{
    const struct probe_handlers *probes = &exchanges->site.handlers.probes;
    struct client *client;
    while (exchanges->probing != NULL && (client = probes->next(probes->context)) != NULL) {
        client->is_probed = true;
        end_probing(exchanges, client);
    }
    end_left(exchanges, response_now_ns());
}

void exchanges_stop_probes(struct exchanges *exchanges)
{
    while (exchanges->probing != NULL) {
        exchanges->probing->is_stopped = true;
        end_probing(exchanges, exchanges->probing);
    }
}

void exchanges_note_cut(struct exchanges *exchanges, const struct client *client,
                        enum expo_rejection reason)
{
    if (client->is_scrape) {
        exchanges->site.rejections.of[reason]++;
    }
}

void exchanges_end_judging(struct exchanges *exchanges)
{
    enum hasher_verdict verdict;
    struct client *client;
    while (exchanges->guard != NULL && (client = guard_next(exchanges->guard, &verdict)) != NULL) {
        client->access = access_of(verdict);
        exchanges_go_on(exchanges, client);
    }
}

void exchanges_refuse(struct exchanges *exchanges, struct client *client)
{
    client->is_refused = true;
    exchanges_go_on(exchanges, client);
}

struct MHD_Daemon *exchanges_start(struct exchanges *exchanges, unsigned connections_max)
{
    bool has_tls = exchanges->guard != NULL && guard_has_tls(exchanges->guard);
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
                     (has_tls ? MHD_USE_TLS : 0U);
    /* An option that is not for this daemon ends the list. */
    int certificate = has_tls ? (int)MHD_OPTION_HTTPS_CERT_CALLBACK : (int)MHD_OPTION_END;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, exchanges, MHD_OPTION_CONNECTION_LIMIT, connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, exchanges, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, exchanges, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, certificate,
        tls_refuse, MHD_OPTION_END);
}
