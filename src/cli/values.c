/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/values.h"

#include <stdlib.h>

#include "base/mem.h"
#include "operation/payload.h"

static int compare_ns(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

void cli_sort(int64_t *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_ns);
}

size_t cli_sorted_rtts(const struct cli_result *result, int64_t **out)
{
    const struct samples *samples = &result->samples;
    int64_t resolution_ns = payload_resolution_ns(result->spec);
    int64_t *values = mem_alloc(samples->count, sizeof *values);
    size_t count = 0;
    for (uint32_t i = 0; i < samples->count; i++) {
        int64_t rtt_ns = samples->items[i].fate == FATE_RECEIVED
                             ? sample_rtt_ns(&samples->items[i], resolution_ns)
                             : -1;
        if (rtt_ns >= 0) {
            values[count++] = rtt_ns;
        }
    }
    cli_sort(values, count);
    *out = values;
    return count;
}

int64_t cli_percentile(const int64_t *sorted, size_t count, unsigned percent)
{
    size_t rank = (count * percent + 99) / 100;
    return sorted[rank == 0 ? 0 : rank - 1];
}
