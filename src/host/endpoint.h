/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A socket and the channels that use it: one, or, when shared, any number that hear different
 * peers. Keeps which packet the kernel means when it tells a send time. Belongs to the host's
 * thread. */
#ifndef HOST_ENDPOINT_H
#define HOST_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/adapter.h"
#include "host/channel_table.h"
#include "host/sock.h"
#include "probe/io.h"

struct event;
struct host;

/* Datagrams whose send time may be awaited at once. */
#define ENDPOINT_KEYS 16
#define ENDPOINT_SHARED_KEYS 1024

/* A shared socket's receive buffer: what comes in while the thread does not look. */
#define ENDPOINT_SHARED_ROOM (8 << 20)

/* When no send time has come for this long, the device gives none. */
#define ENDPOINT_PROOF_NS NS_PER_SECOND

/* Who sent a datagram, and the machine's number of it. */
struct sent_key {
    struct channel_id id;
    uint64_t serial;
    uint32_t tag;
};

struct endpoint {
    struct host *host;
    struct event *waiting;
    int fd;
    enum transport transport;
    bool is_connecting; /* TRANSPORT_TCP_CONNECT: its FX_OPEN is not answered yet */
    bool has_ip_header; /* ICMP: what arrives begins with one */
    bool is_shared;
    bool wants_hardware; /* as in FX_OPEN */
    bool has_adapter; /* which stamps what is sent and received */
    struct adapter adapter;
    int adapter_error; /* -errno: why it does not stamp although it should */
    enum sock_stamps stamps;
    struct addr asked; /* as in FX_OPEN */
    struct io_options options;
    struct addr bound;
    struct instant started; /* connecting */

    struct channel *only; /* its channel, unless shared */
    struct channel_table peers; /* its channels when shared */
    struct endpoint *next; /* of the shared ones; stays when it is closed */
    struct endpoint *next_closed;

    /* Send times. */
    struct sent_key *keys; /* of datagram `key`, at key % key_count */
    uint32_t key_count;
    uint32_t next_key; /* the kernel's number of the next datagram that asks */
    uint32_t awaited; /* asked for and not told yet */
    bool
        is_uncertain; /* a datagram that asked did not leave: it may have used up a number or not */
    struct mono first_asked; /* 0: never */
    bool has_told;
    bool gives_no_times;

    uint32_t drops; /* datagrams that the kernel dropped because its buffer was full */
    struct mono drops_read; /* when it was last asked */
};

/* Opens the socket that `fx` (FX_OPEN) asks for; `identifier`: of a raw ICMP socket. `waiting` is
 * the caller's to set. 0 or -errno. */
int endpoint_open(const struct fx *fx, uint16_t identifier, struct endpoint **out);

/* Closes the socket; no channel uses it. What is left is memory, for endpoint_free. */
void endpoint_close(struct endpoint *endpoint);
void endpoint_free(struct endpoint *endpoint);

/* A channel as `fx` asks for may join the shared `endpoint`. */
bool endpoint_may_take(const struct endpoint *endpoint, const struct fx *fx);

/* `channel` uses it from now on, and no longer. */
void endpoint_join(struct endpoint *endpoint, struct channel *channel);
void endpoint_leave(struct endpoint *endpoint, struct channel *channel);
bool endpoint_is_unused(const struct endpoint *endpoint);

/* Whose a datagram from `peer` is; NULL: nobody's. */
struct channel *endpoint_channel(const struct endpoint *endpoint, const struct addr *peer);

bool endpoint_is_icmp(const struct endpoint *endpoint);

/* Whether the send time of a datagram that leaves at `now` will be told, if it `wants` it. On a
 * shared socket it is told in any case: it is noted, and need not be asked for. */
bool endpoint_asks(struct endpoint *endpoint, bool wants, struct mono now);

/* Datagram `sent`, which asked, left at about `now`. */
void endpoint_note_sent(struct endpoint *endpoint, const struct sent_key *sent, struct mono now);

/* Makes uncertain numbers start again. Call it when all that was told has been taken: what comes
 * later by the old ones is not believed, since it is older than what has the number then. */
void endpoint_restart_keys(struct endpoint *endpoint);

/* Which datagram the kernel calls `key`; NULL when that is too long ago. */
const struct sent_key *endpoint_find_sent(struct endpoint *endpoint, uint32_t key);

#endif
