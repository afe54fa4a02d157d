/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <assert.h>

#include "operation/operation.h"
#include "probe/phase.h"
#include "probe/spec_field.h"

void probe_init(struct probe *probe, const struct spec *spec, uint8_t first_id)
{
    *probe = (struct probe){.spec = spec_ref(spec), .handshake.next_id = first_id};
    train_init(&probe->train, spec->packets.count, spec->packets.interval_ns,
               spec->schedule.timeout_ns);
}

void probe_fini(struct probe *probe)
{
    train_fini(&probe->train);
    spec_unref(probe->spec);
}

void probe_set_spec(struct probe *probe, const struct spec *spec)
{
    const struct spec *before = probe->spec;
    assert(probe_is_idle(probe) && spec_is_same_target(before, spec));
    if (!addr_is_same_ip(&before->path.peer, &spec->path.peer)) {
        probe->filter = (struct clock_filter){0};
    }
    if (!auth_key_is_equal(&before->control.key, &spec->control.key) ||
        before->control.auth_layout != spec->control.auth_layout) {
        handshake_forget_layout(&probe->handshake);
    }
    probe->spec = spec_ref(spec);
    probe->train.timeout_ns = spec->schedule.timeout_ns;
    spec_unref(before);
}

void probe_start(struct probe *probe, struct instant now, struct mono latest_end)
{
    assert(probe_is_idle(probe));
    train_clear(&probe->train);
    probe->round =
        (struct round){.started = now.wall, .control_rtt_ns = -1, .one_way = ONE_WAY_NO_SAMPLES};
    probe->started = now.mono;
    probe->last_event = now.mono;
    probe->latest_end = latest_end;
    probe->port = probe->spec->path.port;
    handshake_start(&probe->handshake, probe->spec);
    payload_start(&probe->payload, probe->spec, &probe->train);
    probe->is_unreachable = false;
    probe->has_result = false;
    probe->socket_drops = 0;
    if (probe->spec->path.peer.family == ADDR_NONE) {
        phase_finish(probe, OUTCOME_RESOLVE, now.mono);
        return;
    }
    probe->phase =
        phase_is_connection(probe) && !phase_has_handshake(probe) ? PROBE_CONNECT : PROBE_OPENING;
    probe->wants_open = true;
}

void probe_abandon(struct probe *probe)
{
    if (probe->phase == PROBE_IDLE) {
        return;
    }
    probe->phase = PROBE_OVER;
    probe->wants_open = false;
    probe->has_result = false;
}

static void fill_send(struct fx *fx, const struct addr *peer, const uint8_t *bytes, size_t size)
{
    *fx = (struct fx){
        .kind = FX_SEND,
        .id.channel = PROBE_CHANNEL,
        .peer = *peer,
        .bytes = bytes,
        .size = size,
        .may_wait = true,
    };
}

static void send_control(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    struct addr peer = probe->spec->path.peer;
    peer.port = probe->spec->control.port;
    probe->wants_control = false;
    fill_send(fx, &peer, scratch, handshake_write(&probe->handshake, now, scratch));
    probe->deadline = probe->handshake.deadline;
}

static void send_probe(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    uint32_t seq = train_send(&probe->train, now);
    struct addr peer = probe->spec->path.peer;
    peer.port = probe->port;
    fill_send(fx, &peer, scratch, probe->spec->operation->write(&probe->payload, seq, scratch));
    fx->tos = probe->spec->path.tos;
    fx->wants_stamp = probe->spec->clocks.timestamps != TIMESTAMPS_USER;
    fx->tag = seq;
}

void probe_cut_short(struct probe *probe, struct instant now)
{
    bool is_train = probe->phase == PROBE_TRAIN || probe->phase == PROBE_SETTLE;
    if (probe->phase == PROBE_OVER) {
        return;
    }
    if (is_train && train_cut(&probe->train, now.mono) > 0) {
        phase_finish_train(probe);
    } else {
        probe_abandon(probe);
    }
}

/* The control request had no answer that can be believed. */
static enum outcome unanswered_outcome(const struct probe *probe)
{
    if (handshake_has_failed(&probe->handshake)) {
        return OUTCOME_LOCAL;
    }
    if (probe->handshake.has_bad_digest) {
        return OUTCOME_AUTH;
    }
    return probe->is_unreachable ? phase_unreachable(probe) : OUTCOME_NO_CONNECTION;
}

static bool poll_control(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    bool is_due = !mono_is_before(now.mono, probe->deadline);
    if (!probe->wants_control && !is_due) {
        return false;
    }
    if (probe->wants_control || handshake_has_tries(&probe->handshake)) {
        send_control(probe, now, fx, scratch);
        return true;
    }
    phase_finish(probe, unanswered_outcome(probe), now.mono);
    return false;
}

static bool poll_settle(struct probe *probe, struct instant now)
{
    if (!mono_is_before(now.mono, probe->deadline)) {
        phase_finish_train(probe);
    }
    return false;
}

static bool poll_train(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    train_skip(&probe->train, now.mono);
    if (!mono_is_before(train_next_due(&probe->train), MONO_NEVER)) {
        phase_settle(probe);
        return poll_settle(probe, now);
    }
    if (mono_is_before(now.mono, train_next_due(&probe->train))) {
        return false;
    }
    send_probe(probe, now, fx, scratch);
    if (mono_is_before(train_next_due(&probe->train), MONO_NEVER)) {
        return true;
    }
    phase_settle(probe);
    return true;
}

static void fill_open(const struct probe *probe, enum transport transport, struct fx *fx)
{
    *fx = (struct fx){
        .kind = FX_OPEN,
        .transport = transport,
        .id.channel = PROBE_CHANNEL,
        .local = probe->spec->path.source,
        .peer = probe->spec->path.peer,
        .options = probe->spec->path.options,
        .may_share = probe->spec->operation->may_share_socket,
        .wants_hardware = probe->spec->clocks.timestamps == TIMESTAMPS_HARDWARE,
        .is_prompt = probe->spec->clocks.timestamps == TIMESTAMPS_USER,
    };
    if (fx->local.family == ADDR_NONE) {
        fx->local.family = probe->spec->path.peer.family;
    } else if (addr_is_link_local(&fx->local) && fx->local.scope == 0) {
        fx->local.scope = probe->spec->path.peer.scope;
    }
    /* The source port of a connection is not that of its control request. */
    if (transport == TRANSPORT_UDP && phase_is_connection(probe)) {
        fx->local.port = 0;
    }
}

/* The control channel closes, then the connection opens; it is open as soon as it was asked for. */
static bool poll_connect(struct probe *probe, struct instant now, struct fx *fx)
{
    if (probe->wants_open && probe->is_open) {
        probe->is_open = false;
        *fx = (struct fx){.kind = FX_CLOSE, .id.channel = PROBE_CHANNEL};
        return true;
    }
    if (probe->wants_open) {
        probe->wants_open = false;
        probe->is_open = true;
        train_start(&probe->train, now);
        train_send(&probe->train, now);
        probe->deadline = train_expiry(&probe->train);
        fill_open(probe, TRANSPORT_TCP_CONNECT, fx);
        fx->peer = probe->spec->path.peer;
        fx->tos = probe->spec->path.tos;
        return true;
    }
    if (!mono_is_before(now.mono, probe->deadline)) {
        phase_finish_train(probe);
    }
    return false;
}

/* Of the first channel: control requests are UDP, whatever follows. */
static enum transport first_transport(const struct probe *probe)
{
    return phase_has_handshake(probe) ? TRANSPORT_UDP : probe->spec->operation->transport;
}

static bool poll_running(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    switch (probe->phase) {
    case PROBE_OPENING:
        if (!probe->wants_open) {
            return false;
        }
        probe->wants_open = false;
        fill_open(probe, first_transport(probe), fx);
        return true;
    case PROBE_CONTROL:
        return poll_control(probe, now, fx, scratch);
    case PROBE_CONNECT:
        return poll_connect(probe, now, fx);
    case PROBE_TRAIN:
        return poll_train(probe, now, fx, scratch);
    case PROBE_SETTLE:
        return poll_settle(probe, now);
    case PROBE_IDLE:
    case PROBE_OVER:
        break;
    }
    return false;
}

bool probe_poll(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    if (poll_running(probe, now, fx, scratch)) {
        return true;
    }
    if (probe->phase == PROBE_OVER && probe->is_open) {
        probe->is_open = false;
        *fx = (struct fx){.kind = FX_CLOSE, .id.channel = PROBE_CHANNEL};
        return true;
    }
    return false;
}

struct mono probe_deadline(const struct probe *probe)
{
    switch (probe->phase) {
    case PROBE_CONTROL:
    case PROBE_CONNECT:
    case PROBE_SETTLE:
        return probe->deadline;
    case PROBE_TRAIN:
        return train_next_due(&probe->train);
    case PROBE_IDLE:
    case PROBE_OPENING:
    case PROBE_OVER:
        break;
    }
    return MONO_NEVER;
}

bool probe_is_idle(const struct probe *probe)
{
    return (probe->phase == PROBE_IDLE || probe->phase == PROBE_OVER) && !probe->is_open;
}
