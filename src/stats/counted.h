/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the responder counted: it numbers the probes of a train as they arrive, and each reply
 * brings its number back. A number that never came back is a reply that was lost. What else can
 * move the count, and what is then not known: docs/measurement.md, "Direction of loss". */
#ifndef STATS_COUNTED_H
#define STATS_COUNTED_H

#include <stdbool.h>
#include <stdint.h>

struct counted {
    uint64_t *seen; /* bit n: number base + n came back; base + 1 is the first of the train. Not
                       its own */
    uint32_t capacity; /* numbers that have a bit */
    uint32_t base;
    bool has_first;
    bool is_offset; /* the count did not begin at 1: what was lost before the first reply is unknown
                     */
    bool is_broken; /* it began anew, or jumped: it tells nothing about this train */
    uint32_t highest; /* number that came back */
    uint32_t known; /* different numbers that came back */
    uint32_t copies; /* of them:
                        replies with a number of their own to packets that were answered already */
};

/* How many words `seen` has for a train of `packets` (1 to 65536) and as many copies. */
uint32_t counted_words(uint32_t packets);

/* A new train of `packets`, with the caller's `seen` of counted_words(packets), which it clears. */
void counted_use(struct counted *counted, uint64_t *seen, uint32_t packets);

/* The reply to packet `seq` (from 1) brought `number` (from 1) back; `is_copy`: another reply to it
 * came before. Of what is sent twice each copy has a number. */
void counted_add(struct counted *counted, uint32_t seq, uint32_t number, bool is_copy);

/* How many numbers up to the highest one never came back. */
uint32_t counted_missing_in_all(const struct counted *counted);

/* How many numbers above `from` and below `to` never came back. `from` 0: from the first of the
 * train on. */
uint32_t counted_missing(const struct counted *counted, uint32_t from, uint32_t to);

#endif
