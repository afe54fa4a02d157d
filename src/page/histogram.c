/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/histogram.h"

#include <inttypes.h>
#include <math.h>

#include "base/time.h"
#include "page/bins.h"
#include "page/plot.h"
#include "page/value.h"

#define HEIGHT 140.0

static const struct {
    double share;
    const char *name;
} percentiles[] = {{0.5, "p50"}, {0.95, "p95"}, {0.99, "p99"}};
#define PERCENTILE_COUNT (sizeof percentiles / sizeof percentiles[0])

/* The lowest bin may begin at 0, the highest may be open: both are drawn twice as wide as what is
 * beside them begins or ends. */
static double low_of(const struct bin *bin)
{
    return log2(bin->low_ns > 0 ? bin->low_ns : bin->high_ns / 2);
}

static double high_of(const struct bin *bin)
{
    return log2(isinf(bin->high_ns) ? bin->low_ns * 2 : bin->high_ns);
}

static uint64_t highest(const struct bins *bins)
{
    uint64_t most = 0;
    for (size_t i = 0; i < bins->count; i++) {
        most = bins->items[i].count > most ? bins->items[i].count : most;
    }
    return most;
}

static void add_bars(struct buf *out, const struct plot *plot, const struct bins *bins)
{
    for (size_t i = 0; i < bins->count; i++) {
        const struct bin *bin = &bins->items[i];
        double x = plot_x(plot, low_of(bin)), end = plot_x(plot, high_of(bin));
        double y = plot_y(plot, (double)bin->count);
        y = plot->height - y < 1.5 ? plot->height - 1.5 : y;
        double width = end - x > 2 ? end - x - 1 : end - x;
        plot_add_rect(out, "rtt", &(struct plot_rect){x, y, width, plot->height - y});
        plot_begin_hint(out, &(struct plot_rect){x, 0, end - x, plot->height});
        buf_printf(out, "%.3f to %.3f ms: %" PRIu64, bin->low_ns / NS_PER_MS,
                   bin->high_ns / NS_PER_MS, bin->count);
        plot_end_hint(out);
    }
}

static void add_marks(struct buf *out, const struct plot *plot, const struct bins *bins)
{
    for (size_t i = 0; i < PERCENTILE_COUNT; i++) {
        double value = bins_percentile(bins, percentiles[i].share);
        buf_add_string(out, "<path class=\"mark\" d=\"M");
        plot_add_number(out, plot_x(plot, value > 0 ? log2(value) : plot->x_min));
        buf_printf(out, " 0V%.0f\"/>", plot->height);
    }
}

static void add_percentiles(struct buf *out, const struct bins *bins)
{
    for (size_t i = 0; i < PERCENTILE_COUNT; i++) {
        buf_printf(out, "<span class=\"key\">%s <b>", percentiles[i].name);
        value_add_ms(out, bins_percentile(bins, percentiles[i].share));
        buf_add_string(out, "</b></span>");
    }
}

static void add_figure(struct buf *out, const struct bins *bins)
{
    struct buf label = {0};
    if (bins->count == 0) {
        return;
    }
    const struct plot plot = {
        .height = HEIGHT,
        .x_min = low_of(&bins->items[0]),
        .x_max = high_of(&bins->items[bins->count - 1]),
        .y_max = (double)highest(bins),
    };
    buf_printf(&label, "Distribution of %" PRIu64 " round trips, half of them up to %.3f ms",
               bins->total, bins_percentile(bins, 0.5) / NS_PER_MS);
    buf_add_string(out, "<figure class=\"card\"><figcaption><h2>Distribution of round trips</h2>");
    add_percentiles(out, bins);
    buf_printf(out,
               "<span class=\"soft\">%" PRIu64 " since the counters began</span></figcaption>"
               "<div class=\"plot\"><div class=\"y\" aria-hidden=\"true\"><span>%" PRIu64
               "</span><span>0</span></div>",
               bins->total, highest(bins));
    plot_begin(out, &plot, "half", buf_string(&label));
    buf_fini(&label);
    plot_add_grid(out, &plot);
    add_bars(out, &plot, bins);
    add_marks(out, &plot, bins);
    plot_end(out);
    buf_add_string(out, "<div class=\"x\"><span>");
    value_add_ms(out, exp2(plot.x_min));
    buf_add_string(out, "</span><span>logarithmic</span><span>");
    value_add_ms(out, exp2(plot.x_max));
    buf_add_string(out, "</span></div></div></figure>\n");
}

void histogram_add(struct buf *out, const struct hist *hist, const struct hist_layout *layout)
{
    struct bins bins;
    bins_fill(&bins, hist, layout);
    add_figure(out, &bins);
}
