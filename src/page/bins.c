/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/bins.h"

#include <math.h>

#include "base/time.h"

static void add_bin(struct bins *bins, double low_ns, double high_ns, uint64_t count)
{
    if (count > 0 && bins->count < BINS_MAX) {
        bins->items[bins->count++] = (struct bin){low_ns, high_ns, count};
        bins->total += count;
    }
}

static double native_bound_ns(const struct native *native, int index)
{
    return exp2((double)index / exp2(native->schema)) * NS_PER_SECOND;
}

static void fill_native(struct bins *bins, const struct native *native)
{
    for (unsigned i = 0; i < native->used; i++) {
        int index = native->buckets[i].index;
        add_bin(bins, native_bound_ns(native, index - 1), native_bound_ns(native, index),
                native->buckets[i].count);
    }
}

void bins_fill(struct bins *bins, const struct hist *hist, const struct hist_layout *layout)
{
    bins->count = 0;
    bins->total = 0;
    if (hist->native != NULL) {
        fill_native(bins, hist->native);
        return;
    }
    for (size_t i = 0; i <= layout->count; i++) {
        double low_ns = i == 0 ? 0 : (double)layout->bounds_ns[i - 1];
        double high_ns = i == layout->count ? INFINITY : (double)layout->bounds_ns[i];
        add_bin(bins, low_ns, high_ns, hist_bucket(hist, i));
    }
}

double bins_percentile(const struct bins *bins, double share)
{
    double rank = share * (double)bins->total, before = 0;
    for (size_t i = 0; i < bins->count; i++) {
        const struct bin *bin = &bins->items[i];
        if (before + (double)bin->count >= rank) {
            double part = (rank - before) / (double)bin->count;
            return isinf(bin->high_ns) ? bin->low_ns
                                       : bin->low_ns + part * (bin->high_ns - bin->low_ns);
        }
        before += (double)bin->count;
    }
    return 0;
}
