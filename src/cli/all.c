/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/clock.h"
#include "cli/interrupt.h"
#include "cli/lookups.h"
#include "host/clock.h"
#include "host/entropy.h"
#include "program/options.h"

#define PROGRESS_NS (200 * NS_PER_MS)

enum { EXIT_FAILED = 1 };

/* The engine has the targets that are measured at the moment; others follow as these end. */
struct all {
    const struct cli_request *request;
    struct spec **specs; /* with addresses, in the order of the file */
    struct ios_name *names; /* their numbers, with an output as of a router; else NULL */
    char **texts; /* what is printed of each; NULL: not measured yet */
    size_t count, next, printed;
    size_t *running; /* places among the specs, in the order of the engine */
    size_t running_count;
    size_t states[TARGET_STATE_COUNT];
    struct engine *engine;
    struct host *host;
    struct cli_clock clock;
    uint64_t generation; /* of the engine, when it was looked at last */
    struct mono next_progress;
    int name_width;
    bool is_cut;
};

static void erase_progress(const struct all *all)
{
    if (all->request->wants_progress) {
        fputs("\r\033[K", stderr);
    }
}

static size_t count_ended(const struct all *all)
{
    return all->next - all->running_count;
}

static void show_progress(struct all *all, struct instant now)
{
    if (all->request->wants_progress && !mono_is_before(now.mono, all->next_progress)) {
        fprintf(stderr, "\r%zu of %zu targets, %zu failed\033[K", count_ended(all), all->count,
                all->states[TARGET_FAILED]);
        all->next_progress = mono_add(now.mono, PROGRESS_NS);
    }
}

/* In the order of the file, whatever the order in which they ended. */
static void print_ended(struct all *all)
{
    bool has_any = all->printed < all->count && all->texts[all->printed] != NULL;
    if (has_any) {
        erase_progress(all);
        all->next_progress = (struct mono){0};
    }
    while (all->printed < all->count && all->texts[all->printed] != NULL) {
        fputs(all->texts[all->printed++], stdout);
    }
    if (has_any) {
        fflush(stdout);
    }
}

static void take_result(struct all *all, size_t index, const struct report *report)
{
    struct cli_result result = {
        .spec = report->spec,
        .round = &report->latest,
        .samples = engine_samples(all->engine, index),
        .first_due_ns = engine_first_due_ns(all->engine, index),
        .is_interrupted = all->is_cut,
    };
    struct buf text = {0};
    if (all->request->output == CLI_JSON) {
        cli_json_format(&result, all->request->wants_packets, &text);
    } else if (all->names != NULL) {
        char destination[ADDR_TEXT_MAX];
        struct ios_entry entry =
            ios_entry_of(&result, all->names[all->running[index]].id, destination);
        cli_ios_add(all->request->output, &entry, &text);
    } else {
        cli_all_add_row(&result, all->name_width, &text);
    }
    all->states[cli_state(&result)]++;
    all->texts[all->running[index]] = mem_string(buf_string(&text));
    buf_fini(&text);
}

/* Takes what has ended out of those that are running. */
static void take_results(struct all *all)
{
    struct snapshot *snapshot = engine_snapshot(all->engine);
    size_t kept = 0;
    for (size_t i = 0; i < all->running_count; i++) {
        if (snapshot->reports[i]->tally.operations > 0) {
            take_result(all, i, snapshot->reports[i]);
        } else {
            all->running[kept++] = all->running[i];
        }
    }
    all->running_count = kept;
    snapshot_unref(snapshot);
    print_ended(all);
}

/* Fills up with the next targets, and tells the engine. */
static void start_more(struct all *all, struct instant now)
{
    while (!all->is_cut && all->running_count < all->request->parallel && all->next < all->count) {
        all->running[all->running_count++] = all->next++;
    }
    struct spec **specs = mem_alloc(all->running_count, sizeof *specs);
    for (size_t i = 0; i < all->running_count; i++) {
        specs[i] = spec_ref(all->specs[all->running[i]]);
    }
    struct spec_set *set = spec_set_new(specs, all->running_count);
    cli_clock_read(&all->clock, all->engine);
    engine_apply(all->engine, set, now);
    all->generation = engine_generation(all->engine);
    spec_set_unref(set);
    free(specs);
}

static struct mono after(void *context, struct instant now)
{
    struct all *all = context;
    cli_clock_watch(&all->clock, all->engine, now.mono);
    if (engine_generation(all->engine) != all->generation) {
        take_results(all);
        start_more(all, now);
        if (all->running_count == 0 || all->is_cut) {
            host_stop(all->host);
        }
        show_progress(all, now);
        return now.mono;
    }
    if (all->is_cut) { /* nothing came of what was cut short */
        host_stop(all->host);
        return now.mono;
    }
    if (cli_is_interrupted()) {
        all->is_cut = true;
        engine_cut_short(all->engine, now);
        return now.mono;
    }
    show_progress(all, now);
    return all->request->wants_progress ? all->next_progress : MONO_NEVER;
}

/* Each as the file says, but once and now. */
static void make_specs(struct all *all, const struct spec_set *targets)
{
    struct addr *addresses = mem_alloc(targets->count, sizeof *addresses);
    cli_lookups(targets, addresses);
    all->count = targets->count;
    all->specs = mem_alloc(all->count, sizeof(struct spec *));
    all->texts = mem_alloc(all->count, sizeof *all->texts);
    all->running = mem_alloc(all->request->parallel, sizeof *all->running);
    for (size_t i = 0; i < all->count; i++) {
        struct spec *spec = spec_with_ip(targets->specs[i], &addresses[i]);
        spec->results.keeps_packets = true;
        spec->schedule.frequency_ns = schema_row(SLOT_FREQUENCY, spec->operation)->max;
        spec->schedule.start = SPEC_START_NOW;
        spec->schedule.life_ns = SPEC_FOREVER;
        all->specs[i] = spec;
    }
    cli_choose(all->specs, all->count);
    free(addresses);
}

/* Numbers that no label gives are said once. */
static void number_entries(struct all *all)
{
    if (!cli_is_ios(all->request->output)) {
        return;
    }
    all->names = mem_alloc(all->count, sizeof *all->names);
    for (size_t i = 0; i < all->count; i++) {
        const struct spec *spec = all->specs[i];
        all->names[i] =
            (struct ios_name){.name = spec->identity.name, .wanted = ios_wanted_id(spec)};
    }
    ios_names_number(all->names, all->count);
    ios_names_say("ipsla probe", all->names, all->count);
}

static void free_all(struct all *all)
{
    for (size_t i = 0; i < all->count; i++) {
        spec_unref(all->specs[i]);
        free(all->texts[i]);
    }
    free(all->specs);
    free(all->names);
    free(all->texts);
    free(all->running);
    host_free(all->host);
    engine_free(all->engine);
}

static void make_engine(struct all *all)
{
    struct engine_options options = {.start_now = true};
    struct host_hook hook = {.after = after, .context = all};
    entropy_fill(options.seed, sizeof options.seed);
    all->engine = engine_new(&options);
    all->host = host_new(engine_machine(all->engine), hook);
}

static void print_end(const struct all *all)
{
    erase_progress(all);
    for (size_t i = all->printed; i < all->count; i++) { /* what ended behind one that did not */
        fputs(all->texts[i] != NULL ? all->texts[i] : "", stdout);
    }
    if (all->request->output == CLI_TEXT) {
        printf("%zu %s: %zu ok, %zu degraded, %zu failed\n", count_ended(all),
               count_ended(all) == 1 ? "target" : "targets", all->states[TARGET_OK],
               all->states[TARGET_DEGRADED], all->states[TARGET_FAILED]);
    }
    if (count_ended(all) < all->count) {
        fprintf(stderr, "ipsla probe: interrupted before %zu of %zu targets were measured\n",
                all->count - count_ended(all), all->count);
    }
}

static void print_head(const struct all *all)
{
    struct buf head = {0};
    if (all->request->output == CLI_TEXT) {
        cli_all_add_head(all->name_width, &head);
    } else if (all->names != NULL) {
        cli_ios_add_head(all->request->output, &head);
    }
    fputs(buf_string(&head), stdout);
    buf_fini(&head);
}

int cli_all(const struct cli_request *request)
{
    const struct spec_set *targets = request->config->targets;
    struct all all = {.request = request, .name_width = cli_all_name_width(targets)};
    if (targets->count == 0) {
        fprintf(stderr, "ipsla probe: there are no targets in the file\n");
        return OPTIONS_EXIT_USAGE;
    }
    make_specs(&all, targets);
    number_entries(&all);
    make_engine(&all);
    if (all.host == NULL) {
        fprintf(stderr, "ipsla probe: %s\n", strerror(errno));
        free_all(&all);
        return EXIT_FAILED;
    }
    print_head(&all);
    start_more(&all, clock_now());
    cli_interrupt_catch(all.host);
    host_run(all.host);
    cli_interrupt_release();
    print_end(&all);
    bool is_good = all.states[TARGET_FAILED] == 0 && count_ended(&all) == all.count;
    free_all(&all);
    return is_good ? EXIT_SUCCESS : EXIT_FAILED;
}
