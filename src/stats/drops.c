/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/drops.h"

#include <stdbool.h>

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Of the unanswered samples from `items` up to `end`, the first `drops`. */
static void mark(struct sample *items, const struct sample *end, uint32_t drops)
{
    for (; items < end && drops > 0; items++) {
        if (items->fate == FATE_SENT) {
            items->fate = FATE_DROPPED;
            drops--;
        }
    }
}

/* Books up to `drops` in the gaps between answers of which the responder's count tells nothing
 * (`is_unknown`), or in those of which it does; returns how many. As round.c attributes losses. */
static uint32_t book(struct sample *items, uint32_t count, uint32_t drops, bool is_unknown)
{
    uint32_t left = drops;
    uint32_t counted = 0; /* highest responder count so far */
    uint32_t gap = 0; /* unanswered packets since the last answer */
    uint32_t first = 0; /* of the gap */
    for (uint32_t i = 0; i <= count; i++) {
        bool is_answer = i == count || items[i].fate == FATE_RECEIVED || items[i].fate == FATE_LATE;
        if (!is_answer) {
            gap += items[i].fate == FATE_SENT;
            continue;
        }
        uint32_t seq = i == count ? 0 : items[i].responder_seq;
        uint32_t grown = seq > counted ? seq - counted - 1 : 0;
        uint32_t returned = seq == 0 ? gap : smaller(grown, gap);
        if (is_unknown == (seq == 0)) {
            uint32_t here = smaller(left, returned);
            mark(&items[first], &items[i], here);
            left -= here;
        }
        counted = seq > counted ? seq : counted;
        gap = 0;
        first = i + 1;
    }
    return drops - left;
}

uint32_t drops_book(struct sample *items, uint32_t count, uint32_t drops)
{
    uint32_t booked = book(items, count, drops, true);
    return booked + book(items, count, drops - booked, false);
}
