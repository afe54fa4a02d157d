/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Writer of the two text formats: a family's head, then its series. It knows how each format
 * names, heads and escapes things; what there is to write is family.h's. Sources: Prometheus
 * exposition formats (text 0.0.4), OpenMetrics 1.0. */
#ifndef EXPO_TEXT_H
#define EXPO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "expo/decimal.h"
#include "expo/view.h"
#include "stats/hist.h"

enum text_kind { TEXT_COUNTER, TEXT_GAUGE, TEXT_HISTOGRAM, TEXT_INFO };

/* Appends name="value" to a list of labels, after a comma when it is not empty. `name_size` is
 * strlen(name), which the compiler knows of a literal. */
void text_add_label_sized(struct buf *labels, const char *name, size_t name_size,
                          const char *value);
static inline void text_add_label(struct buf *labels, const char *name, const char *value)
{
    text_add_label_sized(labels, name, strlen(name), value);
}

/* What stands above the series of a family. All strings have static lifetime. */
struct text_family {
    const char *name; /* as in text 0.0.4: a counter with _total, an info with _info */
    const char *help;
    const char *unit; /* the last word of the name, NULL: none */
    enum text_kind kind;
};

/* What stands between the prefix of a bucket and its count, for each bound of a layout: nearly all
 * targets have the same one. */
struct text_bounds {
    const struct hist_layout *layout; /* NULL: none yet */
    size_t sizes[HIST_BOUNDS_MAX];
    char texts[HIST_BOUNDS_MAX][DECIMAL_MAX + 3];
};

/* One exposition being written. */
struct text {
    struct buf *out; /* may be emptied between two series */
    enum expo_format format;
    const struct text_family *family;
    size_t name_size; /* of the family's series */
    bool has_head; /* the family's head is out */
    struct buf labels; /* of the next series, without braces */
    struct buf line; /* what the buckets of a histogram have in common */
    struct text_bounds bounds; /* of the latest histogram */
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
static inline size_t text_label(struct text *text, const char *name, const char *value)
{
    size_t place = text->labels.size;
    text_add_label(&text->labels, name, value);
    return place;
}
void text_rewind(struct text *text, size_t place);

/* One series of the current family with the current labels. */
void text_count(struct text *text, uint64_t value);
/* The same with one label more, for this series only. */
static inline void text_count_by(struct text *text, const char *name, const char *value,
                                 uint64_t count)
{
    size_t place = text_label(text, name, value);
    text_count(text, count);
    text_rewind(text, place);
}
void text_seconds(struct text *text, int64_t value_ns);
/* `layout` must not change as long as `text` is used: its bounds are remembered by its address. */
void text_histogram(struct text *text, const struct hist *hist, const struct hist_layout *layout);

/* Ends the exposition. */
void text_end(struct text *text);

#endif
