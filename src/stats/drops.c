/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/drops.h"

#include <stdbool.h>
#include <stddef.h>

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

struct ledger {
    struct sample *items;
    uint32_t count;
    const struct counted *counted;
};

/* Books up to `drops` in the gaps between answers of which the responder's count tells nothing
 * (`is_unknown`), or in those of which it does; returns how many. As round.c attributes losses. */
static uint32_t book(const struct ledger *ledger, uint32_t drops, bool is_unknown)
{
    struct sample *items = ledger->items;
    uint32_t left = drops;
    uint32_t counted = 0; /* highest responder count so far */
    uint32_t gap = 0; /* unanswered packets since the last answer */
    uint32_t first = 0; /* of the gap */
    for (uint32_t i = 0; i <= ledger->count; i++) {
        bool is_answer =
            i == ledger->count || items[i].fate == FATE_RECEIVED || items[i].fate == FATE_LATE;
        if (!is_answer) {
            gap += items[i].fate == FATE_SENT;
            continue;
        }
        uint32_t seq = i == ledger->count ? 0 : items[i].responder_seq;
        bool tells = seq != 0 && ledger->counted != NULL && !ledger->counted->is_broken;
        uint32_t returned =
            tells ? smaller(counted_missing(ledger->counted, counted, seq), gap) : gap;
        if (is_unknown == !tells) {
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

uint32_t drops_book(struct sample *items, uint32_t count, const struct counted *counted,
                    uint32_t drops)
{
    const struct ledger ledger = {items, count, counted};
    uint32_t booked = book(&ledger, drops, true);
    return booked + book(&ledger, drops - booked, false);
}
