/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What one frame of a capture shows: a packet of a measurement, a control message, or an ICMP
 * error. As read, before anything is made of it. */
#ifndef CAPTURE_SIGHT_H
#define CAPTURE_SIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/icmp_error.h"
#include "probe/control.h"
#include "wire/pcap.h"

/* One packet of a measurement, as one frame shows it. */
struct sight {
    int64_t at_ns; /* of the capture's clock */
    uint64_t digest; /* of the payload as captured */
    uint64_t times[3]; /* as on the wire: what they mean, the row of traffic.h knows */
    int64_t claimed_ns; /* what the responder says its clock is off by */
    uint32_t frame; /* from 1 */
    uint32_t flow;
    uint32_t number, responder_number; /* of the sender and the responder; 0: it has none */
    uint32_t place; /* the same for the same interface and the same headers around it */
    uint32_t ip_id;
    uint16_t bytes; /* payload, as sent; saturates */
    uint16_t estimate; /* STAMP: of its times (wire/stamp_packet.h) */
    uint8_t tos, ttl;
    enum pcap_direction direction;
    bool is_reply;
    bool has_time;
    bool is_cooked; /* its interface is not told */
    bool lacks_piece; /* a fragment of it is not in the capture */
    bool is_not_utc; /* the responder says so of its clock */
    bool is_long; /* type 3 with numbers of 32 bits */
    bool has_ttl_field; /* STAMP: of a reply */
    bool has_ssid; /* STAMP: else it may be one of TWAMP Light */
};

/* Who measures whom, with what. */
struct flow {
    /* With ports where there are any. STAMP: the question whether a reflector counts comes from a
     * port of its own, and has the flow from port 0. */
    struct addr sender, responder;
    uint32_t identifier; /* ICMP echo */
    uint32_t traffic; /* row of traffic.h */
};

/* A control request, and the answer to it; or one message of them, as it was seen. */
struct exchange {
    int64_t at_ns, reply_ns;
    uint64_t digest; /* of the request */
    uint32_t place; /* where the request was seen: as in struct sight */
    uint32_t frame, reply_frame; /* 0: not answered */
    enum pcap_direction direction, reply_direction;
    uint32_t tries; /* requests for the same, this one included */
    struct addr sender, responder; /* of the messages */
    enum control_version version;
    uint8_t command; /* v1: enum ipsla_command; else 0 */
    uint16_t port; /* that is asked for, */
    uint16_t granted_port; /* and that was granted */
    uint16_t source_port; /* v2: of the probes */
    uint32_t sequence; /* of the message: id, or sequence number */
    uint32_t duration_ms; /* that is asked for, */
    uint32_t granted_ms; /* and that was granted, as far as the answer tells */
    enum auth_algorithm auth;
    uint16_t key_id;
    uint32_t status; /* of the answer; 0: success */
    bool has_time;
    bool
        is_answer; /* a message: the answer, at `at_ns` in `frame`, its status and what it grants */
    bool is_used; /* by a session */
};

/* An ICMP error about a datagram from `sender` to `responder`. */
struct complaint {
    int64_t at_ns;
    struct addr sender, responder;
    struct icmp_error error;
};

#endif
