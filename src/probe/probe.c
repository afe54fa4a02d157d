/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <assert.h>
#include <stdlib.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "operation/operation.h"
#include "probe/phase.h"
#include "probe/spec_field.h"
#include "wire/stamp_packet.h"

void probe_init(struct probe *probe, const struct spec *spec,
                const uint8_t seed[HANDSHAKE_SEED_BYTES])
{
    *probe = (struct probe){.spec = spec_ref(spec)};
    handshake_seed(&probe->handshake, seed);
    if (spec->operation->negotiates) {
        probe->client = mem_alloc(1, sizeof *probe->client);
    }
    train_init(&probe->train, spec->packets.count, spec->packets.interval_ns,
               spec->schedule.timeout_ns);
}

/* It may still have that of the latest operation. */
static void take_desk(struct probe *probe)
{
    struct train *train = &probe->train;
    train_set_desk(train, train->desk ? train->desk : desk_take(probe->desks, train->capacity));
    probe->round = &train->desk->round;
}

void probe_fini(struct probe *probe)
{
    desk_give(probe->desks, probe->train.desk);
    if (probe->client != NULL) {
        crypto_wipe(probe->client, sizeof *probe->client);
        free(probe->client);
    }
    spec_unref(probe->spec);
}

void probe_set_spec(struct probe *probe, const struct spec *spec)
{
    const struct spec *before = probe->spec;
    assert(probe_is_idle(probe) && spec_is_same_target(before, spec));
    if (!addr_is_same_ip(&before->path.peer, &spec->path.peer)) {
        probe->filter = (struct clock_filter){0};
        probe->learned = (struct payload_learned){0};
        probe->query_due = (struct mono){0};
    }
    if (!auth_key_is_equal(&before->control.key, &spec->control.key) ||
        before->control.auth_layout != spec->control.auth_layout) {
        handshake_forget_layout(&probe->handshake);
    }
    probe->spec = spec_ref(spec);
    probe->train.timeout_ns = spec->schedule.timeout_ns;
    spec_unref(before);
}

static void start_payload(struct probe *probe)
{
    const struct payload_setting setting = {
        .spec = probe->spec,
        .train = &probe->train,
        .key = &probe->handshake.key,
        .operation = probe->handshake.operations,
        .estimate = probe->estimate,
    };
    payload_start(&probe->payload, &setting);
}

void probe_set_clock(struct probe *probe, const struct clock_state *clock)
{
    const struct stamp_estimate estimate = {
        .is_synchronized = clock->is_synchronized,
        .format = probe->spec->packets.timestamp_format,
        .error_ns = clock->is_synchronized ? clock->estimated_error_ns : clock->maximum_error_ns,
    };
    if (probe->spec->operation->tells_clock) {
        probe->estimate = stamp_estimate_write(&estimate);
    }
}

static bool wants_query(const struct probe *probe, struct mono now)
{
    return probe->spec->operation->write_query != NULL &&
           probe->spec->packets.reflector == REFLECTOR_AUTO &&
           !mono_is_before(now, probe->query_due);
}

void probe_start(struct probe *probe, struct instant now, struct mono latest_end)
{
    assert(probe_is_idle(probe));
    take_desk(probe);
    *probe->round =
        (struct round){.started = now.wall, .control_rtt_ns = -1, .one_way = ONE_WAY_NO_SAMPLES};
    probe->started = now.mono;
    probe->last_event = now.mono;
    probe->latest_end = latest_end;
    probe->port = probe->spec->path.port;
    start_payload(probe);
    handshake_start(&probe->handshake, probe->spec);
    probe->is_unreachable = false;
    probe->is_altered = false;
    probe->has_refusal = false;
    probe->has_result = false;
    probe->socket_drops = 0;
    probe->has_asked_again = false;
    probe->is_spreading = false;
    probe->flows = probe->spec->packets.flows > 1 ? probe->spec->packets.flows : 1;
    probe->wants_query = wants_query(probe, now.mono);
    probe->is_stream_over = false;
    probe->wants_stream = false;
    phase_wait_until(probe, MONO_NEVER);
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
    phase_wait_until(probe, probe->handshake.deadline);
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
    fx->id.channel = probe->flows > 1 ? (seq - 1) % probe->flows : PROBE_CHANNEL;
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

/* The deadline has come. One that was slept through is put off once, by a moment: answers that came
 * meanwhile wait in the socket, and are read first. */
static bool is_due(struct probe *probe, struct mono now)
{
    int64_t late_ns = mono_diff(now, probe->deadline);
    if (late_ns > PROBE_SLEPT_NS && probe->held_until.ns == 0) {
        probe->held_until = mono_add(now, PROBE_SLEPT_NS);
    }
    return late_ns >= 0 && !mono_is_before(now, probe->held_until);
}

static bool poll_control(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    if (!probe->wants_control && !is_due(probe, now.mono)) {
        return false;
    }
    if (!probe->wants_control && probe->has_refusal) {
        phase_refuse(probe);
        return false;
    }
    if (probe->wants_control || handshake_has_tries(&probe->handshake)) {
        send_control(probe, now, fx, scratch);
        return true;
    }
    phase_finish(probe, unanswered_outcome(probe), probe->deadline);
    return false;
}

static bool poll_settle(struct probe *probe, struct instant now)
{
    if (is_due(probe, now.mono)) {
        phase_finish_train(probe);
    }
    return false;
}

/* Nothing was sent, the last packet could not leave before the port closes (or that may be closed,
 * for nobody used it), and asking again helps: the responder's count may still begin anew. */
static bool must_ask_again(const struct probe *probe, struct mono now)
{
    const struct train *train = &probe->train;
    const struct grant *grant = &probe->handshake.grant;
    if (train->next > 0 || probe->has_asked_again) {
        return false;
    }
    int64_t rest_ns = (int64_t)(train->count - 1) * train->interval_ns;
    bool is_in_time = mono_is_before(mono_add(now, rest_ns), grant->until) &&
                      mono_is_before(now, grant->unused_until);
    return !is_in_time && probe->round->control_rtt_ns + rest_ns < grant->next_ns;
}

static bool ask_again(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    probe->has_asked_again = true;
    probe->round->control_retries = probe->handshake.tries - 1U;
    handshake_start(&probe->handshake, probe->spec);
    probe->phase = PROBE_CONTROL;
    probe->wants_control = true;
    return poll_control(probe, now, fx, scratch);
}

/* The responder has closed the port, as far as anybody here can know. */
static bool is_grant_over(const struct probe *probe, struct mono now)
{
    return !mono_is_before(now, probe->handshake.grant.until);
}

static bool poll_train(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    if (must_ask_again(probe, now.mono)) {
        return ask_again(probe, now, fx, scratch);
    }
    if (is_grant_over(probe, now.mono)) {
        train_skip_rest(&probe->train);
    }
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
        .id.channel = probe->open_flows,
        .local = probe->spec->path.source,
        .peer = probe->spec->path.peer,
        .options = probe->spec->path.options,
        .may_share = phase_may_share(probe),
        .wants_hardware = probe->spec->clocks.timestamps == TIMESTAMPS_HARDWARE,
        .is_prompt = probe->spec->clocks.timestamps == TIMESTAMPS_USER,
    };
    if (fx->local.family == ADDR_NONE) {
        fx->local.family = probe->spec->path.peer.family;
    } else if (addr_is_link_local(&fx->local) && fx->local.scope == 0) {
        fx->local.scope = probe->spec->path.peer.scope;
    }
    if (fx->local.port != 0) {
        fx->local.port = (uint16_t)(fx->local.port + probe->open_flows);
    }
    /* The source port of a connection is not that of its control request, nor that of a train that
     * of its query. */
    if (transport == TRANSPORT_UDP && (phase_is_connection(probe) || probe->wants_query)) {
        fx->local.port = 0;
    }
}

/* The one opened last. */
static void close_channel(struct probe *probe, struct fx *fx)
{
    probe->open_flows = (uint8_t)(probe->open_flows - (probe->open_flows > 0));
    probe->is_open = probe->open_flows > 0;
    *fx = (struct fx){.kind = FX_CLOSE, .id.channel = PROBE_CHANNEL + probe->open_flows};
}

/* False: the port is closed again, for this host stood still. */
static bool open_connection(struct probe *probe, struct instant now, struct fx *fx)
{
    probe->wants_open = false;
    train_start(&probe->train, now);
    if (is_grant_over(probe, now.mono)) {
        train_skip_rest(&probe->train);
        phase_finish_train(probe);
        return false;
    }
    probe->is_open = true;
    train_send(&probe->train, now);
    phase_wait_until(probe, train_expiry(&probe->train));
    fill_open(probe, TRANSPORT_TCP_CONNECT, fx);
    fx->peer = probe->spec->path.peer;
    fx->tos = probe->spec->path.tos;
    return true;
}

/* The control channel closes, then the connection opens; it is open as soon as it was asked for. */
static bool poll_connect(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    if (probe->wants_open && probe->is_open && must_ask_again(probe, now.mono)) {
        probe->wants_open = false;
        return ask_again(probe, now, fx, scratch);
    }
    if (probe->wants_open && probe->is_open) {
        close_channel(probe, fx);
        return true;
    }
    if (probe->wants_open) {
        return open_connection(probe, now, fx);
    }
    if (is_due(probe, now.mono)) {
        phase_finish_train(probe);
    }
    return false;
}

/* Of the first channel: control requests are UDP, whatever follows. */
static enum transport first_transport(const struct probe *probe)
{
    return phase_has_handshake(probe) ? TRANSPORT_UDP : probe->spec->operation->transport;
}

/* What was open before was for a query, or is a flow of several. */
static bool poll_opening(struct probe *probe, struct fx *fx)
{
    if (!probe->wants_open) {
        return false;
    }
    if (probe->is_open && !probe->is_spreading) {
        close_channel(probe, fx);
        return true;
    }
    probe->wants_open = false;
    fill_open(probe, first_transport(probe), fx);
    return true;
}

/* Without an answer the train goes all the same. */
static bool poll_query(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    if (probe->wants_query) {
        struct addr peer = probe->spec->path.peer;
        int64_t wait_ns = probe->spec->schedule.timeout_ns;
        probe->wants_query = false;
        fill_send(fx, &peer, scratch,
                  probe->spec->operation->write_query(&probe->payload, now, scratch));
        fx->tos = probe->spec->path.tos;
        probe->query_due = mono_add(now.mono, PROBE_QUERY_AGE_NS);
        phase_wait_until(probe,
                         mono_add(now.mono, wait_ns < PROBE_QUERY_NS ? wait_ns : PROBE_QUERY_NS));
        return true;
    }
    if (!is_due(probe, now.mono)) {
        return false;
    }
    phase_end_query(probe);
    return poll_opening(probe, fx);
}

/* The control connection says all that it has to say; what is not said by the deadline is not
 * waited for. */
static bool poll_negotiate(struct probe *probe, struct instant now, struct fx *fx)
{
    if (probe->wants_stream) {
        probe->wants_stream = false;
        probe->is_stream_open = true;
        fill_open(probe, TRANSPORT_TCP_STREAM, fx);
        fx->id.channel = PROBE_STREAM;
        fx->local.port = 0;
        fx->peer.port = probe->spec->control.port;
        return true;
    }
    if (phase_poll_stream(probe, fx)) {
        return true;
    }
    if (is_due(probe, now.mono)) {
        phase_finish(probe, OUTCOME_NO_CONNECTION, probe->deadline);
    }
    return false;
}

static bool poll_running(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    switch (probe->phase) {
    case PROBE_OPENING:
        return poll_opening(probe, fx);
    case PROBE_QUERY:
        return poll_query(probe, now, fx, scratch);
    case PROBE_CONTROL:
        return poll_control(probe, now, fx, scratch);
    case PROBE_NEGOTIATE:
        return poll_negotiate(probe, now, fx);
    case PROBE_CONNECT:
        return poll_connect(probe, now, fx, scratch);
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
    if (probe->phase == PROBE_OVER && probe->is_stream_open) {
        return phase_poll_stream(probe, fx);
    }
    if (probe->phase == PROBE_OVER && probe->is_open) {
        close_channel(probe, fx);
        return true;
    }
    return false;
}

struct mono probe_deadline(const struct probe *probe)
{
    switch (probe->phase) {
    case PROBE_QUERY:
    case PROBE_CONTROL:
    case PROBE_NEGOTIATE:
    case PROBE_CONNECT:
    case PROBE_SETTLE:
        return mono_max(probe->deadline, probe->held_until);
    case PROBE_TRAIN:
        return train_next_due(&probe->train);
    case PROBE_IDLE:
    case PROBE_OPENING:
    case PROBE_OVER:
        break;
    }
    return MONO_NEVER;
}

struct mono probe_end(const struct probe *probe, struct mono now)
{
    return probe->has_result ? mono_add(probe->started, probe->round->duration_ns) : now;
}

bool probe_is_settled(const struct probe *probe, struct mono now)
{
    return probe->phase == PROBE_OVER ||
           (probe->phase == PROBE_SETTLE && (train_is_complete(&probe->train) ||
                                             !mono_is_before(now, train_expiry(&probe->train))));
}

bool probe_is_idle(const struct probe *probe)
{
    return (probe->phase == PROBE_IDLE || probe->phase == PROBE_OVER) && !probe->is_open &&
           !probe->is_stream_open;
}
