/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How the times of an operation are distributed: percentiles, and a histogram as text. */
#ifndef CLI_DISTRIBUTION_H
#define CLI_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Fewer values are not worth one. */
#define CLI_HISTOGRAM_VALUES_MIN 5
#define CLI_HISTOGRAM_BINS_MAX 10

/* Bins of one width, 1, 2 or 5 times a power of ten, that begin at a multiple of it. The last one
 * takes what is above. */
struct cli_bins {
    size_t count;
    int64_t first_ns, width_ns;
    bool has_rest; /* the last bin is open */
    uint32_t counts[CLI_HISTOGRAM_BINS_MAX];
};

/* Sorts `count` >= 1 sorted values >= 0 into bins that resolve the lower 95 % of them. */
void cli_bins_fill(const int64_t *sorted, size_t count, struct cli_bins *out);

/* "WHAT percentiles 50/95/99: ... milliseconds"; nothing without values. */
void cli_percentiles_add(const int64_t *sorted, size_t count, const char *what, struct buf *out);

/* A line for each bin, at most 79 columns; nothing for less than CLI_HISTOGRAM_VALUES_MIN values.
 * With `is_utf8` bars are made of blocks, else of hashes. */
void cli_histogram_add(const int64_t *sorted, size_t count, bool is_utf8, struct buf *out);

#endif
