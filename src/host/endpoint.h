/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A socket and the channels that use it: one channel, or, on a shared socket, any number of
 * channels with different peers. Also remembers which packet has which key, the number by which the
 * kernel reports a transmit timestamp. Host's thread only. */
#ifndef HOST_ENDPOINT_H
#define HOST_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/adapter.h"
#include "host/channel_table.h"
#include "host/port_group.h"
#include "host/sock.h"
#include "host/tcp.h"
#include "probe/io.h"

struct event;
struct host;

/* Number of packets that may wait for their transmit timestamps at the same time: room for so many
 * at first, and at the most. No more wait in the queue of a device, whose packets are charged to
 * the send buffer. */
#define ENDPOINT_KEYS 16
#define ENDPOINT_KEYS_MAX 1024

/* Receive buffer of a shared socket, for what arrives while the thread sleeps. */
#define ENDPOINT_SHARED_BUFFER_BYTES (8 << 20)

/* When no transmit timestamp has arrived this long after the first request, the device has none. */
#define ENDPOINT_STAMP_TIMEOUT_NS NS_PER_SECOND

/* The channel that sent a datagram, and the machine's number (tag) of it. */
struct sent_key {
    struct channel_id id;
    uint64_t serial;
    uint32_t tag;
    struct mono called; /* when the system was asked to send it */
    bool is_pending; /* its timestamp has not arrived yet */
};

struct endpoint {
    struct host *host;
    struct event *waiting;
    int fd;
    struct port_member member; /* whose group has the socket; all 0: it is its own */
    enum transport transport;
    bool is_connecting; /* TRANSPORT_TCP_CONNECT, _STREAM: FX_OPEN is not answered yet */
    bool has_ip_header; /* ICMP: received datagrams begin with one */
    bool is_shared;
    bool wants_hardware; /* as in FX_OPEN */
    bool has_adapter; /* `adapter` is open and timestamps the packets */
    struct adapter adapter;
    int adapter_error; /* -errno: why there are no hardware timestamps; 0: not wanted, or fine */
    enum sock_stamps stamps;
    struct addr requested; /* local address, as in FX_OPEN */
    struct io_options options;
    struct addr bound;
    struct instant started; /* the same: when connect(2) was called */

    struct channel *only; /* its channel, unless shared */
    struct channel_table peers; /* its channels when shared */
    struct endpoint *next; /* in the list of shared ones; kept when it is closed */
    struct endpoint *next_closed; /* in the list of closed ones */

    /* Transmit timestamps. */
    struct sent_key *keys; /* that of packet `key` is at key % key_count */
    uint32_t key_count; /* 0 or a power of two */
    uint32_t next_key; /* of the next packet with a timestamp request */
    bool gives_keys; /* each packet is sent with its key; else the kernel counts them */
    bool is_set_up; /* SOCK_STAMPS_REQUESTED: the first was requested; a responder requests none */
    uint32_t stamps_pending; /* requested and not reported yet */
    struct mono first_request; /* when the first timestamp was requested; 0: never */
    bool has_reported; /* at least one timestamp has arrived */
    bool gives_no_stamps; /* none arrived in time; no more are requested */

    uint32_t drops; /* received datagrams that the kernel dropped: the buffer was full */
    struct mono drops_read; /* when the drop counter was read from the kernel */
};

/* Opens the socket that `fx` (FX_OPEN) requests; `identifier` is that of a raw ICMP socket, and
 * `member` (NULL: none) shares its ports. Sets neither `host` nor `waiting`. 0, or -errno with *out
 * untouched. The caller calls endpoint_close, then endpoint_free. */
int endpoint_open(const struct fx *fx, uint16_t identifier, const struct port_member *member,
                  struct endpoint **out);

/* The same for a connection that was accepted, whose descriptor it takes over. */
struct endpoint *endpoint_adopt(const struct fx *fx, struct tcp_arrival *arrival);

/* Closes the socket, which no channel uses; endpoint_free frees the memory later. */
void endpoint_close(struct endpoint *endpoint);
void endpoint_free(struct endpoint *endpoint);

/* Whether the channel that `fx` (FX_OPEN) requests can use the shared `endpoint`: same local
 * address, options and timestamps, and no channel to the same peer. */
bool endpoint_can_join(const struct endpoint *endpoint, const struct fx *fx);

/* `channel` starts to use the endpoint, and ends it. */
void endpoint_join(struct endpoint *endpoint, struct channel *channel);
void endpoint_leave(struct endpoint *endpoint, struct channel *channel);
bool endpoint_is_unused(const struct endpoint *endpoint);

/* The channel for a datagram from `peer`; NULL: none (unknown source). */
struct channel *endpoint_channel(const struct endpoint *endpoint, const struct addr *peer);

/* The channel that a datagram from an unknown source can only be meant for; NULL: it may be any. */
struct channel *endpoint_only_channel(const struct endpoint *endpoint);

bool endpoint_is_icmp(const struct endpoint *endpoint);
bool endpoint_is_tcp(const struct endpoint *endpoint);
/* It carries bytes in order, once it is connected. */
bool endpoint_is_stream(const struct endpoint *endpoint);

/* Whether the kernel will report when a datagram sent at `now` was transmitted. `wants`: the
 * machine requests it. When the socket timestamps all packets (a shared one does), the answer is
 * true without a request, and the caller notes the packet, too. */
bool endpoint_requests_stamp(struct endpoint *endpoint, bool wants, struct mono now);

/* Prepares `parcel`, for which the function above returned true: it is sent `ahead` such datagrams
 * after the one noted last. */
void endpoint_request_stamp(const struct endpoint *endpoint, struct sock_parcel *parcel,
                            uint32_t ahead);

/* That datagram, `sent`, was sent at about `now`; or it was refused (errno value): then nothing is
 * reported about it, and no key of another datagram changes. */
void endpoint_note_sent(struct endpoint *endpoint, const struct sent_key *sent, struct mono now);
void endpoint_note_refused(struct endpoint *endpoint, int error);

/* The datagram with the number `key`, which is reported; NULL: none that waits for that. */
const struct sent_key *endpoint_find_sent(struct endpoint *endpoint, uint32_t key);

#endif
