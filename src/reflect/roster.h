/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whom the responder serves: open sessions and recent sources, for people who look, since the
 * counters name nobody. Memory is fixed, however many there are. */
#ifndef REFLECT_ROSTER_H
#define REFLECT_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"

#define ROSTER_SESSIONS 64
#define ROSTER_SOURCES 32

struct roster_session {
    struct addr peer; /* with the port that its control requests, else its packets, came from */
    uint16_t port; /* here */
    bool is_tcp, is_permanent; /* the port */
    uint8_t version; /* of the control request that made it; 0: its packets did */
    uint32_t received; /* packets, since that request */
    struct mono until; /* it ends then, unless it is used or asked for again */
};

struct roster_source {
    struct addr source; /* without port; ADDR_NONE: the row is free */
    uint64_t requests; /* that were accepted, since the source got this row */
    struct mono last;
};

/* What it goes by now; 0 of a number per source: no limit. */
struct roster_limits {
    uint32_t max_sessions, max_sessions_per_source, requests_per_source, reserved_sessions;
    int64_t min_duration_ns, max_duration_ns;
    size_t allow_count,
        key_count; /* prefixes that may ask, 0: everybody; keys, 0: none is asked for
                    */
};

/* A plain value: copy it to publish it. */
struct roster {
    struct roster_limits limits;
    struct roster_session sessions[ROSTER_SESSIONS]; /* some, when there are more */
    size_t session_count;
    struct roster_source sources[ROSTER_SOURCES]; /* the latest ones, in no order */
};

/* A request of `peer` was accepted. A source without a row takes that of the one that has been
 * silent longest. */
void roster_note(struct roster *roster, const struct addr *peer, struct mono now);

/* Adds whom another responder of the same ports serves, as far as there is room. */
void roster_join(struct roster *roster, const struct roster *other);

#endif
