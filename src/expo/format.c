/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/format.h"

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
    for (size_t i = 0; metric->labels[i] != NULL; i++) {
        series->label_sizes[i] = strlen(metric->labels[i]);
    }
    series_set_labels(series, "", 0);
}

void series_set_labels(struct series *series, const char *bytes, size_t size)
{
    buf_clear(&series->labels);
    char *at = buf_room(&series->labels, size);
    memcpy(at, bytes, size);
    buf_take(&series->labels, at + size);
    series->label = 0;
}

void series_end(struct series *series)
{
    series->format->end(series);
}
