/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What happens to the packets of one direction: pure decisions, repeatable from a seed.
 * "Every N" counts probe packets of the direction from 1 and hits numbers N, 2N, 3N... */
#ifndef RELAY_IMPAIR_H
#define RELAY_IMPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "relay/packet.h"

enum action {
    ACTION_DROP = 1, /* every Nth */
    ACTION_LOSS = 2, /* at random */
    ACTION_DUPLICATE = 4, /* forwarded twice */
    ACTION_HOLD = 8, /* delayed so that later ones overtake it */
    ACTION_CORRUPT = 16,
};

struct impair {
    /* Rules, 0: off. Delay and jitter are for all packets, the rest for probes. */
    uint64_t delay_us, jitter_us; /* fixed; plus uniform 0..jitter_us */
    uint64_t drop_every, loss_ppm;
    uint64_t duplicate_every, hold_every, hold_us;
    uint64_t corrupt_every, corrupt_offset;
    uint64_t control_drop; /* the first so many control packets */
    /* State. */
    struct rng rng; /* for probes: their fate depends on nothing else that passes */
    struct rng other_rng; /* for all other packets */
    uint64_t probes, controls;
};

struct decision {
    unsigned actions; /* of enum action */
    int64_t delay_ns;
    uint64_t number; /* of this probe or control packet in its direction, from 1; 0 for others */
};

/* Reads "delay_us=5000,drop_every=10": rules by their names above. False when a name or number is
 * wrong. */
bool impair_parse(const char *text, struct impair *impair);

struct decision impair_decide(struct impair *impair, enum packet_kind kind);

#endif
