/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The inside of the host, shared by host.c (the loop), host_channel.c (the sockets of channels) and
 * host_perform.c (effects, and what comes in). Nobody else includes it. */
#ifndef HOST_HOST_STATE_H
#define HOST_HOST_STATE_H

#include "base/siphash.h"
#include "host/channels.h"
#include "host/clock.h"
#include "host/endpoint.h"
#include "host/host.h"
#include "host/outbox.h"
#include "host/wakes.h"

struct event_base;

struct host {
    struct machine machine;
    struct host_hook hook;
    struct event_base *base;
    struct event *timer;
    struct event *wake;
    int wake_fd;
    int spare_fd;
    bool is_stopping;
    bool has_acted; /* something came or was done in this turn */
    bool has_more; /* the machine was not polled to the end */
    uint64_t last_serial;
    struct siphash_key key; /* of the identifiers of raw ICMP sockets */
    struct channels channels;
    struct endpoint *shared; /* the open shared ones */
    struct endpoint *closed; /* to be freed at the end of the turn */
    size_t prompt; /* channels whose events must be seen at once */
    struct outbox outbox;
    struct batch *batch;
    struct clock clock;
    struct io_stats stats;
    struct wakes wakes;
    bool has_said_no_adapter;
    bool watches_shared; /* libevent tells of the shared sockets */
};

/* Gives the machine an event. */
void host_give(struct host *host, const struct ev *ev);
void host_give_at(struct host *host, const struct ev *ev, struct instant now);

/* Whether libevent tells of the socket. False when the system refuses. */
bool host_watch(struct host *host, struct endpoint *endpoint);
void host_unwatch(struct endpoint *endpoint);

/* host_channel.c: opens the channel that `fx` asks for; 0 or -errno. Closes one, without a word to
 * the machine. */
int host_open_channel(struct host *host, const struct fx *fx, struct channel **out);
void host_close_channel(struct host *host, struct channel *channel);
/* Tells the machine what was lost in a channel's socket. */
void host_tell_drops(struct host *host, const struct channel *channel);
/* The socket has dropped `drops` datagrams in all. */
void host_note_drops(struct host *host, struct endpoint *endpoint, uint32_t drops);
/* Frees what was closed in this turn. */
void host_free_closed(struct host *host);

/* host_perform.c: polls the machine until it has nothing more to do, and sends. True when it did
 * anything. */
bool host_drain(struct host *host);
/* Gives what has come to a socket, one batch at the most, polling between. How many datagrams there
 * were. */
int host_receive_data(struct host *host, struct endpoint *endpoint);
/* Takes what the kernel has put aside. True when the machine must be polled. */
bool host_receive_notices(struct host *host, struct endpoint *endpoint);

#endif
