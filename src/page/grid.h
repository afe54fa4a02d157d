/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets grouped by two of their properties: the cells of the matrix, as numbers. */
#ifndef PAGE_GRID_H
#define PAGE_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/report.h"

/* Values of one property that have a row or a column; what a screen shows. */
#define GRID_MAX 60

/* The value of a property of a target: a label of that name, else "operation" or "host"; NULL: it
 * has none. */
const char *grid_value(const struct spec *spec, const char *property);

struct grid_cell {
    const struct report *report; /* one of its targets, the one with the worst value; NULL: none */
    size_t count, failed; /* targets */
    bool has_value;
    double value; /* the worst, as limit_measure has it */
};

struct grid {
    const char *rows[GRID_MAX], *columns[GRID_MAX]; /* values, in the order of their bytes */
    size_t row_count, column_count;
    size_t rows_left, columns_left; /* values without room */
    struct grid_cell cells[GRID_MAX][GRID_MAX]; /* [row][column] */
};

/* What is grouped, and by what. */
struct grid_rules {
    const char *rows, *columns; /* properties */
    enum limit show; /* what a cell tells */
};

/* A new grid; free it with free(). It points into the reports. */
struct grid *grid_new(const struct report *const *reports, size_t count,
                      const struct grid_rules *rules);

/* Names of labels that the targets have, each once, in the order in which they are met. Returns how
 * many of at most `room`. */
size_t grid_properties(const struct report *const *reports, size_t count, const char **names,
                       size_t room);

#endif
