/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The open channels of one host by (owner, channel): an open-addressing hash table. Knows nothing
 * of sockets; belongs to the host's thread. */
#ifndef HOST_CHANNELS_H
#define HOST_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "probe/io.h"

struct event;
struct host;

/* Datagrams whose send time may be awaited at once. */
#define CHANNEL_TAGS 16

struct channel {
    struct channel_id id;
    struct host *host;
    struct event *readable;
    uint64_t serial; /* tells apart two channels that had the same id one after the other */
    enum transport transport;
    bool is_connecting; /* TRANSPORT_TCP_CONNECT: its FX_OPEN is not answered yet */
    bool is_raw; /* ICMP: what arrives begins with an IP header */
    bool has_port; /* bound to a port that was asked for */
    struct instant started; /* connecting */
    int fd;
    struct addr bound;
    uint32_t next_key; /* the kernel's number of the next datagram that asks for its send time */
    uint32_t tags[CHANNEL_TAGS]; /* the machine's number of datagram `key`, at key % CHANNEL_TAGS */
};

/* All zero is an empty table. `slots` has `capacity` (0 or a power of two) places. */
struct channels {
    struct channel **slots;
    size_t count;
    size_t capacity;
};

/* Frees the table; the channels in it are the caller's. */
void channels_fini(struct channels *channels);

/* Adds `channel`; no other of its id may be in. */
void channels_add(struct channels *channels, struct channel *channel);

/* NULL when there is none. */
struct channel *channels_find(const struct channels *channels, struct channel_id id);

/* Takes it out and returns it; NULL when there is none. */
struct channel *channels_remove(struct channels *channels, struct channel_id id);

/* Any channel, NULL when the table is empty: for emptying it. */
struct channel *channels_any(const struct channels *channels);

#endif
