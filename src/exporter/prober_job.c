/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "exporter/prober_job.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "expo/expo.h"
#include "host/clock.h"
#include "operation/operation.h"

/* Of the time that is left, this part is for the way of packets and for the threads. */
#define MARGIN_PART 10

static void set_text(char **place, const char *text)
{
    free(*place);
    *place = mem_string(text);
}

static int64_t at_most(int64_t value, int64_t most)
{
    return most > 0 && value > most ? most : value;
}

/* Silence is to be a result of its own, of the request or of the packets, before the time is over:
 * what is waited for is waited for as long as there is time. */
static void fit(struct spec *spec, int64_t left_ns)
{
    int64_t usable_ns = left_ns - left_ns / MARGIN_PART;
    int64_t train_ns =
        operation_train_ns(spec->operation, spec->packets.count, spec->packets.interval_ns);
    if (spec->control.tries > 0) {
        spec->control.timeout_ns =
            at_most(spec->control.timeout_ns, usable_ns / spec->control.tries);
    }
    spec->schedule.timeout_ns = at_most(spec->schedule.timeout_ns, usable_ns - train_ns);
    spec->schedule.budget_ns = left_ns;
}

void probe_job_set_spec(struct probe_job *job, const struct addr *ip, int64_t left_ns,
                        uint64_t serial)
{
    struct buf name = {0};
    struct spec *spec = spec_with_ip(job->module->spec, ip);
    buf_printf(&name, "%zu:%" PRIu64, job->place, serial);
    set_text(&spec->identity.name, buf_string(&name));
    set_text(&spec->identity.host, job->query.host);
    buf_fini(&name);
    if (job->query.port != 0) {
        spec->path.port = job->query.port;
    }
    spec->path.peer.port = ip->family == ADDR_NONE ? 0 : spec->path.port;
    spec->results.keeps_packets = job->query.wants_log;
    spec->results.history = 0; /* one operation has none */
    fit(spec, left_ns);
    job->spec = spec;
}

void probe_job_end(struct probe_job *job, enum expo_probe_result result)
{
    job->has_ended = true;
    job->result = result;
    job->duration_ns = mono_diff(clock_now().mono, job->begun);
}

void probe_job_take(struct probe_job *job, struct report *report)
{
    bool is_whole = report->has_run && !report->was_cut;
    bool is_good = is_whole && report->latest.outcome == OUTCOME_OK;
    job->report = report_ref(report);
    probe_job_end(job, is_good    ? EXPO_PROBE_SUCCESS
                       : is_whole ? EXPO_PROBE_FAILURE
                                  : EXPO_PROBE_TIMEOUT);
}

static void add_ms(struct buf *out, int64_t ns)
{
    buf_printf(out, "%.3f milliseconds", (double)ns / NS_PER_MS);
}

static void add_head(const struct probe_job *job, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    buf_printf(out, "Target: %s\nModule: %s\nTime for it: ", job->query.name, job->module->name);
    add_ms(out, job->budget_ns);
    if (job->query.addr.family == ADDR_NONE) {
        buf_printf(out, "\nLookup of %s: ", job->query.host);
        add_ms(out, job->lookup_ns);
        buf_printf(out, ", address: %s",
                   job->spec == NULL ? "-" : addr_format_ip(&job->spec->path.peer, address));
    }
    buf_add_string(out, "\n\n");
}

/* What `ipsla probe` would print. */
static void add_operation(const struct report *report, const struct spec *spec, struct buf *out)
{
    if (!report->has_run) {
        return;
    }
    struct cli_result result = {
        .spec = spec,
        .round = &report->latest,
        .samples = {.items = report->packets, .count = report->packet_count},
        .is_interrupted = report->was_cut,
    };
    memcpy(result.unmatched, report->unmatched, sizeof result.unmatched);
    cli_text_format(&result, out);
    buf_add_char(out, '\n');
}

static void add_log(const struct probe_job *job, const struct report *report, struct buf *out)
{
    static const char *const ends[EXPO_PROBE_RESULT_COUNT] = {
        [EXPO_PROBE_SUCCESS] = "completed",
        [EXPO_PROBE_FAILURE] = "failed",
        [EXPO_PROBE_TIMEOUT] = "there was no time for all of it",
        [EXPO_PROBE_CANCELLED] = "cancelled",
    };
    add_head(job, out);
    if (report != NULL) {
        add_operation(report, report->spec, out);
    }
    buf_printf(out, "Result: %s, after ", ends[job->result]);
    add_ms(out, job->duration_ns);
    buf_add_string(out, "\n\n");
}

/* Known to the client by what it asked for, and not by the name for the engine. */
static struct spec *make_shown_spec(const struct probe_job *job)
{
    struct spec *spec = spec_with_ip(job->spec, &job->spec->path.peer);
    set_text(&spec->identity.name, job->query.name);
    return spec;
}

static void render(const struct probe_job *job, struct report *report,
                   const struct metrics_request *wanted, struct buf *out)
{
    struct snapshot snapshot = {.reports = &report, .count = report != NULL};
    struct snapshot *const snapshots[] = {&snapshot};
    const struct expo_lookup lookup = {job->lookup_ns, job->lookup_at};
    const struct expo_probe probe = {.is_successful = job->result == EXPO_PROBE_SUCCESS,
                                     .duration_ns = job->duration_ns,
                                     .timeout_ns = job->budget_ns,
                                     .lookup_ns = job->lookup_ns};
    const struct expo_view view = {.version = IPSLA_VERSION,
                                   .revision = IPSLA_REVISION,
                                   .filter = wanted->filter,
                                   .now = clock_now().wall,
                                   .snapshots = snapshots,
                                   .snapshot_count = 1,
                                   .lookups = &lookup,
                                   .probe = &probe};
    expo_render(&view, job->query.wants_log ? expo_format_at(0) : wanted->format, out);
}

enum probe_answer probe_job_answer(const struct probe_job *job,
                                   const struct metrics_request *wanted, struct buf *out)
{
    struct report shown = {0};
    struct report *report = NULL;
    struct spec *spec = NULL;
    if (job->is_forbidden) {
        buf_add_string(out, "target is a name with an address that is not in probe.allow");
        return PROBE_FORBIDDEN;
    }
    if (job->report != NULL) {
        spec = make_shown_spec(job);
        /* Everything but the counter, which the engine may be changing. */
        memcpy(&shown, job->report, offsetof(struct report, references));
        shown.spec = spec;
        report = &shown;
    }
    if (job->query.wants_log) {
        add_log(job, report, out);
    }
    render(job, report, wanted, out);
    spec_unref(spec);
    return job->query.wants_log ? PROBE_LOG : PROBE_METRICS;
}

void probe_job_free(struct probe_job *job)
{
    inquiry_drop(job->inquiry);
    report_unref(job->report);
    spec_unref(job->spec);
    prober_rules_unref(job->rules);
    free(job);
}
