/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Real-time priority for the measuring threads, and its end when one of them runs without a pause:
 * the kernel watches that (RLIMIT_RTTIME) and sends the process SIGXCPU. */
#include <string.h>
#include <sys/resource.h>

#include "exporter/exporter.h"
#include "host/log.h"

static int set_realtime(struct exporter *exporter, bool is_realtime)
{
    int error = 0;
    for (unsigned i = 0; i < exporter->work.count && error == 0; i++) {
        error = engine_worker_set_realtime(exporter->workers[i], is_realtime);
    }
    if (error == 0) {
        error = prober_set_realtime(exporter->prober, is_realtime);
    }
    atomic_store(&exporter->is_realtime, is_realtime && error == 0);
    return error;
}

/* The limit comes first: a real-time thread that never pauses would not let this one set it. */
void exporter_begin_realtime(struct exporter *exporter)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_RTTIME, &limit) == 0) {
        limit.rlim_cur = EXPORTER_REALTIME_MS * 1000;
        (void)setrlimit(RLIMIT_RTTIME, &limit);
    }
    int error = set_realtime(exporter, true);
    if (error != 0) {
        log_line(LOG_LEVEL_WARN,
                 "no real-time scheduling, which needs CAP_SYS_NICE or RLIMIT_RTPRIO", "error",
                 strerror(-error), NULL);
    }
}

void exporter_end_realtime(struct exporter *exporter)
{
    (void)set_realtime(exporter, false);
    log_line(LOG_LEVEL_ERROR,
             "real-time priority dropped: a measuring thread ran 500 ms without a pause", NULL);
}
