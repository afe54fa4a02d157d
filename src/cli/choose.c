/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The protocols are tried before one measurement of `operation: auto`. */
#include "cli/all.h"
#include "cli/interrupt.h"
#include "engine/chooser.h"
#include "engine/engine.h"
#include "host/clock.h"
#include "host/entropy.h"
#include "host/host.h"
#include "operation/operation.h"

/* An engine that measures the trials of a chooser until it knows. */
struct run {
    struct chooser *chooser;
    struct engine *engine;
    struct host *host;
    uint64_t generation; /* of the engine, when it was looked at last */
};

static void ignore_change(void *context, const struct chooser_change *change)
{
    (void)context;
    (void)change;
}

static void take_results(struct run *run, struct instant now)
{
    struct snapshot *snapshot = engine_snapshot(run->engine);
    for (size_t i = 0; i < snapshot->count; i++) {
        chooser_take(run->chooser, snapshot->reports[i], now.mono);
    }
    snapshot_unref(snapshot);
}

/* False: nothing is to be done now. */
static bool start_more(struct run *run, struct instant now)
{
    struct spec_set *trials = chooser_trials(run->chooser, now.mono);
    if (trials != NULL) {
        engine_apply(run->engine, trials, now);
        spec_set_unref(trials);
    }
    run->generation = engine_generation(run->engine);
    return trials != NULL;
}

static struct mono after(void *context, struct instant now)
{
    struct run *run = context;
    if (engine_generation(run->engine) != run->generation) {
        take_results(run, now);
    }
    if (!chooser_is_undecided(run->chooser) || cli_is_interrupted()) {
        host_stop(run->host);
        return now.mono;
    }
    bool has_begun = start_more(run, now);
    return has_begun ? now.mono : chooser_due(run->chooser);
}

static void try_protocols(struct run *run)
{
    struct engine_options options = {.start_now = true};
    struct host_hook hook = {.after = after, .context = run};
    entropy_fill(options.seed, sizeof options.seed);
    run->engine = engine_new(&options);
    run->host = host_new(engine_machine(run->engine), hook);
    if (run->host != NULL) {
        (void)start_more(run, clock_now());
        cli_interrupt_catch(run->host);
        host_run(run->host);
        cli_interrupt_release();
    }
    host_free(run->host);
    engine_free(run->engine);
}

/* What is known by now of each, in their places. */
static void exchange(struct chooser *chooser, struct spec **specs, size_t count)
{
    struct mono now = clock_now().mono;
    size_t chosen = 0;
    for (size_t i = 0; i < count; i++) {
        if (specs[i]->operation->chooses) {
            struct spec *head = specs[i];
            specs[i] = chooser_spec(chooser, chosen++, &head->path.peer, now);
            spec_unref(head);
        }
    }
}

/* So that the chooser knows all addresses. */
static size_t register_addresses(struct chooser *chooser, const struct spec_set *set)
{
    struct mono now = clock_now().mono;
    size_t chosen = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->specs[i]->operation->chooses) {
            spec_unref(chooser_spec(chooser, chosen++, &set->specs[i]->path.peer, now));
        }
    }
    return chosen;
}

void cli_choose(struct spec **specs, size_t count)
{
    struct run run = {.chooser = chooser_new(ignore_change, NULL)};
    for (size_t i = 0; i < count; i++) {
        spec_ref(specs[i]);
    }
    struct spec_set *set = spec_set_new(specs, count);
    chooser_set_targets(run.chooser, set, clock_now().mono);
    if (register_addresses(run.chooser, set) > 0) {
        try_protocols(&run);
        exchange(run.chooser, specs, count);
    }
    spec_set_unref(set);
    chooser_free(run.chooser);
}
