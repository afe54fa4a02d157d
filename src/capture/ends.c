/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* At which end of the path a packet was seen, and when it left or came there. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "capture/run.h"

/* Both ends are in the capture, as the directions tell: it left one host and came to another. */
static bool went_through(const struct run_way *way)
{
    return way->has_out && way->has_in && way->out_ns <= way->in_ns;
}

static bool has_ends(const struct run *run, const struct run_way *way)
{
    bool is_said = run->capture->options.has_both_ends && way->last != NULL;
    return went_through(way) || is_said;
}

bool run_reply_came(const struct run *run, const struct run_way *way)
{
    if (way->first == NULL) {
        return false;
    }
    if (run->capture->options.has_both_ends) {
        return way->first->place == run->sender_place ||
               (way->last != NULL && way->last->place == run->sender_place);
    }
    return !run->has_sender_end || way->has_in || !way->has_out;
}

/* When a request left its sender: the sight nearest to the wire. */
int64_t run_request_ns(const struct run_way *way)
{
    bool is_out = way->has_out && (went_through(way) || !way->has_in);
    return is_out ? way->out_ns : way->first->at_ns;
}

static int64_t request_far_ns(const struct run_way *way)
{
    return went_through(way) ? way->in_ns : way->last->at_ns;
}

int64_t run_reply_ns(const struct run *run, const struct run_way *way)
{
    if (went_through(way) || (way->has_in && !way->has_out)) {
        return way->in_ns;
    }
    if (way->last != NULL && run->capture->options.has_both_ends) {
        return way->last->at_ns;
    }
    return way->has_out && !way->has_in ? way->out_ns : way->first->at_ns;
}

static int64_t reply_far_ns(const struct run_way *way)
{
    return went_through(way) ? way->out_ns : way->first->at_ns;
}

/* A result of the delays between the two ends alone, by the one clock of the capture. */
void run_take_ends(const struct run *run, uint32_t first, struct capture_session *session)
{
    const struct train *train = &session->train;
    struct samples samples = train_samples(train);
    struct sample *items = mem_alloc(samples.count, sizeof *items);
    struct round ends = {0};
    uint32_t known = 0;
    memcpy(items, samples.items, samples.count * sizeof *items);
    for (uint32_t i = 0; i < samples.count; i++) {
        const struct run_packet *packet = run_packet(run, first + i);
        bool is_known = items[i].fate == FATE_RECEIVED && has_ends(run, &packet->request) &&
                        has_ends(run, &packet->reply);
        items[i].has_remote_times = is_known;
        items[i].t2_ns = is_known ? request_far_ns(&packet->request) : 0;
        items[i].t3_ns = is_known ? reply_far_ns(&packet->reply) : 0;
        known += is_known;
    }
    if (known > 0 && !session->is_timeless) {
        const struct round_rules rules = {
            .threshold_ns = INT64_MAX, .resolution_ns = 1, .trust_clocks = true};
        const struct round_sinks sinks = {0};
        samples.items = items;
        round_compute(&ends, &samples, &rules, &sinks);
        session->round.sd.delay = ends.sd.delay;
        session->round.ds.delay = ends.ds.delay;
        session->round.negative = ends.negative;
        session->round.one_way = ends.sd.delay.count > 0 ? ONE_WAY_SHOWN : ONE_WAY_NEGATIVE;
        session->point = POINT_BOTH;
    }
    free(items);
}
