/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "exporter/change_log.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define LOOK_NS NS_PER_SECOND

/* What was known of a target. */
struct seen {
    uint64_t name; /* spec_hash */
    struct condition condition;
};

struct seen_list {
    struct seen *items;
    size_t count;
};

struct change_log {
    struct change_log_sink sink;
    struct seen_list seen; /* in the order of the snapshots */
    struct seen *by_name; /* the same sorted, made when the order is another one; else NULL */
    unsigned lines; /* that may still be written one by one */
    struct mono next_line; /* when there is one more */
    struct change_sum sum;
    struct mono sum_due;
};

struct change_log *change_log_new(const struct change_log_sink *sink)
{
    struct change_log *log = mem_alloc(1, sizeof *log);
    log->sink = *sink;
    log->lines = CHANGE_LOG_BURST;
    return log;
}

void change_log_free(struct change_log *log)
{
    if (log != NULL) {
        free(log->seen.items);
        free(log);
    }
}

static int compare_names(const void *left, const void *right)
{
    const struct seen *a = left, *b = right;
    return a->name < b->name ? -1 : a->name > b->name;
}

static struct seen *sort_by_name(const struct seen_list *seen)
{
    struct seen *sorted = mem_alloc(seen->count, sizeof *sorted);
    for (size_t i = 0; i < seen->count; i++) {
        sorted[i] = seen->items[i];
    }
    qsort(sorted, seen->count, sizeof *sorted, compare_names);
    return sorted;
}

/* What was known of the target at `index`; NULL: nothing. */
static const struct condition *find(struct change_log *log, size_t index, uint64_t name)
{
    const struct seen_list *seen = &log->seen;
    const struct seen wanted = {.name = name};
    if (index < seen->count && seen->items[index].name == name) {
        return &seen->items[index].condition;
    }
    if (seen->count == 0) {
        return NULL;
    }
    if (log->by_name == NULL) {
        log->by_name = sort_by_name(seen);
    }
    const struct seen *found =
        bsearch(&wanted, log->by_name, seen->count, sizeof wanted, compare_names);
    return found == NULL ? NULL : &found->condition;
}

/* That a target runs as it should is no news at its beginning. */
static bool is_news(const struct state_change *change)
{
    return change->from != TARGET_PENDING || change->to == TARGET_FAILED ||
           change->to == TARGET_DEGRADED;
}

static void say(struct change_log *log, const struct report *report,
                const struct state_change *change, struct mono now)
{
    if (log->lines > 0) {
        log->lines--;
        log->sink.change(log->sink.context, report, change);
        return;
    }
    if (log->sum.count == 0) {
        log->sum_due = mono_add(now, CHANGE_LOG_PERIOD_NS);
        snprintf(log->sum.example, sizeof log->sum.example, "%s", report->spec->identity.name);
    }
    log->sum.count++;
    log->sum.to[change->to]++;
}

static void earn_line(struct change_log *log, struct mono now)
{
    if (log->lines == CHANGE_LOG_BURST) {
        log->next_line = mono_add(now, CHANGE_LOG_PERIOD_NS);
    }
    while (log->lines < CHANGE_LOG_BURST && !mono_is_before(now, log->next_line)) {
        log->lines++;
        log->next_line = mono_add(log->next_line, CHANGE_LOG_PERIOD_NS);
    }
}

static void look_at(struct change_log *log, const struct report *report, struct seen_list *seen,
                    struct mono now)
{
    struct state_change change;
    uint64_t name = spec_hash(report->spec);
    const struct condition *before = find(log, seen->count, name);
    if (condition_change(before, &report->condition, &change) && is_news(&change)) {
        say(log, report, &change, now);
    }
    seen->items[seen->count++] = (struct seen){name, report->condition};
}

struct mono change_log_look(struct change_log *log, struct snapshot *const *snapshots, size_t count,
                            struct mono now)
{
    struct seen_list seen = {0};
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += snapshots[i]->count;
    }
    seen.items = mem_alloc(total, sizeof *seen.items);
    earn_line(log, now);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < snapshots[i]->count; k++) {
            look_at(log, snapshots[i]->reports[k], &seen, now);
        }
    }
    free(log->seen.items);
    free(log->by_name);
    log->by_name = NULL;
    log->seen = seen;
    if (log->sum.count > 0 && !mono_is_before(now, log->sum_due)) {
        log->sink.sum(log->sink.context, &log->sum);
        log->sum = (struct change_sum){0};
    }
    return mono_add(now, LOOK_NS);
}
