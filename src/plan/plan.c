/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "plan/cost.h"

static int compare_names(const void *left, const void *right)
{
    const struct spec *a = *(const struct spec *const *)left;
    const struct spec *b = *(const struct spec *const *)right;
    return strcmp(a->identity.host, b->identity.host);
}

static int compare_hosts(const void *left, const void *right)
{
    const struct plan_host *a = left, *b = right;
    double difference = b->average.sent.packets - a->average.sent.packets;
    return difference != 0 ? (difference > 0) - (difference < 0) : strcmp(a->name, b->name);
}

static void add_target(struct plan *plan, const struct spec *spec)
{
    struct plan_host *host = plan->host_count == 0 ? NULL : &plan->hosts[plan->host_count - 1];
    if (host == NULL || strcmp(host->name, spec->identity.host) != 0) {
        host = &plan->hosts[plan->host_count++];
        *host = (struct plan_host){.name = spec->identity.host};
    }
    const struct traffic average = traffic_average(spec), train = traffic_train(spec);
    const struct traffic path = traffic_path(spec);
    host->targets++;
    traffic_add(&host->average, &average);
    traffic_add(&host->trains, &train);
    traffic_add(&plan->average, &average);
    traffic_add(&plan->trains, &train);
    traffic_add(&plan->paths, &path);
    plan->cost.memory_bytes += cost_target_bytes(spec);
}

static void add_targets(struct plan *plan, const struct spec_set *targets)
{
    const struct spec **sorted = mem_alloc(targets->count + 1, sizeof *sorted);
    memcpy(sorted, targets->specs, targets->count * sizeof *sorted);
    qsort(sorted, targets->count, sizeof *sorted, compare_names);
    for (size_t i = 0; i < targets->count; i++) {
        add_target(plan, sorted[i]);
    }
    qsort(plan->hosts, plan->host_count, sizeof *plan->hosts, compare_hosts);
    free(sorted);
}

void plan_init(struct plan *plan, const struct config *config,
               const struct expo_responder *responder)
{
    const struct spec_set *targets = config->targets;
    *plan = (struct plan){
        .targets = targets->count,
        .hosts = mem_alloc(targets->count + 1, sizeof *plan->hosts),
        .cost.memory_bytes = COST_PROCESS_BYTES,
    };
    add_targets(plan, targets);
    metrics_measure(config, responder, plan->metrics);
    double packets = plan->average.sent.packets;
    double series = (double)plan->metrics[METRICS_CONFIGURED].series;
    plan->cost.cpu_least = packets * COST_PROBE_LEAST_NS / (double)NS_PER_SECOND;
    plan->cost.cpu_most = packets * COST_PROBE_MOST_NS / (double)NS_PER_SECOND;
    plan->cost.scrape_seconds = series * COST_SERIES_NS / (double)NS_PER_SECOND;
    plan->cost.scrape_gzip_seconds = series * COST_SERIES_GZIP_NS / (double)NS_PER_SECOND;
}

void plan_fini(struct plan *plan)
{
    free(plan->hosts);
}
