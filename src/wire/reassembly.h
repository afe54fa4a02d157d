/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Puts fragments of IP packets together, in whatever order they come, some of them twice. Bounded:
 * REASSEMBLY_MAX packets of at most 64 KiB at a time; the oldest goes when another one comes.
 * Source: RFC 791 3.2, RFC 8200 4.5. */
#ifndef WIRE_REASSEMBLY_H
#define WIRE_REASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/frame.h"

#define REASSEMBLY_MAX 128
/* Pieces that are further apart are not of one packet. */
#define REASSEMBLY_NS (30 * INT64_C(1000000000))

struct assembly;

/* All zero is empty. */
struct reassembly {
    struct assembly *assemblies; /* REASSEMBLY_MAX; owned */
    uint64_t pieces; /* that were taken: their order */
    uint64_t given_up; /* packets that had to go before all their pieces came */
};

/* Takes the piece `packet`, seen at `at_ns` at `place` (pieces of different places do not go
 * together). True when that completes a packet: *out is it; its bytes are those of the reassembly,
 * until the next call. */
bool reassembly_add(struct reassembly *reassembly, const struct packet *packet, int64_t at_ns,
                    uint64_t place, struct packet *out);

/* At the end: the next packet whose beginning came and not all, and when that was seen; false when
 * there is none. */
bool reassembly_next_rest(struct reassembly *reassembly, struct packet *out, int64_t *at_ns);

void reassembly_fini(struct reassembly *reassembly);

#endif
