/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "reflect/state.h"

/* A valid probe keeps its port open for this long, up to twice the duration that was asked for:
 * real senders space probes wider than they announce. */
#define EXTENSION_NS (1 * NS_PER_SECOND)
/* A flow on a permanent port is forgotten after this silence. */
#define PERMANENT_IDLE_NS (60 * NS_PER_SECOND)

/* On a permanent port no control request says that a train is new. Trains start a second or more
 * apart, and reordered packets come sooner after one another than this. */
#define TRAIN_PAUSE_NS (500 * NS_PER_MS)

/* The session that counts a probe on `port`: permanent ports make one when there is none. */
static struct lease_session *session_of(struct reflect *reflect, uint32_t port, const struct ev *ev,
                                        struct instant now)
{
    struct lease_session *session = lease_find_probe(&reflect->book, port, &ev->peer);
    if (session != NULL) {
        return session;
    }
    if (!reflect->book.ports[port].is_permanent) {
        bool is_known = lease_has_address(&reflect->book, port, &ev->peer);
        reflect_drop(reflect, is_known ? DROP_OTHER_PORT : DROP_NO_SESSION);
        return NULL;
    }
    enum room room = reflect_find_room(reflect, &ev->peer, port, now.mono);
    if (room != ROOM_FOUND) {
        reflect_drop(reflect, room == ROOM_NONE ? DROP_LIMIT : DROP_SOURCE_LIMIT);
        return NULL;
    }
    session = reflect_add_session(reflect, port, &ev->peer);
    if (session == NULL) {
        reflect_drop(reflect, DROP_LIMIT);
        return NULL;
    }
    session->is_made_by_probe = true;
    session->is_claimed = true;
    session->cap = MONO_NEVER;
    lease_set_use(&reflect->book, session, session->is_reserved ? LEASE_KEPT : LEASE_FLOW,
                  now.mono);
    lease_set_expiry(&reflect->book, session, mono_add(now.mono, PERMANENT_IDLE_NS));
    return session;
}

/* A probe of the session has come. */
static void extend(struct reflect *reflect, struct lease_session *session, struct instant now)
{
    bool may_go = session->is_made_by_probe && !session->is_reserved;
    lease_set_use(&reflect->book, session, may_go ? LEASE_FLOW : LEASE_KEPT, now.mono);
    int64_t extension_ns = session->is_made_by_probe ? PERMANENT_IDLE_NS : EXTENSION_NS;
    struct mono until = mono_min(mono_add(now.mono, extension_ns), session->cap);
    if (mono_is_before(until, session->until)) {
        until = session->until;
    }
    if (mono_is_before(session->expiry.due, until)) {
        lease_set_expiry(&reflect->book, session, until);
    }
}

static void answer_probe(struct reflect *reflect, const struct ev *ev, enum reflect_late late)
{
    reflect->answer = (struct answer){
        .is_pending = true,
        .id = ev->id,
        .local = ev->local,
        .peer = ev->peer,
        .tos = ev->tos,
        .size = ev->size,
        .received = ev->received,
        .late = late,
    };
    memcpy(reflect->bytes, ev->bytes, ev->size);
}

/* The packet begins a new train of its flow: it is number 1, and not late for the train that goes
 * on; or 1 was lost, and after a pause the numbers have fallen back (or stand where they stood). */
static bool is_new_train(const struct lease_train *train, uint32_t sender_seq, struct mono now)
{
    if (train->newest == 0) {
        return true;
    }
    if (sender_seq == 1) {
        return train->has_first || mono_diff(now, train->began) > TRAIN_PAUSE_NS;
    }
    return sender_seq <= train->newest && mono_diff(now, train->seen) > TRAIN_PAUSE_NS;
}

static void note_train(struct lease_session *session, uint32_t sender_seq, struct mono now)
{
    struct lease_train *train = &session->train;
    if (is_new_train(train, sender_seq, now)) {
        session->received = 0;
        *train = (struct lease_train){.began = now};
    }
    train->has_first |= sender_seq == 1;
    train->newest = sender_seq > train->newest ? sender_seq : train->newest;
    train->seen = now;
}

/* What probes of type 2 and 3 have in common once `session` has taken them. */
static void answer_jitter(struct reflect *reflect, struct lease_session *session,
                          const struct ev *ev, uint32_t sender_seq, struct instant now)
{
    extend(reflect, session, now);
    reflect->stats.stamps[ev->received.source]++;
    if (session->is_made_by_probe) {
        note_train(session, sender_seq, ev->received.at.mono);
    }
    session->received++;
    answer_probe(reflect, ev, LATE_JITTER);
    reflect->answer.is_jitter = true;
    reflect->answer.responder_seq = session->received;
}

static bool is_permanent_number(const struct reflect *reflect, uint16_t port)
{
    for (size_t i = 0; i < reflect->settings.permanent_count; i++) {
        if (reflect->settings.permanent[i].port == port) {
            return true;
        }
    }
    return false;
}

/* The name of the flow from `peer` to port `port` of the table. */
static uint64_t name_flow(const struct reflect *reflect, const struct addr *peer, uint32_t port)
{
    uint8_t bytes[26];
    memcpy(bytes, peer->ip, 16);
    memcpy(bytes + 16, &peer->port, 2);
    memcpy(bytes + 18, &port, 4);
    memcpy(bytes + 22, &peer->scope, 4);
    return siphash(&reflect->key, bytes, sizeof bytes);
}

static void input_echo(struct reflect *reflect, uint32_t port, const struct ev *ev,
                       struct instant now)
{
    /* Responders are mostly configured alike: such a port is one of the other, too. */
    if (is_permanent_number(reflect, ev->peer.port)) {
        reflect_drop(reflect, DROP_LOOP);
        return;
    }
    /* Nothing is remembered of an echo: on a permanent port it needs no session. */
    bool is_permanent = reflect->book.ports[port].is_permanent;
    struct lease_session *session = is_permanent ? NULL : session_of(reflect, port, ev, now);
    if (session == NULL && !is_permanent) {
        return;
    }
    if (session != NULL && !session->takes_echo) {
        reflect_drop(reflect, IPSLA_BAD_TYPE);
    } else if (!meter_take(&reflect->echoes, name_flow(reflect, &ev->peer, port), now.mono)) {
        reflect_drop(reflect, DROP_LIMIT);
    } else {
        if (session != NULL) {
            extend(reflect, session, now);
        }
        reflect->stats.stamps[ev->received.source]++;
        answer_probe(reflect, ev, LATE_ECHO);
    }
}

static void input_jitter_ms(struct reflect *reflect, uint32_t port, const struct ev *ev,
                            struct instant now)
{
    struct ipsla_jitter_ms request;
    enum ipsla_reject reject = ipsla_jitter_ms_decode_request(ev->bytes, ev->size, &request);
    if (reject != IPSLA_ACCEPT) {
        reflect_drop(reflect, reject);
        return;
    }
    struct lease_session *session = session_of(reflect, port, ev, now);
    if (session != NULL) {
        answer_jitter(reflect, session, ev, request.sender_seq, now);
    }
}

/* A request in at least one of the layouts: anything else must not even find its session. */
static enum ipsla_reject check_jitter_us(const struct ev *ev)
{
    struct jitter_us request;
    enum ipsla_reject reject =
        jitter_us_decode_request(JITTER_US_SEQ16, ev->bytes, ev->size, &request);
    if (reject != IPSLA_ACCEPT &&
        jitter_us_decode_request(JITTER_US_SEQ32, ev->bytes, ev->size, &request) == IPSLA_ACCEPT) {
        return IPSLA_ACCEPT;
    }
    return reject;
}

/* Reads a request as its session's layout wants it; the first one of a flow on a permanent port
 * decides which that is. */
static enum ipsla_reject read_jitter_us(struct lease_session *session, const struct ev *ev,
                                        struct jitter_us *out)
{
    if (session->layout == JITTER_US_UNKNOWN) {
        session->layout = jitter_us_recognise(ev->bytes, ev->size);
    }
    if (session->layout == JITTER_US_UNKNOWN) {
        return IPSLA_WRONG_DIRECTION;
    }
    return jitter_us_decode_request(session->layout, ev->bytes, ev->size, out);
}

static void input_jitter_us(struct reflect *reflect, uint32_t port, const struct ev *ev,
                            struct instant now)
{
    struct jitter_us request;
    enum ipsla_reject reject = check_jitter_us(ev);
    if (reject != IPSLA_ACCEPT) {
        reflect_drop(reflect, reject);
        return;
    }
    struct lease_session *session = session_of(reflect, port, ev, now);
    if (session == NULL) {
        return;
    }
    reject = read_jitter_us(session, ev, &request);
    if (reject != IPSLA_ACCEPT) {
        reflect_drop(reflect, reject);
        return;
    }
    answer_jitter(reflect, session, ev, request.sender_seq, now);
    reflect->answer.layout = session->layout;
    reflect->answer.late = LATE_NONE;
    reflect->answer.counter = &reflect->stats.jitter_us_probes;
}

void reflect_input_probe(struct reflect *reflect, uint32_t port, const struct ev *ev,
                         struct instant now)
{
    enum ipsla_probe_type type;
    enum ipsla_reject reject = ipsla_probe_type(ev->bytes, ev->size, &type);
    if (reject != IPSLA_ACCEPT) {
        reflect_drop(reflect, reject);
        return;
    }
    switch (type) {
    case IPSLA_PROBE_ECHO:
        input_echo(reflect, port, ev, now);
        break;
    case IPSLA_PROBE_JITTER_MS:
        input_jitter_ms(reflect, port, ev, now);
        break;
    case IPSLA_PROBE_JITTER_US:
        input_jitter_us(reflect, port, ev, now);
        break;
    }
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

static void fill_jitter_ms(struct reflect *reflect, struct wall received, struct wall left)
{
    int64_t delta_ms = floor_div(left.ns, NS_PER_MS) - floor_div(received.ns, NS_PER_MS);
    uint16_t delta = delta_ms > UINT16_MAX ? UINT16_MAX : (uint16_t)delta_ms;
    ipsla_jitter_ms_fill_reply(reflect->bytes, delta, wall_ms_of_day(received),
                               (uint16_t)reflect->answer.responder_seq);
}

static void fill_jitter_us(struct reflect *reflect, struct wall received, struct wall left)
{
    enum timestamp_format format = reflect->settings.timestamp_format;
    jitter_us_fill_reply(reflect->answer.layout, reflect->bytes, timestamp_encode(format, received),
                         timestamp_encode(format, left), reflect->answer.responder_seq);
}

/* t3 is now: as late as this side of the seam can take it. It is t2 plus what the monotonic clock
 * saw, so that a step of the system clock cannot put it before t2. */
struct wall reflect_leave(struct reflect *reflect, struct instant now)
{
    const struct stamp *received = &reflect->answer.received;
    int64_t held_ns = mono_diff(now.mono, received->at.mono);
    if (held_ns < 0) {
        held_ns = 0;
    }
    hist_observe(&reflect->stats.processing, &hist_layout_default, held_ns);
    return wall_add(received->at.wall, held_ns);
}

void reflect_complete_probe(struct reflect *reflect, struct instant now)
{
    const struct answer *answer = &reflect->answer;
    struct wall received = answer->received.at.wall;
    struct wall left = reflect_leave(reflect, now);
    if (answer->layout == JITTER_US_UNKNOWN) {
        fill_jitter_ms(reflect, received, left);
    } else {
        fill_jitter_us(reflect, received, left);
    }
}
