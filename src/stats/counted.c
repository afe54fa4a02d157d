/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/counted.h"

#include <assert.h>
#include <string.h>

#define WORD_BITS 64U

/* A count that is this far ahead of our own numbers did not begin with this train: so many copies
 * before the first reply are not believed. */
#define AHEAD_MAX 16U

static uint32_t capacity_for(uint32_t packets)
{
    return 2 * packets + AHEAD_MAX;
}

uint32_t counted_words(uint32_t packets)
{
    return capacity_for(packets) / WORD_BITS + 1;
}

void counted_use(struct counted *counted, uint64_t *seen, uint32_t packets)
{
    *counted = (struct counted){.seen = seen, .capacity = capacity_for(packets)};
    memset(seen, 0, counted_words(packets) * sizeof seen[0]);
}

static bool is_seen(const struct counted *counted, uint32_t bit)
{
    return (counted->seen[bit / WORD_BITS] >> bit % WORD_BITS & 1) != 0;
}

static void begin(struct counted *counted, uint32_t seq, uint32_t number)
{
    counted->has_first = true;
    counted->is_offset = number > seq + AHEAD_MAX;
    counted->base = counted->is_offset ? number - seq : 0;
}

void counted_add(struct counted *counted, uint32_t seq, uint32_t number, bool is_copy)
{
    if (!counted->has_first) {
        begin(counted, seq, number);
    }
    if (number <= counted->base || number - counted->base > counted->capacity) {
        counted->is_broken = true;
        return;
    }
    uint32_t bit = number - counted->base;
    bool is_known = is_seen(counted, bit);
    if (is_copy) {
        counted->copies += !is_known; /* else the reply itself was duplicated */
    } else if (is_known) {
        counted->is_broken = true; /* two packets had it: the count began anew */
    }
    counted->known += !is_known;
    counted->highest = number > counted->highest ? number : counted->highest;
    counted->seen[bit / WORD_BITS] |= UINT64_C(1) << bit % WORD_BITS;
}

uint32_t counted_missing_in_all(const struct counted *counted)
{
    return counted->highest - counted->base - counted->known;
}

uint32_t counted_missing(const struct counted *counted, uint32_t from, uint32_t to)
{
    uint32_t first = from > counted->base ? from - counted->base + 1 : 1;
    uint32_t missing = 0;
    assert(to <= counted->base || to - counted->base <= counted->capacity + 1);
    for (uint32_t bit = first; counted->base + bit < to; bit++) {
        missing += !is_seen(counted, bit);
    }
    return missing;
}
