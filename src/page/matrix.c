/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/grid.h"
#include "page/html.h"
#include "page/overview.h"

/* Steps of colour: the last takes what is worse. */
#define STEP_COUNT 6

/* What a cell can tell, with the bounds of its colours: a value that is not worse than a bound has
 * its step. */
static const struct measure {
    enum limit limit;
    const char *name;
    double bounds[STEP_COUNT - 1]; /* as limit_measure has them: shares, seconds, MOS */
} measures[] = {
    {LIMIT_LOSS, "Loss", {0, 0.01, 0.03, 0.1, 0.3}},
    {LIMIT_RTT, "RTT", {0.01, 0.03, 0.06, 0.15, 0.3}},
    {LIMIT_JITTER, "Jitter", {0.001, 0.003, 0.01, 0.02, 0.05}},
    {LIMIT_MOS, "MOS", {4.2, 4.0, 3.6, 3.1, 2.6}},
};
#define MEASURE_COUNT (sizeof measures / sizeof measures[0])

static const struct measure *find_measure(const char *name)
{
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        if (strcmp(limit_name(measures[i].limit), name) == 0) {
            return &measures[i];
        }
    }
    return &measures[0];
}

static unsigned step_of(const struct measure *measure, double value)
{
    unsigned step = 0;
    while (step < STEP_COUNT - 1 && limit_is_worse(measure->limit, value, measure->bounds[step])) {
        step++;
    }
    return step;
}

static void add_value(struct buf *out, const struct measure *measure, double value)
{
    switch (measure->limit) {
    case LIMIT_LOSS:
        buf_printf(out, "%.3g&nbsp;%%", 100 * value);
        break;
    case LIMIT_MOS:
        buf_printf(out, "%.2f", value);
        break;
    default:
        buf_printf(out, "%.3g&nbsp;ms", 1000 * value);
    }
}

static void add_legend(struct buf *out, const struct measure *measure)
{
    bool is_falling = measure->limit == LIMIT_MOS;
    buf_printf(out, "<ul class=\"scale\" aria-label=\"Colours: %s\">", measure->name);
    for (unsigned i = 0; i < STEP_COUNT; i++) {
        bool is_last = i == STEP_COUNT - 1;
        double bound = measure->bounds[is_last ? i - 1 : i];
        const char *most = bound == 0 ? "" : "to ";
        buf_printf(out, "<li class=\"c%u\">%s", i,
                   is_last      ? is_falling ? "below " : "above "
                   : is_falling ? "from "
                                : most);
        add_value(out, measure, bound);
        buf_add_string(out, is_last ? " or failed</li>" : "</li>");
    }
    buf_add_string(out, "</ul>\n");
}

/* The name of a form's field and what can be chosen in it. */
static void add_choice(struct buf *out, const char *field, const char *const *names, size_t count,
                       const char *chosen)
{
    bool is_row = strcmp(field, "rows") == 0;
    buf_printf(out, "<label class=\"mid\">%s<select name=\"%s\">", is_row ? "Rows" : "Columns",
               field);
    for (size_t i = 0; i < count; i++) {
        buf_add_string(out, strcmp(names[i], chosen) == 0 ? "<option selected>" : "<option>");
        html_add_text(out, names[i]);
        buf_add_string(out, "</option>");
    }
    buf_add_string(out, "</select></label>");
}

static void add_form(struct buf *out, const char *const *names, size_t count,
                     const struct grid_rules *rules)
{
    buf_add_string(out, "<form class=\"filter\" method=\"get\" action=\"./matrix\">");
    add_choice(out, "rows", names, count, rules->rows);
    add_choice(out, "columns", names, count, rules->columns);
    buf_add_string(out, "<label class=\"mid\">Colour<select name=\"show\">");
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        buf_printf(out, "<option value=\"%s\"%s>%s</option>", limit_name(measures[i].limit),
                   measures[i].limit == rules->show ? " selected" : "", measures[i].name);
    }
    buf_add_string(out, "</select></label><button>Show</button></form>\n");
}

static void choose_property(struct selection *selection, const struct spec *spec,
                            const char *property, const char *value)
{
    struct selection_label *label = &selection->labels[selection->label_count];
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        bool is_label = strcmp(spec->identity.labels[i].name, property) == 0;
        if (is_label && selection->label_count < SELECTION_LABELS_MAX) {
            snprintf(label->name, sizeof label->name, "%s", property);
            snprintf(label->value, sizeof label->value, "%s", value);
            selection->label_count++;
            return;
        }
    }
    snprintf(selection->text, sizeof selection->text, "%s", value);
}

/* Where a cell leads: to its target, or to all of them. */
static void add_cell_link(struct buf *out, const struct grid_cell *cell,
                          const struct grid_rules *rules, const struct selection *selection)
{
    const struct spec *spec = cell->report->spec;
    if (cell->count == 1) {
        frame_add_target_link(out, spec->identity.name);
        return;
    }
    struct selection other = *selection;
    other.limit = other.offset = 0;
    choose_property(&other, spec, rules->rows, grid_value(spec, rules->rows));
    choose_property(&other, spec, rules->columns, grid_value(spec, rules->columns));
    overview_add_link(out, &other);
}

static void add_cell(struct buf *out, const struct grid_cell *cell, const struct grid_rules *rules,
                     const struct selection *selection)
{
    const struct measure *measure = find_measure(limit_name(rules->show));
    bool has_failed = cell->failed > 0;
    if (cell->count == 0) {
        buf_add_string(out, "<td class=\"cn\"></td>");
        return;
    }
    if (has_failed) {
        buf_add_string(out, "<td class=\"c5\">");
    } else if (cell->has_value) {
        buf_printf(out, "<td class=\"c%u\">", step_of(measure, cell->value));
    } else {
        buf_add_string(out, "<td class=\"cn\">");
    }
    buf_add_string(out, "<a href=\"");
    add_cell_link(out, cell, rules, selection);
    buf_add_string(out, "\">");
    if (has_failed) {
        buf_add_string(out, "failed");
        if (cell->count > 1) {
            buf_printf(out, "<small>%zu of %zu</small>", cell->failed, cell->count);
        }
    } else if (cell->has_value) {
        add_value(out, measure, cell->value);
    } else {
        buf_add_string(out, "&ndash;");
    }
    buf_add_string(out, "</a></td>");
}

static void add_head(struct buf *out, const struct grid *grid, const struct grid_rules *rules)
{
    buf_add_string(out, "<thead><tr><th scope=\"col\">");
    html_add_foreign(out, rules->rows);
    buf_add_string(out, "&nbsp;\\&nbsp;");
    html_add_foreign(out, rules->columns);
    buf_add_string(out, "</th>");
    for (size_t i = 0; i < grid->column_count; i++) {
        buf_add_string(out, "<th scope=\"col\">");
        html_add_foreign(out, grid->columns[i]);
        buf_add_string(out, "</th>");
    }
    buf_add_string(out, "</tr></thead>");
}

static void add_table(struct buf *out, const struct grid *grid, const struct grid_rules *rules,
                      const struct selection *selection)
{
    buf_add_string(out, "<div class=\"card scroll\" id=\"matrix\" tabindex=\"0\" role=\"region\" "
                        "aria-label=\"Matrix\"><table class=\"matrix\">");
    add_head(out, grid, rules);
    buf_add_string(out, "<tbody>\n");
    for (size_t i = 0; i < grid->row_count; i++) {
        buf_add_string(out, "<tr><th scope=\"row\">");
        html_add_foreign(out, grid->rows[i]);
        buf_add_string(out, "</th>");
        for (size_t k = 0; k < grid->column_count; k++) {
            add_cell(out, &grid->cells[i][k], rules, selection);
        }
        buf_add_string(out, "</tr>\n");
    }
    buf_add_string(out, "</tbody></table></div>\n");
    if (grid->rows_left + grid->columns_left > 0) {
        buf_printf(out, "<p class=\"soft\">%zu rows and %zu columns have no room here.</p>\n",
                   grid->rows_left, grid->columns_left);
    }
}

/* Labels of the targets, then what every target has. */
static size_t find_properties(const struct selected *selected, const char **names)
{
    static const char *const all[] = {"operation", "host"};
    size_t count =
        grid_properties(selected->reports, selected->count, names, MATRIX_PROPERTIES_MAX - 2);
    for (size_t i = 0; i < 2; i++) {
        names[count++] = all[i];
    }
    return count;
}

void matrix_render(struct buf *out, const struct page_site *site,
                   const struct matrix_choice *choice, const struct selection *selection,
                   const struct selected *selected)
{
    const char *names[MATRIX_PROPERTIES_MAX];
    size_t count = find_properties(selected, names);
    const struct measure *measure = find_measure(choice->show);
    const struct grid_rules rules = {
        .rows = choice->rows[0] == '\0' ? names[0] : choice->rows,
        .columns = choice->columns[0] == '\0' ? names[1] : choice->columns,
        .show = measure->limit,
    };
    frame_begin(out, site, PAGE_MATRIX, "Matrix");
    buf_add_string(out, "<div class=\"head\"><h1>Matrix</h1>");
    frame_add_now(out, site);
    buf_add_string(out, "</div>\n");
    add_form(out, names, count, &rules);
    add_legend(out, measure);
    struct grid *grid = grid_new(selected->reports, selected->count, &rules);
    buf_add_string(out, "<div id=\"cells\" data-live>");
    if (grid->row_count > 0 && grid->column_count > 0) {
        add_table(out, grid, &rules, selection);
    } else {
        buf_add_string(out, "<p>No target has both.</p>\n");
    }
    buf_add_string(out, "</div>\n");
    free(grid);
    frame_end(out, site);
}
