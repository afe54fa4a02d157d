/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/chart.h"

#include <inttypes.h>

#include "page/plot.h"
#include "page/value.h"

#define SPARK_HEIGHT 44.0
#define SPARK_LINE 28.0 /* of it for the line, the rest for losses: */
#define SPARK_LOSS 0.3 /* what fills it; more is not told apart */
#define BAND_HEIGHT 200.0
#define LOSS_HEIGHT 60.0
#define JITTER_HEIGHT 120.0
#define BAR_MIN 3.0 /* a loss that is there is seen */

static struct plot plot_of(const struct column *columns, size_t count, double height, double y_max)
{
    struct plot plot = {.height = height, .y_max = y_max};
    if (count > 0) {
        double first = (double)columns[0].at.ns, last = (double)columns[count - 1].at.ns;
        double half = count > 1 ? (last - first) / (double)(count - 1) / 2 : 1;
        plot.x_min = first - half;
        plot.x_max = last + half;
    }
    return plot;
}

/* How wide a column is, and no wider than looks like a bar. */
static double column_width(size_t count)
{
    double width = PLOT_WIDTH / (double)(count == 0 ? 1 : count);
    return width > 16 ? 16 : width;
}

/* One of the figures of a column; negative: it has none. */
enum figure { FIGURE_MIN, FIGURE_P50, FIGURE_P95, FIGURE_MAX, FIGURE_SD, FIGURE_DS, FIGURE_ZERO };

static double figure_of(const struct column *column, enum figure figure)
{
    switch (figure) {
    case FIGURE_SD:
        return (double)column->jitter_sd_ns;
    case FIGURE_DS:
        return (double)column->jitter_ds_ns;
    case FIGURE_ZERO:
        return column->has_rtt ? 0 : -1;
    case FIGURE_MIN:
        return column->has_rtt ? (double)column->min_ns : -1;
    case FIGURE_P50:
        return column->has_rtt ? (double)column->p50_ns : -1;
    case FIGURE_P95:
        return column->has_rtt ? (double)column->p95_ns : -1;
    case FIGURE_MAX:
        break;
    }
    return column->has_rtt ? (double)column->max_ns : -1;
}

/* The end of the run of columns from `first` on that have the figure, without a gap in it. */
static size_t run_end(const struct column *columns, size_t count, size_t first, enum figure figure)
{
    size_t i = first;
    while (i < count && figure_of(&columns[i], figure) >= 0 &&
           (i == first || !columns[i].is_after_gap)) {
        i++;
    }
    return i;
}

static void add_point(struct buf *out, const struct plot *plot, const struct column *column,
                      enum figure figure)
{
    plot_add_number(out, plot_x(plot, (double)column->at.ns));
    buf_add_char(out, ' ');
    plot_add_number(out, plot_y(plot, figure_of(column, figure)));
}

/* A run of one has no line: it is as wide as its column. */
static void add_single(struct buf *out, const struct plot *plot, const struct column *column,
                       enum figure figure)
{
    buf_add_char(out, 'M');
    plot_add_number(out, plot_x(plot, (double)column->at.ns) - 2);
    buf_add_char(out, ' ');
    plot_add_number(out, plot_y(plot, figure_of(column, figure)));
    buf_add_string(out, "h4");
}

static const char *line_class(enum figure figure)
{
    return figure == FIGURE_SD ? "line-sd" : figure == FIGURE_DS ? "line-ds" : "p50";
}

static void add_line(struct buf *out, const struct plot *plot, const struct column *columns,
                     size_t count, enum figure figure)
{
    buf_printf(out, "<path class=\"%s\" d=\"", line_class(figure));
    for (size_t i = 0, end; i<count; i = end> i ? end : i + 1) {
        end = run_end(columns, count, i, figure);
        if (end == i + 1) {
            add_single(out, plot, &columns[i], figure);
        }
        for (size_t k = i; end > i + 1 && k < end; k++) {
            buf_add_char(out, k == i ? 'M' : 'L');
            add_point(out, plot, &columns[k], figure);
        }
    }
    buf_add_string(out, "\"/>");
}

/* What is between two figures of each column. */
struct area {
    enum figure upper, lower;
    const char *class;
};

static void add_area(struct buf *out, const struct plot *plot, const struct column *columns,
                     size_t count, const struct area *area)
{
    buf_printf(out, "<path class=\"%s\" d=\"", area->class);
    for (size_t i = 0, end; i<count; i = end> i ? end : i + 1) {
        end = run_end(columns, count, i, area->upper);
        for (size_t k = i; k < end; k++) {
            buf_add_char(out, k == i ? 'M' : 'L');
            add_point(out, plot, &columns[k], area->upper);
        }
        for (size_t k = end; k > i; k--) {
            buf_add_char(out, 'L');
            add_point(out, plot, &columns[k - 1], area->lower);
        }
        buf_add_string(out, end > i ? "Z" : "");
    }
    buf_add_string(out, "\"/>");
}

/* The losses of a column stand on one another, there at the bottom; of a failed one the whole
 * height is marked. */
static void add_losses(struct buf *out, const struct plot *plot, const struct column *column,
                       double width, double top)
{
    static const char *const classes[] = {"sd", "ds", "unknown"};
    const uint64_t lost[] = {column->lost_sd, column->lost_ds, column->lost_unknown};
    double x = plot_x(plot, (double)column->at.ns) - width / 2;
    double y = top + plot->height;
    for (size_t i = 0; i < 3 && column->sent > 0; i++) {
        double share = (double)lost[i] / (double)column->sent;
        double height = plot->height - plot_y(plot, share);
        if (lost[i] == 0) {
            continue;
        }
        height = height < BAR_MIN ? BAR_MIN : height;
        y -= height;
        plot_add_rect(out, classes[i], &(struct plot_rect){x, y, width, height});
    }
}

static void add_failures(struct buf *out, const struct plot *plot, const struct column *columns,
                         size_t count, double height)
{
    double width = column_width(count);
    for (size_t i = 0; i < count; i++) {
        if (columns[i].failed > 0) {
            double x = plot_x(plot, (double)columns[i].at.ns) - width / 2;
            plot_add_rect(out, "fail", &(struct plot_rect){x, 0, width, height});
        }
    }
}

static void add_all_losses(struct buf *out, const struct plot *plot, const struct column *columns,
                           size_t count, double top)
{
    double width = column_width(count) * 0.8;
    for (size_t i = 0; i < count; i++) {
        if (column_lost(&columns[i]) > 0) {
            add_losses(out, plot, &columns[i], width, top);
        }
    }
}

/* "60 operations, RTT 11.9 to 14.2 ms, loss of 1.2 %, 2 failed". */
static void describe(const struct columns_sum *sum, struct buf *text)
{
    uint64_t lost = sum->lost_sd + sum->lost_ds + sum->lost_unknown;
    buf_printf(text, "%" PRIu64 " operations", sum->operations);
    if (sum->has_rtt) {
        buf_printf(text, ", RTT %.3f to %.3f ms", (double)sum->min_ns / NS_PER_MS,
                   (double)sum->max_ns / NS_PER_MS);
    }
    if (lost > 0) {
        buf_printf(text, ", loss %.1f %%", 100.0 * (double)lost / (double)sum->sent);
    } else {
        buf_add_string(text, ", no loss");
    }
    if (sum->failed > 0) {
        buf_printf(text, ", %" PRIu64 " failed", sum->failed);
    }
}

void chart_add_spark(struct buf *out, const struct column *columns, size_t count)
{
    struct columns_sum sum = columns_sum(columns, count);
    struct plot line = plot_of(columns, count, SPARK_LINE, (double)sum.p95_ns * 1.1);
    struct plot loss = plot_of(columns, count, SPARK_HEIGHT - SPARK_LINE - 2, SPARK_LOSS);
    struct plot whole = line;
    struct buf label = {0};
    if (count == 0) {
        return;
    }
    whole.height = SPARK_HEIGHT;
    describe(&sum, &label);
    plot_begin(out, &whole, "spark", buf_string(&label));
    buf_fini(&label);
    add_failures(out, &whole, columns, count, SPARK_HEIGHT);
    add_area(out, &line, columns, count, &(struct area){FIGURE_P95, FIGURE_ZERO, "area"});
    add_line(out, &line, columns, count, FIGURE_P50);
    add_all_losses(out, &loss, columns, count, SPARK_LINE + 2);
    plot_end(out);
}

static void add_y_axis(struct buf *out, double max, const char *unit)
{
    buf_printf(out,
               "<div class=\"y\" aria-hidden=\"true\"><span>%.4g %s</span><span>%.4g</span>"
               "<span>0</span></div>",
               max, unit, max / 2);
}

static void add_x_axis(struct buf *out, const struct column *columns, size_t count, struct wall now)
{
    buf_add_string(out, "<div class=\"x\">");
    value_add_time(out, columns[0].at, now);
    if (count > 2) {
        value_add_time(out, columns[count / 2].at, now);
    }
    value_add_time(out, columns[count - 1].at, now);
    buf_add_string(out, "</div>");
}

/* What a column says when a mouse points at it. */
static void add_hint(struct buf *out, const struct column *column, struct wall now)
{
    struct buf time = {0};
    value_add_plain_time(&time, column->at, now);
    buf_printf(out, "%s", buf_string(&time));
    buf_fini(&time);
    if (column->has_rtt) {
        buf_printf(out, ", RTT %.3f / %.3f / %.3f / %.3f ms", (double)column->min_ns / NS_PER_MS,
                   (double)column->p50_ns / NS_PER_MS, (double)column->p95_ns / NS_PER_MS,
                   (double)column->max_ns / NS_PER_MS);
    }
    buf_printf(out, ", lost of %" PRIu64 ": SD %" PRIu64 ", DS %" PRIu64 ", unknown %" PRIu64,
               column->sent, column->lost_sd, column->lost_ds, column->lost_unknown);
    if (column->failed > 0) {
        buf_printf(out, ", failed %" PRIu32, column->failed);
    }
}

static void add_hints(struct buf *out, const struct plot *plot, const struct column *columns,
                      size_t count, struct wall now)
{
    double width = column_width(count);
    for (size_t i = 0; i < count; i++) {
        double x = plot_x(plot, (double)columns[i].at.ns) - width / 2;
        plot_begin_hint(out, &(struct plot_rect){x, 0, width, plot->height});
        add_hint(out, &columns[i], now);
        plot_end_hint(out);
    }
}

static void add_band_keys(struct buf *out)
{
    plot_add_key(out, "p50", true, "median");
    plot_add_key(out, "p95", false, "up to the 95th percentile");
    plot_add_key(out, "max", false, "up to the highest");
    plot_add_key(out, "fail", false, "failed");
}

static void add_loss_part(struct buf *out, const struct column *columns, size_t count,
                          const struct columns_sum *sum)
{
    double max = plot_round_up(sum->loss * 100);
    max = sum->loss <= 0 ? 1 : max > 100 ? 100 : max;
    struct plot plot = plot_of(columns, count, LOSS_HEIGHT, max / 100);
    add_y_axis(out, max, "%");
    plot_begin(out, &plot, "flat", NULL);
    plot_add_grid(out, &plot);
    add_failures(out, &plot, columns, count, plot.height);
    add_all_losses(out, &plot, columns, count, 0);
    plot_end(out);
}

void chart_add_band(struct buf *out, const struct column *columns, size_t count, struct wall now)
{
    struct columns_sum sum = columns_sum(columns, count);
    double max_ms = plot_round_up((double)sum.max_ns / NS_PER_MS);
    struct plot plot = plot_of(columns, count, BAND_HEIGHT, max_ms * NS_PER_MS);
    struct buf label = {0};
    describe(&sum, &label);
    buf_add_string(out, "<figure class=\"card\"><figcaption><h2>Round trip and loss</h2>");
    add_band_keys(out);
    buf_add_string(out, "</figcaption><div class=\"plot\">");
    add_y_axis(out, max_ms, "ms");
    plot_begin(out, &plot, "tall", buf_string(&label));
    buf_fini(&label);
    plot_add_grid(out, &plot);
    add_failures(out, &plot, columns, count, plot.height);
    add_area(out, &plot, columns, count, &(struct area){FIGURE_MAX, FIGURE_MIN, "max"});
    add_area(out, &plot, columns, count, &(struct area){FIGURE_P95, FIGURE_MIN, "p95"});
    add_line(out, &plot, columns, count, FIGURE_P50);
    add_hints(out, &plot, columns, count, now);
    plot_end(out);
    buf_add_string(out, "</div><p class=\"legend\">");
    plot_add_key(out, "sd", false, "lost source to destination");
    plot_add_key(out, "ds", false, "lost destination to source");
    plot_add_key(out, "unknown", false, "direction not known");
    buf_add_string(out, "</p><div class=\"plot\">");
    add_loss_part(out, columns, count, &sum);
    add_x_axis(out, columns, count, now);
    buf_add_string(out, "</div></figure>\n");
}

void chart_add_jitter(struct buf *out, const struct column *columns, size_t count, struct wall now)
{
    struct columns_sum sum = columns_sum(columns, count);
    double max_ms = plot_round_up((double)sum.jitter_ns / NS_PER_MS);
    struct plot plot = plot_of(columns, count, JITTER_HEIGHT, max_ms * NS_PER_MS);
    struct buf label = {0};
    if (sum.jitter_ns < 0) {
        return;
    }
    buf_printf(&label, "Jitter of %" PRIu64 " operations, at most %.3f ms", sum.operations,
               (double)sum.jitter_ns / NS_PER_MS);
    buf_add_string(out, "<figure class=\"card\"><figcaption><h2>Jitter</h2>");
    plot_add_key(out, "line-sd", true, "source to destination");
    plot_add_key(out, "line-ds", true, "destination to source");
    buf_add_string(out, "</figcaption><div class=\"plot\">");
    add_y_axis(out, max_ms, "ms");
    plot_begin(out, &plot, "half", buf_string(&label));
    buf_fini(&label);
    plot_add_grid(out, &plot);
    add_line(out, &plot, columns, count, FIGURE_SD);
    add_line(out, &plot, columns, count, FIGURE_DS);
    plot_end(out);
    add_x_axis(out, columns, count, now);
    buf_add_string(out, "</div></figure>\n");
}
