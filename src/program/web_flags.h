/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The flags of the HTTP server, the same in every program that has one. */
#ifndef PROGRAM_WEB_FLAGS_H
#define PROGRAM_WEB_FLAGS_H

#include "expo/view.h"
#include "program/options.h"
#include "program/web_place.h"
#include "web/http.h"

#define WEB_FLAGS_LISTEN_MAX 16

/* Rows for an option table. `listen`: where to serve when nothing is said; NULL: nowhere. */
#define WEB_FLAGS_ROWS(listen)                                                                     \
    {"web.listen-address", "[HOST:]PORT", listen,                                                  \
     "Where to serve HTTP; unix:/PATH[,mode=0660] for a Unix socket.", true},                      \
        {"web.systemd-socket", NULL, NULL,                                                         \
         "Serve HTTP on the sockets that systemd opened, instead of --web.listen-address.",        \
         false},                                                                                   \
        {"web.route-prefix", "PATH", NULL,                                                         \
         "What all paths begin with; without it the path of --web.external-url.", false},          \
        {"web.external-url", "URL", NULL,                                                          \
         "The URL under which clients reach this, for example behind a proxy.", false},            \
        {"web.telemetry-path", "PATH", "/metrics", "Where the metrics are.", false},               \
        {"web.disable-exporter-metrics", NULL, NULL,                                               \
         "Leave out the metrics about this program: ipsla_exporter_..., process_....", false},     \
        {"web.config.file", "FILE", NULL,                                                          \
         "TLS, passwords, headers and a limit of requests, in the format of Prometheus' "          \
         "exporter-toolkit.",                                                                      \
         false},                                                                                   \
        {"web.health-checks", "MODE", "protected",                                                 \
         "open: /-/healthy and /-/ready need no password and are not limited.", false},            \
        {"web.enable-lifecycle", NULL, NULL, "Let clients reload by POST /-/reload.", false},      \
        {"web.max-requests", "N", "40",                                                            \
         "Answers with metrics or a page at once; others wait, then get 503. 0: no limit.",        \
         false},                                                                                   \
        {"web.max-connections", "N", "1024",                                                       \
         "Connections, 4 to 16384, at most a quarter of the descriptors; beyond, the client "      \
         "address that has the most loses one.",                                                   \
         false},                                                                                   \
        {"web.request-timeout", "DURATION", "10s",                                                 \
         "Time for a whole request, from connecting or the last answer on.", false},               \
    {                                                                                              \
        "web.answer-timeout", "DURATION", "2m", "Time for a client to read an answer.", false      \
    }

struct web_flags {
    struct addr listen[WEB_FLAGS_LISTEN_MAX];
    struct web_unix unix_at[WEB_FLAGS_LISTEN_MAX];
    size_t unix_count;
    int sockets[WEB_FLAGS_LISTEN_MAX]; /* Unix sockets, or those of systemd */
    bool uses_systemd;
    char route_prefix[WEB_PATH_MAX], external_path[WEB_PATH_MAX];
    struct http_settings http;
};

/* Reads those flags, and the web configuration; resolves names. `out` must stay where it is. 0 or
 * an exit status, with the error printed. */
int web_flags_read(const struct options *options, struct web_flags *out);

/* Whether a server is wanted. */
bool web_flags_want_http(const struct web_flags *flags);

/* Starts the server, or logs why it cannot and returns NULL. */
struct http *web_flags_start(struct web_flags *flags, const struct http_handlers *handlers);

/* After the server was stopped. */
void web_flags_fini(struct web_flags *flags);

/* What the metrics say of the web configuration; for the thread that serves. NULL: there is none.
 */
void web_view_fill(const struct guard *guard, struct expo_view *out);

/* Logs where it listens. */
void web_flags_log(const struct web_flags *flags, const struct http *http);

#endif
