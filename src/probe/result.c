/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What an operation that has run comes to. */
#include <assert.h>
#include <errno.h>

#include "base/mem.h"
#include "operation/operation.h"
#include "probe/phase.h"
#include "probe/trust.h"
#include "stats/drops.h"
#include "stats/trail.h"

/* The MIB counts icmp-jitter by its average jitter, everything else by the average round trip. */
static bool is_over_threshold(const struct round *round, const struct spec *spec)
{
    double measured_ns = spec->operation->is_judged_by_jitter
                             ? jitter_average_both_ns(&round->sd.jitter, &round->ds.jitter)
                             : moments_average_ns(&round->rtt);
    return measured_ns > (double)spec->results.threshold_ns;
}

enum return_code probe_return_code(const struct round *round, const struct spec *spec)
{
    bool was_connecting = spec->operation->transport == TRANSPORT_TCP_CONNECT && round->planned > 0;
    switch (round->outcome) {
    case OUTCOME_OK:
        return is_over_threshold(round, spec) ? RETURN_CODE_OVER_THRESHOLD : RETURN_CODE_OK;
    case OUTCOME_TIMEOUT:
        return RETURN_CODE_TIMEOUT;
    case OUTCOME_VERIFY:
        return RETURN_CODE_VERIFY_ERROR;
    case OUTCOME_RESOLVE:
        return RETURN_CODE_DNS_QUERY_ERROR;
    case OUTCOME_LOCAL:
        return RETURN_CODE_ERROR;
    default:
        return was_connecting ? RETURN_CODE_ERROR : RETURN_CODE_NOT_CONNECTED;
    }
}

/* The slower direction, for that is the one people complain about; -1 when the clocks tell none. */
static double slower_way_ns(const struct round *round)
{
    if (round->sd.delay.count == 0 || round->ds.delay.count == 0) {
        return -1;
    }
    double sd_ns = moments_average_ns(&round->sd.delay);
    double ds_ns = moments_average_ns(&round->ds.delay);
    return sd_ns > ds_ns ? sd_ns : ds_ns;
}

static void score_voice(const struct spec *spec, struct round *round)
{
    if (spec->packets.codec == VOICE_CODEC_NONE || round->outcome != OUTCOME_OK ||
        round->rtt.count == 0) {
        return;
    }
    const struct voice_input input = {
        .codec = spec->packets.codec,
        .advantage = spec->packets.advantage_factor,
        .packet_bytes = spec->packets.bytes,
        .sent = round->sent,
        .lost = round->sd.lost + round->ds.lost + round->lost_unknown,
        .late = round->late,
        .loss_runs = round->loss_runs,
        .rtt_ns = moments_average_ns(&round->rtt),
        .one_way_ns = slower_way_ns(round),
    };
    voice_score(&input, &round->voice);
}

/* What nobody answered may have been lost here: the network is not blamed when everything may. A
 * control request asks for one answer, so each one unanswered takes one drop. */
static void judge_drops(struct probe *probe)
{
    struct round *round = probe->round;
    bool is_silent = round->outcome == OUTCOME_NO_CONNECTION;
    bool was_control =
        is_silent && probe->handshake.tries > 0 && probe->socket_drops >= probe->handshake.tries;
    bool was_train = round->outcome == OUTCOME_TIMEOUT && round->dropped_here > 0 &&
                     round->dropped_here == round->sent;
    if (was_control || was_train) {
        round->outcome = OUTCOME_LOCAL;
        round->error = ENOBUFS;
        round->is_all_dropped = true;
    }
}

/* What this host's own queue dropped was never sent. With datagrams lost in the socket the kernel's
 * word on what left may be lost, too. */
static uint32_t unsend_queued(struct probe *probe)
{
    return probe->socket_drops > 0 ? 0 : train_unsend_queued(&probe->train);
}

/* Nothing seemed to come back in time, but packets had waited in this host: their times say so now.
 */
static void judge_queue(struct round *round)
{
    bool was_silent = round->outcome == OUTCOME_TIMEOUT || round->outcome == OUTCOME_UNREACHABLE ||
                      round->outcome == OUTCOME_PROHIBITED;
    if (was_silent && round->received > 0) {
        round->outcome = OUTCOME_OK;
        round->error = 0;
    }
}

/* What the replies tell together. */
static void settle_payload(struct probe *probe)
{
    if (probe->spec->operation->settle != NULL) {
        probe->round->corrupt += probe->spec->operation->settle(&probe->payload, &probe->learned);
        probe->round->byte_order = probe->payload.byte_order;
        probe->round->deviations = probe->payload.signs.deviations;
    }
    /* It lives, but the query or its answer was lost. */
    if (probe->learned.reflector == REFLECTOR_AUTO && probe->train.arrivals > 0) {
        probe->query_due = (struct mono){0};
    }
}

/* The train has run: what its ledger says. The socket of a connection is another than that of its
 * control request, and loses nothing. */
static void compute_round(struct probe *probe, const struct trust_case *about,
                          const struct round_sinks *sinks)
{
    struct round *round = probe->round;
    settle_payload(probe);
    train_take_stamps(&probe->train, payload_resolution_ns(probe->spec));
    round->one_way = trust_judge(about, &probe->filter, &round->offset);
    round->is_slewed = trust_was_slewed(about);
    round->clock_fault = about->clock->fault;
    round->clock_age_minutes = (uint32_t)(clock_age_ns(about->clock) / NS_PER_MINUTE);
    const struct round_rules rules = {
        .threshold_ns = probe->spec->results.threshold_ns,
        .resolution_ns = payload_resolution_ns(probe->spec),
        .is_stamped = operation_has(probe->spec->operation, RESULT_ONE_WAY),
        .is_slewed = round->is_slewed,
        .trust_clocks = round->one_way == ONE_WAY_SHOWN,
        .needs_kernel_stamps = probe->spec->clocks.timestamps == TIMESTAMPS_KERNEL,
    };
    if (!phase_is_connection(probe)) {
        drops_book(probe->train.samples, probe->train.next, train_samples(&probe->train).counted,
                   probe->socket_drops);
        round->queue_dropped = unsend_queued(probe);
    }
    struct samples samples = train_samples(&probe->train);
    round_compute(round, &samples, &rules, sinks);
    judge_queue(round);
    round->missed = probe->train.missed;
    round->sent_late = train_count_late(&probe->train);
    round->queued = train_count_queued(&probe->train);
    if (rules.trust_clocks && round->sd.delay.count == 0) {
        round->one_way = ONE_WAY_NEGATIVE;
    }
    score_voice(probe->spec, round);
}

const struct round *probe_collect(struct probe *probe, const struct clock_state *clock,
                                  struct instant now, const struct round_sinks *sinks)
{
    assert(probe_is_idle(probe));
    if (!probe->has_result) {
        return NULL;
    }
    probe->has_result = false;
    struct round *round = probe->round;
    uint8_t tries = probe->handshake.tries;
    round->control_retries += tries > 0 ? tries - 1u : 0;
    if (probe->train.next > 0) {
        const struct trust_case about = {probe->spec, &probe->payload, &probe->train, clock, now};
        compute_round(probe, &about, sinks);
    }
    judge_drops(probe);
    round->return_code = probe_return_code(round, probe->spec);
    return round;
}

uint32_t *probe_trail(const struct probe *probe, uint32_t *count)
{
    const struct samples samples = train_samples(&probe->train);
    *count = probe->train.next > 0 ? samples.count : 0;
    if (*count == 0) {
        return NULL;
    }
    uint32_t *trail = mem_alloc(*count, sizeof *trail);
    trail_fill(&samples, payload_resolution_ns(probe->spec), trail);
    return trail;
}

void probe_rest(struct probe *probe)
{
    assert(probe_is_idle(probe));
    probe->has_result = false;
    probe->round = NULL;
    if (!probe->spec->results.keeps_packets) {
        desk_give(probe->desks, probe->train.desk);
        train_set_desk(&probe->train, NULL);
    }
}
