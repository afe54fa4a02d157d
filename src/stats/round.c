/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One pass over the samples in sequence order attributes losses and forms jitter pairs; one pass in
 * order of arrival finds reordering and the interarrival jitter.
 *
 * Jitter pairs. Towards the responder a pair is two packets sent one after the other; on the way
 * back, two replies the responder sent one after the other. So a loss breaks pairs only in its own
 * direction. */
#include "stats/round.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "stats/direction.h"

/* Parts of a range, of which one has a percentile. */
#define SELECT_BITS 5
#define SELECT_BINS (1 << SELECT_BITS)
#define SELECT_FEW 64

static const char *const outcome_names[OUTCOME_COUNT] = {
    [OUTCOME_OK] = "ok",
    [OUTCOME_TIMEOUT] = "timeout",
    [OUTCOME_NO_CONNECTION] = "no_connection",
    [OUTCOME_AUTH] = "auth",
    [OUTCOME_FORMAT] = "format",
    [OUTCOME_PORT_IN_USE] = "port_in_use",
    [OUTCOME_REFUSED] = "refused",
    [OUTCOME_PORT_UNREACHABLE] = "port_unreachable",
    [OUTCOME_UNREACHABLE] = "unreachable",
    [OUTCOME_RESOLVE] = "resolve",
    [OUTCOME_LOCAL] = "local",
    [OUTCOME_VERIFY] = "verify",
    [OUTCOME_PROHIBITED] = "prohibited",
};

const char *outcome_name(enum outcome outcome)
{
    assert((unsigned)outcome < OUTCOME_COUNT);
    return outcome_names[outcome];
}

const char *return_code_text(enum return_code code)
{
    switch (code) {
    case RETURN_CODE_OK:
        return "OK";
    case RETURN_CODE_OVER_THRESHOLD:
        return "Over threshold";
    case RETURN_CODE_TIMEOUT:
        return "Timeout";
    case RETURN_CODE_NOT_CONNECTED:
        return "No connection";
    case RETURN_CODE_VERIFY_ERROR:
        return "Verify error";
    case RETURN_CODE_DNS_QUERY_ERROR:
        return "DNS query error";
    case RETURN_CODE_ERROR:
        return "Error";
    case RETURN_CODE_OTHER:
        break;
    }
    return "Unknown";
}

void moments_add(struct moments *moments, int64_t value_ns)
{
    if (moments->count == 0 || value_ns < moments->min_ns) {
        moments->min_ns = value_ns;
    }
    if (moments->count == 0 || value_ns > moments->max_ns) {
        moments->max_ns = value_ns;
    }
    moments->count++;
    moments->sum_ns += value_ns;
    moments->sum2_ns2 += (double)value_ns * (double)value_ns;
}

double moments_average_ns(const struct moments *moments)
{
    return moments->count == 0 ? 0 : (double)moments->sum_ns / moments->count;
}

double moments_stddev_ns(const struct moments *moments)
{
    if (moments->count == 0) {
        return 0;
    }
    double average = moments_average_ns(moments);
    double variance = moments->sum2_ns2 / moments->count - average * average;
    return variance > 0 ? sqrt(variance) : 0;
}

double jitter_average_ns(const struct jitter *jitter)
{
    uint32_t count = jitter->positive.count + jitter->negative.count;
    return count == 0 ? 0 : (double)(jitter->positive.sum_ns + jitter->negative.sum_ns) / count;
}

double jitter_average_both_ns(const struct jitter *sd, const struct jitter *ds)
{
    uint32_t count =
        sd->positive.count + sd->negative.count + ds->positive.count + ds->negative.count;
    int64_t sum_ns =
        sd->positive.sum_ns + sd->negative.sum_ns + ds->positive.sum_ns + ds->negative.sum_ns;
    return count == 0 ? 0 : (double)sum_ns / count;
}

int64_t sample_rtt_ns(const struct sample *sample, int64_t resolution_ns)
{
    int64_t elapsed_ns = sample->t4_ns - sample->t1_ns;
    int64_t processing_ns = sample->t3_ns - sample->t2_ns;
    if (processing_ns > elapsed_ns) {
        processing_ns -= resolution_ns;
    }
    if (processing_ns < 0) {
        processing_ns = 0;
    }
    return processing_ns > elapsed_ns ? -1 : elapsed_ns - processing_ns;
}

/* What both passes need at hand. */
struct walk {
    struct round *round;
    const struct round_rules *rules;
    const struct round_sinks *sinks;
    const struct sample *first; /* has sequence number 1 */
};

static void observe(const struct walk *walk, struct hist *hist, int64_t value_ns)
{
    if (hist == NULL || value_ns < 0) {
        return;
    }
    hist_observe(hist, walk->sinks->layout, value_ns);
    if (walk->sinks->keeps_native) {
        native_observe(&hist->native, value_ns);
    }
}

/* The same, of a packet that may be the worst one. */
static void observe_packet(const struct walk *walk, struct hist *hist, int64_t value_ns,
                           const struct sample *sample)
{
    observe(walk, hist, value_ns);
    if (hist != NULL && (hist->worst.sequence == 0 || value_ns > hist->worst.value_ns)) {
        uint64_t sequence = (uint64_t)(sample - walk->first) + 1;
        hist->worst = (struct exemplar){value_ns, {sample->t4_ns}, sequence};
    }
}

/* A time of ours in the steps of the wire. */
static int64_t in_steps(const struct walk *walk, int64_t t_ns)
{
    return floor_div(t_ns, walk->rules->resolution_ns) * walk->rules->resolution_ns;
}

/* How much further apart two packets arrived at the responder than they were sent. */
static int64_t variation_sd_ns(const struct walk *walk, const struct sample *p,
                               const struct sample *c)
{
    return (c->t2_ns - p->t2_ns) - (in_steps(walk, c->t1_ns) - in_steps(walk, p->t1_ns));
}

static int64_t variation_ds_ns(const struct walk *walk, const struct sample *p,
                               const struct sample *c)
{
    return (in_steps(walk, c->t4_ns) - in_steps(walk, p->t4_ns)) - (c->t3_ns - p->t3_ns);
}

static int64_t absolute(int64_t value)
{
    return value < 0 ? -value : value;
}

static void jitter_add(struct jitter *jitter, int64_t variation_ns)
{
    int64_t size_ns = absolute(variation_ns);
    if (jitter->samples == 0 || size_ns < jitter->min_ns) {
        jitter->min_ns = size_ns;
    }
    if (size_ns > jitter->max_ns) {
        jitter->max_ns = size_ns;
    }
    jitter->samples++;
    if (variation_ns > 0) {
        moments_add(&jitter->positive, size_ns);
    } else if (variation_ns < 0) {
        moments_add(&jitter->negative, size_ns);
    }
}

static bool is_timed(const struct walk *walk, const struct sample *sample)
{
    return !walk->rules->needs_kernel_stamps ||
           (sample->t1_source != STAMP_USER && sample->t4_source != STAMP_USER);
}

static void add_round_trip(const struct walk *walk, const struct sample *sample)
{
    struct round *round = walk->round;
    int64_t rtt_ns = sample_rtt_ns(sample, walk->rules->resolution_ns);
    if (rtt_ns < 0) {
        return;
    }
    moments_add(&round->rtt, rtt_ns);
    observe_packet(walk, walk->sinks->rtt, rtt_ns, sample);
    if (rtt_ns > walk->rules->threshold_ns) {
        round->over_threshold++;
    }
}

static void add_remote_times(const struct walk *walk, const struct sample *sample)
{
    struct round *round = walk->round;
    int64_t processing_ns = sample->t3_ns - sample->t2_ns;
    moments_add(&round->processing, processing_ns);
    observe(walk, walk->sinks->processing, processing_ns);
    int64_t sd_ns = sample_sd_ns(sample, walk->rules->resolution_ns);
    int64_t ds_ns = sample_ds_ns(sample, walk->rules->resolution_ns);
    if (!walk->rules->trust_clocks) {
        return;
    }
    if (sd_ns < 0 || ds_ns < 0) {
        round->negative++;
        return;
    }
    moments_add(&round->sd.delay, sd_ns);
    moments_add(&round->ds.delay, ds_ns);
    if (walk->sinks->one_way != NULL) {
        struct hist_pair *pair = hist_pair_at(walk->sinks->one_way);
        observe(walk, &pair->sd, sd_ns);
        observe(walk, &pair->ds, ds_ns);
    }
}

/* `p` and `c` are received samples with remote times, next to each other among those;
 * `are_adjacent`: also sent one after the other. Without the responder's counts that has to do for
 * the way back. */
static void add_pair(const struct walk *walk, const struct sample *p, const struct sample *c,
                     bool are_adjacent)
{
    bool has_counts = p->responder_seq != 0 || c->responder_seq != 0;
    bool are_adjacent_ds = has_counts ? c->responder_seq == p->responder_seq + 1 : are_adjacent;
    bool was_set = sample_clock_was_set(p, c, walk->rules->resolution_ns);
    if (was_set || walk->rules->is_slewed) {
        walk->round->responder_steps += was_set;
        walk->round->sd.jitter.dropped += are_adjacent;
        walk->round->ds.jitter.dropped += are_adjacent_ds;
        return;
    }
    if (are_adjacent) {
        int64_t sd_ns = variation_sd_ns(walk, p, c);
        jitter_add(&walk->round->sd.jitter, sd_ns);
        observe_packet(walk, walk->sinks->jitter_sd, absolute(sd_ns), c);
    }
    if (are_adjacent_ds) {
        int64_t ds_ns = variation_ds_ns(walk, p, c);
        jitter_add(&walk->round->ds.jitter, ds_ns);
        observe_packet(walk, walk->sinks->jitter_ds, absolute(ds_ns), c);
    }
}

/* Sequence order: round trips, remote times, jitter pairs. */
static void measure(const struct walk *walk, const struct sample *samples, uint32_t count)
{
    const struct sample *previous = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct sample *sample = &samples[i];
        if (sample->fate != FATE_RECEIVED) {
            continue;
        }
        if (!is_timed(walk, sample)) {
            walk->round->unprocessed++;
            continue;
        }
        add_round_trip(walk, sample);
        if (!sample->has_remote_times) {
            walk->round->unprocessed += walk->rules->is_stamped;
            continue;
        }
        add_remote_times(walk, sample);
        if (previous != NULL) {
            add_pair(walk, previous, sample, previous + 1 == sample);
        }
        previous = sample;
    }
}

/* How far a round trip is above `low_ns`; of one that is not, or does not count, more than any. */
static uint64_t height_ns(const struct walk *walk, const struct sample *sample, int64_t low_ns)
{
    if (sample->fate != FATE_RECEIVED || !is_timed(walk, sample)) {
        return UINT64_MAX;
    }
    return (uint64_t)(sample_rtt_ns(sample, walk->rules->resolution_ns) - low_ns);
}

/* How many round trips are in each of SELECT_BINS parts of the 2^`bits` ns from `low_ns` on. */
static void fill_bins(const struct walk *walk, const struct samples *samples, int64_t low_ns,
                      unsigned bits, uint32_t bins[SELECT_BINS])
{
    unsigned shift = bits > SELECT_BITS ? bits - SELECT_BITS : 0;
    memset(bins, 0, SELECT_BINS * sizeof bins[0]);
    for (uint32_t i = 0; i < samples->count; i++) {
        uint64_t height = height_ns(walk, &samples->items[i], low_ns);
        if (height >> bits == 0) {
            bins[height >> shift]++;
        }
    }
}

/* The lowest but `rank` - 1 of the at most SELECT_FEW round trips in those 2^`bits` ns. */
static int64_t select_few(const struct walk *walk, const struct samples *samples, int64_t low_ns,
                          unsigned bits, uint32_t rank)
{
    uint64_t sorted[SELECT_FEW];
    uint32_t count = 0;
    for (uint32_t i = 0; i < samples->count; i++) {
        uint64_t height = height_ns(walk, &samples->items[i], low_ns);
        uint32_t place = count;
        if (height >> bits != 0) {
            continue;
        }
        for (; place > 0 && sorted[place - 1] > height; place--) {
            sorted[place] = sorted[place - 1];
        }
        sorted[place] = height;
        count++;
    }
    return low_ns + (int64_t)sorted[rank - 1];
}

/* By nearest rank. Without a copy of all round trips: the range that has the one of that rank is
 * made smaller until few are in it. */
static int64_t percentile_ns(const struct walk *walk, const struct samples *samples,
                             unsigned percent)
{
    const struct moments *rtt = &walk->round->rtt;
    uint32_t bins[SELECT_BINS];
    uint32_t rank = (uint32_t)(((uint64_t)rtt->count * percent + 99) / 100);
    uint32_t within = rtt->count;
    int64_t low_ns = rtt->min_ns;
    unsigned bits = 0;
    while ((rtt->max_ns - low_ns) >> bits > 0) {
        bits++;
    }
    while (bits > 0 && within > SELECT_FEW) {
        unsigned bin = 0;
        fill_bins(walk, samples, low_ns, bits, bins);
        while (rank > bins[bin]) {
            rank -= bins[bin++];
        }
        within = bins[bin];
        bits = bits > SELECT_BITS ? bits - SELECT_BITS : 0;
        low_ns += (int64_t)bin << bits;
    }
    return bits == 0 ? low_ns : select_few(walk, samples, low_ns, bits, rank);
}

static void count_fates(struct round *round, const struct sample *samples, uint32_t count)
{
    round->planned = count;
    for (uint32_t i = 0; i < count; i++) {
        switch (samples[i].fate) {
        case FATE_PLANNED:
        case FATE_UNSENT:
            round->unsent++;
            break;
        case FATE_SENT:
            round->sent++;
            break;
        case FATE_RECEIVED:
            round->sent++;
            round->received++;
            break;
        case FATE_LATE:
            round->sent++;
            round->late++;
            break;
        case FATE_DROPPED:
            round->sent++;
            round->dropped_here++;
            break;
        }
    }
}

/* Sequence order: a packet that was never sent neither ends a run nor belongs to it. */
static void count_loss_runs(struct round *round, const struct sample *samples, uint32_t count)
{
    bool is_in_run = false;
    for (uint32_t i = 0; i < count; i++) {
        enum fate fate = samples[i].fate;
        bool is_missing = fate == FATE_SENT || fate == FATE_LATE;
        if (is_missing && !is_in_run) {
            round->loss_runs++;
        }
        if (is_missing || fate == FATE_RECEIVED || fate == FATE_DROPPED) {
            is_in_run = is_missing;
        }
    }
}

/* Sequence order: runs of losses wherever they happened. */
static void add_loss_periods(struct round *round, const struct sample *samples, uint32_t count)
{
    uint32_t position = 0, run = 0, last_end = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (samples[i].fate == FATE_SENT) {
            run++;
        } else if (sample_is_answered(&samples[i]) || samples[i].fate == FATE_DROPPED) {
            loss_periods_add(&round->losses, run, position, &last_end);
            position += run + 1;
            run = 0;
        }
    }
    loss_periods_add(&round->losses, run, position, &last_end);
}

/* Both were received, `p` was sent before `c`. */
static bool responder_swapped(const struct sample *p, const struct sample *c)
{
    if (p->responder_seq != 0 || c->responder_seq != 0) {
        return c->responder_seq < p->responder_seq;
    }
    return c->t2_ns < p->t2_ns;
}

/* `sample` was received next, `highest` is the latest-sent of those before it. */
static void add_order(struct round *round, const struct sample *highest,
                      const struct sample *sample)
{
    bool is_late_here = sample < highest;
    round->out_of_order += is_late_here;
    if (!sample->has_remote_times || !highest->has_remote_times) {
        return;
    }
    bool is_late_there =
        is_late_here ? responder_swapped(sample, highest) : responder_swapped(highest, sample);
    round->reordering.sd += is_late_there && !is_late_here;
    round->reordering.ds += is_late_here && !is_late_there;
    round->reordering.both += is_late_here && is_late_there;
}

/* RFC 3550 6.4.1. */
static void smooth(double *interarrival_ns, int64_t variation_ns)
{
    *interarrival_ns += ((double)absolute(variation_ns) - *interarrival_ns) / 16;
}

/* Order of arrival: reordering and interarrival jitter. */
static void follow_arrivals(const struct walk *walk, const struct sample *samples,
                            const uint32_t *arrival, uint32_t arrivals)
{
    struct round *round = walk->round;
    const struct sample *previous = NULL;
    const struct sample *highest = NULL;
    for (uint32_t i = 0; i < arrivals; i++) {
        const struct sample *sample = &samples[arrival[i]];
        if (sample->fate != FATE_RECEIVED) {
            continue;
        }
        if (highest != NULL) {
            add_order(round, highest, sample);
        }
        if (highest == NULL || sample > highest) {
            highest = sample;
        }
        if (!sample->has_remote_times || !is_timed(walk, sample)) {
            continue;
        }
        if (previous != NULL && !walk->rules->is_slewed &&
            !sample_clock_was_set(previous, sample, walk->rules->resolution_ns)) {
            smooth(&round->sd.jitter.interarrival_ns, variation_sd_ns(walk, previous, sample));
            smooth(&round->ds.jitter.interarrival_ns, variation_ds_ns(walk, previous, sample));
        }
        previous = sample;
    }
}

void round_compute(struct round *round, const struct samples *samples,
                   const struct round_rules *rules, const struct round_sinks *sinks)
{
    assert(rules->resolution_ns > 0 && samples->arrivals <= samples->count);
    struct walk walk = {.round = round, .rules = rules, .sinks = sinks, .first = samples->items};
    count_fates(round, samples->items, samples->count);
    count_loss_runs(round, samples->items, samples->count);
    add_loss_periods(round, samples->items, samples->count);
    direction_book(round, samples, rules->resolution_ns);
    measure(&walk, samples->items, samples->count);
    if (round->rtt.count > 0) {
        round->rtt_p50_ns = percentile_ns(&walk, samples, 50);
        round->rtt_p95_ns = percentile_ns(&walk, samples, 95);
    }
    follow_arrivals(&walk, samples->items, samples->arrival, samples->arrivals);
}
