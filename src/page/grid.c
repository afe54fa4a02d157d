/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"

const char *grid_value(const struct spec *spec, const char *property)
{
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        if (strcmp(spec->identity.labels[i].name, property) == 0) {
            return spec->identity.labels[i].value;
        }
    }
    if (strcmp(property, "operation") == 0) {
        return spec->operation->name;
    }
    return strcmp(property, "host") == 0 ? spec->identity.host : NULL;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The different values of a property, sorted; returns how many have room, and *left the rest. */
static size_t find_values(const struct report *const *reports, size_t count, const char *property,
                          const char *out[GRID_MAX], size_t *left)
{
    const char **all = mem_alloc(count + 1, sizeof *all);
    size_t used = 0, different = 0;
    for (size_t i = 0; i < count; i++) {
        const char *value = grid_value(reports[i]->spec, property);
        if (value != NULL) {
            all[used++] = value;
        }
    }
    qsort(all, used, sizeof *all, compare);
    for (size_t i = 0; i < used; i++) {
        if (i > 0 && strcmp(all[i], all[i - 1]) == 0) {
            continue;
        }
        if (different < GRID_MAX) {
            out[different] = all[i];
        }
        different++;
    }
    free(all);
    *left = different > GRID_MAX ? different - GRID_MAX : 0;
    return different - *left;
}

/* GRID_MAX: it has no row or column. */
static size_t find_place(const char *const *values, size_t count, const char *value)
{
    const char *const *found =
        value == NULL ? NULL : bsearch(&value, values, count, sizeof *values, compare);
    return found == NULL ? GRID_MAX : (size_t)(found - values);
}

static void add_report(struct grid_cell *cell, const struct report *report, enum limit show)
{
    double value = 0;
    bool has_value = report->has_run && limit_measure(show, &report->latest, &value);
    cell->count++;
    cell->failed += report->condition.state == TARGET_FAILED;
    if (cell->report == NULL) {
        cell->report = report;
    }
    if (has_value && (!cell->has_value || limit_is_worse(show, value, cell->value))) {
        cell->report = report;
        cell->has_value = true;
        cell->value = value;
    }
}

struct grid *grid_new(const struct report *const *reports, size_t count,
                      const struct grid_rules *rules)
{
    struct grid *grid = mem_alloc(1, sizeof *grid);
    grid->row_count = find_values(reports, count, rules->rows, grid->rows, &grid->rows_left);
    grid->column_count =
        find_values(reports, count, rules->columns, grid->columns, &grid->columns_left);
    for (size_t i = 0; i < count; i++) {
        const struct spec *spec = reports[i]->spec;
        size_t row = find_place(grid->rows, grid->row_count, grid_value(spec, rules->rows));
        size_t column =
            find_place(grid->columns, grid->column_count, grid_value(spec, rules->columns));
        if (row < GRID_MAX && column < GRID_MAX) {
            add_report(&grid->cells[row][column], reports[i], rules->show);
        }
    }
    return grid;
}

static bool is_known(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

size_t grid_properties(const struct report *const *reports, size_t count, const char **names,
                       size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct spec_identity *identity = &reports[i]->spec->identity;
        for (size_t k = 0; k < identity->label_count && used < room; k++) {
            if (!is_known(names, used, identity->labels[k].name)) {
                names[used++] = identity->labels[k].name;
            }
        }
    }
    return used;
}
