/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/distribution.h"

#include <inttypes.h>

#include "cli/values.h"

#define BAR_COLUMNS 40
#define WIDTH_MIN_NS INT64_C(1000)

/* The least of 1, 2, 5, 10, 20, ... microseconds that is not less than `wanted_ns`. */
static int64_t round_width(int64_t wanted_ns)
{
    int64_t width_ns = WIDTH_MIN_NS;
    while (width_ns < wanted_ns) {
        if (width_ns * 2 >= wanted_ns) {
            return width_ns * 2;
        }
        if (width_ns * 5 >= wanted_ns) {
            return width_ns * 5;
        }
        width_ns *= 10;
    }
    return width_ns;
}

void cli_bins_fill(const int64_t *sorted, size_t count, struct cli_bins *out)
{
    int64_t low_ns = sorted[0];
    int64_t high_ns = cli_percentile(sorted, count, 95);
    int64_t max_ns = sorted[count - 1];
    /* Two bins less than there may be: one for where the first begins, one for the rest. */
    int64_t wanted_ns = (high_ns - low_ns) / (CLI_HISTOGRAM_BINS_MAX - 2) + 1;
    *out = (struct cli_bins){.width_ns = round_width(wanted_ns)};
    out->first_ns = low_ns / out->width_ns * out->width_ns;
    size_t last = (size_t)((high_ns - out->first_ns) / out->width_ns);
    out->has_rest = max_ns >= out->first_ns + (int64_t)(last + 1) * out->width_ns;
    out->count = last + 1 + out->has_rest;
    for (size_t i = 0; i < count; i++) {
        size_t bin = (size_t)((sorted[i] - out->first_ns) / out->width_ns);
        out->counts[bin < out->count ? bin : out->count - 1]++;
    }
}

void cli_percentiles_add(const int64_t *sorted, size_t count, const char *what, struct buf *out)
{
    if (count > 0) {
        buf_printf(out, "%s percentiles 50/95/99: %.3f/%.3f/%.3f milliseconds\n", what,
                   (double)cli_percentile(sorted, count, 50) / 1e6,
                   (double)cli_percentile(sorted, count, 95) / 1e6,
                   (double)cli_percentile(sorted, count, 99) / 1e6);
    }
}

/* What is there is seen: at least one column, in UTF-8 at least an eighth. */
static void add_bar(uint32_t value, uint32_t max, bool is_utf8, struct buf *out)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    uint64_t length = (uint64_t)value * BAR_COLUMNS * 8 / max;
    uint64_t least = is_utf8 ? 1 : 8;
    if (value == 0) {
        return;
    }
    length = length < least ? least : length;
    for (uint64_t i = 0; i < length / 8; i++) {
        buf_add_string(out, is_utf8 ? "█" : "#");
    }
    buf_add_string(out, is_utf8 ? eighths[length % 8] : "");
}

void cli_histogram_add(const int64_t *sorted, size_t count, bool is_utf8, struct buf *out)
{
    struct cli_bins bins;
    uint32_t max = 0;
    if (count < CLI_HISTOGRAM_VALUES_MIN) {
        return;
    }
    cli_bins_fill(sorted, count, &bins);
    for (size_t i = 0; i < bins.count; i++) {
        max = bins.counts[i] > max ? bins.counts[i] : max;
    }
    buf_add_string(out, "RTT histogram, milliseconds:\n");
    for (size_t i = 0; i < bins.count; i++) {
        double from = (double)(bins.first_ns + (int64_t)i * bins.width_ns) / 1e6;
        bool is_rest = bins.has_rest && i + 1 == bins.count;
        if (is_rest) {
            buf_printf(out, "%10.3f or more  ", from);
        } else {
            buf_printf(out, "%10.3f -%8.3f", from, from + (double)bins.width_ns / 1e6);
        }
        buf_printf(out, " %7" PRIu32 "%s", bins.counts[i], bins.counts[i] > 0 ? " " : "");
        add_bar(bins.counts[i], max, is_utf8, out);
        buf_add_char(out, '\n');
    }
}
