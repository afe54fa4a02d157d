/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/deliver.h"

#include "host/icmp.h"

void deliver_event_at(struct host *host, const struct ev *ev, struct instant now)
{
    host->machine.ops->input(host->machine.self, ev, now);
}

void deliver_event(struct host *host, const struct ev *ev)
{
    deliver_event_at(host, ev, clock_now());
}

void deliver_end(struct host *host, struct endpoint *endpoint, int error)
{
    struct ev ev = {.kind = EV_ENDED, .id = endpoint->only->id, .error = error};
    if (endpoint->waiting != NULL) {
        host->unwatch(endpoint);
        deliver_event(host, &ev);
    }
}

/* True when the error was for a datagram of one of our channels. */
static bool deliver_icmp(struct host *host, const struct endpoint *endpoint,
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
        .icmp = notice->icmp,
        .error = notice->error,
        .peer = notice->peer,
        .bytes = notice->quote,
        .size = notice->quote_size,
    };
    deliver_event(host, &ev);
    return true;
}

void deliver_read_clocks(struct host *host, struct endpoint *endpoint)
{
    clock_read(&host->clock);
    if (endpoint->has_adapter) {
        adapter_read(&endpoint->adapter);
    }
}

/* The best timestamp: the adapter's, else the kernel's, else our own clock. */
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

static void deliver_sent(struct host *host, struct endpoint *endpoint,
                         const struct sock_notice *notice)
{
    const struct sent_key *key = endpoint_find_sent(endpoint, notice->key);
    const struct channel *channel =
        key == NULL ? NULL : channel_table_find(&host->channels, key->id);
    if (channel == NULL || channel->serial != key->serial) {
        return;
    }
    struct ev ev = {
        .kind = EV_SENT,
        .id = key->id,
        .tag = key->tag,
        .called = key->called,
        .left = stamp_of(host, endpoint, notice->kernel, notice->hardware),
    };
    deliver_event_at(host, &ev, host->clock.now);
}

bool deliver_notices(struct host *host, struct endpoint *endpoint)
{
    struct sock_notice notices[BATCH_MAX];
    bool has_news = false;
    size_t count = batch_receive_notices(host->batch, endpoint->fd, notices);
    if (count > 0) {
        deliver_read_clocks(host, endpoint);
    }
    for (size_t i = 0; i < count; i++) {
        if (notices[i].kind == SOCK_NOTICE_ICMP) {
            has_news |= deliver_icmp(host, endpoint, &notices[i]);
        } else {
            deliver_sent(host, endpoint, &notices[i]);
        }
    }
    return has_news;
}

void deliver_datagram(struct host *host, const struct channel *channel,
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
        .is_of_vrf = endpoint->options.device[0] == '\0' &&
                     vrf_has(&host->vrfs, datagram->interface, now.mono),
    };
    ev.local.port = endpoint->bound.port;
    if (!endpoint->has_ip_header || icmp_strip(&ev.bytes, &ev.size)) {
        deliver_event_at(host, &ev, now);
    }
}
