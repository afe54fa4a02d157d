/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a configuration will cost before it runs: packets and bandwidth of this host and of each
 * host that is measured, series and bytes of a scrape, and, as estimates from what
 * docs/benchmarks.md and docs/scale.md measured, CPU and memory. Reads the configuration and
 * nothing else. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "plan/metrics.h"
#include "plan/traffic.h"

/* Of all targets with the same `host`. Sent is what this host sends to it. */
struct plan_host {
    const char *name;
    size_t targets;
    struct traffic average; /* a second */
    struct traffic trains; /* a second, while the trains of all its targets run at once */
};

/* Estimates. */
struct plan_cost {
    /* Of one core, of measuring: when packets leave and come many at a time, and when each wakes
     * the program by itself. */
    double cpu_least, cpu_most;
    double scrape_seconds, scrape_gzip_seconds; /* of CPU, to write and send one scrape */
    uint64_t memory_bytes; /* resident, of the process, without what it keeps for evidence */
};

struct plan {
    size_t targets;
    struct traffic average, trains, paths;
    struct plan_host *hosts; /* those with the most packets on average first, then by name */
    size_t host_count;
    struct metrics_size metrics[METRICS_FORMS];
    struct plan_cost cost;
};

/* The configuration must outlive the plan. `responder` as in metrics_measure. */
void plan_init(struct plan *plan, const struct config *config,
               const struct expo_responder *responder);
void plan_fini(struct plan *plan);

#endif
