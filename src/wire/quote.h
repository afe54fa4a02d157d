/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What an ICMP error says of a packet that it quotes: who sent it where, with which TOS byte it
 * came to the router, and the MPLS labels that were on it. Bytes to structs; no state, no policy.
 * Nothing in a quote is to be trusted: it comes from whoever says that he is a router.
 * Source: RFC 792, RFC 4443 (ICMPv6), RFC 4884 (extensions), RFC 4950 (MPLS). */
#ifndef WIRE_QUOTE_H
#define WIRE_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* What ends a packet's way, in the words of both families. */
enum quote_reason {
    QUOTE_EXCEEDED, /* its TTL ended in transit */
    QUOTE_PORT, /* it came to its host, where nobody has the port */
    QUOTE_UNREACHABLE, /* it goes no further, for another reason */
    QUOTE_OTHER, /* says nothing of the way */
};
enum quote_reason quote_reason(enum addr_family family, uint8_t type, uint8_t code);

#define QUOTE_LABELS_MAX 8

/* An entry of the label stack, outermost first. */
struct quote_label {
    uint32_t label; /* 0 to 1048575 */
    uint8_t traffic_class; /* 0 to 7 */
    uint8_t ttl;
};

struct quote {
    enum quote_reason reason;
    uint8_t type, code; /* of the error */
    uint8_t tos, ttl; /* of the quoted packet, as it came to whoever quotes it */
    uint8_t protocol; /* what follows the IP header, in IPv6 without extension headers */
    struct addr destination; /* with the port; port 0 where the protocol is not UDP */
    uint16_t source_port; /* the same */
    uint16_t payload_size; /* UDP: bytes behind its header, as that says; else 0 */
    const uint8_t *rest; /* behind the UDP header, else behind the IP header; into the message */
    size_t rest_size;
    struct quote_label labels[QUOTE_LABELS_MAX];
    uint8_t label_count;
};

#define QUOTE_PROTOCOL_ICMP 1
#define QUOTE_PROTOCOL_UDP 17
#define QUOTE_PROTOCOL_ICMP6 58

/* Reads an ICMP or ICMPv6 error without its IP header. False when it is none, or when it quotes
 * less than an IP header and 8 bytes; `out` untouched. Labels that cannot be read are none. */
bool quote_read(enum addr_family family, const uint8_t *bytes, size_t size, struct quote *out);

#endif
