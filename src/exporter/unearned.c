/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Many datagrams that answer nothing at once: somebody is guessing, or a responder answers in
 * another way than it should. Counted by target and reason all the time; said in the log here. */
#include <stdio.h>

#include "exporter/exporter.h"
#include "host/clock.h"
#include "host/log.h"

#define PERIOD_NS (5 * NS_PER_SECOND)
/* From one line to the next, whatever comes. */
#define QUIET_NS (60 * NS_PER_SECOND)
/* A few come late or twice on any bad path. */
#define BURST 100

/* Late replies to an operation before are the path's, not somebody's. */
static uint64_t unearned_of(const struct report *report, enum unmatched *most)
{
    uint64_t sum = 0;
    *most = UNMATCHED_SOURCE;
    for (unsigned i = 0; i < UNMATCHED_COUNT; i++) {
        if (i == UNMATCHED_EARLIER) {
            continue;
        }
        sum += report->unmatched[i];
        if (report->unmatched[i] > report->unmatched[*most]) {
            *most = (enum unmatched)i;
        }
    }
    return sum;
}

/* All targets together, and the one that has most. */
struct survey {
    uint64_t total, largest;
    enum unmatched reason;
    char name[256];
};

static void survey_snapshot(const struct snapshot *snapshot, struct survey *survey)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        enum unmatched reason;
        uint64_t count = unearned_of(snapshot->reports[i], &reason);
        survey->total += count;
        if (count > survey->largest) {
            survey->largest = count;
            survey->reason = reason;
            snprintf(survey->name, sizeof survey->name, "%s",
                     snapshot->reports[i]->spec->identity.name);
        }
    }
}

static void say(const struct survey *survey, uint64_t count)
{
    log_line(LOG_LEVEL_WARN,
             "many datagrams that answer nothing: somebody may be guessing answers "
             "(ipsla_unmatched_datagrams_total)",
             "datagrams", LOG_NUMBER(count), "most_at_target", survey->name, "reason",
             unmatched_name(survey->reason), NULL);
}

struct mono exporter_watch_unearned(struct exporter *exporter)
{
    struct unearned *watch = &exporter->unearned;
    struct mono now = clock_now().mono;
    if (mono_is_before(now, watch->next)) {
        return watch->next;
    }
    struct survey survey = {0};
    for (unsigned i = 0; i < exporter->work.count; i++) {
        struct snapshot *snapshot = engine_worker_acquire(exporter->workers[i]);
        survey_snapshot(snapshot, &survey);
        snapshot_unref(snapshot);
    }
    /* Counters of a target that is gone leave the total. */
    uint64_t count = survey.total > watch->total ? survey.total - watch->total : 0;
    if (count >= BURST && !mono_is_before(now, watch->quiet_until)) {
        say(&survey, count);
        watch->quiet_until = mono_add(now, QUIET_NS);
    }
    watch->total = survey.total;
    watch->next = mono_add(now, PERIOD_NS);
    return watch->next;
}
