/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Measuring before everything else, and how that ends when it goes wrong: the kernel watches that
 * such a thread pauses (RLIMIT_RTTIME), and tells the main thread when it does not. */
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
    atomic_store(&exporter->is_realtime, is_realtime && error == 0);
    return error;
}

/* The limit comes first: a thread that never pauses would keep this one from setting it. */
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
    log_line(LOG_LEVEL_ERROR, "real-time scheduling ended: a thread did not pause for too long",
             NULL);
}
