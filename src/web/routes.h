/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What is served at which path: one row a route. From the rows follow the statuses 404 and 405, the
 * Allow header, which path the metrics may have, the links of the page, and the tables in
 * docs/http.md and ipsla_exporter(8) (a test compares). To add a route: a row and its function. */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "web/handlers.h"
#include "web/reply.h"
#include "web/share.h"

/* Metrics below this are sent with their length, at once. */
#define ROUTES_SHORT_BYTES SHARE_BYTES_MIN

enum method { METHOD_GET = 1, METHOD_HEAD = 2, METHOD_POST = 4, METHOD_PUT = 8 };

/* What all routes share. */
struct site {
    struct http_handlers handlers;
    const char *metrics_path;
    const char *route_prefix; /* what all paths begin with: "/ipsla", "": nothing */
    const char *external_path; /* the same as clients see it: where "/" leads them */
    bool is_plain; /* nothing is compressed */
    bool hides_program; /* the metrics are without those about this program */
    bool has_lifecycle; /* a reload may be requested by HTTP */
    struct expo_rejections rejections;
    struct shares shares; /* metrics that several clients get */
    bool is_stopping; /* nothing begins that takes its time */
    bool is_reloading; /* the one reload at a time; guards the next */
    int64_t reload_next_ns; /* when the next one may begin */
};

/* The part of `path` behind the prefix; "": nothing of ours is there. */
const char *site_path(const struct site *site, const char *path);

struct route {
    const char *path;
    bool is_telemetry; /* is moved by --web.telemetry-path */
    bool has_name; /* its part "NAME" stands for the name of a target (route_path.h) */
    bool is_large; /* its answers need a place: as many are given at once as --web.max-requests says
                    */
    unsigned methods;
    void (*answer)(struct site *site, const struct request *request, struct reply *reply);
    const char *link; /* text of its link on the page; NULL: none */
    const char *help; /* one sentence, for the documentation */
};

/* Routes one after the other, NULL beyond the last. */
const struct route *route_at(size_t index);

/* Where the route is when the metrics are at `metrics_path`. */
const char *route_path(const struct route *route, const char *metrics_path);

/* Appends "GET, HEAD". */
void methods_format(unsigned methods, struct buf *out);

/* Whether the metrics may be at `path`: a path that no other route has, and not below "/-/", where
 * later versions may have more. */
bool routes_is_free(const char *path);

/* Answers the request. The reply belongs to the caller. */
struct reply routes_answer(struct site *site, const struct request *request);

/* The path is one of the API, whose errors are problems (reply.h). */
bool routes_is_api(const struct site *site, const char *path);

/* Counts a scrape that is answered with `status`, if that is a refusal. */
void routes_note_scrape(struct site *site, unsigned status);

/* Whether the path leads to metrics: all, or those of one operation. */
bool routes_is_scrape(const struct site *site, const char *path);

/* Whether what the path leads to tells how this program is and nothing else. */
bool routes_is_health(const struct site *site, const char *path);

/* The answers to a request without a right password, and to one too many (rate_limit). */
struct reply routes_unauthorized(void);
struct reply routes_limited(void);

/* The answers to a request whose body is too large, and to one that waited in vain for a place. */
struct reply routes_too_large(void);
struct reply routes_busy(void);

/* The answer to a request for an operation that a stop ended. */
struct reply routes_stopping(void);

/* The answer to a request for a reload that was pending. */
enum reload_end { RELOAD_DONE, RELOAD_FAILED, RELOAD_STOPPED };
struct reply routes_reloaded(struct site *site, enum reload_end end);

#endif
