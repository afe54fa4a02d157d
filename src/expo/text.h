/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Writer of the two text formats: a family's head, then its series. It knows how each format
 * names, heads and escapes things; what there is to write is family.h's. Numbers are written from
 * integers, exactly. Sources: Prometheus exposition formats (text 0.0.4), OpenMetrics 1.0. */
#ifndef EXPO_TEXT_H
#define EXPO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "expo/view.h"
#include "stats/hist.h"

enum text_kind { TEXT_COUNTER, TEXT_GAUGE, TEXT_HISTOGRAM, TEXT_INFO };

/* What stands above the series of a family. All strings have static lifetime. */
struct text_family {
    const char *name; /* as in text 0.0.4: a counter with _total, an info with _info */
    const char *help;
    const char *unit; /* the last word of the name, NULL: none */
    enum text_kind kind;
};

/* One exposition being written. */
struct text {
    struct buf *out;
    enum expo_format format;
    const struct text_family *family;
    bool has_head; /* the family's head is out */
    struct buf labels; /* of the next series, without braces */
    struct buf line; /* what the buckets of a histogram have in common */
};

void text_init(struct text *text, enum expo_format format, struct buf *out);
void text_fini(struct text *text);

/* The series that follow belong to `family`. Its head is written with the first of them, so that a
 * family without series leaves no trace, and once, however often the same name is begun in a row.
 */
void text_begin(struct text *text, const struct text_family *family);

/* The labels of the next series become the `size` bytes that text_add_label wrote earlier. */
void text_set_labels(struct text *text, const char *bytes, size_t size);
/* One label more. Returns the place to text_rewind to when it is to go again. */
size_t text_label(struct text *text, const char *name, const char *value);
void text_rewind(struct text *text, size_t place);

/* One series of the current family with the current labels. */
void text_count(struct text *text, uint64_t value);
/* The same with one label more, for this series only. */
void text_count_by(struct text *text, const char *name, const char *value, uint64_t count);
void text_seconds(struct text *text, int64_t value_ns);
void text_histogram(struct text *text, const struct hist *hist, const struct hist_layout *layout);

/* Ends the exposition. */
void text_end(struct text *text);

/* Appends name="value" to a list of labels, after a comma when it is not empty. */
void text_add_label(struct buf *labels, const char *name, const char *value);

/* Append a number: an integer; seconds as a plain decimal without trailing zeros ("0.00025", "12");
 * seconds as the canonical float of a bucket's bound ("0.00025", "1e-05", "5.0"). */
void text_add_count(struct buf *out, uint64_t value);
void text_add_seconds(struct buf *out, int64_t value_ns);
void text_add_bound(struct buf *out, int64_t bound_ns);

#endif
