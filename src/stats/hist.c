/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/hist.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"

#define HIST_MORE (HIST_BOUNDS_MAX + 1 - HIST_FIRST)

const struct hist_layout hist_layout_default = {
    .count = 15,
    .bounds_ns = {100 * NS_PER_US, 250 * NS_PER_US, 500 * NS_PER_US, 1 * NS_PER_MS,
                  2500 * NS_PER_US, 5 * NS_PER_MS, 10 * NS_PER_MS, 25 * NS_PER_MS, 50 * NS_PER_MS,
                  100 * NS_PER_MS, 250 * NS_PER_MS, 500 * NS_PER_MS, 1 * NS_PER_SECOND,
                  2500 * NS_PER_MS, 5 * NS_PER_SECOND},
};

bool hist_layout_is_equal(const struct hist_layout *a, const struct hist_layout *b)
{
    return a->count == b->count &&
           memcmp(a->bounds_ns, b->bounds_ns, a->count * sizeof a->bounds_ns[0]) == 0;
}

size_t hist_find_bucket(const struct hist_layout *layout, int64_t value_ns)
{
    size_t low = 0;
    size_t high = layout->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (layout->bounds_ns[middle] < value_ns) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint64_t *bucket_at(struct hist *hist, size_t i)
{
    if (i < HIST_FIRST) {
        return &hist->first[i];
    }
    if (hist->more == NULL) {
        hist->more = mem_alloc(HIST_MORE, sizeof *hist->more);
    }
    return &hist->more[i - HIST_FIRST];
}

void hist_observe(struct hist *hist, const struct hist_layout *layout, int64_t value_ns)
{
    assert(value_ns >= 0 && layout->count <= HIST_BOUNDS_MAX);
    hist->count++;
    hist->sum_ns += value_ns;
    (*bucket_at(hist, hist_find_bucket(layout, value_ns)))++;
}

void hist_own(struct hist *hist)
{
    const uint64_t *more = hist->more;
    hist->native = native_copy(hist->native);
    if (more != NULL) {
        hist->more = mem_alloc(HIST_MORE, sizeof *more);
        memcpy(hist->more, more, HIST_MORE * sizeof *more);
    }
}

void hist_fini(struct hist *hist)
{
    free(hist->native);
    free(hist->more);
}

void hist_merge(struct hist *hist, const struct hist *other)
{
    assert(hist->more == NULL && other->more == NULL);
    hist->count += other->count;
    hist->sum_ns += other->sum_ns;
    for (size_t i = 0; i < HIST_FIRST; i++) {
        hist->first[i] += other->first[i];
    }
}

struct hist_pair *hist_pair_at(struct hist_pair **place)
{
    if (*place == NULL) {
        *place = mem_alloc(1, sizeof **place);
    }
    return *place;
}
