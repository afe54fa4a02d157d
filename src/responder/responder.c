/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla_responder: answers IP SLA control requests and probes until it is told to stop. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "config/address.h"
#include "config/duration.h"
#include "host/log.h"
#include "host/responder_worker.h"
#include "program/daemon.h"
#include "program/key_option.h"
#include "program/options.h"

#define TOO_MANY "is one too many"
/* As in the configuration of the exporter. */
#define MIN_DURATION_MAX_NS (60 * NS_PER_SECOND)

static const struct option_row rows[] = {
    {"listen-address", "[IP:]PORT", NULL,
     "Where to take control requests. Default: :1967 and :1167.", true},
    {"allow", "PREFIX", NULL, "Who may ask, for example 192.0.2.0/24. Not given: everybody.", true},
    {"permanent-port", "[IP:]PORT", NULL, "A probe port that is always open.", true},
    {"permanent-tcp-port", "[IP:]PORT", NULL, "A TCP port that is always open.", true},
    {"max-sessions", "N", "1000", "Most sessions at a time, 1 to 65536.", false},
    {"min-duration", "DURATION", "1s", "Shortest time a port stays open.", false},
    {"refusal", "KIND", "status16", "How to refuse: status16, status32 or silent.", false},
    {"reply", "KIND", "long", "How to accept: long or short.", false},
    {"reflect-tos", "BOOL", "true", "Answer with the TOS byte of what is answered: true or false.",
     false},
    {"timestamp-format", "FORMAT", "ntp", "Of microsecond probes: ntp or ptp.", false},
    {"key", "ID:ALGORITHM:FILE", NULL,
     "A key: md5 (version 1), sha256 or hmac-sha256 (version 2), its secret the one line of FILE. "
     "With keys, unsigned requests are refused.",
     true},
    {"replay-window", "DURATION", "5m",
     "How far the time in a signed request of version 2 may be off; 0s: not checked.", false},
    DAEMON_LOGGING_ROWS,
};

static const struct options_program program = {
    .name = "ipsla_responder",
    .usage = "[flags]",
    .summary = "Answers IP SLA control requests, UDP jitter, UDP echo and TCP connect probes.\n"
               "SIGUSR1 logs the counters; SIGTERM and SIGINT log them and end it.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
};

/* Addresses and ports of the repeatable flag `name`, at most `max`. 0 or an exit status. */
static int read_endpoints(const struct options *options, const char *name, size_t max,
                          struct addr *out, size_t *out_count)
{
    const char *text;
    size_t count = 0;
    for (size_t at = 0; (text = options_next(options, name, &at)) != NULL;) {
        if (count == max) {
            return options_reject(options, name, text, TOO_MANY);
        }
        const char *problem = address_parse_endpoint(text, &out[count++]);
        if (problem != NULL) {
            return options_reject(options, name, text, problem);
        }
    }
    *out_count = count;
    return 0;
}

static int read_listen(const struct options *options, struct reflect_settings *settings)
{
    if (!options_has(options, "listen-address")) {
        return 0;
    }
    return read_endpoints(options, "listen-address", REFLECT_LISTEN_MAX, settings->listen,
                          &settings->listen_count);
}

static int read_permanent(const struct options *options, struct reflect_settings *settings)
{
    int status = read_endpoints(options, "permanent-port", REFLECT_PERMANENT_MAX,
                                settings->permanent, &settings->permanent_count);
    return status != 0 ? status
                       : read_endpoints(options, "permanent-tcp-port", REFLECT_PERMANENT_MAX,
                                        settings->permanent_tcp, &settings->permanent_tcp_count);
}

static int read_allow(const struct options *options, struct reflect_settings *settings)
{
    const char *text;
    settings->allow_count = 0;
    for (size_t at = 0; (text = options_next(options, "allow", &at)) != NULL;) {
        if (settings->allow_count == REFLECT_ALLOW_MAX) {
            return options_reject(options, "allow", text, TOO_MANY);
        }
        const char *problem = address_parse_prefix(text, &settings->allow[settings->allow_count++]);
        if (problem != NULL) {
            return options_reject(options, "allow", text, problem);
        }
    }
    return 0;
}

/* The index of `text` among `words`, -1 when it is none of them. */
static int find_word(const char *const *words, int count, const char *text)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0) {
            return i;
        }
    }
    return -1;
}

static int read_limits(const struct options *options, struct reflect_settings *settings)
{
    uint64_t sessions;
    const char *text = options_value(options, "max-sessions");
    if (!options_parse_number(text, 1, 65536, &sessions)) {
        return options_refuse(options, "max-sessions", text, "a number from 1 to 65536");
    }
    settings->max_sessions = (uint32_t)sessions;
    text = options_value(options, "min-duration");
    const char *problem = duration_parse(text, &settings->min_duration_ns);
    if (problem == NULL && settings->min_duration_ns > MIN_DURATION_MAX_NS) {
        problem = "is more than 60s";
    }
    return problem == NULL ? 0 : options_reject(options, "min-duration", text, problem);
}

static int read_kinds(const struct options *options, struct reflect_settings *settings)
{
    static const char *const refusals[] = {"status16", "status32", "silent"};
    static const char *const replies[] = {"long", "short"};
    static const char *const formats[TIMESTAMP_FORMAT_COUNT] = {"ntp", "ptp"};
    const char *text = options_value(options, "refusal");
    int found = find_word(refusals, 3, text);
    if (found < 0) {
        return options_refuse(options, "refusal", text, "status16, status32 or silent");
    }
    settings->refusal = (enum reflect_refusal)found;
    text = options_value(options, "reply");
    found = find_word(replies, 2, text);
    if (found < 0) {
        return options_refuse(options, "reply", text, "long or short");
    }
    settings->reply = (enum reflect_reply)found;
    static const char *const no_yes[] = {"false", "true"};
    text = options_value(options, "reflect-tos");
    found = find_word(no_yes, 2, text);
    if (found < 0) {
        return options_refuse(options, "reflect-tos", text, "true or false");
    }
    settings->reflect_tos = found == 1;
    text = options_value(options, "timestamp-format");
    found = find_word(formats, TIMESTAMP_FORMAT_COUNT, text);
    if (found < 0) {
        return options_refuse(options, "timestamp-format", text, "ntp or ptp");
    }
    settings->timestamp_format = (enum timestamp_format)found;
    return 0;
}

static int read_keys(const struct options *options, struct reflect_settings *settings)
{
    const char *text;
    for (size_t at = 0; (text = options_next(options, "key", &at)) != NULL;) {
        if (settings->key_count == REFLECT_KEYS_MAX) {
            return options_reject(options, "key", text, TOO_MANY);
        }
        const char *problem = key_option_parse(text, &settings->keys[settings->key_count++]);
        if (problem != NULL) {
            return options_reject(options, "key", text, problem);
        }
    }
    text = options_value(options, "replay-window");
    const char *problem = duration_parse(text, &settings->replay_window_ns);
    return problem == NULL ? 0 : options_reject(options, "replay-window", text, problem);
}

/* 0 or an exit status. */
static int read_settings(const struct options *options, struct reflect_settings *settings)
{
    reflect_settings_default(settings);
    int status = read_listen(options, settings);
    if (status == 0) {
        status = read_permanent(options, settings);
    }
    if (status == 0) {
        status = read_allow(options, settings);
    }
    if (status == 0) {
        status = read_limits(options, settings);
    }
    if (status == 0) {
        status = read_kinds(options, settings);
    }
    if (status == 0) {
        status = read_keys(options, settings);
    }
    return status == 0 ? daemon_read_logging(options) : status;
}

static void log_listening(const char *message, const struct addr *addresses, size_t count)
{
    char text[ADDR_TEXT_MAX];
    for (size_t i = 0; i < count; i++) {
        log_line(LOG_LEVEL_INFO, message, "address", addr_format(&addresses[i], text), NULL);
    }
}

/* "auth=2 limit=1": those of `counts` that are not zero. */
static void add_counts(struct buf *out, const uint64_t *counts, size_t count,
                       const char *(*name_of)(unsigned))
{
    for (size_t i = 0; i < count; i++) {
        if (counts[i] != 0) {
            buf_printf(out, "%s%s=%" PRIu64, out->size == 0 ? "" : " ", name_of((unsigned)i),
                       counts[i]);
        }
    }
}

static const char *result_name(unsigned result)
{
    return reflect_result_name((enum reflect_result)result);
}

static void log_counters(const char *message, const struct responder_stats *counted)
{
    const struct reflect_stats *stats = &counted->reflect;
    char jitter[24], jitter_us[24], echo[24], tcp[24], socket_drops[24];
    struct buf requests = {0};
    struct buf drops = {0};
    uint64_t results[REFLECT_RESULT_COUNT];
    for (unsigned i = 0; i < REFLECT_RESULT_COUNT; i++) {
        results[i] = stats->requests[i] + stats->requests_v2[i];
    }
    add_counts(&requests, results, REFLECT_RESULT_COUNT, result_name);
    add_counts(&drops, stats->dropped, REFLECT_DROP_COUNT, reflect_drop_name);
    snprintf(jitter, sizeof jitter, "%" PRIu64, stats->jitter_probes);
    snprintf(jitter_us, sizeof jitter_us, "%" PRIu64, stats->jitter_us_probes);
    snprintf(echo, sizeof echo, "%" PRIu64, stats->echo_probes);
    snprintf(tcp, sizeof tcp, "%" PRIu64, stats->tcp_connects);
    snprintf(socket_drops, sizeof socket_drops, "%" PRIu64, counted->socket_drops);
    log_line(LOG_LEVEL_INFO, message, "requests", buf_string(&requests), "jitter_probes", jitter,
             "jitter_us_probes", jitter_us, "echo_probes", echo, "tcp_connects", tcp, "dropped",
             buf_string(&drops), "socket_drops", socket_drops, NULL);
    buf_fini(&requests);
    buf_fini(&drops);
}

/* Until a signal asks to end. */
static void serve(struct responder_worker *worker, const sigset_t *signals)
{
    for (;;) {
        int signal = sigwaitinfo(signals, NULL);
        if (signal == SIGTERM || signal == SIGINT) {
            return;
        }
        if (signal == SIGUSR1) {
            struct responder_stats stats;
            responder_worker_stats(worker, &stats);
            log_counters("counters", &stats);
        }
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct reflect_settings settings;
    int status;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    status = read_settings(&options, &settings);
    if (status != 0) {
        return status;
    }
    static const int also[] = {SIGUSR1, 0};
    sigset_t signals = daemon_block_signals(also);
    daemon_raise_limits();
    struct addr failed;
    int error;
    struct responder_worker *worker = responder_worker_start(&settings, &failed, &error);
    if (worker == NULL) {
        char text[ADDR_TEXT_MAX];
        log_line(LOG_LEVEL_ERROR, "cannot listen", "address", addr_format(&failed, text), "error",
                 daemon_listen_error(&failed, error), NULL);
        return 1;
    }
    log_listening("listening", settings.listen, settings.listen_count);
    log_listening("permanent port open", settings.permanent, settings.permanent_count);
    log_listening("permanent TCP port open", settings.permanent_tcp, settings.permanent_tcp_count);
    serve(worker, &signals);
    struct responder_stats last;
    responder_worker_stop(worker, &last);
    log_counters("stopped", &last);
    return 0;
}
