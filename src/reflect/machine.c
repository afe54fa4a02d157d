/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The responder's machine, and what goes wrong around it on purpose. Between it and the host stands
 * a piece of network: what comes in for a probe port, and what leaves from there, may be lost,
 * doubled, rewritten or held back; for what is held back the machine has a deadline. The responder
 * itself knows nothing of it: a packet that was lost on the way here it has never seen, and one
 * that was held back arrived that much later, by its time of receipt too. Its clock is the other
 * thing that can be wrong: T2 is moved, and T3 is T2 plus the time that has passed.
 *
 * Control requests are refused or ignored, not delayed; streams are left alone. */
#include <stdlib.h>

#include "reflect/impaired.h"
#include "reflect/state.h"

/* Of what was held back, so that the answer to a failed send is known; others are enum
 * reflect_late. */
#define TAG_HELD 0x10000U

/* The probe port that a channel is; NULL: it takes control requests, or no datagrams. */
static const struct lease_port *probe_port(const struct reflect *reflect, uint32_t channel)
{
    size_t first = reflect->settings.listen_count;
    if (channel < first || channel >= TWAMP_CHANNELS) {
        return NULL;
    }
    const struct lease_port *port = &reflect->book.ports[channel - first];
    return port->transport == TRANSPORT_UDP ? port : NULL;
}

/* The packet as it arrives behind what the rules make of its way and of the clock. */
static struct ev arriving(struct impair *impair, const struct ev *ev, struct impair_flow flow,
                          const struct impair_verdict *verdict, struct mono now)
{
    enum { ECN_BITS = 3 };
    struct ev out = *ev;
    struct instant *at = &out.received.at;
    at->mono = mono_add(at->mono, verdict->delay_ns);
    at->wall = wall_add(at->wall, verdict->delay_ns + impair_clock_ns(impair, flow, now));
    if (verdict->dscp != IMPAIR_AS_IT_IS) {
        out.tos = (uint8_t)((verdict->dscp << 2) | (ev->tos & ECN_BITS));
    }
    return out;
}

static void keep_event(struct impaired *impaired, const struct ev *ev)
{
    bool is_kept = hold_event(&impaired->hold, ev, ev->received.at.mono);
    impaired->impair.counts[IMPAIR_TOO_MANY_HELD] += !is_kept;
}

static void keep_reply(struct impaired *impaired, const struct fx *fx, struct mono due)
{
    bool is_kept = hold_reply(&impaired->hold, fx, due);
    impaired->impair.counts[IMPAIR_TOO_MANY_HELD] += !is_kept;
}

static void input_probe(struct reflect *reflect, const struct ev *ev, uint16_t port,
                        struct instant now)
{
    struct impaired *impaired = reflect->impaired;
    struct impair *impair = reflect_impair_rules(reflect, now.mono);
    const struct impair_flow flow = {&ev->peer, port};
    const struct impair_verdict verdict = impair_judge(impair, IMPAIR_SD, flow, now.mono);
    if (verdict.is_lost) {
        return;
    }
    const struct ev out = arriving(impair, ev, flow, &verdict, now.mono);
    if (verdict.is_twice) {
        keep_event(impaired, &out);
    }
    if (verdict.delay_ns > 0 && mono_is_before(now.mono, out.received.at.mono)) {
        keep_event(impaired, &out);
    } else {
        reflect_input(reflect, &out, now);
    }
}

/* These two are functions of their own, so that a responder without rules passes them by at the
 * cost of a branch. */
static __attribute__((noinline)) void input_impaired(struct reflect *reflect, const struct ev *ev,
                                                     struct instant now)
{
    const struct lease_port *port = NULL;
    if (ev->kind == EV_ERROR && !ev->is_icmp && ev->tag == TAG_HELD) {
        reflect->stats.impairments[IMPAIR_SEND_FAILED]++;
        return;
    }
    if (ev->kind == EV_DATA) {
        port = probe_port(reflect, ev->id.channel);
    }
    if (port != NULL) {
        input_probe(reflect, ev, port->local.port, now);
    } else {
        reflect_input(reflect, ev, now);
    }
}

static void input(void *self, const struct ev *ev, struct instant now)
{
    struct reflect *reflect = self;
    if (reflect->impaired == NULL) {
        reflect_input(reflect, ev, now);
    } else {
        input_impaired(reflect, ev, now);
    }
}

/* A reply of the responder: true when it leaves now, as *fx then says. */
static bool let_out(struct reflect *reflect, struct fx *fx, uint16_t port, struct mono now)
{
    struct impaired *impaired = reflect->impaired;
    const struct impair_flow flow = {&fx->peer, port};
    const struct impair_verdict verdict =
        impair_judge(reflect_impair_rules(reflect, now), IMPAIR_DS, flow, now);
    if (verdict.is_lost) {
        return false;
    }
    if (verdict.dscp != IMPAIR_AS_IT_IS) {
        fx->tos = (uint8_t)(verdict.dscp << 2);
    }
    fx->ttl = verdict.ttl;
    if (verdict.is_twice) {
        keep_reply(impaired, fx, mono_add(now, verdict.delay_ns));
    }
    if (verdict.delay_ns > 0) {
        keep_reply(impaired, fx, mono_add(now, verdict.delay_ns));
    }
    return verdict.delay_ns == 0;
}

/* What the responder wants done; false: nothing, or it is lost or held back. */
static bool poll_responder(struct reflect *reflect, struct instant now, struct fx *fx,
                           bool *is_idle)
{
    *is_idle = !reflect_poll(reflect, now, fx);
    if (*is_idle) {
        return false;
    }
    if (fx->kind == FX_CLOSE) {
        reflect->stats.impairments[IMPAIR_PORT_CLOSED] +=
            hold_forget(&reflect->impaired->hold, fx->id);
    }
    const struct lease_port *port =
        fx->kind == FX_SEND ? probe_port(reflect, fx->id.channel) : NULL;
    return port == NULL || let_out(reflect, fx, port->local.port, now.mono);
}

/* A reply that is due leaves: true, as *fx says. A received packet is given to the responder. */
static bool release(struct reflect *reflect, struct held *held, struct instant now, struct fx *fx)
{
    if (!held->is_reply) {
        reflect_input(reflect, &held->ev, now);
        free(held);
        return false;
    }
    *fx = held->fx;
    fx->may_wait = false;
    fx->tag = TAG_HELD;
    reflect->impaired->leaving = held;
    return true;
}

static __attribute__((noinline)) bool poll_impaired(struct reflect *reflect, struct instant now,
                                                    struct fx *fx)
{
    struct impaired *impaired = reflect->impaired;
    free(impaired->leaving);
    impaired->leaving = NULL;
    for (;;) {
        bool is_idle;
        if (poll_responder(reflect, now, fx, &is_idle)) {
            return true;
        }
        struct held *held = is_idle ? hold_take(&impaired->hold, now.mono) : NULL;
        if (held != NULL && release(reflect, held, now, fx)) {
            return true;
        }
        if (is_idle && held == NULL) {
            return false;
        }
    }
}

static bool poll(void *self, struct instant now, struct fx *fx)
{
    struct reflect *reflect = self;
    return reflect->impaired == NULL ? reflect_poll(reflect, now, fx)
                                     : poll_impaired(reflect, now, fx);
}

static struct mono deadline(const void *self)
{
    const struct reflect *reflect = self;
    struct mono due = reflect_due(reflect);
    return reflect->impaired == NULL ? due : mono_min(due, hold_due(&reflect->impaired->hold));
}

struct machine reflect_machine(struct reflect *reflect)
{
    static const struct machine_ops ops = {.input = input, .poll = poll, .deadline = deadline};
    return (struct machine){.ops = &ops, .self = reflect};
}
