/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/overview.h"

#include "page/chart.h"
#include "page/html.h"
#include "page/row.h"
#include "page/value.h"

/* Target files that are listed. */
#define FILES_MAX 100

/* The order in which states are told: worst first. */
static const enum target_state order[TARGET_STATE_COUNT] = {
    TARGET_FAILED, TARGET_DEGRADED, TARGET_PENDING, TARGET_OK, TARGET_INACTIVE};

/* Columns that rows can be sorted by. */
static const struct column_head {
    unsigned sort; /* of enum selection_sort; SELECTION_AS_CONFIGURED: it sorts nothing */
    const char *class, *text; /* HTML */
    const char *name; /* in a list of choices */
    bool begins_low; /* "worst first" is upwards */
} heads[] = {
    {SELECTION_WORST, "", "State", "Worst first"},
    {SELECTION_NAME, "", "Target", "Name", true},
    {SELECTION_LIMIT + LIMIT_RTT, "num", "RTT", "RTT"},
    {SELECTION_LIMIT + LIMIT_LOSS, "num", "Loss", "Loss"},
    {SELECTION_LIMIT + LIMIT_LOSS_SD, "num",
     "Loss <abbr title=\"source to destination\">SD</abbr>&nbsp;&rarr;",
     "Loss source to destination"},
    {SELECTION_LIMIT + LIMIT_LOSS_DS, "num",
     "Loss <abbr title=\"destination to source\">DS</abbr>&nbsp;&larr;",
     "Loss destination to source"},
    {SELECTION_LIMIT + LIMIT_JITTER_SD, "num jitter", "Jitter SD&nbsp;&rarr;",
     "Jitter source to destination"},
    {SELECTION_LIMIT + LIMIT_JITTER_DS, "num jitter", "Jitter DS&nbsp;&larr;",
     "Jitter destination to source"},
    {SELECTION_LIMIT + LIMIT_MOS, "num mos", "MOS", "MOS", true},
    {SELECTION_AS_CONFIGURED, "past", "History", NULL},
    {SELECTION_AGE, "num", "Age", "Age"},
};
#define HEAD_COUNT (sizeof heads / sizeof heads[0])

void overview_add_link(struct buf *out, const struct selection *selection)
{
    struct buf query = {0};
    selection_write(selection, &query);
    buf_add_string(out, "./");
    if (query.size > 0) {
        buf_add_char(out, '?');
        html_add_text(out, buf_string(&query));
    }
    if (selection->offset > 0) {
        buf_printf(out, "%soffset=%zu", query.size > 0 ? "&amp;" : "?", selection->offset);
    }
    buf_fini(&query);
}

static void add_total(struct buf *out, const struct selection *selection,
                      const struct selected *selected, enum target_state state)
{
    struct selection other = *selection;
    bool is_chosen = (selection->states & (1U << state)) != 0;
    size_t total = selected->by_state[state];
    other.offset = 0;
    other.states = is_chosen ? 0 : 1U << state;
    buf_printf(out, "<li%s><a%s href=\"", total == 0 ? " class=\"zero\"" : "",
               is_chosen ? " aria-current=\"true\"" : "");
    overview_add_link(out, &other);
    buf_printf(out, "\"><span class=\"n\">%zu</span> ", total);
    frame_add_state(out, state, NULL);
    buf_add_string(out, "</a></li>");
}

static void add_totals(struct buf *out, const struct selection *selection,
                       const struct selected *selected)
{
    buf_add_string(out, "<ul class=\"totals\" id=\"totals\" data-live>");
    for (size_t i = 0; i < TARGET_STATE_COUNT; i++) {
        add_total(out, selection, selected, order[i]);
    }
    buf_add_string(out, "</ul>\n");
}

static void add_state_choice(struct buf *out, const struct selection *selection)
{
    buf_add_string(out, "<label class=\"mid\">State<select name=\"state\"><option value=\"\">any"
                        "</option>");
    for (size_t i = 0; i < TARGET_STATE_COUNT; i++) {
        buf_printf(out, "<option%s>%s</option>",
                   selection->states == 1U << order[i] ? " selected" : "",
                   target_state_name(order[i]));
    }
    buf_add_string(out, "</select></label>");
}

static void add_sort_choice(struct buf *out, const struct selection *selection)
{
    buf_add_string(out, "<label class=\"mid\">Sort by<select name=\"sort\">");
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        unsigned sort = heads[i].sort;
        if (sort == SELECTION_AS_CONFIGURED) {
            continue;
        }
        bool is_chosen = sort == selection->sort;
        buf_printf(out, "<option value=\"%s%s\"%s>%s</option>",
                   is_chosen && selection->is_reversed ? "-" : "", selection_sort_name(sort),
                   is_chosen ? " selected" : "", heads[i].name);
    }
    buf_add_string(out, "</select></label>");
}

static void add_filter(struct buf *out, const struct selection *selection)
{
    buf_add_string(out, "<form class=\"filter\" method=\"get\" action=\"./\" role=\"search\">"
                        "<label class=\"grow\">Name, host or label<input type=\"search\" "
                        "name=\"q\" value=\"");
    html_add_text(out, selection->text);
    buf_add_string(out, "\"></label>");
    add_state_choice(out, selection);
    add_sort_choice(out, selection);
    for (size_t i = 0; i < selection->label_count; i++) {
        buf_add_string(out, "<input type=\"hidden\" name=\"label.");
        html_add_text(out, selection->labels[i].name);
        buf_add_string(out, "\" value=\"");
        html_add_text(out, selection->labels[i].value);
        buf_add_string(out, "\">");
    }
    buf_add_string(out, "<button>Show</button></form>\n");
}

/* The labels that were chosen: each has a link that takes it away. */
static void add_chosen_labels(struct buf *out, const struct selection *selection)
{
    if (selection->label_count == 0) {
        return;
    }
    buf_add_string(out, "<ul class=\"chips\" aria-label=\"Labels\">");
    for (size_t i = 0; i < selection->label_count; i++) {
        struct selection other = *selection;
        other.offset = 0;
        other.labels[i] = other.labels[--other.label_count];
        buf_add_string(out, "<li>");
        html_add_foreign(out, selection->labels[i].name);
        buf_add_string(out, " = ");
        html_add_foreign(out, selection->labels[i].value);
        buf_add_string(out, " <a href=\"");
        overview_add_link(out, &other);
        buf_add_string(out, "\">any</a></li>");
    }
    buf_add_string(out, "</ul>\n");
}

static void add_head(struct buf *out, const struct selection *selection,
                     const struct column_head *head)
{
    struct selection other = *selection;
    bool is_sorted = head->sort != SELECTION_AS_CONFIGURED && head->sort == selection->sort;
    bool goes_up = head->begins_low != (is_sorted && selection->is_reversed);
    const char *class =
        is_sorted ? goes_up ? " aria-sort=\"ascending\"" : " aria-sort=\"descending\"" : "";
    buf_printf(out, "<th scope=\"col\" class=\"%s\"%s>", head->class, class);
    if (head->sort == SELECTION_AS_CONFIGURED) {
        buf_printf(out, "%s</th>", head->text);
        return;
    }
    other.offset = 0;
    other.sort = head->sort;
    other.is_reversed = is_sorted && !selection->is_reversed;
    buf_add_string(out, "<a href=\"");
    overview_add_link(out, &other);
    buf_printf(out, "\">%s", head->text);
    if (is_sorted) {
        buf_printf(out, "<svg viewBox=\"0 0 8 8\" aria-hidden=\"true\"><path d=\"%s\"/></svg>",
                   goes_up ? "M0 6h8L4 1z" : "M0 2h8L4 7z");
    }
    buf_add_string(out, "</a></th>");
}

static bool has_mos(const struct selected *selected)
{
    for (size_t i = 0; i < selected->count; i++) {
        if (selected->reports[i]->latest.voice.is_scored) {
            return true;
        }
    }
    return false;
}

static void add_table(struct buf *out, const struct selection *selection,
                      const struct selected *selected, struct wall now)
{
    struct past past;
    struct row_style style = {now, has_mos(selected), &past};
    past_init(&past, CHART_SPARK_COLUMNS);
    buf_add_string(out, "<div class=\"targets card\"><table><thead><tr>");
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        if (heads[i].sort != SELECTION_LIMIT + LIMIT_MOS || style.has_mos) {
            add_head(out, selection, &heads[i]);
        }
    }
    buf_add_string(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < selected->count; i++) {
        row_add(out, selected->reports[i], &style);
    }
    buf_add_string(out, "</tbody></table></div>\n");
    past_fini(&past);
}

static void add_turn(struct buf *out, const struct selection *selection, size_t offset,
                     const char *text)
{
    struct selection other = *selection;
    other.offset = offset;
    if (offset == selection->offset) {
        return;
    }
    buf_add_string(out, "<li><a href=\"");
    overview_add_link(out, &other);
    buf_printf(out, "\">%s</a></li>", text);
}

/* Rows before this part, in it and behind it. */
static void add_turns(struct buf *out, const struct selection *selection,
                      const struct selected *selected)
{
    size_t rows = selection->limit, offset = selection->offset;
    if (rows == 0 || (selected->matched <= rows && offset == 0)) {
        return;
    }
    size_t last = selected->matched == 0 ? 0 : (selected->matched - 1) / rows * rows;
    size_t next = offset + rows < selected->matched ? offset + rows : offset;
    buf_add_string(out, "<nav class=\"turn\" aria-label=\"More targets\"><ul>");
    add_turn(out, selection, 0, "First");
    add_turn(out, selection, offset > rows ? offset - rows : 0, "Previous");
    buf_printf(out, "<li>%zu to %zu of %zu</li>", selected->count > 0 ? offset + 1 : 0,
               offset + selected->count, selected->matched);
    add_turn(out, selection, next, "Next");
    add_turn(out, selection, last, "Last");
    buf_add_string(out, "</ul></nav>\n");
}

/* Where a file is wrong, but not how: what it holds belongs in the log. */
static void add_file(struct buf *out, const struct expo_file *file, struct wall now)
{
    buf_add_string(out, "<li>");
    frame_add_state(out, file->is_good ? TARGET_OK : TARGET_FAILED, NULL);
    buf_add_char(out, ' ');
    html_add_foreign(out, file->path);
    if (!file->is_good && file->line > 0) {
        buf_printf(out, ":%u:%u", file->line, file->column);
    }
    buf_printf(out, ": %llu targets", (unsigned long long)file->targets);
    if (file->good_at.ns != 0) {
        buf_add_string(out, " as read at ");
        value_add_time(out, file->good_at, now);
    }
    buf_add_string(out, file->is_good ? "</li>\n"
                                      : "; what it holds now is refused, see the log</li>\n");
}

/* Those with an error first. */
static void add_files(struct buf *out, const struct expo_view *view)
{
    size_t room = FILES_MAX;
    if (view->file_count == 0) {
        return;
    }
    buf_add_string(out, "<section class=\"files\"><h2>Target files</h2><ul>\n");
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < view->file_count && room > 0; i++) {
            if (view->files[i].is_good == (pass == 1)) {
                room--;
                add_file(out, &view->files[i], view->now);
            }
        }
    }
    buf_add_string(out, "</ul></section>\n");
}

void overview_render(struct buf *out, const struct page_site *site,
                     const struct selection *selection, const struct selected *selected)
{
    struct wall now = site->view->now;
    frame_begin(out, site, PAGE_OVERVIEW, NULL);
    buf_add_string(out, "<div class=\"head\"><h1>Targets</h1>");
    frame_add_now(out, site);
    buf_add_string(out, "</div>\n<div id=\"alerts\" data-live>");
    frame_add_alerts(out, site);
    buf_add_string(out, "</div>\n");
    add_totals(out, selection, selected);
    add_filter(out, selection);
    add_chosen_labels(out, selection);
    buf_add_string(out, "<div id=\"list\" data-live>");
    if (selected->count > 0) {
        add_table(out, selection, selected, now);
    } else {
        buf_add_string(out, "<p class=\"soft\">No target fits.</p>\n");
    }
    add_turns(out, selection, selected);
    add_files(out, site->view);
    buf_add_string(out, "</div>\n");
    frame_end(out, site);
}
