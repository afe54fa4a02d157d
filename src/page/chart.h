/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Pictures of the past as inline SVG: numbers in, text out. Colours are classes of the stylesheet
 * (a strict content security policy forbids style attributes), each picture says in words what it
 * shows. */
#ifndef PAGE_CHART_H
#define PAGE_CHART_H

#include "base/buf.h"
#include "page/columns.h"

/* As many columns as are worth drawing. */
#define CHART_SPARK_COLUMNS 80
#define CHART_COLUMNS 240

/* A line for a table: the median round trip with its 95th percentile above, loss and failures
 * below. Nothing without columns. */
void chart_add_spark(struct buf *out, const struct column *columns, size_t count);

/* Round trips as a band (lowest, median, 95th percentile, highest) with losses by direction below
 * it, and jitter by direction: figures with axes. `now` tells whether a time is of today. */
void chart_add_band(struct buf *out, const struct column *columns, size_t count, struct wall now);
void chart_add_jitter(struct buf *out, const struct column *columns, size_t count, struct wall now);

#endif
