/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A request as the routes see it. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "expo/filter.h"

/* The headers that are kept. */
enum request_name {
    REQUEST_ACCEPT,
    REQUEST_ACCEPT_ENCODING,
    REQUEST_HOST,
    REQUEST_ORIGIN,
    REQUEST_FETCH_SITE, /* Sec-Fetch-Site */
    REQUEST_SCRAPE_TIMEOUT, /* X-Prometheus-Scrape-Timeout-Seconds */
};
#define REQUEST_NAMES 6

/* The arguments of the query that are kept, beside `name[]`. */
enum request_argument { REQUEST_TARGET, REQUEST_MODULE, REQUEST_DEBUG };
#define REQUEST_ARGUMENTS 3

struct probe_job;

/* All zero but method and path: a request without headers. */
struct request {
    const char *method, *path;
    int64_t now_ns; /* CLOCK_MONOTONIC */
    bool has_place; /* among the large answers that are given at once */
    bool has_names; /* some families of metrics are named, as `name[]` of the query: */
    struct expo_filter filter; /* which leaves out the others */
    struct buf headers[REQUEST_NAMES];
    struct buf arguments[REQUEST_ARGUMENTS]; /* as they stand in the URL */
    struct buf query; /* all arguments, "NAME=VALUE&", as they stand in the URL */
    const char *repeated; /* the name of one that is there twice; NULL: none */
    void *client; /* who waits when the answer takes its time */
    struct probe_job *probe; /* which has ended, so that it can be answered; NULL: none */
};

/* How many bytes of a header line are its value: blanks behind it are not (RFC 9110 5.5), and the
 * HTTP library leaves them there. */
size_t request_value_size(const char *text);

/* Keeps a header line if its name is one of those above. Several lines of one name are joined with
 * commas (RFC 9110 5.3). */
void request_add_header(struct request *request, const char *name, const char *value);

/* Keeps an argument of the query, and what `name[]` names; both as they stand in the URL. */
void request_add_argument(struct request *request, const char *name, const char *value);

#define REQUEST_ARGUMENT_BYTES 512 /* decoded, with the NUL */

struct request_pair {
    char name[REQUEST_ARGUMENT_BYTES], value[REQUEST_ARGUMENT_BYTES];
};

/* The next argument of the query, decoded; *position begins at 0. False at the end, and when one is
 * too long or has a wrong escape: `problem` says so then, else it is NULL. */
bool request_next_argument(const struct request *request, size_t *position,
                           struct request_pair *out, const char **problem);

/* NULL when the request has no such header. */
const char *request_header(const struct request *request, enum request_name name);

/* As it stands in the URL. NULL when the query has no such argument. */
const char *request_argument(const struct request *request, enum request_argument argument);

/* Whether a web page of another origin made the browser send the request. Programs that are no
 * browsers send neither of the two headers that tell. */
bool request_is_foreign(const struct request *request);

void request_fini(struct request *request);

#endif
