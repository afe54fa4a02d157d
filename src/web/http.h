/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server: connections, requests, answers. What is served where is in routes.h. http.c is
 * the only user of libmicrohttpd, which has one thread for each address. Connections, their memory,
 * their idle time and how long an answer may take are bounded; bodies of requests are discarded. */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/time.h"
#include "web/handlers.h"

/* A connection without traffic for so long is closed. */
#define HTTP_IDLE_SECONDS 10U
/* The client must have read the metrics by then, or the connection is closed. */
#define HTTP_ANSWER_NS (120 * NS_PER_SECOND)

struct http;

struct http_settings {
    const struct addr *listen;
    size_t listen_count;
    const char *metrics_path;
    unsigned scrapes_max; /* metrics requests in flight; beyond them 503. 0: no limit */
    unsigned idle_seconds; /* 0: HTTP_IDLE_SECONDS */
    int64_t answer_ns; /* 0: HTTP_ANSWER_NS */
    bool is_plain; /* nothing is compressed */
    bool has_lifecycle; /* a reload may be requested */
};

/* Starts serving on each address (see listen.h). Settings and handlers
 * are copied. On failure returns NULL and says which address failed and why (errno). */
struct http *http_start(const struct http_settings *settings, const struct http_handlers *handlers,
                        struct addr *failed, int *error);

/* The address that listener `index` got (useful after asking for port 0). */
struct addr http_address(const struct http *http, size_t index);

/* The reload that a client requested is done; from any thread. */
void http_reloaded(struct http *http, bool is_successful);

/* Stops accepting, answers what is in flight (at most about a second), frees. NULL is fine. */
void http_stop(struct http *http);

#endif
