/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <assert.h>
#include <errno.h>

#include "probe/trust.h"
#include "stats/drops.h"

enum { CHANNEL = 0 };

static const char *const unmatched_names[UNMATCHED_COUNT] = {
    [UNMATCHED_SOURCE] = "source",
    [UNMATCHED_CONTROL] = "control",
    [UNMATCHED_SEQUENCE] = "sequence",
    [UNMATCHED_EARLY] = "early",
};

const char *unmatched_name(enum unmatched unmatched)
{
    assert((unsigned)unmatched < UNMATCHED_COUNT);
    return unmatched_names[unmatched];
}

void probe_init(struct probe *probe, const struct spec *spec, uint8_t first_id)
{
    *probe = (struct probe){.spec = spec, .handshake.next_id = first_id};
    train_init(&probe->train, spec->num_packets, spec->interval_ns, spec->timeout_ns);
}

void probe_fini(struct probe *probe)
{
    train_fini(&probe->train);
}

void probe_set_spec(struct probe *probe, const struct spec *spec)
{
    if (!addr_is_same_ip(&probe->spec->peer, &spec->peer)) {
        probe->filter = (struct clock_filter){0};
        probe->byte_order = BYTE_ORDER_UNKNOWN;
    }
    probe->spec = spec;
    probe->handshake.spec = spec;
    probe->payload.spec = spec;
}

static bool has_handshake(const struct probe *probe)
{
    return probe->spec->control != CONTROL_NONE;
}

static bool is_connection(const struct probe *probe)
{
    return probe->spec->operation == OPERATION_TCP_CONNECT;
}

/* The operation ends with `outcome`; what is open is closed by the next poll. */
static void finish(struct probe *probe, enum outcome outcome, struct mono end)
{
    if (outcome != OUTCOME_LOCAL && outcome != OUTCOME_UNREACHABLE) {
        probe->round.error = 0; /* it passed */
    }
    probe->phase = PROBE_OVER;
    probe->round.outcome = outcome;
    probe->round.duration_ns = mono_diff(end, probe->started);
    probe->has_result = true;
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
    probe->port = probe->spec->port;
    handshake_start(&probe->handshake, probe->spec);
    payload_start(&probe->payload, probe->spec, &probe->train);
    probe->is_unreachable = false;
    probe->has_result = false;
    probe->socket_drops = 0;
    if (probe->spec->peer.family == ADDR_NONE) {
        finish(probe, OUTCOME_RESOLVE, now.mono);
        return;
    }
    probe->phase = is_connection(probe) && !has_handshake(probe) ? PROBE_CONNECT : PROBE_OPENING;
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
        .id.channel = CHANNEL,
        .peer = *peer,
        .bytes = bytes,
        .size = size,
        .may_wait = true,
    };
}

static void send_control(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    struct addr peer = probe->spec->peer;
    peer.port = probe->spec->control_port;
    probe->wants_control = false;
    fill_send(fx, &peer, scratch, handshake_write(&probe->handshake, now, scratch));
    probe->deadline = probe->handshake.deadline;
}

static void send_probe(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    uint32_t seq = train_send(&probe->train, now);
    struct addr peer = probe->spec->peer;
    peer.port = probe->port;
    fill_send(fx, &peer, scratch, payload_write(&probe->payload, seq, scratch));
    fx->tos = probe->spec->tos;
    fx->wants_stamp = probe->spec->timestamps != TIMESTAMPS_USER;
    fx->tag = seq;
}

/* When SETTLE ends: a moment after the last answer, or when late replies are no longer waited for.
 */
static struct mono settle_deadline(const struct probe *probe)
{
    if (train_is_complete(&probe->train)) {
        return mono_min(mono_add(probe->last_event, PROBE_SETTLE_NS), probe->latest_end);
    }
    struct mono expiry = train_expiry(&probe->train);
    struct mono end = mono_min(mono_add(expiry, PROBE_GRACE_NS), probe->latest_end);
    return mono_is_before(end, expiry) ? expiry : end;
}

static void settle(struct probe *probe)
{
    probe->phase = PROBE_SETTLE;
    probe->deadline = settle_deadline(probe);
}

static void finish_train(struct probe *probe)
{
    const struct train *train = &probe->train;
    bool was_sent = false;
    bool was_received = false;
    for (uint32_t i = 0; i < train->count; i++) {
        was_sent |= train->samples[i].fate != FATE_UNSENT;
        was_received |= train->samples[i].fate == FATE_RECEIVED;
    }
    struct mono end = train_is_complete(train) ? probe->last_event : train_expiry(train);
    enum outcome unanswered = was_sent ? OUTCOME_TIMEOUT : OUTCOME_LOCAL;
    if (was_sent && probe->is_unreachable && !has_handshake(probe)) {
        unanswered = OUTCOME_UNREACHABLE;
    }
    finish(probe, was_received ? OUTCOME_OK : unanswered, end);
}

void probe_cut_short(struct probe *probe, struct instant now)
{
    bool is_train = probe->phase == PROBE_TRAIN || probe->phase == PROBE_SETTLE;
    if (probe->phase == PROBE_OVER) {
        return;
    }
    if (is_train && train_cut(&probe->train, now.mono) > 0) {
        finish_train(probe);
    } else {
        probe_abandon(probe);
    }
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
    if (handshake_has_failed(&probe->handshake)) {
        finish(probe, OUTCOME_LOCAL, now.mono);
    } else {
        finish(probe, probe->is_unreachable ? OUTCOME_UNREACHABLE : OUTCOME_NO_CONNECTION,
               now.mono);
    }
    return false;
}

static bool poll_settle(struct probe *probe, struct instant now)
{
    if (!mono_is_before(now.mono, probe->deadline)) {
        finish_train(probe);
    }
    return false;
}

static bool poll_train(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    train_skip(&probe->train, now.mono);
    if (!mono_is_before(train_next_due(&probe->train), MONO_NEVER)) {
        settle(probe);
        return poll_settle(probe, now);
    }
    if (mono_is_before(now.mono, train_next_due(&probe->train))) {
        return false;
    }
    send_probe(probe, now, fx, scratch);
    if (mono_is_before(train_next_due(&probe->train), MONO_NEVER)) {
        return true;
    }
    settle(probe);
    return true;
}

/* What comes back says by itself which operation it answers: a jitter probe returns its own time of
 * sending. An echo does not, and needs a port of its own each time. */
static bool can_share(const struct spec *spec)
{
    return spec->operation == OPERATION_UDP_JITTER;
}

static void fill_open(const struct probe *probe, enum transport transport, struct fx *fx)
{
    *fx = (struct fx){
        .kind = FX_OPEN,
        .transport = transport,
        .id.channel = CHANNEL,
        .local = probe->spec->source,
        .peer = probe->spec->peer,
        .options = probe->spec->options,
        .may_share = transport == TRANSPORT_UDP && can_share(probe->spec),
        .wants_hardware = probe->spec->timestamps == TIMESTAMPS_HARDWARE,
        .is_prompt = probe->spec->timestamps == TIMESTAMPS_USER,
    };
    if (fx->local.family == ADDR_NONE) {
        fx->local.family = probe->spec->peer.family;
    } else if (addr_is_link_local(&fx->local) && fx->local.scope == 0) {
        fx->local.scope = probe->spec->peer.scope;
    }
    /* The source port of a connection is not that of its control request. */
    if (transport == TRANSPORT_UDP && is_connection(probe)) {
        fx->local.port = 0;
    }
}

/* The control channel closes, then the connection opens; it is open as soon as it was asked for. */
static bool poll_connect(struct probe *probe, struct instant now, struct fx *fx)
{
    if (probe->wants_open && probe->is_open) {
        probe->is_open = false;
        *fx = (struct fx){.kind = FX_CLOSE, .id.channel = CHANNEL};
        return true;
    }
    if (probe->wants_open) {
        probe->wants_open = false;
        probe->is_open = true;
        train_start(&probe->train, now);
        train_send(&probe->train, now);
        probe->deadline = train_expiry(&probe->train);
        fill_open(probe, TRANSPORT_TCP_CONNECT, fx);
        fx->peer = probe->spec->peer;
        fx->tos = probe->spec->tos;
        return true;
    }
    if (!mono_is_before(now.mono, probe->deadline)) {
        finish_train(probe);
    }
    return false;
}

static enum transport probe_transport(const struct probe *probe)
{
    switch (probe->spec->operation) {
    case OPERATION_ICMP_ECHO:
        return TRANSPORT_ICMP_ECHO;
    case OPERATION_ICMP_JITTER:
        return TRANSPORT_ICMP_TIMESTAMP;
    default:
        return TRANSPORT_UDP;
    }
}

static bool poll_running(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    switch (probe->phase) {
    case PROBE_OPENING:
        if (!probe->wants_open) {
            return false;
        }
        probe->wants_open = false;
        fill_open(probe, probe_transport(probe), fx);
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
        *fx = (struct fx){.kind = FX_CLOSE, .id.channel = CHANNEL};
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

/* The connection stays open for the moment of SETTLE, so that the responder can close it first and
 * keep the state that TCP leaves behind. */
static void input_connected(struct probe *probe, const struct ev *ev)
{
    struct sample *sample;
    train_set_sent(&probe->train, ev->started.mono);
    train_receive(&probe->train, 1, ev->received, &sample);
    probe->last_event = ev->received.at.mono;
    settle(probe);
}

static void input_opened(struct probe *probe, const struct ev *ev, struct instant now)
{
    probe->payload.identifier = ev->local.port;
    if (has_handshake(probe)) {
        probe->phase = PROBE_CONTROL;
        probe->wants_control = true;
    } else {
        probe->phase = PROBE_TRAIN;
        train_start(&probe->train, now);
    }
}

static void input_control(struct probe *probe, const struct ev *ev, struct instant now)
{
    struct handshake_answer answer;
    enum handshake_verdict verdict = HANDSHAKE_UNMATCHED;
    if (probe->phase == PROBE_CONTROL) {
        verdict = handshake_judge(&probe->handshake, ev, now.mono, &answer);
    }
    if (verdict == HANDSHAKE_UNMATCHED) {
        probe->unmatched[UNMATCHED_CONTROL]++;
        return;
    }
    if (verdict == HANDSHAKE_TRY_NEXT) {
        probe->deadline = probe->handshake.deadline;
        return;
    }
    probe->round.control_rtt_ns = answer.rtt_ns;
    if (verdict == HANDSHAKE_REFUSED) {
        probe->round.control_status = answer.status;
        finish(probe, answer.outcome, now.mono);
        return;
    }
    if (probe->handshake.is_layout_known) {
        probe->round.auth_layout = probe->handshake.layout + 1u;
    }
    probe->port = answer.port;
    if (is_connection(probe)) {
        probe->phase = PROBE_CONNECT;
        probe->wants_open = true;
        return;
    }
    probe->phase = PROBE_TRAIN;
    train_start(&probe->train, now);
}

/* An operation of one packet need not wait for the answer when its fate is known. */
static void end_unanswered(struct probe *probe, enum outcome outcome, struct instant now)
{
    if (probe->phase == PROBE_SETTLE && probe->train.count == 1 && probe->train.unsettled == 1) {
        finish(probe, outcome, now.mono);
    }
}

/* How the reply came: what the path made of the probe's DSCP, and how far it was. */
static void note_reply(struct round *round, const struct ev *ev)
{
    round->has_reply = true;
    round->reply_tos = ev->tos;
    round->reply_ttl = ev->ttl;
}

static void input_reply(struct probe *probe, const struct ev *ev, struct instant now)
{
    const struct sample *sample = NULL;
    switch (payload_read(&probe->payload, ev, now, &sample)) {
    case PAYLOAD_TIMELESS:
        probe->round.corrupt++;
        /* fall through */
    case PAYLOAD_ACCEPTED:
        note_reply(&probe->round, ev);
        if (sample->fate == FATE_RECEIVED) {
            probe->last_event = (struct mono){sample->t4_ns - probe->train.epoch_ns};
        }
        break;
    case PAYLOAD_DUPLICATE:
        probe->round.duplicate++;
        break;
    case PAYLOAD_CORRUPT:
        probe->round.corrupt++;
        break;
    case PAYLOAD_ALTERED:
        probe->round.corrupt++;
        end_unanswered(probe, OUTCOME_VERIFY, now);
        break;
    case PAYLOAD_UNKNOWN:
        probe->unmatched[UNMATCHED_SEQUENCE]++;
        break;
    }
}

static void input_data(struct probe *probe, const struct ev *ev, struct instant now)
{
    const struct spec *spec = probe->spec;
    if (!addr_is_same_ip(&ev->peer, &spec->peer)) {
        probe->unmatched[UNMATCHED_SOURCE]++;
    } else if (has_handshake(probe) && ev->peer.port == spec->control_port) {
        input_control(probe, ev, now);
    } else if (ev->peer.port != probe->port) {
        probe->unmatched[UNMATCHED_SOURCE]++;
    } else if (probe->phase != PROBE_TRAIN && probe->phase != PROBE_SETTLE) {
        probe->unmatched[UNMATCHED_EARLY]++;
    } else {
        input_reply(probe, ev, now);
    }
    if (probe->phase == PROBE_SETTLE) {
        probe->deadline = settle_deadline(probe);
    }
}

static void input_datagram(struct probe *probe, const struct ev *ev, struct instant now)
{
    struct ev as_read = *ev;
    if (probe->spec->timestamps == TIMESTAMPS_USER) {
        as_read.received = (struct stamp){.at = now, .source = STAMP_USER};
    }
    input_data(probe, &as_read, now);
}

/* The network says that a datagram of ours was not delivered. After a handshake that is a loss like
 * any other; without one it may be why nothing is answered. During the handshake a refused port
 * ends the operation, other errors may be passing.
 */
static void input_icmp(struct probe *probe, const struct ev *ev, struct instant now)
{
    bool is_handshake = probe->phase == PROBE_CONTROL;
    bool is_train = probe->phase == PROBE_TRAIN || probe->phase == PROBE_SETTLE;
    if (!(is_handshake || (is_train && !has_handshake(probe))) ||
        !addr_is_same_ip(&ev->peer, &probe->spec->peer)) {
        return;
    }
    probe->is_unreachable = true;
    probe->round.error = ev->error;
    if (is_train) {
        end_unanswered(probe, OUTCOME_UNREACHABLE, now);
        return;
    }
    if (ev->error == ECONNREFUSED) {
        finish(probe, OUTCOME_UNREACHABLE, now.mono);
    }
}

/* What the end of a connection that never was says. */
static enum outcome connect_outcome(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
        return OUTCOME_REFUSED;
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENOPROTOOPT:
        return OUTCOME_UNREACHABLE;
    case ETIMEDOUT:
        return OUTCOME_TIMEOUT;
    default:
        return OUTCOME_LOCAL;
    }
}

static void input_not_connected(struct probe *probe, int error, struct instant now)
{
    enum outcome outcome = connect_outcome(error);
    probe->is_open = false;
    probe->round.error = error;
    if (outcome == OUTCOME_LOCAL) {
        train_unsend(&probe->train, 1);
    }
    finish(probe, outcome, now.mono);
}

/* Our own host did not do what was asked of it. Full buffers pass; the rest does not. */
static void input_failure(struct probe *probe, const struct ev *ev, struct instant now)
{
    if (probe->phase == PROBE_CONNECT) {
        input_not_connected(probe, ev->error, now);
        return;
    }
    bool is_passing = ev->error == ENOBUFS || ev->error == EAGAIN || ev->error == ENOMEM;
    if (probe->phase == PROBE_OPENING || (probe->phase == PROBE_CONTROL && !is_passing)) {
        probe->round.error = ev->error;
        finish(probe, OUTCOME_LOCAL, now.mono);
    } else if (probe->phase == PROBE_CONTROL) {
        probe->round.error = ev->error;
        handshake_fail_try(&probe->handshake);
    } else if (probe->phase == PROBE_TRAIN || probe->phase == PROBE_SETTLE) {
        probe->round.error = ev->error;
        probe->round.unsent_error = ev->error;
        train_unsend(&probe->train, ev->tag);
        probe->last_event = now.mono;
    }
    if (probe->phase == PROBE_SETTLE) {
        probe->deadline = settle_deadline(probe);
    }
}

void probe_input(struct probe *probe, const struct ev *ev, struct instant now)
{
    switch (ev->kind) {
    case EV_OPENED:
        probe->is_open = true;
        probe->handshake.local = ev->local;
        if (probe->phase == PROBE_OPENING) {
            input_opened(probe, ev, now);
        } else if (probe->phase == PROBE_CONNECT) {
            input_connected(probe, ev);
        }
        break;
    case EV_DATA:
        input_datagram(probe, ev, now);
        break;
    case EV_SENT:
        if (probe->spec->timestamps != TIMESTAMPS_USER) {
            train_stamp(&probe->train, ev->tag, ev->left);
        }
        break;
    case EV_DROPPED:
        probe->socket_drops += ev->dropped;
        break;
    case EV_ERROR:
        if (ev->is_icmp) {
            input_icmp(probe, ev, now);
        } else {
            input_failure(probe, ev, now);
        }
        break;
    }
}

static enum return_code round_return_code(const struct round *round, const struct spec *spec)
{
    int64_t threshold_ns = spec->threshold_ns;
    bool was_connecting = spec->operation == OPERATION_TCP_CONNECT && round->planned > 0;
    switch (round->outcome) {
    case OUTCOME_OK:
        return moments_average_ns(&round->rtt) > (double)threshold_ns ? RETURN_CODE_OVER_THRESHOLD
                                                                      : RETURN_CODE_OK;
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
    if (spec->codec == VOICE_CODEC_NONE || round->outcome != OUTCOME_OK || round->rtt.count == 0) {
        return;
    }
    const struct voice_input input = {
        .codec = spec->codec,
        .advantage = spec->advantage_factor,
        .packet_bytes = spec->payload_bytes,
        .sent = round->sent,
        .lost = round->sent - round->received - round->dropped_here,
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
    struct round *round = &probe->round;
    bool is_silent = round->outcome == OUTCOME_NO_CONNECTION;
    bool was_control = is_silent && probe->socket_drops >= probe->handshake.tries;
    bool was_train = round->outcome == OUTCOME_TIMEOUT && round->dropped_here > 0 &&
                     round->dropped_here == round->sent;
    if (was_control || was_train) {
        round->outcome = OUTCOME_LOCAL;
        round->error = ENOBUFS;
        round->is_all_dropped = true;
    }
}

/* What the replies tell together; a host does not change its byte order. */
static void settle_payload(struct probe *probe)
{
    struct round *round = &probe->round;
    round->corrupt += payload_settle(&probe->payload, probe->byte_order);
    round->byte_order = probe->payload.byte_order;
    if (round->byte_order == BYTE_ORDER_NETWORK || round->byte_order == BYTE_ORDER_SWAPPED) {
        probe->byte_order = round->byte_order;
    }
}

/* The train has run: what its ledger says. The socket of a connection is another than that of its
 * control request, and loses nothing. */
static void compute_round(struct probe *probe, const struct trust_case *about,
                          const struct round_sinks *sinks)
{
    struct round *round = &probe->round;
    settle_payload(probe);
    train_take_stamps(&probe->train, payload_resolution_ns(probe->spec));
    round->one_way = trust_judge(about, &probe->filter, &round->offset);
    round->is_slewed = trust_was_slewed(about);
    round->clock_fault = about->clock->fault;
    round->clock_age_minutes = (uint32_t)(clock_age_ns(about->clock) / NS_PER_MINUTE);
    const struct round_rules rules = {
        .threshold_ns = probe->spec->threshold_ns,
        .resolution_ns = payload_resolution_ns(probe->spec),
        .is_stamped = operation_is_stamped(probe->spec->operation),
        .is_slewed = round->is_slewed,
        .trust_clocks = round->one_way == ONE_WAY_SHOWN,
        .needs_kernel_stamps = probe->spec->timestamps == TIMESTAMPS_KERNEL,
    };
    if (!is_connection(probe)) {
        drops_book(probe->train.samples, probe->train.next, probe->socket_drops);
    }
    struct samples samples = train_samples(&probe->train);
    round_compute(round, &samples, &rules, sinks);
    round->missed = probe->train.missed;
    round->sent_late = train_count_late(&probe->train);
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
    struct round *round = &probe->round;
    uint8_t tries = probe->handshake.tries;
    round->control_retries = tries > 0 ? tries - 1u : 0;
    if (probe->train.next > 0) {
        const struct trust_case about = {probe->spec, &probe->payload, &probe->train, clock, now};
        compute_round(probe, &about, sinks);
    }
    judge_drops(probe);
    round->return_code = round_return_code(round, probe->spec);
    return round;
}
