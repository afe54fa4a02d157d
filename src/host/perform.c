/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/perform.h"

#include <assert.h>

#include "host/channel.h"
#include "host/deliver.h"
#include "host/sock.h"

/* Effects that are performed before the loop reads its sockets again. */
#define EFFECTS_MAX 1024

/* What may wait while a batch is delivered waits for so many at the most. */
#define REPLIES_MAX 16

static void perform_open(struct host *host, const struct fx *fx)
{
    assert(channel_table_find(&host->channels, fx->id) == NULL && "FX_OPEN of an open channel");
    struct ev ev = {.kind = EV_OPENED, .id = fx->id, .local = fx->local};
    struct channel *channel;
    int error = channel_open(host, fx, &channel);
    if (error == 0) {
        ev.local = channel->endpoint->bound;
        if (channel->endpoint->is_connecting) {
            return;
        }
    } else {
        ev.kind = EV_ERROR;
        ev.error = -error;
    }
    deliver_event(host, &ev);
}

/* Sends what is in the outbox and reports what failed. True when the machine must be polled. */
static bool flush(struct host *host)
{
    struct outbox *outbox = &host->outbox;
    bool has_news = false;
    if (outbox->count == 0) {
        return false;
    }
    outbox_send(outbox, host->batch, clock_mono());
    for (size_t i = 0; i < outbox->count; i++) {
        const struct outbox_item *item = &outbox->items[i];
        if (item->error != 0) {
            host->stats.send_errors[send_error_of(item->error)]++;
            struct ev ev = {.kind = EV_ERROR,
                            .id = item->key.id,
                            .peer = item->parcel.peer,
                            .tag = item->key.tag,
                            .error = item->error};
            has_news = true;
            deliver_event(host, &ev);
        }
    }
    /* Most devices have timestamped the packets by now; reading the timestamps here saves a
     * wake-up. */
    for (size_t i = 0; i < outbox->count; i++) {
        struct endpoint *endpoint = outbox->items[i].endpoint;
        if (outbox->items[i].is_first && endpoint->stamps_pending > 0) {
            has_news |= deliver_notices(host, endpoint);
        }
    }
    outbox->count = 0;
    return has_news;
}

static void send_now(struct host *host, const struct channel *channel, const struct fx *fx)
{
    struct endpoint *endpoint = channel->endpoint;
    bool may_be_stamped = fx->wants_stamp || endpoint->stamps != SOCK_STAMPS_REQUESTED;
    struct mono now = may_be_stamped ? clock_mono() : (struct mono){0};
    const struct sent_key key = {.id = channel->id, .serial = channel->serial, .tag = fx->tag};
    bool is_stamped = may_be_stamped && endpoint_requests_stamp(endpoint, fx->wants_stamp, now);
    struct sock_parcel parcel = {
        .peer = fx->peer,
        .source = fx->local,
        .tos = fx->tos,
        .ttl = fx->ttl,
        .bytes = fx->bytes,
        .size = fx->size,
    };
    if (is_stamped) {
        endpoint_request_stamp(endpoint, &parcel, 0);
    }
    int error = sock_send(endpoint->fd, &parcel);
    if (error != 0) {
        struct ev ev = {.kind = EV_ERROR, .id = fx->id, .peer = fx->peer, .error = -error};
        host->stats.send_errors[send_error_of(-error)]++;
        ev.tag = fx->tag;
        if (is_stamped) {
            endpoint_note_refused(endpoint, -error);
        }
        deliver_event(host, &ev);
    } else if (is_stamped) {
        endpoint_note_sent(endpoint, &key, now);
        (void)deliver_notices(host, endpoint);
    }
}

static void send_bytes(struct host *host, struct endpoint *endpoint, const struct fx *fx)
{
    int error = tcp_write(endpoint->fd, fx->bytes, fx->size);
    if (error != 0) {
        deliver_end(host, endpoint, -error);
    }
}

static void perform_send(struct host *host, const struct fx *fx)
{
    const struct channel *channel = channel_table_find(&host->channels, fx->id);
    assert(channel != NULL && "FX_SEND on a closed channel");
    if (endpoint_is_stream(channel->endpoint)) {
        send_bytes(host, channel->endpoint, fx);
        return;
    }
    assert(fx->peer.family != ADDR_NONE && "FX_SEND to nobody");
    if (!fx->may_wait || fx->size > OUTBOX_BYTES) {
        send_now(host, channel, fx);
        return;
    }
    if (outbox_is_full(&host->outbox)) {
        flush(host);
    }
    outbox_add(&host->outbox, channel, fx);
}

/* Reports the datagrams that were lost in the channel's socket. */
static void report_drops(struct host *host, const struct channel *channel)
{
    struct ev ev = {.kind = EV_DROPPED, .id = channel->id};
    ev.dropped = channel_count_drops(host, channel);
    if (ev.dropped > 0) {
        deliver_event(host, &ev);
    }
}

static void perform_close(struct host *host, const struct fx *fx)
{
    flush(host);
    struct channel *channel = channel_table_find(&host->channels, fx->id);
    assert(channel != NULL && "FX_CLOSE of a closed channel");
    report_drops(host, channel);
    channel_close(host, channel);
}

static void perform(struct host *host, const struct fx *fx)
{
    switch (fx->kind) {
    case FX_OPEN:
        perform_open(host, fx);
        break;
    case FX_SEND:
        perform_send(host, fx);
        break;
    case FX_CLOSE:
        perform_close(host, fx);
        break;
    }
}

/* How late this thread came to what was due. */
static void note_lag(struct host *host, struct mono now)
{
    if (!mono_is_before(now, host->due)) {
        hist_observe(&host->stats.loop_lag, &hist_layout_default, mono_diff(now, host->due));
        host->due = MONO_NEVER;
    }
}

/* Polls until the machine has nothing more to do, or until EFFECTS_MAX: then the rest is left for
 * the next turn, so that received packets do not wait for it. True when it did anything: then *now
 * is read anew. */
static bool pump(struct host *host, struct instant *now)
{
    struct fx fx;
    int effects = 0;
    note_lag(host, now->mono);
    while (effects < EFFECTS_MAX && host->machine.ops->poll(host->machine.self, *now, &fx)) {
        perform(host, &fx);
        *now = clock_now();
        effects++;
    }
    bool is_done = effects < EFFECTS_MAX;
    host->has_acted |= effects > 0;
    host->has_more = host->has_more || !is_done;
    struct mono deadline = host->machine.ops->deadline(host->machine.self);
    assert((!is_done || mono_is_before(now->mono, deadline)) &&
           "after draining the deadline lies ahead");
    host->due = mono_max(deadline, now->mono); /* what is left is due now */
    return effects > 0;
}

bool perform_effects(struct host *host)
{
    bool has_acted = false;
    do {
        struct instant now = clock_now();
        has_acted |= pump(host, &now);
    } while (flush(host));
    return has_acted;
}

/* What waits in the outbox leaves. *now is read anew. */
static void send_replies(struct host *host, struct instant *now)
{
    bool has_news = flush(host);
    *now = clock_now();
    if (has_news) {
        pump(host, now);
    }
}

/* While a batch is delivered the machine may close channels and open new ones. A datagram is only
 * for a channel that was open when the batch was received (its serial is not newer). */
int perform_receive(struct host *host, struct endpoint *endpoint)
{
    struct sock_datagram datagrams[BATCH_MAX];
    uint64_t serial = host->last_serial;
    int count = batch_receive(host->batch, endpoint->fd, datagrams);
    if (count > 0) {
        deliver_read_clocks(host, endpoint);
    }
    struct instant now = clock_soon(&host->clock);
    for (int i = 0; i < count; i++) {
        const struct channel *channel = endpoint_channel(endpoint, &datagrams[i].peer);
        channel_note_drops(host, endpoint, datagrams[i].drops);
        if (channel == NULL) {
            channel = endpoint_only_channel(endpoint);
        }
        if (channel == NULL || channel->serial > serial) {
            host->stats.strangers += endpoint->is_shared;
            continue;
        }
        deliver_datagram(host, channel, &datagrams[i], now);
        if (!pump(host, &now)) {
            now = clock_soon(&host->clock);
        }
        if (host->outbox.count >= REPLIES_MAX) {
            send_replies(host, &now);
        }
    }
    host->has_acted |= count > 0;
    return count < 0 ? 0 : count;
}
