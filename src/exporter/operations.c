/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The main thread reads what is published, so the measuring threads do nothing for it. */
#include "exporter/operations.h"

#include <math.h>
#include <string.h>

#include "explain/explain.h"
#include "host/log.h"

static bool has_name(const struct operations *operations, const char *name)
{
    for (size_t i = 0; i < operations->count; i++) {
        if (strcmp(operations->targets[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

void operations_read(const struct options *options, struct operations *out)
{
    const char *name;
    size_t position = 0;
    *out = (struct operations){0};
    if (!log_is_on(LOG_LEVEL_DEBUG)) {
        if (options_has(options, "log.target")) {
            log_line(LOG_LEVEL_WARN, "--log.target does nothing without --log.level=debug", NULL);
        }
        return;
    }
    while ((name = options_next(options, "log.target", &position)) != NULL) {
        if (!has_name(out, name)) {
            out->targets[out->count++].name = name;
        }
    }
}

static double average_ms(const struct moments *moments)
{
    return moments->count == 0 ? (double)NAN : moments_average_ns(moments) / NS_PER_MS;
}

static double ms_of(const struct moments *moments, int64_t value_ns)
{
    return moments->count == 0 ? (double)NAN : (double)value_ns / NS_PER_MS;
}

static double jitter_ms(const struct way *way)
{
    return way->jitter.samples == 0 ? (double)NAN : jitter_average_ns(&way->jitter) / NS_PER_MS;
}

/* Why it failed, which limits it exceeds, or how IOS calls its end. */
static void add_result(const struct report *report, struct buf *out)
{
    const struct round *round = &report->latest;
    explain_failure(report->spec, round, report->unearned, out);
    if (out->size == 0) {
        explain_limits(&report->spec->results.limits, round, out);
    }
    if (out->size == 0) {
        explain_all_spoilt(round, "; ", out);
    }
    if (out->size == 0) {
        buf_add_string(out, return_code_text(round->return_code));
    }
}

static void log_operation(const struct report *report, uint64_t without_line)
{
    const struct round *round = &report->latest;
    struct buf result = {0};
    add_result(report, &result);
    log_line(LOG_LEVEL_DEBUG, "operation", "target", report->spec->identity.name, "started_unix_ms",
             LOG_NUMBER(round->started.ns / NS_PER_MS), "duration_ms",
             LOG_REAL((double)round->duration_ns / NS_PER_MS), "outcome",
             outcome_name(round->outcome), "result", buf_string(&result), "sent",
             LOG_NUMBER(round->sent), "received", LOG_NUMBER(round->received), "lost_sd",
             LOG_NUMBER(round->sd.lost), "lost_ds", LOG_NUMBER(round->ds.lost), "lost_unknown",
             LOG_NUMBER(round->lost_unknown), "late", LOG_NUMBER(round->late), "dropped",
             LOG_NUMBER(round->dropped_here), "unsent", LOG_NUMBER(round->unsent), "rtt_ms",
             LOG_REAL(average_ms(&round->rtt)), "rtt_min_ms",
             LOG_REAL(ms_of(&round->rtt, round->rtt.min_ns)), "rtt_max_ms",
             LOG_REAL(ms_of(&round->rtt, round->rtt.max_ns)), "jitter_sd_ms",
             LOG_REAL(jitter_ms(&round->sd)), "jitter_ds_ms", LOG_REAL(jitter_ms(&round->ds)),
             "one_way_sd_ms", LOG_REAL(average_ms(&round->sd.delay)), "one_way_ds_ms",
             LOG_REAL(average_ms(&round->ds.delay)), "operations_without_line",
             LOG_NUMBER(without_line), NULL);
    buf_fini(&result);
}

static const struct report *find_report(struct snapshot *const *snapshots, size_t count,
                                        const char *name)
{
    const struct report *report = NULL;
    for (size_t i = 0; i < count && report == NULL; i++) {
        report = snapshot_find(snapshots[i], name);
    }
    return report;
}

static void look_at(struct operations_target *target, const struct report *report)
{
    uint64_t now = report->tally.operations;
    if (now < target->said) {
        target->said = 0; /* it measures something else, and counts from the beginning */
    }
    if (now > target->said) {
        log_operation(report, now - target->said - 1);
    }
    target->said = now;
}

void operations_look(struct operations *operations, struct snapshot *const *snapshots, size_t count)
{
    for (size_t i = 0; i < operations->count; i++) {
        struct operations_target *target = &operations->targets[i];
        const struct report *report = find_report(snapshots, count, target->name);
        if (report == NULL && !target->is_missing) {
            log_line(LOG_LEVEL_WARN, "--log.target names no target of the configuration", "target",
                     target->name, NULL);
        }
        target->is_missing = report == NULL;
        if (report != NULL) {
            look_at(target, report);
        }
    }
}
