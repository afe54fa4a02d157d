/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Operations that completed, and whose numbers something spoilt: the clock of a responder that was
 * set, a host of ours that had no time. No state of a target tells it, so a line does: one for each
 * kind at once, and then one a minute at most. */
#include "explain/explain.h"
#include "exporter/exporter.h"
#include "host/clock.h"
#include "host/log.h"

#define LOOK_NS NS_PER_SECOND
#define QUIET_NS (60 * NS_PER_SECOND)

static uint64_t total_of(const struct report *report, enum spoiler spoiler)
{
    return spoiler == SPOILT_BY_CLOCK ? report->tally.responder_steps : report->tally.missed;
}

/* All targets together, and one whose latest operation is spoilt. */
struct survey {
    uint64_t total;
    unsigned targets;
    struct report *example; /* a reference; NULL: none */
};

static void survey_snapshot(const struct snapshot *snapshot, enum spoiler spoiler,
                            struct survey *survey)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        struct report *report = snapshot->reports[i];
        survey->total += total_of(report, spoiler);
        if (!report->has_run || !explain_is_spoilt(&report->latest, spoiler)) {
            continue;
        }
        survey->targets++;
        if (survey->example == NULL) {
            survey->example = report_ref(report);
        }
    }
}

static void say(const struct survey *survey, enum spoiler spoiler)
{
    struct buf text = {0};
    explain_spoilt(&survey->example->latest, spoiler, &text);
    log_line(LOG_LEVEL_WARN, buf_string(&text), "target", survey->example->spec->identity.name,
             "targets", LOG_NUMBER(survey->targets), NULL);
    buf_fini(&text);
}

static void look(struct exporter *exporter, enum spoiler spoiler, struct mono now)
{
    struct spoilt *watch = &exporter->spoilt[spoiler];
    struct survey survey = {0};
    for (unsigned i = 0; i < exporter->work.count; i++) {
        struct snapshot *snapshot = engine_worker_acquire(exporter->workers[i]);
        survey_snapshot(snapshot, spoiler, &survey);
        snapshot_unref(snapshot);
    }
    bool is_new = survey.total > watch->total && survey.example != NULL;
    if (is_new && !mono_is_before(now, watch->quiet_until)) {
        say(&survey, spoiler);
        watch->quiet_until = mono_add(now, QUIET_NS);
    }
    watch->total = survey.total;
    report_unref(survey.example);
}

struct mono exporter_watch_spoilt(struct exporter *exporter)
{
    struct mono now = clock_now().mono;
    if (mono_is_before(now, exporter->spoilt_next)) {
        return exporter->spoilt_next;
    }
    for (unsigned i = 0; i < SPOILER_COUNT; i++) {
        look(exporter, (enum spoiler)i, now);
    }
    exporter->spoilt_next = mono_add(now, LOOK_NS);
    return exporter->spoilt_next;
}
