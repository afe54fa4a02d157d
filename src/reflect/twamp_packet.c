/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Test packets of TWAMP (RFC 5357 4.2): answered when they come from the address and port of a
 * session that was started, as long as their request, whatever padding was negotiated. */
#include <string.h>

#include "reflect/state.h"
#include "reflect/twamp.h"

/* What follows the sender's fields comes back behind ours, cut at its end. */
static void copy_padding(struct reflect *reflect, const struct ev *ev,
                         const struct twamp_protection *protection, size_t size)
{
    size_t from = twamp_request_bytes_min(protection);
    size_t to = twamp_reply_bytes_min(protection);
    memset(reflect->bytes, 0, to);
    if (size > to) {
        memcpy(reflect->bytes + to, ev->bytes + from, size - to);
    }
}

static void prepare(struct reflect *reflect, const struct ev *ev,
                    const struct stamp_request *request, struct lease_session *session)
{
    const struct twamp_protection *protection = &session->twamp.protection;
    size_t least = twamp_reply_bytes_min(protection);
    size_t size = ev->size > least ? ev->size : least;
    reflect->answer = (struct answer){
        .is_pending = true,
        .is_twamp = true,
        .id = ev->id,
        .local = ev->local,
        .peer = ev->peer,
        .tos = session->twamp.tos,
        .size = size,
        .received = ev->received,
        .counter = &reflect->stats.twamp_packets,
        .stamp_session = session,
        .stamp =
            {
                .seq = session->received++,
                .sender_seq = request->seq,
                .t1 = request->t1,
                .sender_estimate = request->estimate,
                .ttl = ev->ttl == 0 ? STAMP_TTL_UNKNOWN : ev->ttl,
            },
    };
    copy_padding(reflect, ev, protection, size);
}

/* What was sent before the start is no packet of the session. */
static bool is_running(const struct lease_session *session, const struct ev *ev)
{
    return session->twamp.is_started &&
           !mono_is_before(ev->received.at.mono, session->twamp.started);
}

bool reflect_input_twamp(struct reflect *reflect, uint32_t port, const struct ev *ev,
                         struct instant now)
{
    struct stamp_request request;
    struct lease_session *session = lease_find_twamp(&reflect->book, port, &ev->peer);
    if (session == NULL || !is_running(session, ev)) {
        return false;
    }
    switch (twamp_request_decode(ev->bytes, ev->size, &session->twamp.protection, &request)) {
    case STAMP_ACCEPT:
        break;
    case STAMP_TOO_SHORT:
        reflect_drop(reflect, IPSLA_TOO_SHORT);
        return true;
    case STAMP_BAD_HMAC:
        reflect_drop(reflect, DROP_BAD_HMAC);
        return true;
    }
    if (!session->twamp.is_stopped) {
        lease_set_expiry(&reflect->book, session, mono_add(now.mono, TWAMP_REFWAIT_NS));
    }
    reflect->stats.stamps[ev->received.source]++;
    prepare(reflect, ev, &request, session);
    return true;
}

void reflect_complete_twamp(struct reflect *reflect, struct instant now)
{
    struct answer *answer = &reflect->answer;
    reflect_fill_stamp(reflect, now);
    twamp_reply_encode(&answer->stamp, &answer->stamp_session->twamp.protection, reflect->bytes);
}
