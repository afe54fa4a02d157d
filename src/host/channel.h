/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Opens and closes the channels of a host: finds a socket for each channel, opens one when needed,
 * and closes it with its last channel. Sends nothing to the machine. Host's thread only. */
#ifndef HOST_CHANNEL_H
#define HOST_CHANNEL_H

#include <stdint.h>

#include "host/state.h"

/* Opens the channel that `fx` (FX_OPEN) requests. Returns 0, or -errno with *out untouched; *out
 * belongs to the host until channel_close. */
int channel_open(struct host *host, const struct fx *fx, struct channel **out);

/* Closes and frees `channel`; its socket is closed when no other channel uses it. */
void channel_close(struct host *host, struct channel *channel);

/* Frees the memory of the sockets closed in this turn. Call it when no event of theirs can be in
 * progress. */
void channel_free_closed(struct host *host);

/* Datagrams that the socket of `channel` has lost since the channel was opened, because its receive
 * buffer was full; other channels of the socket are included. 0 for TCP. At most 1 ms old. */
uint32_t channel_count_drops(struct host *host, const struct channel *channel);

/* Updates the host's statistics: the kernel reports that the socket has dropped `drops` datagrams
 * since it was opened (a counter that may wrap). */
void channel_note_drops(struct host *host, struct endpoint *endpoint, uint32_t drops);

#endif
