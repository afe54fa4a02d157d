/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The state of a host, shared by the files that implement it: host.c (the event loop) above
 * perform.c (effects) above deliver.c (events) and channel.c (which socket a channel uses). No
 * other file includes it. */
#ifndef HOST_STATE_H
#define HOST_STATE_H

#include "base/siphash.h"
#include "host/channel_table.h"
#include "host/clock.h"
#include "host/endpoint.h"
#include "host/host.h"
#include "host/outbox.h"
#include "host/vrf.h"
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
    bool has_acted; /* in this turn something was received or performed */
    bool has_more; /* there is work left for the next turn, which must not wait */
    struct mono due; /* when the machine wanted to be polled; MONO_NEVER once it has been */
    uint64_t last_serial; /* of the channel opened last */
    struct tcp_arrival arrival; /* who connected just now, and was not taken yet */
    struct siphash_key key; /* of the identifiers of raw ICMP sockets */
    struct channel_table channels;
    struct endpoint *shared; /* list of the open shared sockets */
    struct endpoint *closed; /* list, freed at the end of the turn */
    size_t prompt; /* number of open channels with is_prompt */
    struct outbox outbox;
    struct batch *batch;
    struct clock clock;
    struct io_stats stats;
    struct wakes wakes;
    struct vrf_memory vrfs;
    struct port_member member;
    bool has_warned_no_adapter;
    bool watches_shared; /* libevent reports when a shared socket is readable */

    /* Start and end waiting for a socket. They use libevent, so host.c provides them. `watch`
     * returns false when the system refuses; `unwatch` is called before the socket is closed. */
    bool (*watch)(struct host *host, struct endpoint *endpoint);
    void (*unwatch)(struct endpoint *endpoint);
};

#endif
