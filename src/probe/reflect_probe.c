/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probe/reflect_state.h"

/* A valid probe keeps its port open for this long, up to twice the duration that was asked for:
 * real senders space probes wider than they announce. */
#define EXTENSION_NS (1 * NS_PER_SECOND)
/* A flow on a permanent port is forgotten after this silence. */
#define PERMANENT_IDLE_NS (60 * NS_PER_SECOND)

/* The session that counts a probe on `port`: permanent ports make one when there is none. */
static struct lease_session *session_of(struct reflect *reflect, uint32_t port, const struct ev *ev,
                                        struct instant now)
{
    struct lease_session *session = lease_find_probe(&reflect->book, port, &ev->peer);
    if (session != NULL) {
        return session;
    }
    if (!reflect->book.ports[port].is_permanent) {
        reflect_drop(reflect, DROP_NO_SESSION);
        return NULL;
    }
    session = lease_add_session(&reflect->book, port, &ev->peer);
    if (session == NULL) {
        reflect_drop(reflect, DROP_LIMIT);
        return NULL;
    }
    session->is_made_by_probe = true;
    session->cap = MONO_NEVER;
    lease_set_expiry(&reflect->book, session, mono_add(now.mono, PERMANENT_IDLE_NS));
    reflect->stats.sessions = reflect->book.session_count;
    return session;
}

static void extend(struct reflect *reflect, struct lease_session *session, struct instant now)
{
    int64_t extension_ns = session->is_made_by_probe ? PERMANENT_IDLE_NS : EXTENSION_NS;
    struct mono until = mono_min(mono_add(now.mono, extension_ns), session->cap);
    if (mono_is_before(session->expiry.due, until)) {
        lease_set_expiry(&reflect->book, session, until);
    }
}

static void answer_probe(struct reflect *reflect, const struct ev *ev, uint64_t *counter)
{
    reflect->answer = (struct answer){
        .is_pending = true,
        .id = ev->id,
        .local = ev->local,
        .peer = ev->peer,
        .tos = ev->tos,
        .size = ev->size,
        .received = ev->received,
        .counter = counter,
    };
    memcpy(reflect->bytes, ev->bytes, ev->size);
}

void reflect_input_probe(struct reflect *reflect, uint32_t port, const struct ev *ev,
                         struct instant now)
{
    enum ipsla_probe_type type;
    struct ipsla_jitter_ms request = {0};
    enum ipsla_reject reject = ipsla_probe_type(ev->bytes, ev->size, &type);
    if (reject == IPSLA_ACCEPT && type == IPSLA_PROBE_JITTER_MS) {
        reject = ipsla_jitter_ms_decode_request(ev->bytes, ev->size, &request);
    }
    if (reject != IPSLA_ACCEPT) {
        reflect_drop(reflect, reject);
        return;
    }
    struct lease_session *session = session_of(reflect, port, ev, now);
    if (session == NULL) {
        return;
    }
    extend(reflect, session, now);
    reflect->stats.stamps[ev->received.source]++;
    if (type == IPSLA_PROBE_ECHO) {
        answer_probe(reflect, ev, &reflect->stats.echo_probes);
        return;
    }
    /* Without a control request, the first packet is what tells a new train. */
    if (session->is_made_by_probe && request.sender_seq == 1) {
        session->received = 0;
    }
    session->received++;
    answer_probe(reflect, ev, &reflect->stats.jitter_probes);
    reflect->answer.is_jitter = true;
    reflect->answer.responder_seq = session->received;
}

/* The host has closed it already. A permanent port has no sessions: each connection is new. */
void reflect_input_connection(struct reflect *reflect, uint32_t port, const struct ev *ev,
                              struct instant now)
{
    if (!reflect->book.ports[port].is_permanent) {
        struct lease_session *session = lease_find_probe(&reflect->book, port, &ev->peer);
        if (session == NULL) {
            reflect_drop(reflect, DROP_NO_SESSION);
            return;
        }
        extend(reflect, session, now);
    }
    reflect->stats.tcp_connects++;
}

/* t3 is now: as late as this side of the seam can take it. */
void reflect_complete_probe(struct reflect *reflect, struct instant now)
{
    const struct answer *answer = &reflect->answer;
    struct wall received = answer->received.at.wall;
    int64_t held_ns = mono_diff(now.mono, answer->received.at.mono);
    if (held_ns < 0) {
        held_ns = 0;
    }
    int64_t delta_ms =
        floor_div(received.ns + held_ns, NS_PER_MS) - floor_div(received.ns, NS_PER_MS);
    uint16_t delta = delta_ms > UINT16_MAX ? UINT16_MAX : (uint16_t)delta_ms;
    ipsla_jitter_ms_fill_reply(reflect->bytes, delta, wall_ms_of_day(received),
                               answer->responder_seq);
    hist_observe(&reflect->stats.processing, &hist_layout_default, held_ns);
}
