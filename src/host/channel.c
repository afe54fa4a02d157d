/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/channel.h"

#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nonce.h"
#include "host/log.h"
#include "host/sock.h"

/* Number of shared sockets that are tried before a channel gets a socket of its own. */
#define SHARED_TRIES 32

/* A drop counter is not read again within this time: many channels may close at once. */
#define DROPS_MAX_AGE_NS NS_PER_MS

/* Counts each socket without transmit timestamps; logs only the first. */
static void note_no_stamps(struct host *host, const struct endpoint *endpoint)
{
    const char *device = endpoint->options.device;
    if (host->stats.timeless_sockets++ == 0) {
        log_line(LOG_LEVEL_WARN, "no kernel transmit timestamps, using the program's own clock",
                 "device", device[0] == '\0' ? "any" : device, NULL);
    }
}

/* Logs only the first; JSON output and metrics show the timestamp source that was used. */
static void warn_no_adapter(struct host *host, const struct endpoint *endpoint)
{
    if (!host->has_warned_no_adapter) {
        host->has_warned_no_adapter = true;
        log_line(LOG_LEVEL_WARN, "no hardware timestamps, using kernel timestamps", "device",
                 endpoint->options.device, "error", strerror(-endpoint->adapter_error), NULL);
    }
}

/* Closes the socket at once. Its memory is freed at the end of the turn, because an event of this
 * endpoint may be in progress further up the call stack. */
static void close_endpoint(struct host *host, struct endpoint *endpoint)
{
    struct endpoint **at = &host->shared;
    while (*at != NULL && *at != endpoint) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = endpoint->next;
    }
    host->unwatch(endpoint);
    if (endpoint->adapter_error != 0) {
        warn_no_adapter(host, endpoint);
    }
    if (endpoint->gives_no_stamps) {
        note_no_stamps(host, endpoint);
    }
    endpoint_close(endpoint);
    endpoint->next_closed = host->closed;
    host->closed = endpoint;
}

void channel_free_closed(struct host *host)
{
    while (host->closed != NULL) {
        struct endpoint *endpoint = host->closed;
        host->closed = endpoint->next_closed;
        endpoint_free(endpoint);
    }
}

/* Two sockets may have the same by chance: a probe knows its replies by more than that. */
static uint16_t draw_identifier(const struct host *host)
{
    return (uint16_t)nonce_draw(&host->key, NONCE_IDENTIFIER, host->last_serial);
}

static struct endpoint **shared_end(struct host *host)
{
    struct endpoint **end = &host->shared;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    return end;
}

/* A link-local peer answers through the interface of its address, and in a VRF only a socket that
 * is bound to a device hears that. Linux before 5.7 wants a privilege for it: there it is left. */
static int open_endpoint(struct host *host, const struct fx *fx, struct endpoint **out)
{
    struct fx bound = *fx;
    if (fx->transport == TRANSPORT_TCP_ACCEPTED) {
        assert(host->arrival.fd >= 0 && "nobody has just connected");
        *out = endpoint_adopt(fx, &host->arrival);
        return 0;
    }
    bool is_on_link = fx->options.device[0] == '\0' && addr_is_link_local(&fx->peer) &&
                      if_indextoname(fx->peer.scope, bound.options.device) != NULL;
    const struct port_member *member = host->member.groups == NULL ? NULL : &host->member;
    int error = endpoint_open(&bound, draw_identifier(host), member, out);
    return is_on_link && error == -EPERM ? endpoint_open(fx, draw_identifier(host), member, out)
                                         : error;
}

/* Opens the socket that `fx` requests and waits for it. 0 or -errno. */
static int new_endpoint(struct host *host, const struct fx *fx, struct endpoint **out)
{
    int error = open_endpoint(host, fx, out);
    if (error != 0) {
        return error;
    }
    struct endpoint *endpoint = *out;
    endpoint->host = host;
    if (endpoint->adapter_error != 0) {
        warn_no_adapter(host, endpoint);
    }
    if (!host->watch(host, endpoint)) {
        close_endpoint(host, endpoint);
        return -ENOMEM;
    }
    if (endpoint->is_shared) {
        *shared_end(host) = endpoint;
    }
    return 0;
}

/* Finds a shared socket that the channel can join, or opens a socket. 0 or -errno. */
static int find_endpoint(struct host *host, struct fx *fx, struct endpoint **out)
{
    int tries = 0;
    /* A shared socket does not report interfaces, by which links are told apart. */
    fx->may_share = fx->may_share && !addr_is_link_local(&fx->peer);
    if (!fx->may_share) {
        return new_endpoint(host, fx, out);
    }
    for (struct endpoint *at = host->shared; at != NULL && tries < SHARED_TRIES; at = at->next) {
        if (endpoint_can_join(at, fx)) {
            *out = at;
            return 0;
        }
        tries++;
    }
    fx->may_share = tries < SHARED_TRIES;
    return new_endpoint(host, fx, out);
}

void channel_note_drops(struct host *host, struct endpoint *endpoint, uint32_t drops)
{
    uint32_t more = drops - endpoint->drops;
    if (more > 0 && more <= INT32_MAX) {
        host->stats.socket_drops += more;
        endpoint->drops = drops;
    }
}

static void read_drops(struct host *host, struct endpoint *endpoint)
{
    struct mono now = clock_mono();
    if (!endpoint_is_tcp(endpoint) && mono_diff(now, endpoint->drops_read) > DROPS_MAX_AGE_NS) {
        endpoint->drops_read = now;
        channel_note_drops(host, endpoint, sock_drops(endpoint->fd));
    }
}

int channel_open(struct host *host, const struct fx *fx, struct channel **out)
{
    struct endpoint *endpoint;
    struct fx requested = *fx;
    host->last_serial++;
    int error = find_endpoint(host, &requested, &endpoint);
    if (error != 0) {
        return error;
    }
    struct channel *channel = mem_alloc_lines(1, sizeof *channel);
    channel->id = fx->id;
    channel->serial = host->last_serial;
    channel->peer = fx->peer;
    if (!endpoint_is_unused(endpoint)) {
        read_drops(host, endpoint); /* those of before, of which no datagram has told yet */
    }
    channel->drops_before = endpoint->drops;
    endpoint_join(endpoint, channel);
    channel_table_add(&host->channels, channel);
    channel->is_prompt = fx->is_prompt || fx->transport == TRANSPORT_TCP_CONNECT;
    host->prompt += channel->is_prompt;
    *out = channel;
    return 0;
}

void channel_close(struct host *host, struct channel *channel)
{
    struct endpoint *endpoint = channel->endpoint;
    host->prompt -= channel->is_prompt;
    channel_table_remove(&host->channels, channel);
    endpoint_leave(endpoint, channel);
    free(channel);
    if (endpoint_is_unused(endpoint)) {
        close_endpoint(host, endpoint);
    }
}

uint32_t channel_count_drops(struct host *host, const struct channel *channel)
{
    read_drops(host, channel->endpoint);
    return channel->endpoint->drops - channel->drops_before;
}
