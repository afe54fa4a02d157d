/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla_responder: answers IP SLA control requests and probes until it is told to stop. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/buf.h"
#include "host/clock.h"
#include "host/log.h"
#include "program/answering.h"
#include "program/daemon.h"
#include "program/web_flags.h"
#include "responder/flags.h"
#include "responder/responder.h"

#define FAILED 1 /* exit status: it could not start */

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
    struct buf requests = {0};
    struct buf drops = {0};
    uint64_t results[REFLECT_RESULT_COUNT];
    for (unsigned i = 0; i < REFLECT_RESULT_COUNT; i++) {
        results[i] = stats->requests[i] + stats->requests_v2[i];
    }
    add_counts(&requests, results, REFLECT_RESULT_COUNT, result_name);
    add_counts(&drops, stats->dropped, REFLECT_DROP_COUNT, reflect_drop_name);
    log_line(LOG_LEVEL_INFO, message, "requests", buf_string(&requests), "jitter_probes",
             LOG_NUMBER(stats->jitter_probes), "jitter_us_probes",
             LOG_NUMBER(stats->jitter_us_probes), "stamp_packets", LOG_NUMBER(stats->stamp_packets),
             "twamp_packets", LOG_NUMBER(stats->twamp_packets), "echo_probes",
             LOG_NUMBER(stats->echo_probes), "tcp_connects", LOG_NUMBER(stats->tcp_connects),
             "dropped", buf_string(&drops), "socket_drops", LOG_NUMBER(counted->socket_drops),
             NULL);
    buf_fini(&requests);
    buf_fini(&drops);
}

static void log_open(const struct reflect_settings *settings)
{
    answering_log_open(settings);
    log_listening("permanent port open", settings->permanent, settings->permanent_count);
    log_listening("permanent TCP port open", settings->permanent_tcp,
                  settings->permanent_tcp_count);
}

static void log_cannot_listen(const struct addr *failed, int error)
{
    char text[ADDR_TEXT_MAX];
    log_line(LOG_LEVEL_ERROR, "cannot listen", "address", addr_format(failed, text), "error",
             daemon_listen_error(failed, error), NULL);
}

/* The files are read again. *settings becomes what is in force. */
static bool change(struct responder *responder, const struct options *options,
                   struct reflect_settings *settings)
{
    struct reflect_settings wanted;
    struct addr failed;
    if (flags_read(options, &wanted) != 0) {
        return false;
    }
    answering_add_ipv6(&wanted);
    answering_drop_reserved(&wanted);
    if (!answering_may_impair(&wanted, options_has(options, "impair-anywhere"))) {
        return false;
    }
    if (!reflect_may_change(settings, &wanted)) {
        log_line(LOG_LEVEL_ERROR, "a change of addresses, VRF or workers needs a restart", NULL);
        return false;
    }
    int error = responder_team_change(responder->worker, settings, &wanted, &failed);
    if (error != 0) {
        log_cannot_listen(&failed, error);
        return false;
    }
    *settings = wanted;
    return true;
}

static void reload(struct responder *responder, const struct options *options,
                   struct reflect_settings *settings)
{
    bool is_successful = change(responder, options, settings);
    atomic_store(&responder->is_reload_successful, is_successful);
    if (is_successful) {
        atomic_store(&responder->reload_success_ns, clock_now().wall.ns);
        log_line(LOG_LEVEL_INFO, "reloaded", NULL);
        shown_config_set(&responder->shown, effective_of_responder(settings));
        log_open(settings);
    } else {
        log_line(LOG_LEVEL_ERROR, "reload failed, the old settings stay in force", NULL);
    }
    if (atomic_exchange(&responder->wants_reload, false)) {
        http_reloaded(responder->http, is_successful);
    }
}

/* Until a signal asks to end. Says meanwhile whom the responder refuses. */
static void serve(struct responder *responder, const struct options *options,
                  struct reflect_settings *settings, const sigset_t *signals)
{
    static const struct timespec period = {.tv_nsec = REFUSAL_WATCH_NS % NS_PER_SECOND,
                                           .tv_sec = REFUSAL_WATCH_NS / NS_PER_SECOND};
    for (;;) {
        int signal = sigtimedwait(signals, NULL, &period);
        refusal_watch(&responder->refusals, responder->worker, clock_now().mono);
        if (signal == SIGTERM || signal == SIGINT) {
            return;
        }
        if (signal == SIGHUP) {
            reload(responder, options, settings);
        }
        if (signal == SIGUSR1) {
            struct responder_stats stats;
            responder_team_stats_now(responder->worker, &stats);
            log_counters("counters", &stats);
        }
    }
}

/* Serves HTTP if that is wanted. False: it cannot. */
static bool start_http(struct responder *responder, struct web_flags *web)
{
    struct http_handlers handlers = responder_handlers(responder);
    if (!web_flags_want_http(web)) {
        return true;
    }
    responder->http = web_flags_start(web, &handlers);
    if (responder->http != NULL) {
        web_flags_log(web, responder->http);
    }
    return responder->http != NULL;
}

/* Returns the exit status. */
static int run(const struct options *options, struct reflect_settings *settings,
               struct web_flags *web)
{
    static const int also[] = {SIGUSR1, SIGHUP, 0};
    sigset_t signals = daemon_block_signals(also);
    daemon_raise_limits();
    struct responder responder = {
        .metrics_path = web->http.metrics_path,
        .guard = web->http.guard,
        .started = clock_now().wall,
        .is_reload_successful = true,
        .shown = {.mutex = PTHREAD_MUTEX_INITIALIZER},
    };
    struct addr failed;
    int error;
    responder.reload_success_ns = responder.started.ns;
    responder.worker = responder_team_start(settings, &failed, &error);
    if (responder.worker == NULL) {
        log_cannot_listen(&failed, error);
        return 1;
    }
    shown_config_set(&responder.shown, effective_of_responder(settings));
    log_listening("listening", settings->listen, settings->listen_count);
    log_open(settings);
    bool is_serving = start_http(&responder, web);
    if (is_serving) {
        daemon_notify("READY=1");
        log_begin_serving();
        serve(&responder, options, settings, &signals);
    }
    struct responder_stats last;
    daemon_notify("STOPPING=1");
    http_stop(responder.http);
    responder_team_stop(responder.worker, &last);
    shown_config_fini(&responder.shown);
    log_counters("stopped", &last);
    return is_serving ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct options options;
    struct reflect_settings settings;
    struct web_flags web = {0};
    int status;
    if (!options_parse(&flags_program, argc, argv, &options, &status)) {
        return status;
    }
    status = web_flags_read(&options, &web);
    if (status == 0) {
        status = daemon_read_logging(&options);
    }
    if (status == 0) {
        daemon_log_start(options_value(&options, "config.file"));
        status = flags_read(&options, &settings);
    }
    if (status != 0) {
        web_flags_fini(&web);
        return status;
    }
    answering_add_ipv6(&settings);
    answering_drop_reserved(&settings);
    bool may_impair = answering_may_impair(&settings, options_has(&options, "impair-anywhere"));
    status = may_impair ? run(&options, &settings, &web) : FAILED;
    web_flags_fini(&web);
    return status;
}
