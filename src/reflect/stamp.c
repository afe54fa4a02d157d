/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The Session-Reflector of STAMP and TWAMP Light. Unless it is stateless a session is the sender's
 * address and port, ours, and the SSID; its replies are numbered from 0. A reply is as long as its
 * request, but has the 44 octets of a reply at least (RFC 8762 4.6). */
#include <string.h>

#include "reflect/state.h"
#include "wire/stamp_tlv.h"

/* A session is forgotten after this silence. */
#define STAMP_IDLE_NS (300 * NS_PER_SECOND)
/* Times of one packet that are so near to each other were written by a reflector. */
#define REPLY_SPAN_S (24 * 3600)
#define ECN_BITS 3U

/* NULL: open mode. `part` is room for the result. */
static const struct crypto_part *key_of(const struct reflect *reflect, struct crypto_part *part)
{
    const struct auth_key *key = &reflect->settings.stamp.key;
    *part = (struct crypto_part){key->secret, key->size};
    return key->algorithm == AUTH_NONE ? NULL : part;
}

static enum stamp_reject read_request(const struct reflect *reflect, const struct ev *ev,
                                      struct stamp_request *out)
{
    struct crypto_part part;
    return stamp_request_decode(ev->bytes, ev->size, key_of(reflect, &part), out);
}

/* A reply is a request as well: two reflectors could answer each other for ever. What a reflector
 * has written into it tells them apart, but for one that looks at no clock; and no request comes
 * from one of our own ports. */
static bool is_loop(const struct reflect *reflect, const struct ev *ev)
{
    struct crypto_part part;
    struct stamp_reply reply;
    const struct reflect_stamp *stamp = &reflect->settings.stamp;
    for (size_t i = 0; i < stamp->port_count; i++) {
        if (stamp->ports[i].port == ev->peer.port) {
            return true;
        }
    }
    if (stamp_reply_decode(ev->bytes, ev->size, key_of(reflect, &part), &reply) != STAMP_ACCEPT) {
        return false;
    }
    int64_t apart_s = (int64_t)(reply.t3 >> 32) - (int64_t)(reply.t2 >> 32);
    return reply.t2 != 0 && apart_s > -REPLY_SPAN_S && apart_s < REPLY_SPAN_S;
}

static struct lease_session *session_of(struct reflect *reflect, uint32_t port, const struct ev *ev,
                                        uint16_t ssid, struct instant now)
{
    struct lease_book *book = &reflect->book;
    struct lease_session *session = lease_find_stamp(book, port, &ev->peer, ssid);
    if (session == NULL) {
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
        session->stamp.ssid = ssid;
        session->train.began = now.mono;
    }
    session->train.seen = now.mono; /* for how long it keeps its place: room.c */
    lease_set_use(book, session, session->is_reserved ? LEASE_KEPT : LEASE_FLOW, now.mono);
    lease_set_expiry(book, session, mono_add(now.mono, STAMP_IDLE_NS));
    return session;
}

static bool has_tlvs(const struct reflect *reflect, const uint8_t *tail, size_t size)
{
    enum reflect_tlv tlv = reflect->settings.stamp.tlv;
    return size > 0 &&
           (tlv == REFLECT_TLV_ON || (tlv == REFLECT_TLV_AUTO && stamp_tlv_is_chain(tail, size)));
}

/* What follows the base of the reply. False: no reply is wanted. */
static bool reflect_tail(struct reflect *reflect, const struct ev *ev, uint8_t *tail, size_t size)
{
    enum { FROM_NTP = 1, FROM_NOWHERE = 5 };
    struct answer *answer = &reflect->answer;
    const struct lease_session *session = answer->stamp_session;
    struct crypto_part part;
    struct stamp_tlv_result result;
    const struct stamp_tlv_setting setting = {
        .key = key_of(reflect, &part),
        .needs_hmac = reflect->settings.stamp.key.algorithm != AUTH_NONE,
        .may_mark = reflect->settings.reflect_tos,
        .peer = ev->peer,
        .local = ev->local,
        .tos = ev->tos,
        .sync_source = reflect->clock.is_synchronized ? FROM_NTP : FROM_NOWHERE,
        .request_seq = answer->stamp.sender_seq,
        .reply_seq = answer->stamp.seq,
        .received = session == NULL ? 0 : session->received,
        .replied = session == NULL ? 0 : session->received,
        .has_previous = session != NULL && session->stamp.t3 != 0,
        .previous_seq = answer->stamp.seq - 1,
        .previous_t3 = session == NULL ? 0 : session->stamp.t3,
    };
    if (!has_tlvs(reflect, tail, size)) {
        return true;
    }
    stamp_tlv_reflect(&setting, tail, size, &result);
    if (result.has_dscp) {
        answer->tos = (uint8_t)(result.dscp << 2);
    }
    return !result.is_silent;
}

/* The number of the reply: its session's count from 0, or the sender's. */
static uint32_t number_of(struct lease_session *session, uint32_t sender_seq)
{
    return session == NULL ? sender_seq : session->received++;
}

static void prepare(struct reflect *reflect, const struct ev *ev,
                    const struct stamp_request *request, struct lease_session *session)
{
    struct crypto_part part;
    size_t base = stamp_base_bytes(key_of(reflect, &part));
    size_t size = ev->size > base ? ev->size : base;
    reflect->answer = (struct answer){
        .is_pending = true,
        .is_stamp = true,
        .id = ev->id,
        .local = ev->local,
        .peer = ev->peer,
        .tos = (uint8_t)(ev->tos & ~ECN_BITS),
        .size = size,
        .received = ev->received,
        .counter = &reflect->stats.stamp_packets,
        .stamp_session = session,
        .stamp =
            {
                .seq = number_of(session, request->seq),
                .ssid = request->ssid,
                .sender_seq = request->seq,
                .t1 = request->t1,
                .sender_estimate = request->estimate,
                .ttl = ev->ttl == 0 ? STAMP_TTL_UNKNOWN : ev->ttl,
            },
    };
    if (size > base) {
        memcpy(reflect->bytes + base, ev->bytes + base, size - base);
    }
    if (!reflect_tail(reflect, ev, reflect->bytes + base, size - base)) {
        reflect->answer.is_pending = false;
        reflect_drop(reflect, DROP_UNWANTED);
    }
}

void reflect_input_stamp(struct reflect *reflect, uint32_t port, const struct ev *ev,
                         struct instant now)
{
    struct stamp_request request;
    struct lease_session *session = NULL;
    switch (read_request(reflect, ev, &request)) {
    case STAMP_ACCEPT:
        break;
    case STAMP_TOO_SHORT:
        reflect_drop(reflect, IPSLA_TOO_SHORT);
        return;
    case STAMP_BAD_HMAC:
        reflect_drop(reflect, DROP_BAD_HMAC);
        return;
    }
    if (is_loop(reflect, ev)) {
        reflect_drop(reflect, DROP_LOOP);
        return;
    }
    if (!reflect->settings.stamp.is_stateless) {
        session = session_of(reflect, port, ev, request.ssid, now);
        if (session == NULL) {
            return;
        }
    }
    reflect->stats.stamps[ev->received.source]++;
    prepare(reflect, ev, &request, session);
}

void reflect_write_estimate(struct reflect *reflect)
{
    reflect->clock.format = reflect->settings.timestamp_format;
    reflect->estimate = stamp_estimate_write(&reflect->clock);
}

void reflect_fill_stamp(struct reflect *reflect, struct instant now)
{
    struct answer *answer = &reflect->answer;
    enum timestamp_format format = reflect->settings.timestamp_format;
    answer->stamp.estimate = reflect->estimate;
    answer->stamp.t2 = timestamp_encode(format, answer->received.at.wall);
    answer->stamp.t3 = timestamp_encode(format, reflect_leave(reflect, now));
}

void reflect_complete_stamp(struct reflect *reflect, struct instant now)
{
    struct answer *answer = &reflect->answer;
    struct crypto_part part;
    reflect_fill_stamp(reflect, now);
    if (answer->stamp_session != NULL) {
        answer->stamp_session->stamp.t3 = answer->stamp.t3;
    }
    stamp_reply_encode(&answer->stamp, key_of(reflect, &part), reflect->bytes, answer->size);
}
