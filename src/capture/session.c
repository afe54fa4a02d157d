/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "capture/session.h"

#include "capture/control.h"
#include "capture/run.h"

const char *capture_point_name(enum capture_point point)
{
    static const char *const names[] = {
        [POINT_SENDER] = "sender", [POINT_RESPONDER] = "responder", [POINT_BOTH] = "both"};
    return names[point];
}

/* Who wants them, and what they are told by. */
struct walk {
    struct capture *capture;
    void (*each)(void *context, const struct capture_session *session);
    void *context;
    struct run run;
};

/* The port is that of the responder: who asks first is not known of these flows. */
static bool asks_for(const struct capture *capture, const struct flow *flow)
{
    uint16_t port = capture->options.port;
    return capture_find_exchange(capture, flow, INT64_MAX) != NULL ||
           (port != 0 && flow->responder.port == port);
}

/* Which end of a flow whose packets do not tell it is the sender, by the control request. False: it
 * is no measurement. */
static bool turn(const struct capture *capture, struct flow *flow, bool *is_turned)
{
    *is_turned = false;
    if (!traffic_rows[flow->traffic].needs_control || asks_for(capture, flow)) {
        return true;
    }
    struct addr sender = flow->sender;
    flow->sender = flow->responder;
    flow->responder = sender;
    *is_turned = true;
    return asks_for(capture, flow);
}

static bool is_wanted(const struct capture *capture, const struct flow *flow)
{
    return capture->options.port == 0 || flow->responder.port == capture->options.port;
}

static void end_run(struct walk *walk)
{
    struct capture_session session;
    struct run *run = &walk->run;
    if (run->packets.count == 0) {
        return;
    }
    if (run->exchange != NULL) {
        /* Known to be of this capture, which is being read. */
        capture_find_exchange(walk->capture, run->flow, run->exchange->at_ns)->is_used = true;
    }
    if (is_wanted(walk->capture, run->flow)) {
        run_measure(run, &session);
        walk->each(walk->context, &session);
        run_measure_fini(&session);
    }
    run_clear(run);
}

/* The sights of one flow, `count` of them from `sights` on. */
static void walk_flow(struct walk *walk, struct sight *sights, size_t count)
{
    struct flow *flow = (struct flow *)walk->capture->flows.items + sights[0].flow;
    struct run *run = &walk->run;
    bool is_turned;
    bool is_question = traffic_rows[flow->traffic].port != 0 && flow->sender.port == 0;
    if (is_question || !turn(walk->capture, flow, &is_turned)) {
        return;
    }
    run_clear(run);
    run->flow = flow;
    run->traffic = &traffic_rows[flow->traffic];
    for (size_t i = 0; i < count; i++) {
        sights[i].is_reply ^= is_turned;
        if (!run_take(run, &sights[i])) {
            end_run(walk);
            run_clear(run);
            (void)run_take(run, &sights[i]);
        }
    }
    end_run(walk);
}

static void walk_exchanges(struct walk *walk)
{
    struct exchange *exchanges = walk->capture->exchanges.items;
    struct capture_session session;
    for (size_t i = 0; i < walk->capture->exchanges.count; i++) {
        uint16_t port = walk->capture->options.port;
        if (exchanges[i].is_used || (port != 0 && exchanges[i].granted_port != port)) {
            continue;
        }
        run_measure_exchange(walk->capture, &exchanges[i], &session);
        walk->each(walk->context, &session);
        run_measure_fini(&session);
    }
}

void capture_each(struct capture *capture,
                  void (*each)(void *context, const struct capture_session *session), void *context)
{
    struct walk walk = {.capture = capture, .each = each, .context = context};
    struct sight *sights = capture->sights.items;
    walk.run.capture = capture;
    for (size_t from = 0, to; from < capture->sights.count; from = to) {
        to = from + 1;
        while (to < capture->sights.count && sights[to].flow == sights[from].flow) {
            to++;
        }
        walk_flow(&walk, sights + from, to - from);
    }
    run_fini(&walk.run);
    walk_exchanges(&walk);
}
