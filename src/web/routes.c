/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/routes.h"

#include <string.h>

#include "base/time.h"
#include "web/api_routes.h"
#include "web/evidence_routes.h"
#include "web/negotiate.h"
#include "web/page_routes.h"
#include "web/route_path.h"

#define READS (METHOD_GET | METHOD_HEAD)
#define CHANGES (METHOD_POST | METHOD_PUT)

enum {
    OK = 200,
    FOUND = 302,
    INVALID = 400,
    UNAUTHORIZED = 401,
    FORBIDDEN = 403,
    NOT_FOUND = 404,
    NOT_ALLOWED = 405,
    TOO_LARGE = 413,
    TOO_MANY = 429,
    SERVER_ERROR = 500,
    UNAVAILABLE = 503,
};

/* What a client is told that waited in vain for a place, or had too many requests. */
#define BUSY_RETRY_SECONDS 1
/* Reloads by HTTP begin at least so far apart. */
#define RELOAD_INTERVAL_SECONDS 1

/* What is short is sent with its length. */
static void open_body(const struct stream_source *source, struct reply *reply)
{
    reply->stream = stream_open(source);
    if (stream_is_short(reply->stream, ROUTES_SHORT_BYTES, &reply->body)) {
        stream_close(reply->stream);
        reply->stream = NULL;
    }
}

static struct metrics_request wanted_of(const struct site *site, const struct request *request)
{
    return (struct metrics_request){
        .format = negotiate_format(request_header(request, REQUEST_ACCEPT)),
        .filter = request->filter,
        .rejections = site->rejections,
    };
}

/* What is sent to one client can be sent to others who ask meanwhile. */
static void share(struct site *site, const struct share_key *key,
                  const struct stream_source *source, struct reply *reply)
{
    reply->is_gzip = key->is_gzip && stream_compress(reply->stream);
    if (reply->is_gzip == key->is_gzip) {
        struct stream *shared = shares_offer(&site->shares, key, source, reply->stream);
        reply->stream = shared != NULL ? shared : reply->stream;
    }
}

static void answer_metrics(struct site *site, const struct request *request, struct reply *reply)
{
    struct metrics_request wanted = wanted_of(site, request);
    if (site->hides_program) {
        expo_filter_hide_program(&wanted.filter);
    }
    bool is_gzip =
        !site->is_plain && negotiate_gzip(request_header(request, REQUEST_ACCEPT_ENCODING));
    const struct share_key key = {wanted.format, wanted.filter, is_gzip};
    reply->varies = true;
    reply->content_type = wanted.format->content_type;
    reply->stream = shares_join(&site->shares, &key);
    if (reply->stream != NULL) {
        reply->is_gzip = is_gzip;
        return;
    }
    struct stream_source source = site->handlers.metrics(site->handlers.context, &wanted);
    open_body(&source, reply);
    if (reply->stream != NULL) {
        share(site, &key, &source, reply);
    }
}

static void answer_config(struct site *site, const struct request *request, struct reply *reply)
{
    (void)request;
    struct stream_source source = site->handlers.config(site->handlers.context);
    open_body(&source, reply);
}

static void answer_healthy(struct site *site, const struct request *request, struct reply *reply)
{
    (void)site;
    (void)request;
    reply_set(reply, OK, "ok");
}

static void answer_ready(struct site *site, const struct request *request, struct reply *reply)
{
    (void)request;
    if (site->handlers.ready(site->handlers.context, &reply->body)) {
        reply_set(reply, OK, "ready");
    } else {
        reply->status = UNAVAILABLE;
    }
}

/* False when one runs, or began less than RELOAD_INTERVAL_SECONDS ago. */
static bool reload_begin(struct site *site, int64_t now_ns)
{
    if (site->is_reloading || now_ns < site->reload_next_ns) {
        return false;
    }
    site->is_reloading = true;
    site->reload_next_ns = now_ns + RELOAD_INTERVAL_SECONDS * NS_PER_SECOND;
    return true;
}

static const char reload_stopped[] = "not reloaded: the exporter is stopping";
static const char probe_stopped[] = "not measured: the exporter is stopping";

/* The operation has ended. */
static void answer_ended(struct site *site, const struct request *request, struct reply *reply)
{
    const struct metrics_request wanted = wanted_of(site, request);
    const struct probe_handlers *probes = &site->handlers.probes;
    switch (probes->answer(probes->context, request->probe, &wanted, &reply->body)) {
    case PROBE_METRICS:
        reply->varies = true;
        reply->content_type = wanted.format->content_type;
        break;
    case PROBE_LOG:
        break;
    case PROBE_FORBIDDEN:
        reply->status = FORBIDDEN;
        break;
    }
}

static void answer_probe(struct site *site, const struct request *request, struct reply *reply)
{
    static const unsigned statuses[EXPO_PROBE_REFUSAL_COUNT] = {
        [EXPO_PROBE_OFF] = NOT_FOUND,
        [EXPO_PROBE_INVALID] = INVALID,
        [EXPO_PROBE_FORBIDDEN] = FORBIDDEN,
        [EXPO_PROBE_BUSY] = UNAVAILABLE,
    };
    const struct probe_handlers *probes = &site->handlers.probes;
    enum expo_probe_refusal refusal;
    if (probes->begin == NULL) {
        reply_set(reply, NOT_FOUND, "this program measures nothing");
    } else if (request->probe != NULL) {
        answer_ended(site, request, reply);
    } else if (site->is_stopping) {
        reply_set(reply, UNAVAILABLE, probe_stopped);
    } else if ((reply->probe = probes->begin(probes->context, request, &reply->body, &refusal)) !=
               NULL) {
        reply->wait = WAIT_PROBE;
    } else {
        reply->status = statuses[refusal];
        reply->retry_seconds = refusal == EXPO_PROBE_BUSY ? BUSY_RETRY_SECONDS : 0;
    }
}

static void answer_reload(struct site *site, const struct request *request, struct reply *reply)
{
    if (!site->has_lifecycle) {
        reply_set(reply, FORBIDDEN,
                  "reloading by HTTP needs the flag --web.enable-lifecycle; SIGHUP always reloads");
    } else if (request_is_foreign(request)) {
        reply_set(reply, FORBIDDEN, "a page of another origin may not reload");
    } else if (site->is_stopping) {
        reply_set(reply, UNAVAILABLE, reload_stopped);
    } else if (!reload_begin(site, request->now_ns)) {
        reply_set(reply, TOO_MANY, "not reloaded: one reload a second, try again later");
        reply->retry_seconds = RELOAD_INTERVAL_SECONDS;
    } else {
        reply->wait = WAIT_RELOAD;
    }
}

static const struct route rows[] = {
    {"/metrics", true, false, true, READS, answer_metrics,
     "The metrics, as Prometheus text, OpenMetrics or protobuf, whichever the scraper prefers."},
    {"/", false, false, true, READS, page_answer_overview,
     "The overview: targets with their latest results and their past, the worst first."},
    {"/matrix", false, false, true, READS, page_answer_matrix,
     "Targets by two of their labels, coloured by loss, round trip, jitter or MOS."},
    {"/target", false, false, true, READS, page_answer_target,
     "The page of the target name=NAME: packets, past, failures, configuration."},
    {"/responder", false, false, true, READS, page_answer_responder,
     "The page of the responder: open ports, clients, errors, limits."},
    {"/style.css", false, false, false, READS, page_answer_style, "The stylesheet of the pages."},
    {"/page.js", false, false, false, READS, page_answer_script,
     "The script that keeps the pages fresh."},
    {"/icon.svg", false, false, false, READS, page_answer_icon, "Their icon."},
    {"/config", false, false, true, READS, answer_config,
     "The configuration in force, as YAML: every key with its value, secrets masked."},
    {API_TARGETS, false, false, true, READS, api_answer_targets,
     "JSON: targets with their latest results, one on a line: all, or those that the query wants."},
    {API_TARGETS "/NAME" API_OPERATIONS, false, true, true, READS, api_answer_operations,
     "JSON: the latest operations of one target, the oldest first."},
    {EVIDENCE_LIST, false, true, true, READS, evidence_answer_list,
     "JSON: the operations of one target whose packets are kept, the latest first."},
    {EVIDENCE_PCAPNG, false, true, true, READS, evidence_answer_pcapng,
     "The packets of one of them, as they were sent and received, as pcapng."},
    {EVIDENCE_JSON, false, true, true, READS, evidence_answer_json, "The same as JSON."},
    {API_TARGETS "/NAME", false, true, false, READS, api_answer_target,
     "JSON: one target; 404 when none has the name."},
    {API_ROOT "responder", false, false, false, READS, api_answer_responder,
     "JSON: the responder of this program: ports, requests, sessions."},
    {API_ROOT "status", false, false, false, READS, api_answer_status,
     "JSON: this program: version, configuration, targets by state, history file."},
    {"/-/healthy", false, false, false, READS, answer_healthy, "200 while the process serves."},
    {"/-/ready", false, false, false, READS, answer_ready,
     "200 once the configuration is loaded and every target that was due has been measured or has "
     "failed once, 503 before."},
    {"/-/reload", false, false, false, CHANGES, answer_reload,
     "Reloads the configuration; needs --web.enable-lifecycle."},
    {"/probe", false, false, false, METHOD_GET, answer_probe,
     "One operation now, of target=HOST with module=NAME; needs a section probe in the "
     "configuration."},
};

const struct route *route_at(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

const char *route_path(const struct route *route, const char *metrics_path)
{
    return route->is_telemetry ? metrics_path : route->path;
}

static const struct {
    const char *name;
    enum method method;
} methods[] = {
    {"GET", METHOD_GET}, {"HEAD", METHOD_HEAD}, {"POST", METHOD_POST}, {"PUT", METHOD_PUT}};
#define METHODS_COUNT (sizeof methods / sizeof methods[0])

void methods_format(unsigned wanted, struct buf *out)
{
    const char *separator = "";
    for (size_t i = 0; i < METHODS_COUNT; i++) {
        if ((wanted & methods[i].method) != 0) {
            buf_printf(out, "%s%s", separator, methods[i].name);
            separator = ", ";
        }
    }
}

/* 0 for a method that no route has. */
static unsigned method_find(const char *name)
{
    for (size_t i = 0; i < METHODS_COUNT; i++) {
        if (strcmp(name, methods[i].name) == 0) {
            return methods[i].method;
        }
    }
    return 0;
}

static bool leads_to(const struct route *route, const char *path, const char *metrics_path)
{
    const char *own = route_path(route, metrics_path);
    struct route_parts parts;
    return route->has_name ? route_path_match(own, path, &parts) : strcmp(path, own) == 0;
}

/* NULL when nothing is there. */
static const struct route *route_find(const char *path, const char *metrics_path)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (leads_to(&rows[i], path, metrics_path)) {
            return &rows[i];
        }
    }
    return NULL;
}

bool routes_is_free(const char *path)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].is_telemetry && leads_to(&rows[i], path, "")) {
            return false;
        }
    }
    return strncmp(path, "/-/", 3) != 0;
}

static struct reply reply_begin(void)
{
    return (struct reply){
        .status = OK, .content_type = REPLY_PLAIN_TEXT, .policy = "default-src 'none'"};
}

static void reply_end(const struct site *site, const struct request *request, struct reply *reply)
{
    if (strcmp(reply->content_type, REPLY_PLAIN_TEXT) == 0 && reply->stream == NULL &&
        (reply->body.size == 0 || reply->body.bytes[reply->body.size - 1] != '\n')) {
        buf_add_char(&reply->body, '\n');
    }
    if (!site->is_plain) {
        reply_compress(reply, request);
    }
}

/* The links of the page are relative: it needs the slash at the end. */
static bool is_page_elsewhere(const struct site *site, const char *path)
{
    return site->route_prefix[0] != '\0' &&
           (strcmp(path, "/") == 0 || strcmp(path, site->route_prefix) == 0);
}

static void answer_elsewhere(const struct site *site, struct reply *reply)
{
    reply_set(reply, FOUND, "everything is below the prefix");
    reply->location = site->external_path;
}

struct reply routes_answer(struct site *site, const struct request *request)
{
    struct reply reply = reply_begin();
    const struct route *route = route_find(site_path(site, request->path), site->metrics_path);
    if (is_page_elsewhere(site, request->path)) {
        answer_elsewhere(site, &reply);
    } else if (route == NULL) {
        reply_set(&reply, NOT_FOUND, "not found");
    } else if ((route->methods & method_find(request->method)) == 0) {
        reply_set(&reply, NOT_ALLOWED, "method not allowed");
        reply.allowed = route->methods;
    } else if (route->is_large && !request->has_place) {
        reply.wait = WAIT_PLACE;
    } else {
        route->answer(site, request, &reply);
    }
    if (reply.wait == WAIT_NOT) {
        reply_end(site, request, &reply);
    }
    return reply;
}

bool routes_is_api(const struct site *site, const char *path)
{
    return strncmp(site_path(site, path), API_ROOT, strlen(API_ROOT)) == 0;
}

void routes_note_scrape(struct site *site, unsigned status)
{
    switch (status) {
    case UNAVAILABLE:
        site->rejections.of[EXPO_REJECTION_BUSY]++;
        break;
    case TOO_MANY:
        site->rejections.of[EXPO_REJECTION_LIMITED]++;
        break;
    case UNAUTHORIZED:
        site->rejections.of[EXPO_REJECTION_UNAUTHORIZED]++;
        break;
    default:
        break;
    }
}

bool routes_is_scrape(const struct site *site, const char *path)
{
    const struct route *route = route_find(site_path(site, path), site->metrics_path);
    return route != NULL && (route->is_telemetry || route->answer == answer_probe);
}

bool routes_is_health(const struct site *site, const char *path)
{
    const struct route *route = route_find(site_path(site, path), site->metrics_path);
    return route != NULL && (route->answer == answer_healthy || route->answer == answer_ready);
}

struct reply routes_unauthorized(void)
{
    struct reply reply = reply_begin();
    reply_set(&reply, UNAUTHORIZED, "a user name and its password are needed\n");
    reply.asks_password = true;
    return reply;
}

struct reply routes_limited(void)
{
    struct reply reply = reply_begin();
    reply_set(&reply, TOO_MANY, "too many requests, see rate_limit of the web configuration\n");
    reply.retry_seconds = BUSY_RETRY_SECONDS;
    return reply;
}

struct reply routes_too_large(void)
{
    struct reply reply = reply_begin();
    reply_set(&reply, TOO_LARGE, "the body of the request is too large\n");
    return reply;
}

struct reply routes_busy(void)
{
    struct reply reply = reply_begin();
    reply_set(&reply, UNAVAILABLE, "too many requests at once, try again later\n");
    reply.retry_seconds = BUSY_RETRY_SECONDS;
    return reply;
}

struct reply routes_stopping(void)
{
    struct reply reply = reply_begin();
    reply_set(&reply, UNAVAILABLE, probe_stopped);
    buf_add_char(&reply.body, '\n');
    return reply;
}

/* What is wrong stands in the log only: the client may be anybody. */
struct reply routes_reloaded(struct site *site, enum reload_end end)
{
    static const struct request none = {.method = ""};
    struct reply reply = reply_begin();
    site->is_reloading = false;
    shares_close(&site->shares);
    switch (end) {
    case RELOAD_DONE:
        reply_set(&reply, OK, "reloaded");
        break;
    case RELOAD_FAILED:
        reply_set(&reply, SERVER_ERROR,
                  "not reloaded, the old configuration is kept: see the log of the exporter");
        break;
    case RELOAD_STOPPED:
        reply_set(&reply, UNAVAILABLE, reload_stopped);
        break;
    }
    reply_end(site, &none, &reply);
    return reply;
}
