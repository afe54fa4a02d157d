/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/web_flags.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "config/duration.h"
#include "host/clock.h"
#include "host/entropy.h"
#include "host/log.h"
#include "program/daemon.h"
#include "web/routes.h"

#define ANSWERS_MAX 1000000
#define CONNECTIONS_MIN 4
#define TIMEOUT_MIN_NS NS_PER_SECOND
#define TIMEOUT_MAX_NS (3600 * NS_PER_SECOND)
#define NAME_BYTES 256
#define FINDING_BYTES 512

static bool is_metrics_path(const char *path)
{
    return path[0] == '/' && strpbrk(path, "?#% \t\r\n\"<>") == NULL && routes_is_free(path);
}

/* The first IPv4 address of the name, else its first. */
static bool resolve(const char *name, struct addr *out)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found;
    struct addr addr = {0};
    if (getaddrinfo(name, NULL, &hints, &found) != 0) {
        return false;
    }
    for (const struct addrinfo *at = found; at != NULL && addr.family != ADDR_IPV4;
         at = at->ai_next) {
        if (at->ai_family == AF_INET) {
            addr = (struct addr){.family = ADDR_IPV4};
            memcpy(addr.ip, &((const struct sockaddr_in *)(const void *)at->ai_addr)->sin_addr, 4);
        } else if (at->ai_family == AF_INET6 && addr.family == ADDR_NONE) {
            addr.family = ADDR_IPV6;
            memcpy(addr.ip, &((const struct sockaddr_in6 *)(const void *)at->ai_addr)->sin6_addr,
                   16);
        }
    }
    freeaddrinfo(found);
    *out = addr;
    return addr.family != ADDR_NONE;
}

/* NULL, or what is wrong. A port alone means every address, which is :: as every program says it.
 */
static const char *parse_listen(const char *text, struct addr *out)
{
    static const char syntax[] =
        "is not a port, or a host and port such as 127.0.0.1:10967 or localhost:10967";
    char name[NAME_BYTES];
    const char *colon = strrchr(text, ':');
    struct addr addr;
    if (addr_parse_ip_port(text, out)) {
        if (colon == NULL || colon == text) {
            out->family = ADDR_IPV6;
        }
        return NULL;
    }
    if (colon == NULL || strchr(text, ':') != colon || !addr_parse_ip_port(colon, &addr) ||
        strcspn(text, "[]/ ") < (size_t)(colon - text) || colon - text >= NAME_BYTES) {
        return syntax;
    }
    snprintf(name, sizeof name, "%.*s", (int)(colon - text), text);
    if (!resolve(name, out)) {
        return "has a name that has no address";
    }
    out->port = addr.port;
    return NULL;
}

static int read_listen(const struct options *options, struct web_flags *out)
{
    const char *text;
    size_t count = 0;
    for (size_t at = 0; (text = options_next(options, "web.listen-address", &at)) != NULL;) {
        const char *problem = count == WEB_FLAGS_LISTEN_MAX
                                  ? "is one too many"
                                  : parse_listen(text, &out->listen[count++]);
        if (problem != NULL) {
            return options_reject(options, "web.listen-address", text, problem);
        }
    }
    out->http.listen = out->listen;
    out->http.listen_count = count;
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

static struct wall wall_now(void)
{
    return clock_now().wall;
}

/* 0 or an exit status. */
static int read_config(const struct options *options, struct http_settings *out)
{
    struct guard_settings settings = {
        .file = options_value(options, "web.config.file"),
        .on_change = on_web_config,
        .now = wall_now,
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

struct http *web_flags_start(const struct web_flags *flags, const struct http_handlers *handlers)
{
    struct addr failed;
    int error;
    char text[ADDR_TEXT_MAX];
    struct http *http = http_start(&flags->http, handlers, &failed, &error);
    if (http == NULL) {
        log_line(LOG_LEVEL_ERROR, "cannot listen", "address", addr_format(&failed, text), "error",
                 daemon_listen_error(&failed, error), NULL);
    }
    return http;
}

void web_flags_log(const struct web_flags *flags, const struct http *http)
{
    char text[ADDR_TEXT_MAX];
    for (size_t i = 0; i < flags->http.listen_count; i++) {
        struct addr address = http_address(http, i);
        log_line(LOG_LEVEL_INFO, "listening", "address", addr_format(&address, text), "path",
                 flags->http.metrics_path, NULL);
    }
}
