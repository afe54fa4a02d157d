/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The ways to ask a responder for a port: one row each. Everybody else asks a row for a property,
 * never for its name. Source: docs/protocol.md, RFC 6812. */
#ifndef PROBE_CONTROL_H
#define PROBE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "stats/round.h"
#include "wire/auth.h"

struct ev;
struct handshake;
struct handshake_answer;
enum handshake_verdict {
    HANDSHAKE_UNMATCHED, /* malformed, or no answer to an outstanding request */
    HANDSHAKE_ACCEPTED,
    HANDSHAKE_REFUSED,
    HANDSHAKE_TRY_NEXT, /* refused with this layout: ask again at `deadline` */
};

enum control_version {
    CONTROL_NONE, /* not at all: the port is always open */
    CONTROL_V1,
    CONTROL_V2, /* RFC 6812 */
};
#define CONTROL_VERSION_COUNT 3

struct control {
    const char *name; /* "none", "v1", "v2" */
    uint16_t port; /* UDP, of the requests */
    uint32_t ipv4_duration_max_ms; /* that a request over IPv4 can ask for */
    unsigned algorithms; /* of keys that can sign: bit (1u << enum auth_algorithm) each */
    const char *algorithm_names; /* the same for people; NULL: none */

    /* NULL where there is no request. What they do is said in probe/handshake.h. */
    void (*start)(struct handshake *handshake);
    size_t (*write)(struct handshake *handshake, struct instant now, uint8_t *out);
    enum handshake_verdict (*judge)(struct handshake *handshake, const struct ev *ev,
                                    struct mono now, struct handshake_answer *out);
    int (*quoted_bits)(const struct handshake *handshake, const uint8_t *quote, size_t size);
};
extern const struct control control_none, control_v1, control_v2;

const struct control *control_row(enum control_version version);
/* "none", "v1", "v2". */
const char *control_version_name(enum control_version version);
/* Where requests go unless configured otherwise: UDP 1967, 1167. */
uint16_t control_version_port(enum control_version version);

/* Whether requests are sent at all. */
bool control_has_request(enum control_version version);

/* The longest time, in ms, that a request can ask a port for: over IPv6 it has 32 bits. Without a
 * request there is no limit. */
uint32_t control_duration_max_ms(enum control_version version, enum addr_family family);

/* Whether a key of this algorithm can sign the requests. */
bool control_takes_key(enum control_version version, enum auth_algorithm algorithm);

/* The strongest of them; AUTH_NONE: none can. */
enum auth_algorithm control_best_algorithm(enum control_version version);

/* What a refusal with this code of RFC 6812 means. */
enum outcome control_outcome(uint32_t code);

#endif
