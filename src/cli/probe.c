/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla probe: one engine with one target, run once or again and again, and what is printed after
 * each run. */
#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/all.h"
#include "cli/clock.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/total.h"
#include "host/clock.h"
#include "host/entropy.h"
#include "host/lookup.h"

enum { EXIT_FAILED = 1 };

/* The hook prints each result, and stops the host after the last one. */
struct run {
    const struct cli_request *request;
    struct engine *engine;
    struct host *host;
    struct tap *tap; /* NULL: nothing is written */
    struct mono first_start;
    struct cli_clock clock;
    uint64_t generation; /* of the engine, when it was looked at last */
    uint64_t unmatched[UNMATCHED_COUNT]; /* datagrams that results have told already */
    bool is_running; /* else the next start is waited for */
    bool is_cut; /* interrupted: what comes is the last result */
    struct cli_progress progress;
    struct cli_total total;
    int status;
};

/* The first start after `now`: the engine keeps to these moments too. */
static struct mono next_start(const struct run *run, struct mono now)
{
    int64_t period_ns = run->request->spec->schedule.frequency_ns;
    int64_t past_ns = mono_diff(now, run->first_start);
    return mono_add(run->first_start, (past_ns / period_ns + 1) * period_ns);
}

/* What a router would print if it had measured since the program started. */
static void add_ios(const struct run *run, const struct cli_result *result, struct buf *out)
{
    const struct cli_request *request = run->request;
    char destination[ADDR_TEXT_MAX];
    struct ios_name name = {"", request->ios_id == 0 ? ios_wanted_id(result->spec) : NULL, 1, true};
    if (name.wanted != NULL) {
        ios_names_number(&name, 1);
    }
    uint32_t id = request->ios_id != 0 ? request->ios_id : name.is_made ? 1 : name.id;
    struct ios_entry entry = ios_entry_of(result, id, destination);
    entry.successes = run->total.outcomes[OUTCOME_OK] - run->total.over_threshold;
    entry.failures = run->total.runs - entry.successes;
    entry.was_over_threshold = run->total.over_threshold > 0;
    cli_ios_add_head(request->output, out);
    cli_ios_add(request->output, &entry, out);
}

static void print_result(struct run *run, const struct cli_result *result)
{
    const struct cli_request *request = run->request;
    struct buf out = {0};
    if (request->output == CLI_JSON) {
        cli_json_format(result, request->wants_packets, &out);
    } else if (request->output == CLI_NAGIOS) {
        run->status = (int)cli_nagios_format(result, &out);
    } else if (cli_is_ios(request->output)) {
        add_ios(run, result, &out);
    } else if (request->is_repeated) {
        cli_total_add_line(&run->total, result, &out);
    } else {
        cli_text_format(result, &out);
    }
    cli_progress_erase(&run->progress);
    fputs(buf_string(&out), stdout);
    fflush(stdout);
    buf_fini(&out);
}

/* The engine counts them over all operations: what came since the result before. */
static void take_unmatched(struct run *run, const struct snapshot *snapshot,
                           struct cli_result *result)
{
    for (unsigned i = 0; i < UNMATCHED_COUNT; i++) {
        result->unmatched[i] = snapshot->stats.unmatched[i] - run->unmatched[i];
        run->unmatched[i] = snapshot->stats.unmatched[i];
    }
}

static void take_result(struct run *run, const struct snapshot *snapshot)
{
    const struct report *report = snapshot->reports[0];
    struct cli_result result = {
        .spec = report->spec,
        .round = &report->latest,
        .samples = engine_samples(run->engine, 0),
        .first_due_ns = engine_first_due_ns(run->engine, 0),
        .is_interrupted = run->is_cut,
        .is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
    };
    take_unmatched(run, snapshot, &result);
    tap_write(run->tap);
    if (run->request->output != CLI_NAGIOS && report->latest.outcome != OUTCOME_OK) {
        run->status = EXIT_FAILED;
    }
    cli_total_add(&run->total, &result);
    print_result(run, &result);
}

/* A run has ended, with or without a result. */
static void end_run(struct run *run, struct instant now)
{
    struct snapshot *snapshot = engine_snapshot(run->engine);
    const struct report *report = snapshot->reports[0];
    if (report->tally.operations > run->total.runs) {
        take_result(run, snapshot);
    }
    snapshot_unref(snapshot);
    run->is_running = false;
    if (run->is_cut || (run->request->runs > 0 && run->total.runs >= run->request->runs)) {
        host_stop(run->host);
        return;
    }
    cli_clock_read(&run->clock, run->engine);
    /* Printing may have taken its time. */
    cli_progress_begin(&run->progress, next_start(run, now.mono), clock_now().mono);
}

/* The next packet, or whatever the machine does next. */
static struct mono next_due(const struct run *run)
{
    struct machine machine = engine_machine(run->engine);
    return machine.ops->deadline(machine.self);
}

static void interrupt(struct run *run, struct instant now)
{
    run->is_cut = true;
    if (!run->is_running) {
        host_stop(run->host);
    }
    engine_cut_short(run->engine, now);
}

static struct mono after(void *context, struct instant now)
{
    struct run *run = context;
    cli_clock_watch(&run->clock, run->engine, now.mono);
    if (engine_generation(run->engine) != run->generation) {
        run->generation = engine_generation(run->engine);
        end_run(run, now);
    } else if (!run->is_running) {
        run->is_running = !mono_is_before(now.mono, run->progress.started);
    }
    if (cli_is_interrupted() && !run->is_cut) {
        interrupt(run, now);
        return now.mono;
    }
    struct samples samples = engine_samples(run->engine, 0);
    return cli_progress_update(&run->progress, &samples, next_due(run), now);
}

/* Takes over the caller's reference on `spec`. */
static void make_engine(struct run *run, struct spec *spec, struct instant now)
{
    struct engine_options options = {.start_now = true};
    entropy_fill(options.seed, sizeof options.seed);
    spec->path.is_alone = true;
    spec->results.keeps_packets = true;
    struct spec_set *set = spec_set_new(&spec, 1);
    run->engine = engine_new(&options);
    cli_clock_read(&run->clock, run->engine);
    engine_apply(run->engine, set, now);
    spec_set_unref(set);
    run->generation = engine_generation(run->engine);
}

static void print_end(struct run *run)
{
    if (run->is_cut && run->total.runs == 0) {
        fprintf(stderr, "ipsla probe: interrupted before anything was measured\n");
        run->status = run->request->output == CLI_NAGIOS ? CLI_STATE_UNKNOWN : EXIT_FAILED;
        if (run->request->output == CLI_NAGIOS) {
            puts("IPSLA UNKNOWN - interrupted before anything was measured");
        }
        return;
    }
    if (run->request->is_repeated && run->request->output == CLI_TEXT) {
        struct buf out = {0};
        cli_total_format(&run->total, run->request->spec, &out);
        fputs(buf_string(&out), stdout);
        buf_fini(&out);
    }
}

/* The file of --write; false after a message. */
static bool open_tap(struct run *run)
{
    const char *file = run->request->write_file;
    run->tap = file == NULL ? NULL : tap_open(file, run->engine);
    if (file != NULL && run->tap == NULL) {
        fprintf(stderr, "ipsla probe: %s: %s\n", file, strerror(errno));
        return false;
    }
    return true;
}

/* Measures `spec`, the request's with an address; takes over the caller's reference. */
static int measure(const struct cli_request *request, struct spec *spec)
{
    struct instant now = clock_now();
    struct run run = {.request = request, .first_start = now.mono, .is_running = true};
    struct host_hook hook = {.after = after, .context = &run};
    make_engine(&run, spec, now);
    if (!open_tap(&run)) {
        engine_free(run.engine);
        return request->output == CLI_NAGIOS ? (int)CLI_STATE_UNKNOWN : EXIT_FAILED;
    }
    run.host = host_new(engine_machine(run.engine), hook);
    if (run.host == NULL) {
        fprintf(stderr, "ipsla probe: %s\n", strerror(errno));
        (void)tap_close(run.tap);
        engine_free(run.engine);
        return request->output == CLI_NAGIOS ? CLI_STATE_UNKNOWN : EXIT_FAILED;
    }
    cli_progress_open(&run.progress, request->spec, request->wants_progress);
    cli_progress_begin(&run.progress, now.mono, now.mono);
    cli_interrupt_catch(run.host);
    host_run(run.host);
    cli_interrupt_release();
    cli_progress_close(&run.progress);
    print_end(&run);
    cli_total_fini(&run.total);
    host_free(run.host);
    engine_free(run.engine);
    bool is_written = tap_close(run.tap);
    return run.status == 0 && !is_written ? EXIT_FAILED : run.status;
}

int cli_one(const struct cli_request *request)
{
    const struct spec *spec = request->spec;
    struct cli_request chosen = *request;
    struct addr ip = {0}, current = {0};
    lookup_address(spec->identity.host, spec_ip_version(spec), &current, &ip);
    chosen.spec = spec_with_ip(spec, &ip);
    cli_choose(&chosen.spec, 1);
    int status = measure(&chosen, spec_ref(chosen.spec));
    spec_unref(chosen.spec);
    return status;
}
