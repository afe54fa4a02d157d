/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server: /metrics, /, /-/healthy, /-/ready, /-/reload. http.c is the only user of
 * libmicrohttpd, which brings one thread for each address. The threads call the handlers below,
 * which must be thread-safe. Connections, their memory, their idle time and how long an answer may
 * take are bounded; what a client sends beyond its headers is thrown away. */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/time.h"
#include "expo/expo.h"
#include "web/stream.h"

/* A connection on which nothing moves for so long is closed. */
#define HTTP_IDLE_SECONDS 10U
/* So long the metrics may take to be read; then the connection is closed, whatever still moves. */
#define HTTP_ANSWER_NS (120 * NS_PER_SECOND)

struct http_handlers {
    void *context;
    /* Opens the metrics, which are then read, and closed, by the thread of the address. */
    struct stream_source (*metrics)(void *context, enum expo_format format);
    void (*page)(void *context, struct buf *out);
    /* What is not ready yet goes to `message` (one line). */
    bool (*ready)(void *context, struct buf *message);
    /* Reloads the configuration; on failure what is wrong goes to `message`. May block, which
     * delays other requests to the same address, but must return when the program wants to
     * http_stop. */
    bool (*reload)(void *context, struct buf *message);
};

struct http;

struct http_settings {
    const struct addr *listen;
    size_t listen_count;
    const char *metrics_path;
    unsigned scrapes_max; /* metrics requests in flight; beyond them 503. 0: no limit */
    unsigned idle_seconds; /* 0: HTTP_IDLE_SECONDS */
    int64_t answer_ns; /* 0: HTTP_ANSWER_NS */
    bool is_plain; /* nothing is compressed, whatever is asked */
};

/* Starts serving on each address; an IPv6 address does not take IPv4 along. Settings and handlers
 * are copied. On failure returns NULL and says which address failed and why (errno). */
struct http *http_start(const struct http_settings *settings, const struct http_handlers *handlers,
                        struct addr *failed, int *error);

/* The address that listener `index` got (useful after asking for port 0). */
struct addr http_address(const struct http *http, size_t index);

/* Stops accepting, answers what is in flight (at most about a second), frees. NULL is fine. */
void http_stop(struct http *http);

#endif
