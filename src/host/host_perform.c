/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the machine wants done, and what it is told. */
#include <assert.h>

#include "host/host_state.h"
#include "host/icmp.h"
#include "host/sock.h"

/* Effects performed before the loop looks at its sockets again. */
#define EFFECTS_MAX 1024

void host_give_at(struct host *host, const struct ev *ev, struct instant now)
{
    host->machine.ops->input(host->machine.self, ev, now);
}

void host_give(struct host *host, const struct ev *ev)
{
    host_give_at(host, ev, clock_now());
}

/* True when it was somebody's. */
static bool give_icmp(struct host *host, const struct endpoint *endpoint,
                      const struct sock_notice *notice)
{
    const struct channel *channel = endpoint_channel(endpoint, &notice->peer);
    bool is_ours = !endpoint_is_icmp(endpoint) ||
                   icmp_is_quoted(notice->quote, notice->quote_size, endpoint->bound.port);
    if (channel == NULL || !is_ours) {
        return false;
    }
    struct ev ev = {
        .kind = EV_ERROR,
        .id = channel->id,
        .is_icmp = true,
        .error = notice->error,
        .peer = notice->peer,
        .bytes = notice->quote,
        .size = notice->quote_size,
    };
    host_give(host, &ev);
    return true;
}

static void read_clocks(struct host *host, struct endpoint *endpoint)
{
    clock_read(&host->clock);
    if (endpoint->has_adapter) {
        adapter_read(&endpoint->adapter);
    }
}

/* The adapter's word before the kernel's, the kernel's before ours. */
static struct stamp stamp_of(const struct host *host, const struct endpoint *endpoint,
                             struct wall kernel, struct wall hardware)
{
    struct stamp stamp = clock_stamp(&host->clock, kernel);
    struct mono at;
    if (!endpoint->has_adapter || !adapter_moment(&endpoint->adapter, hardware, &at)) {
        return stamp;
    }
    struct instant now = host->clock.now;
    return (struct stamp){
        .at = {at, wall_add(now.wall, mono_diff(at, now.mono))},
        .source = STAMP_HARDWARE,
        .error_ns = endpoint->adapter.error_ns,
    };
}

static void give_sent(struct host *host, struct endpoint *endpoint,
                      const struct sock_notice *notice)
{
    const struct sent_key *key = endpoint_find_sent(endpoint, notice->key);
    const struct channel *channel = key == NULL ? NULL : channels_find(&host->channels, key->id);
    if (channel == NULL || channel->serial != key->serial) {
        return;
    }
    struct ev ev = {
        .kind = EV_SENT,
        .id = key->id,
        .tag = key->tag,
        .left = stamp_of(host, endpoint, notice->kernel, notice->hardware),
    };
    host_give_at(host, &ev, host->clock.now);
}

/* Takes what the kernel has put aside. True when the machine must be polled: a send time changes
 * nothing that it would do. */
bool host_receive_notices(struct host *host, struct endpoint *endpoint)
{
    struct sock_notice notices[BATCH_MAX];
    bool has_news = false;
    size_t taken;
    size_t count = batch_receive_notices(host->batch, endpoint->fd, notices, &taken);
    if (count > 0) {
        read_clocks(host, endpoint);
    }
    for (size_t i = 0; i < count; i++) {
        if (notices[i].kind == SOCK_NOTICE_ICMP) {
            has_news |= give_icmp(host, endpoint, &notices[i]);
        } else {
            give_sent(host, endpoint, &notices[i]);
        }
    }
    if (taken < BATCH_MAX && endpoint->is_uncertain) {
        endpoint_restart_keys(endpoint);
    }
    return has_news;
}

static void perform_open(struct host *host, const struct fx *fx)
{
    assert(channels_find(&host->channels, fx->id) == NULL && "FX_OPEN of an open channel");
    struct ev ev = {.kind = EV_OPENED, .id = fx->id, .local = fx->local};
    struct channel *channel;
    int error = host_open_channel(host, fx, &channel);
    if (error == 0) {
        ev.local = channel->endpoint->bound;
        if (channel->endpoint->is_connecting) {
            return;
        }
    } else {
        ev.kind = EV_ERROR;
        ev.error = -error;
    }
    host_give(host, &ev);
}

/* Sends what is in the outbox and tells what became of it. True when the machine must be polled. */
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
            struct ev ev = {.kind = EV_ERROR,
                            .id = item->key.id,
                            .peer = item->parcel.peer,
                            .tag = item->key.tag,
                            .error = item->error};
            has_news = true;
            host_give(host, &ev);
        }
    }
    /* Most devices have stamped them by now; taking the notices here spares a wake-up. */
    for (size_t i = 0; i < outbox->count; i++) {
        struct endpoint *endpoint = outbox->items[i].endpoint;
        if (outbox->items[i].is_first && (endpoint->awaited > 0 || endpoint->is_uncertain)) {
            has_news |= host_receive_notices(host, endpoint);
        }
    }
    outbox->count = 0;
    return has_news;
}

static void send_now(struct host *host, const struct channel *channel, const struct fx *fx)
{
    struct endpoint *endpoint = channel->endpoint;
    struct mono now = clock_mono();
    const struct sent_key key = {channel->id, channel->serial, fx->tag};
    bool is_stamped = endpoint_asks(endpoint, fx->wants_stamp, now);
    struct sock_parcel parcel = {
        .peer = fx->peer,
        .source = fx->local,
        .tos = fx->tos,
        .wants_stamp = is_stamped && endpoint->stamps == SOCK_STAMPS_ASKED,
        .bytes = fx->bytes,
        .size = fx->size,
    };
    int error = sock_send(endpoint->fd, &parcel);
    if (error != 0) {
        struct ev ev = {.kind = EV_ERROR, .id = fx->id, .peer = fx->peer, .error = -error};
        ev.tag = fx->tag;
        endpoint->is_uncertain = endpoint->is_uncertain || is_stamped;
        host_give(host, &ev);
    } else if (is_stamped) {
        endpoint_note_sent(endpoint, &key, now);
        (void)host_receive_notices(host, endpoint);
    }
}

static void perform_send(struct host *host, const struct fx *fx)
{
    const struct channel *channel = channels_find(&host->channels, fx->id);
    assert(channel != NULL && fx->peer.family != ADDR_NONE && "FX_SEND on a closed channel");
    if (!fx->may_wait || fx->size > OUTBOX_BYTES) {
        send_now(host, channel, fx);
        return;
    }
    if (outbox_is_full(&host->outbox)) {
        flush(host);
    }
    outbox_add(&host->outbox, channel, fx);
}

static void perform_close(struct host *host, const struct fx *fx)
{
    flush(host);
    struct channel *channel = channels_find(&host->channels, fx->id);
    assert(channel != NULL && "FX_CLOSE of a closed channel");
    host_tell_drops(host, channel);
    host_close_channel(host, channel);
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

/* Polls until the machine has nothing more to do now, or has done a lot: then the rest is left for
 * the next turn, so that what has arrived is seen. True when it did anything. */
static bool pump(struct host *host, struct instant now)
{
    struct fx fx;
    int effects = 0;
    while (effects < EFFECTS_MAX && host->machine.ops->poll(host->machine.self, now, &fx)) {
        perform(host, &fx);
        now = clock_now();
        effects++;
    }
    bool is_done = effects < EFFECTS_MAX;
    host->has_acted |= effects > 0;
    host->has_more = host->has_more || !is_done;
    struct mono deadline = host->machine.ops->deadline(host->machine.self);
    assert((!is_done || mono_is_before(now.mono, deadline)) &&
           "after draining the deadline lies ahead");
    return effects > 0;
}

/* The same, and everything leaves. */
bool host_drain(struct host *host)
{
    bool has_acted = false;
    do {
        has_acted |= pump(host, clock_now());
    } while (flush(host));
    return has_acted;
}

static void give_data(struct host *host, const struct channel *channel,
                      const struct sock_datagram *datagram, struct instant now)
{
    const struct endpoint *endpoint = channel->endpoint;
    struct ev ev = {
        .kind = EV_DATA,
        .id = channel->id,
        .local = datagram->local,
        .peer = datagram->peer,
        .bytes = datagram->bytes,
        .size = datagram->size,
        .received = stamp_of(host, endpoint, datagram->kernel, datagram->hardware),
        .tos = datagram->tos,
        .ttl = datagram->ttl,
    };
    ev.local.port = endpoint->bound.port;
    if (!endpoint->has_ip_header || icmp_strip(&ev.bytes, &ev.size)) {
        host_give_at(host, &ev, now);
    }
}

/* The channels of the datagrams in a batch may be closed, and others opened, while it is given: a
 * datagram is for a channel that was open when it came. How many there were. */
int host_receive_data(struct host *host, struct endpoint *endpoint)
{
    struct sock_datagram datagrams[BATCH_MAX];
    uint64_t serial = host->last_serial;
    int count = batch_receive(host->batch, endpoint->fd, datagrams);
    if (count > 0) {
        read_clocks(host, endpoint);
    }
    for (int i = 0; i < count; i++) {
        const struct channel *channel = endpoint_channel(endpoint, &datagrams[i].peer);
        host_note_drops(host, endpoint, datagrams[i].drops);
        if (channel == NULL || channel->serial > serial) {
            host->stats.strangers += endpoint->is_shared;
            continue;
        }
        struct instant now = clock_now();
        give_data(host, channel, &datagrams[i], now);
        pump(host, now);
    }
    host->has_acted |= count > 0;
    return count < 0 ? 0 : count;
}
