/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/format.h"

#include <assert.h>
#include <string.h>

void series_init(struct series *series, const struct expo_format *format, struct buf *out)
{
    *series = (struct series){.format = format, .state = format->open(), .out = out};
}

void series_fini(struct series *series)
{
    series->format->close(series->state);
    buf_fini(&series->labels);
}

void series_begin(struct series *series, const struct metric *metric)
{
    if (series->metric == NULL || strcmp(series->metric->name, metric->name) != 0) {
        series->has_begun = false;
    }
    series->metric = metric;
    series->name_size = strlen(metric->name);
    assert(series->name_size <= SERIES_NAME_MAX);
    memcpy(series->name, metric->name, series->name_size);
    series->name[series->name_size] = '{';
    for (size_t i = 0; metric->labels[i] != NULL; i++) {
        series->label_sizes[i] = strlen(metric->labels[i]);
    }
    buf_clear(&series->labels);
    buf_reserve(&series->labels, SERIES_STEP);
    series->label = 0;
}

void series_set_labels(struct series *series, const char *bytes, size_t size)
{
    buf_clear(&series->labels);
    char *at = buf_room(&series->labels, size + SERIES_STEP);
    buf_take(&series->labels, series_put_wide(at, bytes, size));
    series->label = 0;
}

void series_end(struct series *series)
{
    series->format->end(series);
}
