/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What comes back: to which question it belongs, and what it says. */
#include <errno.h>

#include "discover/state.h"

static struct slot *find_slot(struct discover *discover, unsigned channel, const struct addr *peer)
{
    for (size_t i = 0; i < discover->slot_count; i++) {
        struct slot *slot = &discover->slots[i];
        const struct addr *asked = &slot_result(discover, slot)->peer;
        if (channel == question_channel(question_method(slot->index), asked->family) &&
            addr_is_equal(asked, peer)) {
            return slot;
        }
    }
    return NULL;
}

/* Which of the slot's requests `ev` answers; settings.tries: none. A request that came back as it
 * was is not read. */
static unsigned find_request(struct discover *discover, const struct slot *slot,
                             const struct ev *ev, struct discover_answer *answer, bool *is_read)
{
    for (unsigned number = 0; number < slot_result(discover, slot)->tries; number++) {
        struct discover_request request = slot_request(discover, slot, number);
        bool is_ours = discover_answer_read(&request, ev, answer) &&
                       !discover_answer_is_copy(answer, &request);
        *is_read |= is_ours;
        if (is_ours && answer->number == request.number) {
            return number;
        }
    }
    return discover->settings.tries;
}

static void take_unreadable(struct discover *discover, const struct slot *slot)
{
    discover->unmatched++;
    slot_result(discover, slot)->outcome = DISCOVER_UNREADABLE;
}

static void take_data(struct discover *discover, const struct ev *ev)
{
    struct slot *slot = find_slot(discover, ev->id.owner, &ev->peer);
    struct discover_answer answer;
    if (slot == NULL) {
        discover->unmatched++;
        return;
    }
    struct discover_result *result = slot_result(discover, slot);
    bool is_read = false;
    unsigned number = find_request(discover, slot, ev, &answer, &is_read);
    if (!is_read) {
        take_unreadable(discover, slot);
        return;
    }
    if (number == discover->settings.tries) {
        discover->unmatched++;
        return;
    }
    result->outcome = answer.outcome;
    result->status = answer.status;
    result->shape = answer.shape;
    result->is_utc = answer.is_utc;
    result->is_swapped = answer.is_swapped;
    result->signs = answer.signs;
    result->rtt_ns = mono_diff(ev->received.at.mono, slot->sent[number].mono);
    slot_finish(discover, slot);
}

/* The best match among the requests of the slot. */
static enum discover_quote quote_of(struct discover *discover, const struct slot *slot,
                                    const struct ev *ev)
{
    enum discover_quote best = DISCOVER_QUOTES_ANOTHER;
    for (unsigned number = 0; number < slot_result(discover, slot)->tries; number++) {
        struct discover_request request = slot_request(discover, slot, number);
        enum discover_quote quote = discover_quote_read(&request, ev->bytes, ev->size);
        best = quote > best ? quote : best;
    }
    return best;
}

/* An error that quotes too little may be anybody's: it is the outcome when nothing else comes. */
static void take_icmp(struct discover *discover, const struct ev *ev)
{
    struct slot *slot = find_slot(discover, ev->id.owner, &ev->peer);
    enum discover_quote quote =
        slot == NULL ? DISCOVER_QUOTES_ANOTHER : quote_of(discover, slot, ev);
    if (quote == DISCOVER_QUOTES_ANOTHER) {
        discover->unmatched++;
        return;
    }
    struct discover_result *result = slot_result(discover, slot);
    result->outcome = ev->error == ECONNREFUSED ? DISCOVER_CLOSED : DISCOVER_UNREACHABLE;
    result->error = ev->error;
    if (quote == DISCOVER_QUOTES_IT) {
        slot_finish(discover, slot);
    }
}

/* A request did not leave. A full queue may pass; no route will not. */
static void take_send_error(struct discover *discover, const struct ev *ev)
{
    struct slot *slot = slot_with(discover, ev->tag);
    if (slot == NULL) {
        return;
    }
    struct discover_result *result = slot_result(discover, slot);
    bool may_pass = ev->error == ENOBUFS || ev->error == EAGAIN || ev->error == ENOMEM;
    if (may_pass && result->tries < discover->settings.tries) {
        return;
    }
    result->outcome = DISCOVER_UNSENT;
    result->error = ev->error;
    slot_finish(discover, slot);
}

/* What came of a connection: refused, reached or broken, or the next bytes of a greeting. */
static void hear_connection(struct discover *discover, const struct ev *ev, struct instant now)
{
    struct slot *slot = slot_with(discover, ev->id.channel);
    if (slot == NULL) {
        return; /* its time was over */
    }
    struct discover_result *result = slot_result(discover, slot);
    if (ev->kind == EV_OPENED) {
        result->rtt_ns = mono_diff(now.mono, slot->sent[0].mono);
        result->outcome = DISCOVER_UNREADABLE; /* somebody listens; until the greeting is read */
        return;
    }
    slot->is_open = slot->is_open && ev->kind != EV_ERROR;
    if (server_hear(&slot->talk, ev, result)) {
        slot_finish(discover, slot);
    }
}

void discover_hear(struct discover *discover, const struct ev *ev, struct instant now)
{
    if (ev->id.owner == CONNECTIONS) {
        hear_connection(discover, ev, now);
        return;
    }
    struct channel *channel = &discover->channels[ev->id.owner];
    if (ev->kind == EV_OPENED) {
        channel->is_open = true;
        channel->local = ev->local;
    } else if (ev->kind == EV_DATA) {
        take_data(discover, ev);
    } else if (ev->kind == EV_ERROR && ev->is_icmp) {
        take_icmp(discover, ev);
    } else if (ev->kind == EV_ERROR && !channel->is_open) {
        channel->error = ev->error;
    } else if (ev->kind == EV_ERROR) {
        take_send_error(discover, ev);
    }
}
