/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What all pictures are made of: a frame of SVG with a scale, bars, lines, and axes beside it. The
 * picture is stretched to its place by the browser; words stand outside, so that they are not. */
#ifndef PAGE_PLOT_H
#define PAGE_PLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* A picture is so wide, in its own units. */
#define PLOT_WIDTH 600.0

struct plot {
    double height;
    double x_min, x_max; /* what is at the left and the right edge */
    double y_max; /* what is at the top; 0 is at the bottom */
};

double plot_x(const struct plot *plot, double value);
double plot_y(const struct plot *plot, double value);

/* The round number not below `value` that an axis ends with: 1, 1.5, 2, 3, 4, 5, 6 or 8 times a
 * power of ten. */
double plot_round_up(double value);

/* `label`: what the picture shows, in words (plain text, escaped here); NULL: it stands beside. */
void plot_begin(struct buf *out, const struct plot *plot, const char *class, const char *label);
void plot_end(struct buf *out);

/* Lines at 0, half and all of the height. */
void plot_add_grid(struct buf *out, const struct plot *plot);

struct plot_rect {
    double x, y, width, height;
};
/* In the picture's own units. */
void plot_add_rect(struct buf *out, const char *class, const struct plot_rect *rect);
/* The same with a text that a browser shows when it is pointed at. */
void plot_begin_hint(struct buf *out, const struct plot_rect *rect);
void plot_end_hint(struct buf *out);

/* "12.3" or "12": a coordinate. */
void plot_add_number(struct buf *out, double value);

/* A sample of a line or of a colour for a legend: "<span class=key>...TEXT</span>". `text` is HTML.
 */
void plot_add_key(struct buf *out, const char *class, bool is_line, const char *text);

#endif
