/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/hist.h"

#include <assert.h>
#include <string.h>

#include "base/time.h"

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

void hist_observe(struct hist *hist, const struct hist_layout *layout, int64_t value_ns)
{
    assert(value_ns >= 0 && layout->count <= HIST_BOUNDS_MAX);
    hist->count++;
    hist->sum_ns += value_ns;
    hist->buckets[hist_find_bucket(layout, value_ns)]++;
}

void hist_merge(struct hist *hist, const struct hist *other)
{
    hist->count += other->count;
    hist->sum_ns += other->sum_ns;
    for (size_t i = 0; i <= HIST_BOUNDS_MAX; i++) {
        hist->buckets[i] += other->buckets[i];
    }
}
