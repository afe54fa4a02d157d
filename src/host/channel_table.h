/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A hash table (open addressing) of open channels. Its key is either the channel's id, for all
 * channels of a host, or the peer's IP address, for the channels of a shared socket. Makes no
 * system calls. Not thread-safe. */
#ifndef HOST_CHANNEL_TABLE_H
#define HOST_CHANNEL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "probe/io.h"

struct endpoint;

struct channel {
    struct channel_id id;
    uint64_t serial; /* unique in the host: an id is used again after a close */
    struct endpoint *endpoint; /* its socket */
    struct addr peer; /* on a shared socket: it receives only from this IP address */
    bool is_prompt; /* its events must be delivered at once, as in FX_OPEN */
    uint32_t drops_before; /* drop counter of its socket when the channel was opened */
};

/* The key as a number stands beside the channel, so that a search reads the channel it finds only.
 */
struct channel_slot {
    uint64_t number;
    struct channel *channel; /* NULL: empty */
};

/* All zero is an empty table with ids as keys. */
struct channel_table {
    bool is_by_peer; /* the key is the peer; set it before adding the first channel */
    struct channel_slot *slots;
    size_t count;
    size_t capacity; /* of `slots`: 0 or a power of two */
};

/* Frees the table, not the channels in it. */
void channel_table_fini(struct channel_table *table);

/* Adds `channel`, which the caller keeps; the table has no channel with the same key. */
void channel_table_add(struct channel_table *table, struct channel *channel);

/* The channel with this key; NULL when there is none. */
struct channel *channel_table_find(const struct channel_table *table, struct channel_id id);
struct channel *channel_table_find_peer(const struct channel_table *table, const struct addr *peer);

/* Removes `channel`, which is in the table. */
void channel_table_remove(struct channel_table *table, struct channel *channel);

/* Any channel, to empty the table; NULL when it is empty. */
struct channel *channel_table_any(const struct channel_table *table);

#endif
