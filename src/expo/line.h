/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the text formats have in common: labels, heads, and lines of a name, labels and a value.
 * Functions that write to `at` return where the text ends, and the caller has made room. */
#ifndef EXPO_LINE_H
#define EXPO_LINE_H

#include <stdbool.h>
#include <string.h>

#include "expo/decimal.h"
#include "expo/format.h"

static inline char *line_put(char *at, const void *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/* For struct expo_format. */
void line_add_label(struct buf *labels, const char *name, size_t name_size, const char *value);

/* Nothing to remember, and nothing to end with. */
void *line_open(void);
void line_close(void *state);

/* "# KEYWORD name text". The name is the metric's, its first `name_size` bytes. */
void line_add_head(struct series *series, const char *keyword, size_t name_size, const char *text);

/* "# HELP name text", escaped; double quotes too when `quotes`. */
void line_add_help(struct series *series, size_t name_size, bool quotes);

/* A series up to its value: the first `name_size` bytes of the metric's name, the suffix, which has
 * static size, labels, a space. There is room for LINE_VALUE_MAX more; then comes line_end. */
#define LINE_VALUE_MAX (2 * DECIMAL_MAX + 8)
/* What a line needs beside its name and labels: braces, a space, the value, a line end. */
#define LINE_EXTRA_MAX (4 + LINE_VALUE_MAX + SERIES_STEP)
char *line_begin(struct series *series, size_t name_size, const char *suffix, size_t suffix_size);

/* The same with the whole name and no suffix. */
static inline char *line_begin_plain(struct series *series)
{
    size_t labels_size = series->labels.size;
    char *at = buf_room(series->out, series->name_size + labels_size + LINE_EXTRA_MAX);
    if (labels_size > 0) {
        at = series_put_wide(at, series->name, series->name_size + 1);
        at = series_put_wide(at, series->labels.bytes, labels_size);
        *at++ = '}';
    } else {
        at = series_put_wide(at, series->name, series->name_size);
    }
    *at++ = ' ';
    return at;
}

static inline void line_end(struct series *series, char *at)
{
    *at++ = '\n';
    buf_take(series->out, at);
}

/* ' # {sequence="7"} 0.02 1700000000.5', at most LINE_EXEMPLAR_MAX bytes. */
#define LINE_EXEMPLAR_MAX (3 * DECIMAL_MAX + 24)
char *line_put_exemplar(char *at, const struct exemplar *exemplar);

#endif
