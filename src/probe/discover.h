/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Who answers IP SLA control requests? A machine that asks each of a list of IPv4 addresses for a
 * short-lived udp-echo port, a bounded number of them at a time and at a bounded rate, all over one
 * channel: an answer belongs to the question with its peer and id. Sends no probes; what a
 * responder opened closes by itself after DISCOVER_DURATION_MS. Source: docs/protocol.md (control).
 */
#ifndef PROBE_DISCOVER_H
#define PROBE_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/io.h"

#define DISCOVER_DURATION_MS 100 /* for which the port is asked to be open */
#define DISCOVER_TRIES_MAX 5
#define DISCOVER_PARALLEL_MAX 1024
#define DISCOVER_RATE_MAX 1000

struct discover_settings {
    uint16_t control_port;
    uint16_t port; /* to ask for */
    unsigned parallel; /* addresses in flight, 1 to DISCOVER_PARALLEL_MAX */
    unsigned rate; /* requests a second, 1 to DISCOVER_RATE_MAX */
    unsigned tries; /* requests to an address, 1 to DISCOVER_TRIES_MAX */
    int64_t timeout_ns; /* of each */
    uint8_t first_id;
};

/* What became of an address. The names are output. */
enum discover_outcome {
    DISCOVER_NO_ANSWER,
    DISCOVER_ACCEPTED, /* a responder: it opened the port */
    DISCOVER_REFUSED, /* a responder: it said no, `status` says why */
    DISCOVER_UNREADABLE, /* something answers from the control port, but not with version 1 */
    DISCOVER_CLOSED, /* ICMP port unreachable: the host is up, nothing has the port open */
    DISCOVER_UNREACHABLE, /* another ICMP error, `error` */
    DISCOVER_UNSENT, /* our host did not send: `error` */
};
const char *discover_outcome_name(enum discover_outcome outcome);

/* How a success is written. */
enum discover_shape {
    DISCOVER_LONG, /* header and enable section */
    DISCOVER_SHORT, /* the header alone */
    DISCOVER_PADDED, /* the header alone by its length field, followed by more bytes */
    DISCOVER_COPY, /* the request itself, which any echo service would return as well */
};
const char *discover_shape_name(enum discover_shape shape);

struct discover_result {
    struct addr peer; /* with the control port */
    bool is_over; /* the rest is valid */
    enum discover_outcome outcome;
    enum discover_shape shape; /* ACCEPTED */
    uint32_t status; /* REFUSED: as it was on the wire */
    int error; /* UNREACHABLE, UNSENT: an errno value */
    unsigned tries; /* requests sent */
    int64_t rtt_ns; /* ACCEPTED, REFUSED: of the request that was answered */
};

struct discover;

/* Asks `count` > 0 addresses (copied) in their order. */
struct discover *discover_new(const struct discover_settings *settings, const struct addr *peers,
                              size_t count);
void discover_free(struct discover *discover);
struct machine discover_machine(struct discover *discover);

/* Every address has its result and the channel is closed. */
bool discover_is_over(const struct discover *discover);

/* The errno value when no channel could be opened (nothing is sent then), else 0. */
int discover_error(const struct discover *discover);

/* Valid as long as the machine. */
const struct discover_result *discover_result(const struct discover *discover, size_t index);

/* How many addresses have a result. */
size_t discover_count(const struct discover *discover);

/* Datagrams that were an answer to no question. */
uint64_t discover_unmatched(const struct discover *discover);

#endif
