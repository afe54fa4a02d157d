/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* THE seam between pure machines and whatever performs them (src/host, or the simulator in
 * tests/sim).
 *
 * A machine is driven by four verbs and never calls back:
 *   input(ev, now)    something happened
 *   poll(now, &fx)    true: perform *fx, then call again; false: nothing more to do now
 *   deadline()        when poll must be called again without an event; MONO_NEVER: not at all
 *
 * Rules
 *  1. After each input and at each deadline the host calls poll until it returns false, reading the
 * clock before each call, then arms one timer.
 *  2. Then deadline() > now. Host and simulator assert it: a livelock cannot hide.
 *  3. Bytes of an fx live until the next call into the machine; bytes of an ev live only during
 * input.
 *  4. A machine names its channels by (owner, channel); descriptors exist only in the host. What
 * arrives after FX_CLOSE is dropped there.
 *  5. FX_OPEN is answered by exactly one EV_OPENED or EV_ERROR: before the next poll, but that of
 * TRANSPORT_TCP_CONNECT and _STREAM when the handshake has ended; FX_CLOSE may come first and ends
 * the wait. After EV_ERROR there is nothing to close. FX_SEND is answered by EV_ERROR only when the
 * packet did not leave: before the next poll, or, with `may_wait`, after the polls of this turn at
 * the latest.
 *  6. Durations come from now.mono, which never goes back. now.wall may jump; it serves wire fields
 * only.
 *  7. What a machine opens it closes; the simulator asserts the balance.
 *  8. A stream carries bytes both ways, in order, and keeps no messages apart. EV_ENDED is the last
 * that is heard of it; the machine closes it all the same. What the system does not take at once
 * ends it, for who writes little and waits for answers never meets that.
 *  9. How a channel maps to a socket is the host's business: its own, or, with `may_share`, one
 * that it shares with channels to other peers. */
#ifndef PROBE_IO_H
#define PROBE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/icmp_error.h"
#include "base/send_error.h"
#include "base/time.h"
#include "stats/hist.h"

/* Largest UDP payload that a machine may send or be given. */
#define IO_DATAGRAM_MAX 65507

struct channel_id {
    uint32_t owner; /* a session of an engine; 0 in a responder */
    uint32_t channel; /* the owner's own number */
};

/* How the datagrams of a channel leave. All zero is what the system does by itself. */
struct io_options {
    char device[16]; /* only through this network device (a VRF is one too); "": any */
    uint8_t ttl; /* 0: the system's default */
    bool dont_fragment; /* DF is set; what exceeds the device's MTU does not leave, what exceeds
                           that of the path comes back as an ICMP error (EMSGSIZE) */
};

/* Most bytes of a stream that one EV_DATA brings. */
#define IO_STREAM_BYTES_MAX 4096

/* What FX_OPEN opens. The first two of TCP carry no bytes, the last three are streams. */
enum transport {
    TRANSPORT_UDP,
    TRANSPORT_TCP_CONNECT, /* a connection to `peer` */
    TRANSPORT_TCP_LISTEN, /* accepts, and closes each connection at once */
    /* Whole ICMP messages without IP header; the host writes and verifies the checksum of ICMPv6.
     * The port of EV_OPENED's `local` is the identifier to send with; only its replies come in. */
    TRANSPORT_ICMP_ECHO,
    TRANSPORT_ICMP_TIMESTAMP, /* IPv4 only */
    /* Nothing is sent. Whole ICMP errors about what anybody here sent to `peer`'s IP come in, from
     * whoever says so; opening it needs a privilege. */
    TRANSPORT_ICMP_ERRORS,
    TRANSPORT_TCP_STREAM, /* a connection to `peer` */
    TRANSPORT_TCP_SERVER, /* listens: EV_DATA without bytes says that `peer` connected */
    TRANSPORT_TCP_ACCEPTED, /* that connection: it is taken by the polls that follow the EV_DATA, or
                               closed */
};

enum fx_kind {
    FX_OPEN, /* a channel of `transport` bound to `local` (port 0: any), with `options`; with
                `may_share` it need not hear others than `peer`'s IP, from any port */
    FX_SEND, /* the next bytes of a stream; else one datagram to `peer`, from `local`'s IP when that
                is set; with `wants_stamp` the host tells by EV_SENT when it really left, if it can
                (without, it may tell all the same); with `may_wait` it leaves together with what
                else is due, at the end of the turn */
    FX_CLOSE, /* the channel; no events after it */
};

struct fx {
    enum fx_kind kind;
    enum transport transport; /* FX_OPEN */
    struct channel_id id;
    struct addr local;
    struct addr peer;
    const uint8_t *bytes;
    size_t size;
    uint8_t tos; /* TOS byte (IPv6: traffic class) of the datagram */
    uint8_t ttl; /* FX_SEND: of this datagram; 0: that of options */
    struct io_options options;
    bool may_share; /* FX_OPEN of TRANSPORT_UDP */
    bool is_for_all; /* FX_OPEN by one of several workers (host/port_group.h): the others will open
                        it too, and what comes for them until then waits for them */
    uint32_t room_bytes; /* FX_OPEN of TRANSPORT_UDP: receive buffer, as far as the system allows
                            it; 0: the system's default, or what a shared socket has */
    bool wants_hardware; /* FX_OPEN: times of the adapter of options.device, if it gives any */
    bool is_prompt; /* FX_OPEN: the machine goes by when it is told, not by the stamps */
    bool wants_stamp, may_wait; /* FX_SEND */
    uint32_t tag; /* FX_SEND: the machine's own number, for EV_SENT and EV_ERROR */
};

enum ev_kind {
    EV_OPENED, /* `local` is what the channel is bound to */
    EV_DATA, /* one datagram, or the next bytes of a stream; of a TRANSPORT_TCP_LISTEN or _SERVER:
                `peer` connected, no bytes */
    EV_ENDED, /* of a stream: its peer closed it (`error` 0), or it broke */
    EV_SENT, /* the datagram sent with `tag` left at `left`; may come after its answer, or never */
    EV_DROPPED, /* while the channel was open, `dropped` datagrams were lost in its socket, for this
                   host was too slow; they may have been of other channels. Comes before an FX_CLOSE
                   is done with */
    EV_ERROR, /* `error`: of the FX_OPEN just performed, of the FX_SEND with `tag`, or an ICMP error
                 that came back */
};

struct ev {
    enum ev_kind kind;
    struct channel_id id;
    struct addr
        local; /* EV_OPENED: the bound address; EV_DATA: the address the datagram was sent to */
    struct addr peer; /* EV_DATA: who sent it; EV_ERROR from ICMP: whom the failed datagram was for,
                         as the error quotes it */
    const uint8_t *bytes; /* EV_ERROR from ICMP: what it quotes of that datagram, perhaps nothing */
    size_t size;
    struct stamp received; /* EV_DATA; EV_ERROR from ICMP; EV_OPENED of a TRANSPORT_TCP_CONNECT: it
                              is connected */
    struct instant started; /* the same: connecting began */
    struct stamp left; /* EV_SENT; source STAMP_USER: it left, nobody knows when */
    struct mono called; /* EV_SENT: the system was asked to send it then; 0: not known */
    uint32_t tag; /* EV_SENT; EV_ERROR of an FX_SEND */
    uint8_t tos, ttl; /* EV_DATA */
    bool is_of_vrf; /* EV_DATA: it came through a VRF, to a channel without options.device: who
                       answers must not, for the answer would leave outside of that VRF */
    uint32_t dropped; /* EV_DROPPED */
    int error; /* EV_ERROR, EV_ENDED: an errno value */
    bool is_icmp; /* EV_ERROR: reported by the network, not by a system call of ours */
    struct icmp_error icmp; /* the same: what it said */
};

/* What a host counts beside its machine. */
struct io_stats {
    struct hist loop_lag; /* hist_layout_default: from the machine's deadline until it was polled */
    uint64_t send_errors[SEND_ERROR_COUNT]; /* datagrams that the system did not send */
    uint64_t strangers; /* datagrams on a shared socket from whom no channel hears */
    uint64_t socket_drops; /* datagrams lost in our sockets, whose buffers were full */
    uint64_t clock_steps; /* times that the wall clock was set */
    uint64_t timeless_sockets; /* sockets whose device told no send time, and was asked no more */
};

struct machine_ops {
    void (*input)(void *self, const struct ev *ev, struct instant now);
    bool (*poll)(void *self, struct instant now, struct fx *fx);
    struct mono (*deadline)(const void *self);
};

struct machine {
    const struct machine_ops *ops;
    void *self;
};

#endif
