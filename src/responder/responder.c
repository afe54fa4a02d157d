/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla_responder: answers IP SLA control requests and probes until it is told to stop. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/buf.h"
#include "host/log.h"
#include "host/responder_worker.h"
#include "program/answering.h"
#include "program/daemon.h"
#include "program/options.h"
#include "responder/flags.h"

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
    if (!options_parse(&flags_program, argc, argv, &options, &status)) {
        return status;
    }
    status = flags_read(&options, &settings);
    if (status != 0) {
        return status;
    }
    answering_drop_reserved(&settings);
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
    answering_warn_open(&settings);
    log_listening("permanent port open", settings.permanent, settings.permanent_count);
    log_listening("permanent TCP port open", settings.permanent_tcp, settings.permanent_tcp_count);
    daemon_notify("READY=1");
    serve(worker, &signals);
    daemon_notify("STOPPING=1");
    struct responder_stats last;
    responder_worker_stop(worker, &last);
    log_counters("stopped", &last);
    return 0;
}
