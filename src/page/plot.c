/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/plot.h"

#include <math.h>
#include <stddef.h>

#include "page/html.h"

double plot_x(const struct plot *plot, double value)
{
    double span = plot->x_max - plot->x_min;
    return span <= 0 ? PLOT_WIDTH / 2 : (value - plot->x_min) / span * PLOT_WIDTH;
}

double plot_y(const struct plot *plot, double value)
{
    double share = plot->y_max <= 0 ? 0 : value / plot->y_max;
    return plot->height * (1 - (share > 1 ? 1 : share));
}

double plot_round_up(double value)
{
    static const double steps[] = {1, 1.5, 2, 3, 4, 5, 6, 8, 10};
    if (value <= 0) {
        return 1;
    }
    double power = pow(10, floor(log10(value)));
    size_t i = 0;
    while (i < sizeof steps / sizeof steps[0] - 1 && steps[i] * power < value * (1 - 1e-9)) {
        i++;
    }
    return steps[i] * power;
}

void plot_add_number(struct buf *out, double value)
{
    double tenths = round(value * 10);
    if (fmod(tenths, 10) == 0) {
        buf_printf(out, "%.0f", tenths / 10 + 0.0);
    } else {
        buf_printf(out, "%.1f", tenths / 10);
    }
}

void plot_begin(struct buf *out, const struct plot *plot, const char *class, const char *label)
{
    buf_printf(out, "<svg class=\"%s\" viewBox=\"0 0 %.0f %.0f\" preserveAspectRatio=\"none\"",
               class, PLOT_WIDTH, plot->height);
    if (label == NULL) {
        buf_add_string(out, " aria-hidden=\"true\">");
        return;
    }
    buf_add_string(out, " role=\"img\" aria-label=\"");
    html_add_text(out, label);
    buf_add_string(out, "\">");
}

void plot_end(struct buf *out)
{
    buf_add_string(out, "</svg>");
}

void plot_add_grid(struct buf *out, const struct plot *plot)
{
    for (int i = 0; i <= 2; i++) {
        buf_add_string(out, "<path class=\"grid\" d=\"M0 ");
        plot_add_number(out, plot->height * i / 2);
        buf_printf(out, "H%.0f\"/>", PLOT_WIDTH);
    }
}

static void add_box(struct buf *out, const struct plot_rect *rect)
{
    buf_add_string(out, " x=\"");
    plot_add_number(out, rect->x);
    buf_add_string(out, "\" y=\"");
    plot_add_number(out, rect->y);
    buf_add_string(out, "\" width=\"");
    plot_add_number(out, rect->width);
    buf_add_string(out, "\" height=\"");
    plot_add_number(out, rect->height);
    buf_add_char(out, '"');
}

void plot_add_rect(struct buf *out, const char *class, const struct plot_rect *rect)
{
    buf_printf(out, "<rect class=\"%s\"", class);
    add_box(out, rect);
    buf_add_string(out, "/>");
}

void plot_begin_hint(struct buf *out, const struct plot_rect *rect)
{
    buf_add_string(out, "<rect class=\"over\"");
    add_box(out, rect);
    buf_add_string(out, "><title>");
}

void plot_end_hint(struct buf *out)
{
    buf_add_string(out, "</title></rect>");
}

void plot_add_key(struct buf *out, const char *class, bool is_line, const char *text)
{
    buf_printf(out,
               "<span class=\"key\"><svg viewBox=\"0 0 14 12\" aria-hidden=\"true\"><path "
               "class=\"%s\" d=\"%s\"/></svg>%s</span>",
               class, is_line ? "M0 6h14" : "M0 1h14v10H0z", text);
}
