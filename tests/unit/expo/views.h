/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Views made by hand for the tests of the exposition: no engine runs behind them. */
#ifndef UNIT_EXPO_VIEWS_H
#define UNIT_EXPO_VIEWS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expo/expo.h"
#include "support/build.h"

static inline void view_label(struct spec *spec, const char *name, const char *value)
{
    spec->identity.labels = mem_resize(spec->identity.labels, spec->identity.label_count + 1,
                                       sizeof *spec->identity.labels);
    spec->identity.labels[spec->identity.label_count++] =
        (struct label){mem_string(name), mem_string(value)};
}

/* Bounds of 50 us, 1 ms and 5 s: one of each form of a bucket's bound. */
static inline void view_short_layout(struct spec *spec)
{
    const struct hist_layout layout = {3, {50 * NS_PER_US, NS_PER_MS, 5 * NS_PER_SECOND}};
    spec_set_layout(spec, &layout);
}

/* A report that takes over the reference on `spec`; nothing has run. */
static inline struct report *view_report(struct spec *spec)
{
    struct report *report = mem_alloc(1, sizeof *report);
    report->spec = spec;
    report->references = 1;
    report->condition.since = build_at(0);
    return report;
}

/* In both forms. */
static inline void view_observe(struct hist *hist, const struct hist_layout *layout,
                                int64_t value_ns)
{
    hist_observe(hist, layout, value_ns);
    native_observe(&hist->native, value_ns);
}

/* An operation that completed: 10 sent, 8 received, one lost each way. */
static inline void view_completed(struct report *report)
{
    const struct hist_layout *layout = report->spec->results.layout;
    struct round *round = &report->latest;
    report->has_run = true;
    report->has_succeeded = true;
    condition_settle(&report->condition, TARGET_OK, build_at(250 * NS_PER_MS));
    report->last_run = build_at(250 * NS_PER_MS).wall;
    report->last_success = report->last_run;
    report->next_start = build_at(60 * NS_PER_SECOND).wall;
    *round = (struct round){.outcome = OUTCOME_OK, .return_code = 1};
    round->duration_ns = 250 * NS_PER_MS;
    round->control_rtt_ns = 1234567;
    round->has_reply = true;
    round->reply_tos = 10 << 2;
    round->reply_ttl = 250;
    round->planned = 10;
    round->sent = 10;
    round->received = 8;
    if (report->spec->packets.codec != VOICE_CODEC_NONE) {
        round->voice = (struct voice){.is_scored = true, .icpif = 11, .mos_hundredths = 406};
        round->voice.r_factor = 82.204;
        round->voice.mos_cq = 4.0977;
        round->voice.mos_lq = 4.1;
    }
    round->sd.lost = 1;
    round->ds.lost = 1;
    round->sd.periods = (struct loss_periods){1, 1, 1, 0, 0};
    round->ds.periods = (struct loss_periods){1, 1, 1, 0, 0};
    round->sd.jitter.samples = 6;
    round->sd.jitter.interarrival_ns = 250000.4;
    round->sd.jitter.max_ns = NS_PER_MS;
    moments_add(&round->sd.jitter.positive, NS_PER_MS);
    moments_add(&round->sd.delay, 600 * NS_PER_US);
    moments_add(&round->sd.delay, 800 * NS_PER_US);
    moments_add(&round->ds.delay, 300 * NS_PER_US);
    round->offset = (struct clock_offset){true, -1500 * NS_PER_US, 300 * NS_PER_US};
    moments_add(&round->rtt, 400 * NS_PER_US);
    moments_add(&round->rtt, 600 * NS_PER_US);
    struct tally *tally = &report->tally;
    tally->operations = 3;
    tally->sent = 30;
    tally->received = 27;
    tally->missed = 2;
    tally->sent_late = 3;
    tally->queued = 7;
    tally->queue_dropped = 2;
    tally->unprocessed = 1;
    tally->reordered_both = 1;
    tally->negative = 4;
    tally->responder_steps = 1;
    tally->withheld[ONE_WAY_LOCAL_CLOCK] = 2;
    tally->withheld[ONE_WAY_OFFSET] = 1;
    tally->one_way = mem_alloc(1, sizeof *tally->one_way);
    view_observe(&tally->one_way->sd, layout, 700 * NS_PER_US);
    tally->dropped_here = 2;
    tally->sd.lost = 1;
    tally->ds.lost = 2;
    tally->sd.positive_samples = 4;
    tally->sd.positive_ns = 4 * NS_PER_MS;
    view_observe(&tally->rtt, layout, 40 * NS_PER_US);
    view_observe(&tally->rtt, layout, 600 * NS_PER_US);
    view_observe(&tally->rtt, layout, 6 * NS_PER_SECOND);
    view_observe(&tally->sd.jitter, layout, NS_PER_MS);
    tally->rtt.worst = (struct exemplar){600 * NS_PER_US, build_at(200 * NS_PER_MS).wall, 7};
    tally->sd.jitter.worst = (struct exemplar){NS_PER_MS, build_at(210 * NS_PER_MS).wall, 9};
    view_observe(&tally->processing, layout, 10 * NS_PER_US);
}

/* An operation whose control request was never answered. */
static inline void view_failed(struct report *report)
{
    report->has_run = true;
    condition_settle(&report->condition, TARGET_FAILED, build_at(6 * NS_PER_SECOND));
    report->last_run = build_at(6 * NS_PER_SECOND).wall;
    report->latest = (struct round){.outcome = OUTCOME_NO_CONNECTION, .return_code = 6};
    report->latest.duration_ns = 6 * NS_PER_SECOND;
    report->latest.control_rtt_ns = -1;
    report->tally.operations = 2;
    report->tally.control_retries = 4;
    report->tally.failures[OUTCOME_NO_CONNECTION] = 2;
    report->unmatched[UNMATCHED_NONCE] = 6;
}

/* A snapshot of three targets: "a" completed, "b" (echo, no address) failed, "c" did not run. */
static inline struct snapshot *view_snapshot(void)
{
    struct snapshot *snapshot = snapshot_new(3);
    struct spec *a = build_jitter_spec("a", "192.0.2.1");
    view_label(a, "site", "caf\xc3\xa9 \"1\"\\x\ny");
    view_short_layout(a);
    free(a->identity.owner);
    a->identity.owner = mem_string("noc");
    a->packets.codec = VOICE_CODEC_G729A;
    limit_put(&a->results.limits, SEVERITY_WARNING, LIMIT_LOSS, 0.01);
    limit_put(&a->results.limits, SEVERITY_CRITICAL, LIMIT_LOSS, 0.05);
    limit_put(&a->results.limits, SEVERITY_CRITICAL, LIMIT_MOS, 3.1);
    a->path.source = build_addr("192.0.2.200");
    a->path.tos = 46 << 2;
    strcpy(a->path.options.device, "eth1");
    struct spec *b = build_echo_spec("b", "192.0.2.2");
    view_short_layout(b);
    b->results.series = SERIES_ALL;
    free(b->identity.host);
    b->identity.host = mem_string("router.example");
    b->path.peer = (struct addr){0};
    struct spec *c = build_jitter_spec("c", "192.0.2.3");
    c->path.tos = 5 << 2 | 1;
    strcpy(c->path.options.device, "blue");
    c->path.is_vrf = true;
    view_short_layout(c);
    snapshot->reports[0] = view_report(a);
    snapshot->reports[1] = view_report(b);
    snapshot->reports[2] = view_report(c);
    for (size_t i = 0; i < 3; i++) {
        snapshot->reports[i]->created = build_at(-60 * NS_PER_SECOND - (int64_t)i).wall;
    }
    b->results.histograms = HIST_CLASSIC;
    b->results.shows_created = true;
    c->results.histograms = HIST_NATIVE;
    view_completed(snapshot->reports[0]);
    a->results.series = SERIES_ALL;
    snapshot->reports[0]->tally.slewed_operations = 2;
    snapshot->reports[2]->is_inactive = true;
    snapshot->reports[2]->condition.state = TARGET_INACTIVE;
    view_failed(snapshot->reports[1]);
    snapshot->stats.unmatched[UNMATCHED_SOURCE] = 5;
    snapshot->stats.io = (struct io_stats){.send_errors = {[SEND_ERROR_REFUSED] = 3},
                                           .clock_steps = 1,
                                           .socket_drops = 6,
                                           .strangers = 4,
                                           .timeless_sockets = 2};
    snapshot->stats.tx_stamps[STAMP_KERNEL] = 30;
    snapshot->stats.rx_stamps[STAMP_USER] = 27;
    hist_observe(&snapshot->stats.send_lateness, &hist_layout_default, 30 * NS_PER_US);
    hist_observe(&snapshot->stats.io.loop_lag, &hist_layout_default, 2 * NS_PER_MS);
    hist_observe(&snapshot->stats.send_queueing, &hist_layout_default, 3 * NS_PER_MS);
    return snapshot;
}

/* `snapshots` must outlive the view. */
/* A file as it should be, one that was never good, and one that was. */
static inline const struct expo_file *view_files(void)
{
    static struct expo_file files[] = {
        {.path = "targets/a.yml", .is_good = true, .targets = 2},
        {.path = "targets/b.json", .line = 3, .column = 12},
        {.path = "targets/c&d.yml", .targets = 7},
    };
    files[0].good_at = files[2].good_at = build_at(0).wall;
    return files;
}

/* A history file that was written once, and then could not be. */
static inline const struct expo_history *view_history(void)
{
    static struct expo_history history = {.file = "history"};
    history.written = build_at(0).wall;
    return &history;
}

static inline struct expo_view view_of(struct snapshot *const *snapshots, size_t count)
{
    return (struct expo_view){
        .version = "1.2.3",
        .revision = "abc1234",
        .now = build_at(NS_PER_SECOND).wall,
        .snapshots = snapshots,
        .snapshot_count = count,
        .history = view_history(),
        .process = {.cpu_seconds = 1.25,
                    .resident_bytes = 4096000,
                    .virtual_bytes = 8192000,
                    .open_fds = 12,
                    .max_fds = 1024,
                    .virtual_max_bytes = 16384000,
                    .start_time_seconds = 1767268799.5},
        .clock = {.is_synchronized = true,
                  .estimated_error_ns = 250 * NS_PER_US,
                  .maximum_error_ns = 20 * NS_PER_MS},
        .files = view_files(),
        .file_count = 3,
        .rejections = {{[EXPO_REJECTION_BUSY] = 2}},
        .config_hash = "0123456789abcdef",
        .reload_successful = true,
        .reload_success = build_at(0).wall,
        .has_web_config = true,
        .web_config_successful = true,
        .web_config_success = build_at(0).wall,
        .resolve_failures = 7,
        .scrape_seconds = 0.000345,
    };
}

/* Counters of a responder; static because a view only points to them. */
static inline const struct expo_responder *view_responder(void)
{
    static const struct expo_count requests[] = {{"accepted", 11}, {"port_in_use", 0}};
    static const struct expo_count probes[] = {{"echo", 1}, {"jitter", 20}, {"jitter_us", 300}};
    static const struct expo_count drops[] = {{"short", 3}, {"loop", 0}};
    static const struct expo_count impairments[] = {{"loss_sd", 7}, {"clock", 0}};
    static const struct expo_responder responder = {
        .requests = requests,
        .request_count = 2,
        .probes = probes,
        .probe_count = 2,
        .drops = drops,
        .drop_count = 2,
        .impair_rules = 2,
        .impairments = impairments,
        .impairment_count = 2,
        .socket_drops = 8,
        .sessions = 2,
        .max_sessions = 1000,
        .processing = {.count = 1, .sum_ns = 20000, .first = {1}},
    };
    return &responder;
}

#endif
