/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Open channels in an open-addressing hash table: those of a host by (owner, channel), or those
 * that share a socket by their peer's IP. Knows nothing of sockets; belongs to the host's thread.
 */
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
    uint64_t serial; /* tells apart two channels that had the same id one after the other */
    struct endpoint *endpoint; /* its socket */
    struct addr peer; /* on a shared socket: whom it hears */
    bool is_prompt; /* its events must be seen at once */
    uint32_t drops_before; /* of its socket, when it was opened */
};

/* All zero is an empty table by id. `slots` has `capacity` (0 or a power of two) places. */
struct channel_table {
    bool is_by_peer; /* set it before the first is added */
    struct channel **slots;
    size_t count;
    size_t capacity;
};

/* Frees the table; the channels in it are the caller's. */
void channel_table_fini(struct channel_table *table);

/* Adds `channel`; no other of its key may be in. */
void channel_table_add(struct channel_table *table, struct channel *channel);

/* NULL when there is none. */
struct channel *channel_table_find(const struct channel_table *table, struct channel_id id);
struct channel *channel_table_find_peer(const struct channel_table *table, const struct addr *peer);

/* Takes `channel`, which is in, out. */
void channel_table_remove(struct channel_table *table, struct channel *channel);

/* Any channel, NULL when the table is empty: for emptying it. */
struct channel *channel_table_any(const struct channel_table *table);

#endif
