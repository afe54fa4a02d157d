/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which socket a channel uses, from when to when. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nonce.h"
#include "host/host_state.h"
#include "host/log.h"
#include "host/sock.h"

/* Shared sockets that a channel tries before it gets one of its own. */
#define SHARED_TRIES 32

/* How old the knowledge of a socket's drops may be: many channels may close at once. */
#define DROPS_NS NS_PER_MS

/* Of the first such socket; all are counted. */
static void say_timeless(struct host *host, const struct endpoint *endpoint)
{
    const char *device = endpoint->options.device;
    if (host->stats.timeless_sockets++ == 0) {
        log_line(LOG_LEVEL_WARN, "no transmit times from the kernel, our own are used", "device",
                 device[0] == '\0' ? "any" : device, NULL);
    }
}

/* Of the first such socket; JSON and metrics show whose times were used. */
static void say_no_adapter(struct host *host, const struct endpoint *endpoint)
{
    if (!host->has_said_no_adapter) {
        host->has_said_no_adapter = true;
        log_line(LOG_LEVEL_WARN, "no times from the network adapter, the kernel's are used",
                 "device", endpoint->options.device, "error", strerror(-endpoint->adapter_error),
                 NULL);
    }
}

/* Its socket closes now, its memory goes at the end of the turn: its events may be being given. */
static void close_endpoint(struct host *host, struct endpoint *endpoint)
{
    struct endpoint **at = &host->shared;
    while (*at != NULL && *at != endpoint) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = endpoint->next;
    }
    host_unwatch(endpoint);
    if (endpoint->adapter_error != 0) {
        say_no_adapter(host, endpoint);
    }
    if (endpoint->gives_no_times) {
        say_timeless(host, endpoint);
    }
    endpoint_close(endpoint);
    endpoint->next_closed = host->closed;
    host->closed = endpoint;
}

void host_free_closed(struct host *host)
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

/* A socket for what `fx` asks for, and what to wait for. 0 or -errno. */
static int new_endpoint(struct host *host, const struct fx *fx, struct endpoint **out)
{
    int error = endpoint_open(fx, draw_identifier(host), out);
    if (error != 0) {
        return error;
    }
    struct endpoint *endpoint = *out;
    endpoint->host = host;
    if (endpoint->adapter_error != 0) {
        say_no_adapter(host, endpoint);
    }
    if (!host_watch(host, endpoint)) {
        close_endpoint(host, endpoint);
        return -ENOMEM;
    }
    if (endpoint->is_shared) {
        *shared_end(host) = endpoint;
    }
    return 0;
}

static int find_endpoint(struct host *host, struct fx *fx, struct endpoint **out)
{
    int tries = 0;
    if (!fx->may_share) {
        return new_endpoint(host, fx, out);
    }
    for (struct endpoint *at = host->shared; at != NULL && tries < SHARED_TRIES; at = at->next) {
        if (endpoint_may_take(at, fx)) {
            *out = at;
            return 0;
        }
        tries++;
    }
    fx->may_share = tries < SHARED_TRIES;
    return new_endpoint(host, fx, out);
}

/* Opens a channel. 0 or -errno. */
int host_open_channel(struct host *host, const struct fx *fx, struct channel **out)
{
    struct endpoint *endpoint;
    struct fx asked = *fx;
    host->last_serial++;
    int error = find_endpoint(host, &asked, &endpoint);
    if (error != 0) {
        return error;
    }
    struct channel *channel = mem_alloc(1, sizeof *channel);
    channel->id = fx->id;
    channel->serial = host->last_serial;
    channel->peer = fx->peer;
    channel->drops_before = endpoint->drops;
    endpoint_join(endpoint, channel);
    channels_add(&host->channels, channel);
    channel->is_prompt = fx->is_prompt || fx->transport == TRANSPORT_TCP_CONNECT;
    host->prompt += channel->is_prompt;
    *out = channel;
    return 0;
}

/* Without a word to the machine. */
void host_close_channel(struct host *host, struct channel *channel)
{
    struct endpoint *endpoint = channel->endpoint;
    host->prompt -= channel->is_prompt;
    channels_remove(&host->channels, channel);
    endpoint_leave(endpoint, channel);
    free(channel);
    if (endpoint_is_unused(endpoint)) {
        close_endpoint(host, endpoint);
    }
}

void host_note_drops(struct host *host, struct endpoint *endpoint, uint32_t drops)
{
    uint32_t more = drops - endpoint->drops;
    if (more > 0 && more <= INT32_MAX) {
        host->stats.socket_drops += more;
        endpoint->drops = drops;
    }
}

void host_tell_drops(struct host *host, const struct channel *channel)
{
    struct ev ev = {.kind = EV_DROPPED, .id = channel->id};
    if (channel->endpoint->transport != TRANSPORT_UDP) {
        return;
    }
    struct endpoint *endpoint = channel->endpoint;
    struct mono now = clock_mono();
    if (mono_diff(now, endpoint->drops_read) > DROPS_NS) {
        endpoint->drops_read = now;
        host_note_drops(host, endpoint, sock_drops(endpoint->fd));
    }
    ev.dropped = channel->endpoint->drops - channel->drops_before;
    if (ev.dropped > 0) {
        host_give(host, &ev);
    }
}
