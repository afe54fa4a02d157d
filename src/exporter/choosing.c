/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets of `operation: auto` between their chooser and the threads: a thread of its own measures
 * the trials, the measuring threads tell how it goes, and what was chosen is handed to them as an
 * address is that has moved. */
#include <errno.h>
#include <string.h>

#include "exporter/exporter.h"
#include "host/clock.h"
#include "host/log.h"
#include "probe/choice.h"

#define JUDGE_NS NS_PER_SECOND

static void log_choice(void *context, const struct chooser_change *change)
{
    const struct choice *choice = change->spec->choice, *before = change->before;
    struct buf why = {0};
    bool is_worse =
        choice->state == CHOICE_VAIN || (before != NULL && before->chosen < choice->chosen);
    (void)context;
    explain_choice(change->spec, &why);
    log_line(is_worse ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
             choice->state == CHOICE_VAIN ? "no protocol works" : "protocol chosen", "target",
             change->spec->identity.name, "protocol", choice_row(choice)->name, "before",
             before == NULL ? "" : choice_row(before)->name, "reason", buf_string(&why), NULL);
    buf_fini(&why);
}

struct chooser *exporter_new_chooser(struct exporter *exporter)
{
    return chooser_new(log_choice, exporter);
}

/* On the thread of the trials. */
static void take_published(void *context)
{
    struct exporter *exporter = context;
    atomic_store(&exporter->has_trial_results, true);
    exporter_wake(exporter);
}

void exporter_set_choices(struct exporter *exporter, const struct spec_set *targets)
{
    chooser_set_targets(exporter->chooser, targets, clock_now().mono);
    if (chooser_count(exporter->chooser) == 0 || exporter->trials != NULL) {
        return;
    }
    exporter->trials = engine_worker_start_prompt(take_published, exporter);
    if (exporter->trials == NULL) {
        log_line(LOG_LEVEL_ERROR, "no protocol can be chosen: no thread for it", "error",
                 strerror(errno), NULL);
    }
}

static void take_results(struct exporter *exporter, struct mono now)
{
    if (!atomic_exchange(&exporter->has_trial_results, false)) {
        return;
    }
    struct snapshot *snapshot = engine_worker_acquire(exporter->trials);
    for (size_t i = 0; i < snapshot->count; i++) {
        chooser_take(exporter->chooser, snapshot->reports[i], now);
    }
    snapshot_unref(snapshot);
}

static void judge(struct exporter *exporter, struct mono now)
{
    if (mono_is_before(now, exporter->choices_next)) {
        return;
    }
    for (unsigned i = 0; i < exporter->work.count; i++) {
        struct snapshot *snapshot = engine_worker_acquire(exporter->workers[i]);
        for (size_t k = 0; k < snapshot->count; k++) {
            chooser_judge(exporter->chooser, snapshot->reports[k], now);
        }
        snapshot_unref(snapshot);
    }
    exporter->choices_next = mono_add(now, JUDGE_NS);
}

struct mono exporter_watch_choices(struct exporter *exporter)
{
    struct mono now = clock_now().mono;
    if (exporter->trials == NULL) {
        return MONO_NEVER;
    }
    take_results(exporter, now);
    if (chooser_count(exporter->chooser) > 0) {
        judge(exporter, now);
    }
    struct spec_set *trials = chooser_trials(exporter->chooser, now);
    if (trials != NULL) {
        engine_worker_apply(exporter->trials, trials);
        spec_set_unref(trials);
    }
    if (chooser_take_news(exporter->chooser)) {
        atomic_store(&exporter->has_new_addresses, true);
    }
    struct mono due = chooser_due(exporter->chooser);
    return chooser_count(exporter->chooser) > 0 ? mono_min(due, exporter->choices_next) : due;
}
