/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The methods of discover/discover.h: the bytes of a request, and what an answer says. No state. */
#ifndef DISCOVER_ASK_H
#define DISCOVER_ASK_H

#include "discover/discover.h"

/* Any request fits. */
#define DISCOVER_REQUEST_BYTES_MAX 256

struct discover_request {
    enum discover_method method;
    const struct addr *peer;
    uint16_t port; /* to be opened; else 0 */
    struct addr local; /* of the channel; its port is the identifier of ICMP */
    uint32_t number; /* the low bits that the method has room for count */
    struct wall sent;
    const uint8_t *random; /* DISCOVER_RANDOM_BYTES */
};

/* The port that is asked; ICMP: 0. */
uint16_t discover_peer_port(const struct discover_settings *settings, enum discover_method method);

/* `number` as a request of this method carries it. */
uint32_t discover_number(enum discover_method method, uint32_t number);

/* Returns the size of what it wrote. */
size_t discover_request_write(const struct discover_request *request,
                              uint8_t out[DISCOVER_REQUEST_BYTES_MAX]);

enum discover_quote {
    DISCOVER_QUOTES_ANOTHER, /* datagram than this request */
    DISCOVER_QUOTES_TOO_LITTLE, /* to tell: the number of the request is not in it */
    DISCOVER_QUOTES_IT,
};

/* What an ICMP error quotes of `request`, of which all is known. */
enum discover_quote discover_quote_read(const struct discover_request *request,
                                        const uint8_t *quote, size_t size);

struct discover_answer {
    uint32_t number; /* of the request that it answers */
    enum discover_outcome outcome; /* ACCEPTED, REFUSED; STAMP: or UNREADABLE */
    enum discover_shape shape;
    uint32_t status;
    bool is_utc, is_swapped;
    unsigned signs; /* STAMP */
    bool has_our_stamp; /* V2: `stamp` may be that of the request, which then came back as it was */
    uint64_t stamp;
};

/* Reads what came back for `request`, or for another like it: out->number tells. False when it is
 * no answer. */
bool discover_answer_read(const struct discover_request *request, const struct ev *ev,
                          struct discover_answer *out);

/* Whether the answer to `request` is the request itself. V1 tells by the shape instead, for some
 * responders do that. */
bool discover_answer_is_copy(const struct discover_answer *answer,
                             const struct discover_request *request);

#endif
