/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server: connections, requests, answers, all on one thread. What is served where is in
 * routes.h, who has a connection and who must go in slots.h. Connections, their memory, the time of
 * a request and of an answer are bounded; bodies of requests are discarded. */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/time.h"
#include "web/guard.h"
#include "web/handlers.h"

#define HTTP_CONNECTIONS 1024
#define HTTP_CONNECTIONS_MAX 16384
#define HTTP_REQUEST_NS (10 * NS_PER_SECOND)
#define HTTP_ANSWER_NS (120 * NS_PER_SECOND)
#define HTTP_UNREAD_NS (10 * NS_PER_SECOND)
#define HTTP_WAIT_NS (5 * NS_PER_SECOND)
#define HTTP_STALLED_NS (50 * NS_PER_MS)

struct http;

struct http_settings {
    const struct addr *listen;
    size_t listen_count;
    const int *sockets; /* listening, opened by the caller and taken over in any case */
    size_t socket_count;
    const char *metrics_path;
    /* Without a slash at the end; NULL or "": none. Must live longer. */
    const char *route_prefix; /* what all paths begin with */
    const char *external_path; /* the same as clients see it */
    unsigned connections_max; /* also at most a quarter of the descriptors; 0: HTTP_CONNECTIONS */
    unsigned places_max; /* large answers (routes.h) at once; 0: no limit */
    /* See slots.h; 0: as above. */
    int64_t request_ns, answer_ns, unread_ns, wait_ns, stalled_ns;
    int64_t share_ns; /* who asks so long after another gets the same metrics; 0: SHARE_NS */
    struct guard *guard; /* TLS and passwords, read already; NULL: none. Must live longer. */
    bool has_open_health; /* /-/healthy and /-/ready need no password */
    bool is_plain; /* nothing is compressed */
    bool hides_program; /* the metrics are without those about this program */
    bool has_lifecycle; /* a reload may be requested */
};

/* Starts serving on each address: [::] takes IPv4 along, unless another address has that port for
 * IPv4. Settings and handlers
 * are copied. On failure returns NULL and says which address failed and why (errno). */
struct http *http_start(const struct http_settings *settings, const struct http_handlers *handlers,
                        struct addr *failed, int *error);

/* The address that listener `index` got (useful after asking for port 0). */
struct addr http_address(const struct http *http, size_t index);

/* The reload that a client requested is done; from any thread. */
void http_reloaded(struct http *http, bool is_successful);

/* Stops accepting, answers what is in flight (at most about a second), frees. NULL is fine. */
void http_stop(struct http *http);

/* The version of libmicrohttpd that runs. */
const char *http_library_version(void);

#endif
