/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/web_flags.h"

#include <stdio.h>
#include <string.h>

#include "config/duration.h"
#include "host/entropy.h"
#include "host/log.h"
#include "program/activation.h"
#include "program/daemon.h"
#include "web/listen.h"
#include "web/routes.h"

#define ANSWERS_MAX 1000000
#define CONNECTIONS_MIN 4
#define TIMEOUT_MIN_NS NS_PER_SECOND
#define TIMEOUT_MAX_NS (3600 * NS_PER_SECOND)
#define FINDING_BYTES 512

static bool is_metrics_path(const char *path)
{
    return path[0] == '/' && web_place_is_plain(path) && routes_is_free(path);
}

/* One value of --web.listen-address. NULL, or what is wrong. */
static const char *add_listen(const char *text, struct web_flags *out)
{
    if (out->http.listen_count + out->unix_count == WEB_FLAGS_LISTEN_MAX) {
        return "is one too many";
    }
    return web_place_is_unix(text) ? web_place_parse_unix(text, &out->unix_at[out->unix_count++])
                                   : web_place_parse(text, &out->listen[out->http.listen_count++]);
}

static int read_listen(const struct options *options, struct web_flags *out)
{
    const char *text;
    out->http.listen = out->listen;
    out->uses_systemd = options_has(options, "web.systemd-socket");
    if (out->uses_systemd) {
        return options_has(options, "web.listen-address")
                   ? options_reject(options, "web.listen-address",
                                    options_value(options, "web.listen-address"),
                                    "cannot be given with --web.systemd-socket")
                   : 0;
    }
    for (size_t at = 0; (text = options_next(options, "web.listen-address", &at)) != NULL;) {
        const char *problem = add_listen(text, out);
        if (problem != NULL) {
            return options_reject(options, "web.listen-address", text, problem);
        }
    }
    return 0;
}

/* What is in front of all paths: for us, and for clients. */
static int read_prefix(const struct options *options, struct web_flags *out)
{
    const char *url = options_value(options, "web.external-url");
    const char *prefix = options_value(options, "web.route-prefix");
    const char *problem = url == NULL ? NULL : web_place_parse_url(url, out->external_path);
    if (problem != NULL) {
        return options_reject(options, "web.external-url", url, problem);
    }
    problem = prefix == NULL ? NULL : web_place_parse_prefix(prefix, out->route_prefix);
    if (problem != NULL) {
        return options_reject(options, "web.route-prefix", prefix, problem);
    }
    if (prefix == NULL) {
        memcpy(out->route_prefix, out->external_path, sizeof out->route_prefix);
    }
    if (url == NULL) {
        memcpy(out->external_path, out->route_prefix, sizeof out->external_path);
    }
    out->http.route_prefix = out->route_prefix;
    out->http.external_path = out->external_path;
    return 0;
}

/* A flag whose value is a number from `min` to `max`. */
static int read_number(const struct options *options, const char *name, const uint64_t range[2],
                       unsigned *out)
{
    const char *text = options_value(options, name);
    uint64_t number;
    char allowed[64];
    if (!options_parse_number(text, range[0], range[1], &number)) {
        snprintf(allowed, sizeof allowed, "a number from %u to %u", (unsigned)range[0],
                 (unsigned)range[1]);
        return options_refuse(options, name, text, allowed);
    }
    *out = (unsigned)number;
    return 0;
}

static int read_timeout(const struct options *options, const char *name, int64_t *out)
{
    const char *text = options_value(options, name);
    const char *problem = duration_parse(text, out);
    if (problem == NULL && (*out < TIMEOUT_MIN_NS || *out > TIMEOUT_MAX_NS)) {
        problem = "is not from 1s to 1h";
    }
    return problem == NULL ? 0 : options_reject(options, name, text, problem);
}

static int read_limits(const struct options *options, struct http_settings *out)
{
    static const uint64_t answers[] = {0, ANSWERS_MAX};
    static const uint64_t connections[] = {CONNECTIONS_MIN, HTTP_CONNECTIONS_MAX};
    int status = read_number(options, "web.max-requests", answers, &out->places_max);
    if (status == 0) {
        status = read_number(options, "web.max-connections", connections, &out->connections_max);
    }
    if (status == 0) {
        status = read_timeout(options, "web.request-timeout", &out->request_ns);
    }
    return status == 0 ? read_timeout(options, "web.answer-timeout", &out->answer_ns) : status;
}

/* One line of the log for each finding. */
static void on_web_config(const char *file, const char *problem)
{
    while (problem != NULL && *problem != '\0') {
        size_t length = strcspn(problem, "\n");
        char line[FINDING_BYTES];
        snprintf(line, sizeof line, "%.*s", (int)(length < sizeof line ? length : sizeof line - 1),
                 problem);
        log_line(LOG_LEVEL_ERROR, "web configuration", "finding", line, NULL);
        problem += length + (problem[length] == '\n' ? 1 : 0);
        if (*problem == '\0') {
            log_line(LOG_LEVEL_ERROR, "the old web configuration stays in force", "file", file,
                     NULL);
            return;
        }
    }
    log_line(LOG_LEVEL_INFO, "web configuration loaded", "file", file, NULL);
}

/* 0 or an exit status. */
static int read_config(const struct options *options, struct http_settings *out)
{
    struct guard_settings settings = {
        .file = options_value(options, "web.config.file"),
        .on_change = on_web_config,
    };
    struct diagnostics diagnostics = {0};
    struct buf text = {0};
    if (settings.file == NULL) {
        return 0;
    }
    entropy_fill(settings.key, sizeof settings.key);
    out->guard = guard_new(&settings, &diagnostics);
    diagnostics_format(&diagnostics, &text);
    fputs(buf_string(&text), stderr);
    buf_fini(&text);
    diagnostics_fini(&diagnostics);
    return out->guard != NULL ? 0 : OPTIONS_EXIT_USAGE;
}

static int read_health(const struct options *options, struct http_settings *out)
{
    const char *text = options_value(options, "web.health-checks");
    out->has_open_health = strcmp(text, "open") == 0;
    return out->has_open_health || strcmp(text, "protected") == 0
               ? 0
               : options_refuse(options, "web.health-checks", text, "open or protected");
}

int web_flags_read(const struct options *options, struct web_flags *out)
{
    *out = (struct web_flags){
        .http = {
            .metrics_path = options_value(options, "web.telemetry-path"),
            .hides_program = options_has(options, "web.disable-exporter-metrics"),
            .has_lifecycle = options_has(options, "web.enable-lifecycle"),
        }};
    int status = read_listen(options, out);
    if (status == 0 && !is_metrics_path(out->http.metrics_path)) {
        status = options_refuse(options, "web.telemetry-path", out->http.metrics_path,
                                "a path such as /metrics");
    }
    if (status == 0) {
        status = read_prefix(options, out);
    }
    if (status == 0) {
        status = read_limits(options, &out->http);
    }
    if (status == 0) {
        status = read_health(options, &out->http);
    }
    return status == 0 ? read_config(options, &out->http) : status;
}

void web_flags_fini(struct web_flags *flags)
{
    guard_free(flags->http.guard);
    flags->http.guard = NULL;
    for (size_t i = 0; i < flags->http.socket_count && i < flags->unix_count; i++) {
        listen_remove_unix(flags->unix_at[i].path);
    }
}

void web_view_fill(const struct guard *guard, struct expo_view *out)
{
    if (guard != NULL) {
        struct guard_state state = guard_state(guard);
        out->has_web_config = true;
        out->web_config_successful = state.is_current;
        out->web_config_success = state.changed;
    }
}

bool web_flags_want_http(const struct web_flags *flags)
{
    return flags->http.listen_count + flags->unix_count > 0 || flags->uses_systemd;
}

/* Sockets that the server does not open. False, with a line logged, when one cannot be had. */
static bool open_sockets(struct web_flags *flags)
{
    const char *problem = NULL;
    flags->http.sockets = flags->sockets;
    if (flags->uses_systemd) {
        flags->http.socket_count = activation_take(WEB_FLAGS_LISTEN_MAX, flags->sockets, &problem);
    }
    for (size_t i = 0; i < flags->unix_count && problem == NULL; i++) {
        int fd = listen_open_unix(flags->unix_at[i].path, flags->unix_at[i].mode);
        if (fd < 0) {
            log_line(LOG_LEVEL_ERROR, "cannot listen", "path", flags->unix_at[i].path, "error",
                     strerror(-fd), NULL);
            return false;
        }
        flags->sockets[flags->http.socket_count++] = fd;
    }
    if (problem != NULL) {
        log_line(LOG_LEVEL_ERROR, "cannot listen", "error", problem, NULL);
    }
    return problem == NULL;
}

struct http *web_flags_start(struct web_flags *flags, const struct http_handlers *handlers)
{
    struct addr failed;
    int error;
    char text[ADDR_TEXT_MAX];
    if (!open_sockets(flags)) {
        return NULL;
    }
    struct http *http = http_start(&flags->http, handlers, &failed, &error);
    if (http == NULL) {
        log_line(LOG_LEVEL_ERROR, "cannot listen", "address", addr_format(&failed, text), "error",
                 daemon_listen_error(&failed, error), NULL);
    }
    return http;
}

void web_flags_log(const struct web_flags *flags, const struct http *http)
{
    char text[ACTIVATION_TEXT_MAX];
    struct buf path = {0};
    buf_printf(&path, "%s%s", flags->route_prefix, flags->http.metrics_path);
    for (size_t i = 0; i < flags->http.socket_count; i++) {
        log_line(LOG_LEVEL_INFO, "listening", "address", activation_format(flags->sockets[i], text),
                 "path", buf_string(&path), NULL);
    }
    for (size_t i = 0; i < flags->http.listen_count; i++) {
        struct addr address = http_address(http, i);
        log_line(LOG_LEVEL_INFO, "listening", "address", addr_format(&address, text), "path",
                 buf_string(&path), NULL);
    }
    buf_fini(&path);
}
