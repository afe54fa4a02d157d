/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/truth.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"

static void *grown(void *array, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity) {
        return array;
    }
    *capacity = *capacity ? *capacity * 2 : 16;
    return mem_resize(array, *capacity, size);
}

void truth_fini(struct truth *truth)
{
    for (uint32_t i = 0; i < truth->run_count; i++) {
        free(truth->runs[i]->probes);
        free(truth->runs[i]->order);
        free(truth->runs[i]);
    }
    free(truth->runs);
    free(truth->tags);
    *truth = (struct truth){0};
}

uint32_t truth_run_new(struct truth *truth, unsigned process, struct channel_id id,
                       struct instant now)
{
    truth->runs = grown(truth->runs, truth->run_count, &truth->run_capacity, sizeof(void *));
    struct truth_run *run = mem_alloc(1, sizeof(*run));
    run->process = process;
    run->id = id;
    run->opened = now;
    run->is_open = true;
    truth->runs[truth->run_count] = run;
    return truth->run_count++;
}

/* The newest run among the first `count`. */
static const struct truth_run *find_among(const struct truth *truth, uint32_t count,
                                          unsigned process, const struct addr *target)
{
    for (uint32_t i = count; i > 0; i--) {
        const struct truth_run *run = truth->runs[i - 1];
        if (run->process == process && run->has_target && addr_is_equal(&run->target, target)) {
            return run;
        }
    }
    return NULL;
}

/* Not when it did not see what was answered, or lost what it is told. */
static bool sees_departures(const struct truth_run *run)
{
    for (uint32_t i = 0; i < run->probe_count; i++) {
        if (run->probes[i].returned > 0 && !run->probes[i].was_told) {
            return false;
        }
    }
    return run->dropped == 0;
}

void truth_run_end(struct truth *truth, uint32_t number, struct instant now)
{
    struct truth_run *run = truth->runs[number];
    bool has_later_left = false;
    run->is_open = false;
    run->closed = now;
    for (uint32_t i = run->probe_count; i > 0 && sees_departures(run); i--) {
        struct truth_probe *probe = &run->probes[i - 1];
        bool is_unseen = has_later_left && probe->returned == 0 && !probe->was_told;
        probe->is_unsent |= is_unseen;
        run->is_disturbed |= is_unseen && probe->answers > 0; /* it left, which was not told */
        has_later_left |= probe->was_told;
    }
}

const struct truth_run *truth_find(const struct truth *truth, unsigned process,
                                   const struct addr *target)
{
    return find_among(truth, truth->run_count, process, target);
}

const struct truth_run *truth_find_over(const struct truth *truth, unsigned process,
                                        const struct addr *target)
{
    for (uint32_t count = truth->run_count; count > 0; count--) {
        const struct truth_run *run = find_among(truth, count, process, target);
        if (run == NULL || !run->is_open) {
            return run;
        }
    }
    return NULL;
}

static uint32_t tag_new(struct truth *truth, struct truth_tag tag)
{
    truth->tags = grown(truth->tags, truth->tag_count, &truth->tag_capacity, sizeof(tag));
    truth->tags[truth->tag_count] = tag;
    return ++truth->tag_count;
}

static const struct truth_tag *tag_find(const struct truth *truth, uint32_t tag)
{
    assert(tag > 0 && tag <= truth->tag_count);
    return &truth->tags[tag - 1];
}

uint32_t truth_sent(struct truth *truth, uint32_t number, uint32_t seq, struct instant now,
                    int64_t virtual_ns)
{
    struct truth_run *run = truth->runs[number];
    run->probes = grown(run->probes, run->probe_count, &run->probe_capacity, sizeof(*run->probes));
    run->probes[run->probe_count] = (struct truth_probe){
        .seq = seq,
        .left_ns = virtual_ns,
        .t1_ns = now.mono.ns,
    };
    if (run->probe_count == 0) {
        run->first_probe_ns = virtual_ns;
        run->epoch_ns = now.wall.ns - now.mono.ns;
    }
    run->last_probe_ns = virtual_ns;
    run->probe_count++;
    return tag_new(truth, (struct truth_tag){.run = number, .probe = run->probe_count - 1});
}

void truth_unsent(struct truth *truth, uint32_t number)
{
    const struct truth_tag *tag = tag_find(truth, number);
    truth->runs[tag->run]->probes[tag->probe].is_unsent = true;
}

void truth_control_arrived(struct truth *truth, uint32_t run, int64_t virtual_ns)
{
    truth->runs[run]->asked_ns = virtual_ns;
    if (truth->runs[run]->answered > 0) {
        truth->runs[run]->is_disturbed = true;
    }
}

uint32_t truth_answered(struct truth *truth, uint32_t number, struct instant received,
                        struct instant now, int64_t virtual_ns)
{
    struct truth_tag tag = *tag_find(truth, number);
    struct truth_run *run = truth->runs[tag.run];
    struct truth_probe *probe = &run->probes[tag.probe];
    if (probe->answers > 0 || probe->seq < run->last_seq) {
        run->is_disturbed = true;
    }
    run->last_seq = probe->seq > run->last_seq ? probe->seq : run->last_seq;
    probe->answers++;
    run->answered++;
    run->lease_age_ns = virtual_ns - run->asked_ns;
    int64_t held_ns = mono_diff(now.mono, received.mono);
    tag.answer = (struct truth_answer){
        .t2_ns = received.wall.ns,
        .held_ns = held_ns,
        .count = run->answered,
    };
    return tag_new(truth, tag);
}

void truth_returned(struct truth *truth, uint32_t number, struct mono received)
{
    const struct truth_tag *tag = tag_find(truth, number);
    struct truth_run *run = truth->runs[tag->run];
    struct truth_probe *probe = &run->probes[tag->probe];
    if (probe->returned++ > 0) {
        return;
    }
    probe->t4_ns = received.ns;
    probe->first = tag->answer;
    run->order = mem_resize(run->order, run->order_count + 1, sizeof(*run->order));
    run->order[run->order_count++] = tag->probe;
}

void truth_noticed(struct truth *truth, uint32_t number, struct mono left)
{
    const struct truth_tag *tag = tag_find(truth, number);
    struct truth_probe *probe = &truth->runs[tag->run]->probes[tag->probe];
    int64_t held_ns = left.ns - probe->t1_ns;
    probe->was_told = true;
    if (held_ns >= 0 && held_ns <= 60 * NS_PER_SECOND) {
        probe->has_notice = true;
        probe->notice_ns = left.ns;
    }
}

/* Replies bring the responder's times, and, if it counts, a number. */
static bool is_stamped(const struct spec *spec)
{
    return operation_has(spec->operation, RESULT_DIRECTION);
}

/* The unit of the wire's timestamps. */
static int64_t step_of(const struct spec *spec)
{
    return spec->packets.precision == PRECISION_MICROSECONDS ? 1 : NS_PER_MS;
}

static int64_t cut(const struct spec *spec, int64_t t_ns)
{
    return floor_div(t_ns, step_of(spec)) * step_of(spec);
}

/* What the responder must say when it received and when it sent: its clock, cut to the unit. */
static int64_t t2_of(const struct truth_probe *probe, const struct spec *spec)
{
    return cut(spec, probe->first.t2_ns);
}

static int64_t t3_of(const struct truth_probe *probe, const struct spec *spec)
{
    return cut(spec, probe->first.t2_ns + probe->first.held_ns);
}

/* What the round trip must have come out as for a probe that left at `t1_ns`; negative when that
 * cannot be. The difference of times that were cut can be one unit too long. */
static int64_t rtt_since(const struct truth_probe *probe, const struct spec *spec, int64_t t1_ns)
{
    int64_t elapsed_ns = probe->t4_ns - t1_ns;
    if (!is_stamped(spec)) {
        return elapsed_ns;
    }
    int64_t held_ns = t3_of(probe, spec) - t2_of(probe, spec);
    if (held_ns > elapsed_ns && held_ns > 0) {
        held_ns -= step_of(spec);
    }
    return elapsed_ns - held_ns;
}

/* What the kernel told counts, unless the reply would have come before the probe left. */
static bool is_notice_believed(const struct truth_probe *probe, const struct spec *spec)
{
    return probe->has_notice &&
           (probe->returned == 0 || rtt_since(probe, spec, probe->notice_ns) >= 0);
}

static int64_t t1_of(const struct truth_probe *probe, const struct spec *spec)
{
    return is_notice_believed(probe, spec) ? probe->notice_ns : probe->t1_ns;
}

static bool is_received(const struct truth_probe *probe, const struct spec *spec)
{
    return probe->returned > 0 && probe->t4_ns - t1_of(probe, spec) <= spec->schedule.timeout_ns;
}

static int64_t expected_rtt_ns(const struct truth_probe *probe, const struct spec *spec)
{
    return rtt_since(probe, spec, t1_of(probe, spec));
}

static void expect_rtt(const struct truth_probe *probe, const struct spec *spec,
                       struct expectation *out)
{
    int64_t rtt_ns = expected_rtt_ns(probe, spec);
    if (out->received == 0 || rtt_ns < out->rtt_min_ns) {
        out->rtt_min_ns = rtt_ns;
    }
    if (out->received == 0 || rtt_ns > out->rtt_max_ns) {
        out->rtt_max_ns = rtt_ns;
    }
    out->received++;
    out->rtt_sum_ns += rtt_ns;
    out->over_threshold += rtt_ns > spec->results.threshold_ns;
    if (is_stamped(spec)) {
        out->processing_sum_ns += t3_of(probe, spec) - t2_of(probe, spec);
    }
}

/* A permanent port goes on answering when the lease has ended, but counts from the start again. A
 * tenth of a percent is for the responder's clock. */
static bool has_outlived_lease(const struct truth_run *run, const struct spec *spec)
{
    int64_t lease_ns = spec->schedule.timeout_ns + spec->packets.count * spec->packets.interval_ns;
    return run->lease_age_ns > lease_ns - lease_ns / 1000;
}

static void expect_fates(const struct truth_run *run, const struct spec *spec,
                         struct expectation *out)
{
    uint32_t last_returned = 0;
    for (uint32_t i = 0; i < run->probe_count; i++) {
        last_returned = run->probes[i].returned > 0 ? i + 1 : last_returned;
    }
    for (uint32_t i = 0; i < run->probe_count; i++) {
        const struct truth_probe *probe = &run->probes[i];
        out->unsent += probe->is_unsent;
        out->sent += !probe->is_unsent;
        if (is_received(probe, spec)) {
            expect_rtt(probe, spec, out);
        } else if (probe->returned > 0) {
            out->late++;
        } else if (!probe->is_unsent && i >= last_returned) {
            out->lost_unknown++;
        } else if (!probe->is_unsent && probe->answers > 0) {
            out->lost_ds++;
        } else if (!probe->is_unsent) {
            out->lost_sd++;
        }
        out->noticed += !probe->is_unsent && is_notice_believed(probe, spec);
        out->duplicate += probe->returned > 1 ? probe->returned - 1 : 0;
    }
    out->lost = out->lost_sd + out->lost_ds + out->lost_unknown;
    bool has_lease = spec->control.version != CONTROL_NONE;
    out->is_direction_known = !run->is_disturbed && !(has_lease && has_outlived_lease(run, spec));
}

static int64_t size_of(int64_t value)
{
    return value < 0 ? -value : value;
}

/* Pairs of packets received one after the other by number, split by what each direction saw as
 * adjacent. */
static void expect_jitter(const struct truth_run *run, const struct spec *spec,
                          struct expectation *out)
{
    const struct truth_probe *p = NULL;
    for (uint32_t i = 0; i < run->probe_count; i++) {
        const struct truth_probe *c = &run->probes[i];
        if (!is_received(c, spec)) {
            continue;
        }
        if (p != NULL && c->seq == p->seq + 1) {
            int64_t apart_ns = cut(spec, t1_of(c, spec) + run->epoch_ns) -
                               cut(spec, t1_of(p, spec) + run->epoch_ns);
            out->jitter_sd_count++;
            out->jitter_sd_sum_ns += size_of(t2_of(c, spec) - t2_of(p, spec) - apart_ns);
        }
        if (p != NULL && c->first.count == p->first.count + 1) {
            int64_t came_ns =
                cut(spec, c->t4_ns + run->epoch_ns) - cut(spec, p->t4_ns + run->epoch_ns);
            out->jitter_ds_count++;
            out->jitter_ds_sum_ns += size_of(came_ns - (t3_of(c, spec) - t3_of(p, spec)));
        }
        p = c;
    }
}

static void expect_order(const struct truth_run *run, const struct spec *spec,
                         struct expectation *out)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; i < run->order_count; i++) {
        const struct truth_probe *probe = &run->probes[run->order[i]];
        if (!is_received(probe, spec)) {
            continue;
        }
        out->out_of_order += probe->seq < highest;
        highest = probe->seq > highest ? probe->seq : highest;
    }
}

static void expect_loss_runs(const struct truth_run *run, const struct spec *spec,
                             struct expectation *out)
{
    bool was_missing = false;
    for (uint32_t i = 0; i < run->probe_count; i++) {
        const struct truth_probe *probe = &run->probes[i];
        if (!probe->is_unsent) {
            out->loss_runs += !is_received(probe, spec) && !was_missing;
            was_missing = !is_received(probe, spec);
        }
    }
}

static uint32_t take(uint32_t *from, uint32_t most)
{
    uint32_t taken = *from < most ? *from : most;
    *from -= taken;
    return taken;
}

/* The sender was told how many datagrams its socket lost, not which. */
static void expect_drops(const struct truth_run *run, struct expectation *out)
{
    out->dropped_here = take(&out->lost_unknown, run->dropped);
    out->dropped_here += take(&out->lost_ds, run->dropped - out->dropped_here);
    out->lost -= out->dropped_here;
}

void truth_expect(const struct truth_run *run, const struct spec *spec, struct expectation *out)
{
    *out = (struct expectation){0};
    expect_fates(run, spec, out);
    expect_order(run, spec, out);
    expect_loss_runs(run, spec, out);
    if (is_stamped(spec)) {
        expect_jitter(run, spec, out);
        expect_drops(run, out);
        /* Who is to be found out may not be, and who does not count says nothing. */
        out->is_direction_known &= spec->operation == &operation_udp_jitter ||
                                   spec->packets.reflector == REFLECTOR_STATEFUL;
        return;
    }
    /* Type 1 and TCP carry no count: nothing can be said of the direction. */
    out->lost_unknown = out->lost;
    out->lost_sd = out->lost_ds = 0;
    if (spec->operation != &operation_tcp_connect) {
        expect_drops(run, out);
    }
}

void expectation_add(struct expectation *sum, const struct expectation *part)
{
    sum->sent += part->sent;
    sum->unsent += part->unsent;
    sum->received += part->received;
    sum->late += part->late;
    sum->duplicate += part->duplicate;
    sum->out_of_order += part->out_of_order;
    sum->over_threshold += part->over_threshold;
    sum->lost += part->lost;
    sum->lost_sd += part->lost_sd;
    sum->lost_ds += part->lost_ds;
    sum->lost_unknown += part->lost_unknown;
    sum->dropped_here += part->dropped_here;
    sum->rtt_sum_ns += part->rtt_sum_ns;
    sum->processing_sum_ns += part->processing_sum_ns;
    sum->jitter_sd_count += part->jitter_sd_count;
    sum->jitter_ds_count += part->jitter_ds_count;
    sum->jitter_sd_sum_ns += part->jitter_sd_sum_ns;
    sum->jitter_ds_sum_ns += part->jitter_ds_sum_ns;
}
