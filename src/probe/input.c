/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What happened to the packets of an operation: opened, received, sent, refused. */
#include <assert.h>
#include <errno.h>

#include "operation/operation.h"
#include "probe/phase.h"

static const char *const unmatched_names[UNMATCHED_COUNT] = {
    [UNMATCHED_SOURCE] = "source",     [UNMATCHED_CONTROL] = "control",
    [UNMATCHED_SEQUENCE] = "sequence", [UNMATCHED_EARLY] = "early",
    [UNMATCHED_EARLIER] = "earlier",   [UNMATCHED_NONCE] = "nonce",
    [UNMATCHED_ICMP] = "icmp",
};

const char *unmatched_name(enum unmatched unmatched)
{
    assert((unsigned)unmatched < UNMATCHED_COUNT);
    return unmatched_names[unmatched];
}

/* The connection stays open for the moment of SETTLE, so that the responder can close it first and
 * keep the state that TCP leaves behind. */
static void input_connected(struct probe *probe, const struct ev *ev)
{
    struct sample *sample;
    train_set_sent(&probe->train, ev->started.mono);
    train_receive(&probe->train, 1, ev->received, &sample);
    probe->last_event = ev->received.at.mono;
    phase_settle(probe);
}

static void input_opened(struct probe *probe, const struct ev *ev, struct instant now)
{
    probe->payload.identifier = ev->local.port;
    probe->socket_drops = 0; /* those were of the query's socket */
    if (probe->wants_query) {
        probe->phase = PROBE_QUERY;
    } else if (probe->client != NULL) {
        phase_negotiate(probe, now);
    } else if (phase_has_handshake(probe)) {
        probe->phase = PROBE_CONTROL;
        probe->wants_control = true;
    } else {
        probe->phase = PROBE_TRAIN;
        train_start(&probe->train, now);
    }
}

/* What may have been guessed is believed when the try is over and nobody has accepted it. */
static void input_refusal(struct probe *probe, const struct handshake_answer *answer,
                          struct instant now)
{
    if (probe->has_refusal) {
        probe->unmatched[UNMATCHED_CONTROL]++;
        return;
    }
    probe->has_refusal = true;
    probe->refusal = *answer;
    probe->last_event = now.mono;
    if (answer->bits + phase_port_bits(probe) >= PHASE_PROOF_BITS) {
        phase_refuse(probe);
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
        phase_wait_until(probe, probe->handshake.deadline);
        return;
    }
    if (verdict == HANDSHAKE_REFUSED) {
        input_refusal(probe, &answer, now);
        return;
    }
    probe->unmatched[UNMATCHED_CONTROL] += probe->has_refusal;
    probe->round->control_rtt_ns = answer.rtt_ns;
    if (probe->handshake.is_layout_known) {
        probe->round->auth_layout = probe->handshake.layout + 1u;
    }
    probe->port = answer.port;
    if (phase_is_connection(probe)) {
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
        phase_finish(probe, outcome, now.mono);
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
    switch (probe->spec->operation->read(&probe->payload, ev, now, &sample)) {
    case PAYLOAD_TIMELESS:
        probe->round->corrupt++;
        /* fall through */
    case PAYLOAD_ACCEPTED:
        note_reply(probe->round, ev);
        if (sample->fate == FATE_RECEIVED) {
            probe->last_event = (struct mono){sample->t4_ns - probe->train.epoch_ns};
        }
        break;
    case PAYLOAD_DUPLICATE:
        probe->round->duplicate++;
        break;
    case PAYLOAD_CORRUPT:
        probe->round->corrupt++;
        probe->is_altered |= probe->spec->packets.verify_data;
        break;
    case PAYLOAD_ALTERED:
        probe->round->corrupt++;
        probe->is_altered = true;
        end_unanswered(probe, OUTCOME_VERIFY, now);
        break;
    case PAYLOAD_UNKNOWN:
        probe->unmatched[UNMATCHED_SEQUENCE]++;
        break;
    case PAYLOAD_EARLIER:
        probe->unmatched[UNMATCHED_EARLIER]++;
        break;
    case PAYLOAD_UNEARNED:
        probe->unmatched[UNMATCHED_NONCE]++;
        probe->is_altered |= probe->spec->packets.verify_data;
        break;
    }
}

static void input_query(struct probe *probe, const struct ev *ev)
{
    if (probe->spec->operation->read_query(&probe->payload, ev, &probe->learned)) {
        phase_end_query(probe);
    } else {
        probe->unmatched[UNMATCHED_SEQUENCE]++;
    }
}

/* A translation or a gateway on the way may answer from another address or port than was asked: it
 * is not believed, but told. */
static void input_from_elsewhere(struct probe *probe, const struct addr *peer)
{
    probe->unmatched[UNMATCHED_SOURCE]++;
    if (probe->round != NULL) {
        probe->round->elsewhere = *peer;
        probe->round->from_elsewhere++;
    }
}

static void input_data(struct probe *probe, const struct ev *ev, struct instant now)
{
    const struct spec *spec = probe->spec;
    if (!addr_is_same_ip(&ev->peer, &spec->path.peer)) {
        input_from_elsewhere(probe, &ev->peer);
    } else if (phase_has_handshake(probe) && ev->peer.port == spec->control.port) {
        input_control(probe, ev, now);
    } else if (ev->peer.port != probe->port) {
        input_from_elsewhere(probe, &ev->peer);
    } else if (probe->phase == PROBE_QUERY) {
        input_query(probe, ev);
    } else if (probe->phase != PROBE_TRAIN && probe->phase != PROBE_SETTLE) {
        probe->unmatched[UNMATCHED_EARLY]++;
    } else {
        input_reply(probe, ev, now);
    }
    if (probe->phase == PROBE_SETTLE) {
        probe->deadline = phase_settle_deadline(probe);
    }
}

static void input_datagram(struct probe *probe, const struct ev *ev, struct instant now)
{
    bool is_control = phase_has_handshake(probe) && ev->peer.port == probe->spec->control.port;
    if (probe->spec->clocks.timestamps == TIMESTAMPS_USER && !is_control) {
        struct ev as_read = *ev;
        as_read.received = (struct stamp){.at = now, .source = STAMP_USER};
        input_data(probe, &as_read, now);
    } else {
        input_data(probe, ev, now);
    }
}

/* How many random bits of ours an ICMP error quotes, our port's among them; -1 when what it quotes
 * was not sent in this phase. */
static int quoted_bits(const struct probe *probe, const struct ev *ev)
{
    bool is_handshake = probe->phase == PROBE_CONTROL;
    uint16_t asked = is_handshake ? probe->spec->control.port : probe->port;
    if (!addr_is_same_ip(&ev->peer, &probe->spec->path.peer) || ev->peer.port != asked) {
        return -1;
    }
    int bits = is_handshake ? handshake_quoted_bits(&probe->handshake, ev->bytes, ev->size)
                            : payload_quoted_bits(&probe->payload, ev->bytes, ev->size);
    return bits < 0 ? bits : bits + (int)phase_port_bits(probe);
}

/* What the network has said of those that left says more. */
static void note_unsent(struct probe *probe, int error)
{
    probe->round->unsent_error = error;
    if (!probe->is_unreachable) {
        probe->round->error = error;
    }
}

/* The path does not take packets of this size: this operation sends no more of them, the next one
 * asks the path again. */
static void input_too_big(struct probe *probe, const struct ev *ev)
{
    train_refuse(&probe->train);
    note_unsent(probe, ev->error);
    if (probe->phase == PROBE_SETTLE && probe->train.count == 1 && probe->train.unsettled == 1) {
        phase_finish_train(probe);
    }
}

/* The network says that a datagram of ours was not delivered. After a handshake that is a loss like
 * any other; without one it may be why nothing is answered. During the handshake a refused port
 * ends the operation, other errors may be passing. What may have been guessed ends nothing: it is
 * the reason when nothing else is heard. */
static void input_icmp(struct probe *probe, const struct ev *ev, struct instant now)
{
    bool is_handshake = probe->phase == PROBE_CONTROL;
    bool is_train = probe->phase == PROBE_TRAIN || probe->phase == PROBE_SETTLE;
    if (!is_handshake && !is_train) {
        return;
    }
    int bits = quoted_bits(probe, ev);
    if (bits < 0) {
        probe->unmatched[UNMATCHED_ICMP]++;
        return;
    }
    if (is_train && ev->error == EMSGSIZE && probe->spec->path.options.dont_fragment) {
        input_too_big(probe, ev);
        return;
    }
    if (is_train && phase_has_handshake(probe)) {
        return;
    }
    probe->is_unreachable = true;
    probe->round->error = ev->error;
    probe->round->icmp = ev->icmp;
    if (bits < PHASE_PROOF_BITS) {
        return;
    }
    if (is_train) {
        end_unanswered(probe, phase_unreachable(probe), now);
    } else if (ev->error == ECONNREFUSED) {
        phase_finish(probe, OUTCOME_PORT_UNREACHABLE, now.mono);
    }
}

static void input_not_connected(struct probe *probe, int error, struct instant now)
{
    enum outcome outcome = phase_connect_outcome(error);
    probe->is_open = false;
    probe->round->error = error;
    if (outcome == OUTCOME_LOCAL) {
        train_unsend(&probe->train, 1);
    }
    phase_finish(probe, outcome, now.mono);
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
        probe->round->error = ev->error;
        phase_finish(probe, OUTCOME_LOCAL, now.mono);
    } else if (probe->phase == PROBE_CONTROL) {
        probe->round->error = ev->error;
        handshake_fail_try(&probe->handshake);
    } else if (probe->phase == PROBE_TRAIN || probe->phase == PROBE_SETTLE) {
        note_unsent(probe, ev->error);
        train_unsend(&probe->train, ev->tag);
        probe->last_event = now.mono;
    }
    if (probe->phase == PROBE_SETTLE) {
        probe->deadline = phase_settle_deadline(probe);
    }
}

bool probe_input(struct probe *probe, const struct ev *ev, struct instant now)
{
    const enum probe_phase before = probe->phase;
    if (ev->id.channel == PROBE_STREAM) {
        phase_input_stream(probe, ev, now);
        return true;
    }
    switch (ev->kind) {
    case EV_OPENED:
        probe->is_open = true;
        if (++probe->open_flows == 1) {
            probe->handshake.local = ev->local;
        }
        probe->is_spreading = probe->phase == PROBE_OPENING && !probe->wants_query &&
                              probe->open_flows < probe->flows;
        if (probe->is_spreading) {
            probe->wants_open = true;
        } else if (probe->phase == PROBE_OPENING) {
            input_opened(probe, ev, now);
        } else if (probe->phase == PROBE_CONNECT) {
            input_connected(probe, ev);
        }
        break;
    case EV_DATA:
        input_datagram(probe, ev, now);
        break;
    case EV_SENT:
        if (probe->spec->clocks.timestamps != TIMESTAMPS_USER) {
            train_stamp(&probe->train, ev->tag, ev->called, ev->left);
        }
        return false;
    case EV_DROPPED:
        probe->socket_drops += ev->dropped;
        return false;
    case EV_ENDED: /* of a stream only */
        break;
    case EV_ERROR:
        if (ev->is_icmp) {
            input_icmp(probe, ev, now);
        } else {
            input_failure(probe, ev, now);
        }
        break;
    }
    return ev->kind != EV_DATA || before != PROBE_TRAIN;
}
