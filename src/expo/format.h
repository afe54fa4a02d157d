/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What an exposition format is, and the writer through which every format is used. A format is one
 * row of functions (struct expo_format). Whoever has values to write (the rows of family.h) calls
 * series_...() and does not know the format. The rows are listed in expo.c. */
#ifndef EXPO_FORMAT_H
#define EXPO_FORMAT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "stats/hist.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_INFO };

#define METRIC_LABELS_MAX 15

/* Names and labels are copied in steps of as many bytes: behind their end as many, less one, may be
 * read. */
#define SERIES_STEP 32
#define SERIES_NAME_MAX 95

/* A metric, as the formats describe it. All strings have static lifetime. */
struct metric {
    const char *name; /* as in text 0.0.4: a counter ends with _total, an info with _info */
    enum metric_type type;
    const char *unit; /* the last word of the name without _total; NULL: none */
    const char *help;
    /* Of a target's series: the labels after those of the target. In the order in which the values
     * come; NULL beyond the last. */
    const char *labels[METRIC_LABELS_MAX + 1];
};

struct series;

/* A value of a series that was kept to be written later. */
struct series_value {
    uint64_t value;
    uint8_t word; /* which of the words is the value of its label, from 1 on; 0: no label */
    bool is_seconds; /* the value is an int64_t of nanoseconds */
} __attribute__((packed));

/* Values that the label of a metric has, each as its format writes the label behind those of a
 * target. */
#define SERIES_WORDS_MAX 32
struct series_words {
    struct {
        uint16_t offset, size; /* in `bytes` */
    } of[SERIES_WORDS_MAX + 1]; /* [0] is none */
    size_t size_max;
    struct buf bytes;
};

/* Values of the current metric that one target has. */
struct series_run {
    const char *labels; /* the target's; SERIES_STEP more bytes can be read */
    size_t labels_size;
    const struct series_words *words;
    const struct series_value *values;
    size_t count;
};

/* A parameter of a media type that a format demands: when an Accept header gives it, it must have
 * one of the values. */
struct format_parameter {
    const char *name; /* NULL: none */
    const char *values[3]; /* NULL beyond the last */
};

#define FORMAT_PARAMETERS_MAX 2

struct expo_format {
    const char *content_type;
    /* What an Accept header calls it. */
    const char *media_type;
    /* Only for those who name the media type with all the parameters. */
    bool is_on_demand;
    struct format_parameter parameters[FORMAT_PARAMETERS_MAX + 1];

    /* What the format remembers during one exposition. */
    void *(*open)(void);
    void (*close)(void *state);

    /* Appends one label to `labels`, in the form in which the functions below find them, and makes
     * room for SERIES_STEP more bytes. `name_size` is strlen(name). */
    void (*add_label)(struct buf *labels, const char *name, size_t name_size, const char *value);
    /* Writes the description of series->metric; called before the first of its series. */
    void (*begin)(struct series *series);
    /* Each writes one series of the metric with series->labels. */
    void (*add_count)(struct series *series, uint64_t value);
    void (*add_seconds)(struct series *series, int64_t value_ns);
    void (*add_histogram)(struct series *series, const struct hist *hist,
                          const struct hist_layout *layout);
    /* Writes a series for each value, as add_count and add_seconds do; NULL: those are used. */
    void (*add_run)(struct series *series, const struct series_run *run);
    /* Writes what ends the exposition. */
    void (*end)(struct series *series);
};

/* Where the values of series come from. */
struct series_origin {
    struct wall created; /* when its counters and histograms began; 0: not known */
    enum hist_forms histograms;
    bool shows_created; /* also where that takes a line of its own */
};

/* One exposition being written. */
struct series {
    const struct expo_format *format;
    void *state; /* of the format */
    struct buf *out; /* may be emptied between two series */
    const struct metric *metric;
    struct series_origin origin; /* of the next series */
    char name[SERIES_NAME_MAX + 1 + SERIES_STEP]; /* of the metric, and an opening brace */
    size_t name_size; /* without the brace */
    size_t label_sizes[METRIC_LABELS_MAX]; /* of the names of the metric's labels */
    bool has_begun; /* the metric's description is written */
    struct buf labels; /* of the next series; SERIES_STEP more bytes can be read */
    unsigned label; /* how many of the metric's own labels are in `labels` */
};

/* Writes `size` bytes to `at`, and up to SERIES_STEP - 1 bytes of no meaning behind them: much
 * faster than to copy exactly so many. Returns where the former end. */
static inline char *series_put_wide(char *at, const char *bytes, size_t size)
{
    for (size_t done = 0; done < size; done += SERIES_STEP) {
        memcpy(at + done, bytes + done, SERIES_STEP);
    }
    return at + size;
}

void series_init(struct series *series, const struct expo_format *format, struct buf *out);
void series_fini(struct series *series);

/* The series that follow belong to `metric` and have no labels. A metric without series leaves no
 * trace; one that is begun several times in a row is described once. */
void series_begin(struct series *series, const struct metric *metric);

/* The labels of the next series become the `size` bytes that the format wrote earlier; SERIES_STEP
 * more can be read. */
void series_set_labels(struct series *series, const char *bytes, size_t size);

/* Appends the metric's next label with this value. Returns the place for series_unlabel. */
static inline size_t series_label(struct series *series, const char *value)
{
    size_t place = series->labels.size;
    const char *name = series->metric->labels[series->label];
    assert(name != NULL);
    series->format->add_label(&series->labels, name, series->label_sizes[series->label], value);
    series->label++;
    return place;
}

/* Removes the latest label, which series_label put at `place`. */
static inline void series_unlabel(struct series *series, size_t place)
{
    series->label--;
    series->labels.size = place;
}

/* Before each series. */
static inline void series_prepare(struct series *series)
{
    assert(series->metric->labels[series->label] == NULL); /* all labels have values */
    if (!series->has_begun) {
        series->has_begun = true;
        series->format->begin(series);
    }
}

/* One series of the current metric with the current labels. */
static inline void series_count(struct series *series, uint64_t value)
{
    series_prepare(series);
    series->format->add_count(series, value);
}

static inline void series_seconds(struct series *series, int64_t value_ns)
{
    series_prepare(series);
    series->format->add_seconds(series, value_ns);
}

/* `layout` must not change as long as `series` is used: formats may remember its address. */
static inline void series_histogram(struct series *series, const struct hist *hist,
                                    const struct hist_layout *layout)
{
    series_prepare(series);
    series->format->add_histogram(series, hist, layout);
}

/* One series with `value` for the metric's next and last label. */
static inline void series_count_by(struct series *series, const char *value, uint64_t count)
{
    size_t place = series_label(series, value);
    series_count(series, count);
    series_unlabel(series, place);
}

static inline void series_seconds_by(struct series *series, const char *value, int64_t value_ns)
{
    size_t place = series_label(series, value);
    series_seconds(series, value_ns);
    series_unlabel(series, place);
}

static inline void series_histogram_by(struct series *series, const char *value,
                                       const struct hist *hist, const struct hist_layout *layout)
{
    size_t place = series_label(series, value);
    series_histogram(series, hist, layout);
    series_unlabel(series, place);
}

/* The series of one target, one for each value. */
void series_run(struct series *series, const struct series_run *run);
/* The same one after the other. */
void series_run_singly(struct series *series, const struct series_run *run);

/* Writes the label with each of the values of static lifetime in the format of `series`. */
void series_words_set(struct series_words *words, const struct series *series,
                      const char *const *values, size_t count);
void series_words_fini(struct series_words *words);

/* Ends the exposition. */
void series_end(struct series *series);

#endif
