/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Who answers what? A machine that asks each of a list of addresses by several methods, a bounded
 * number of questions at a time and at a bounded rate: control requests of version 1 and of version
 * 2 for a short-lived udp-echo port, test packets of STAMP (discover/reflector.h), connections to
 * TWAMP servers (discover/server.h), ICMP echoes, ICMP timestamps. Each method and family has a
 * channel of its own, each connection too; an answer belongs to the question with its channel, peer
 * and number. Requests are not authenticated. Sends no probes; what a responder opened closes by
 * itself after DISCOVER_DURATION_MS. Source: docs/protocol.md (control), docs/stamp.md, RFC 792,
 * RFC 4443. */
#ifndef DISCOVER_DISCOVER_H
#define DISCOVER_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/io.h"

#define DISCOVER_DURATION_MS 100 /* for which a port is asked to be open */
#define DISCOVER_TRIES_MAX 5
#define DISCOVER_PARALLEL_MAX 1024
#define DISCOVER_RATE_MAX 1000
#define DISCOVER_RANDOM_BYTES 16

/* The names are words of the command line and of its output. */
enum discover_method {
    DISCOVER_V1,
    DISCOVER_V2,
    DISCOVER_STAMP, /* or TWAMP Light */
    DISCOVER_TWAMP, /* a server: TCP */
    DISCOVER_ECHO,
    DISCOVER_TIMESTAMP, /* IPv4 only */
};
#define DISCOVER_METHOD_COUNT 6
const char *discover_method_name(enum discover_method method);
bool discover_is_control(enum discover_method method);
/* Who answers it measures with others, and is not just a host. */
bool discover_is_responder(enum discover_method method);

struct discover_settings {
    bool methods[DISCOVER_METHOD_COUNT]; /* at least one */
    uint16_t control_ports[2]; /* of V1 and V2 */
    uint16_t stamp_port; /* of reflectors */
    uint16_t twamp_port; /* TCP, of servers */
    uint16_t ports[2]; /* that they ask for: not the same one, which would be taken for the other */
    unsigned parallel; /* questions in flight, 1 to DISCOVER_PARALLEL_MAX */
    unsigned rate; /* requests a second, 1 to DISCOVER_RATE_MAX */
    unsigned tries; /* requests for a question, 1 to DISCOVER_TRIES_MAX */
    int64_t timeout_ns; /* of each */
    uint32_t first_number; /* of the requests: their id or sequence number */
    uint8_t random[DISCOVER_RANDOM_BYTES]; /* of version 2, which is to be returned */
};

/* What became of a question. The names are output. */
enum discover_outcome {
    DISCOVER_NO_ANSWER,
    DISCOVER_ACCEPTED, /* a responder: it opened the port. ICMP: the host answered. A server: it
                          offers modes */
    DISCOVER_REFUSED, /* a responder: it said no, `status` says why */
    DISCOVER_UNREADABLE, /* something came back from there, but no answer to what was asked */
    DISCOVER_CLOSED, /* TCP refused, or ICMP port unreachable: the host is up, nothing has the port
                        open */
    DISCOVER_UNREACHABLE, /* another ICMP error, `error` */
    DISCOVER_UNSENT, /* our host did not send: `error` */
    DISCOVER_NOT_ASKED, /* not wanted, not of this family (`error` is 0), or the channel could not
                           be opened: `error` */
};
const char *discover_outcome_name(enum discover_outcome outcome);

/* How a success of V1 is written. */
enum discover_shape {
    DISCOVER_LONG, /* header and enable section */
    DISCOVER_SHORT, /* the header alone */
    DISCOVER_PADDED, /* the header alone by its length field, followed by more bytes */
    DISCOVER_COPY, /* the request itself, which any echo service would return as well */
};
const char *discover_shape_name(enum discover_shape shape);

/* What the reply of a reflector showed, as bits. */
enum discover_sign {
    DISCOVER_STATEFUL = 1U << 0, /* it numbers its replies */
    DISCOVER_SSID = 1U << 1, /* it returned our SSID */
    DISCOVER_TLV = 1U << 2, /* it read our TLV */
    DISCOVER_SYNCHRONIZED = 1U << 3, /* it says that its clock is */
    /* Departures from the documents (docs/stamp.md): */
    DISCOVER_LEAST_ERROR = 1U << 4, /* it claims the smallest error that can be written */
    DISCOVER_NO_TTL = 1U << 5, /* the reply ends before it */
    DISCOVER_SAME_TIMES = 1U << 6, /* it sends when it receives: T2 and T3 are equal */
    DISCOVER_SWAPPED = 1U << 7, /* it exchanges T1 and T3 */
    DISCOVER_NO_SENDER = 1U << 8, /* it does not return what the sender wrote */
};
#define DISCOVER_SIGN_COUNT 9
const char *discover_sign_name(unsigned bit); /* from 0: of 1U << bit */
/* Whether it knows RFC 8972. Without that STAMP cannot be told from TWAMP Light. */
bool discover_is_stamp(unsigned signs);
/* The one reflector that is known to show these signs (docs/stamp.md), which others may show as
 * well; NULL: none is. */
const char *discover_software(unsigned signs);

/* The words of a mode bit of TWAMP, from 0: "unauthenticated"; NULL: it has none. */
const char *discover_mode_name(unsigned bit);
/* The one TWAMP server that is known to greet so (docs/twamp.md); NULL: none is. */
const char *discover_server_software(uint32_t modes, uint32_t count);

struct discover_result {
    struct addr peer; /* with the control port, or the reflector's; ICMP: 0 */
    bool is_over; /* the rest is valid */
    enum discover_outcome outcome;
    enum discover_shape shape; /* V1, ACCEPTED */
    uint32_t status; /* REFUSED: as it was on the wire */
    bool is_utc; /* TIMESTAMP, ACCEPTED: the other side says that its clock is */
    bool is_swapped; /* the same: it writes its times little-endian */
    unsigned signs; /* STAMP, ACCEPTED or UNREADABLE: enum discover_sign */
    uint32_t modes, count; /* TWAMP, ACCEPTED: bits (enum twamp_mode), and rounds of PBKDF2 */
    int error; /* UNREACHABLE, UNSENT, NOT_ASKED: an errno value */
    unsigned tries; /* requests sent */
    int64_t rtt_ns; /* ACCEPTED, REFUSED: of the request that was answered */
};

struct discover;

/* Asks `count` > 0 addresses (copied; their ports do not count) in their order. */
struct discover *discover_new(const struct discover_settings *settings, const struct addr *peers,
                              size_t count);
void discover_free(struct discover *discover);
struct machine discover_machine(struct discover *discover);

/* Every question has its result and the channels are closed. */
bool discover_is_over(const struct discover *discover);

/* Why the channel of a method and family could not be opened, an errno value; else 0. */
int discover_error(const struct discover *discover, enum discover_method method,
                   enum addr_family family);

/* Valid as long as the machine. `index` counts the addresses. */
const struct discover_result *discover_result(const struct discover *discover, size_t index,
                                              enum discover_method method);

/* How many questions have a result, of how many. */
size_t discover_count(const struct discover *discover);
size_t discover_total(const struct discover *discover);

/* Datagrams that were an answer to no question. */
uint64_t discover_unmatched(const struct discover *discover);

#endif
