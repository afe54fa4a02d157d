/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/row.h"

#include <string.h>

#include "explain/explain.h"
#include "operation/operation.h"
#include "page/chart.h"
#include "page/frame.h"
#include "page/html.h"
#include "page/value.h"

#define LABEL_BYTES 400 /* of the texts of labels in a row: a page has a hundred rows */

static bool is_unwell(const struct report *report)
{
    return report->condition.state == TARGET_FAILED || report->condition.state == TARGET_DEGRADED;
}

void row_add_why(struct buf *out, const struct report *report, struct wall now)
{
    struct buf text = {0};
    explain_state(report, &text);
    if (text.size > 0) {
        html_add_text(out, buf_string(&text));
    }
    buf_fini(&text);
    if (is_unwell(report)) {
        buf_add_string(out, " <span class=\"soft\">since ");
        value_add_moment(out, report->condition.since.wall, now);
        buf_add_string(out, "</span>");
    }
}

/* What spoils numbers that are there, whatever the state. */
static void add_spoilt(struct buf *out, const struct report *report)
{
    struct buf text = {0};
    if (report->has_run) {
        explain_all_spoilt(&report->latest, "; ", &text);
    }
    if (text.size > 0) {
        buf_add_string(out, "<p class=\"why\">");
        html_add_text(out, buf_string(&text));
        buf_add_string(out, "</p>");
    }
    buf_fini(&text);
}

void row_add_where(struct buf *out, const struct spec *spec)
{
    char text[ADDR_TEXT_MAX];
    bool is_resolved = spec->path.peer.family != ADDR_NONE;
    const char *address = is_resolved ? addr_format_ip(&spec->path.peer, text) : "no address";
    buf_printf(out, "%s to ", spec->operation->name);
    html_add_foreign(out, spec->identity.host);
    if (strcmp(address, spec->identity.host) != 0) {
        buf_printf(out, " (%s)", address);
    }
    if (spec->operation->has_ports) {
        buf_printf(out, " port&nbsp;%u", (unsigned)spec->path.port);
    }
}

static void add_label(struct buf *out, const struct label *label)
{
    buf_add_string(out, "<a href=\"./?label.");
    html_add_argument(out, label->name);
    buf_add_char(out, '=');
    html_add_argument(out, label->value);
    buf_add_string(out, "\">");
    html_add_foreign(out, label->name);
    buf_add_char(out, '=');
    html_add_foreign(out, label->value);
    buf_add_string(out, "</a>");
}

void row_add_labels(struct buf *out, const struct spec_identity *identity, size_t most)
{
    size_t bytes = 0, left_out = 0;
    buf_add_string(out, identity->label_count > 0 ? "<span class=\"labels\">" : "");
    for (size_t i = 0; i < identity->label_count; i++) {
        const struct label *label = &identity->labels[i];
        size_t size = strlen(label->name) + strlen(label->value);
        if (size > most - bytes) {
            left_out++;
            continue;
        }
        bytes += size;
        add_label(out, label);
    }
    if (left_out > 0) {
        buf_printf(out, "and %zu more", left_out);
    }
    buf_add_string(out, identity->label_count > 0 ? "</span>" : "");
}

static void add_name(struct buf *out, const struct report *report, struct wall now)
{
    const struct spec *spec = report->spec;
    buf_add_string(out, "<th scope=\"row\" class=\"name\"><a href=\"");
    frame_add_target_link(out, spec->identity.name);
    buf_add_string(out, "\">");
    html_add_foreign(out, spec->identity.name);
    buf_printf(out, "</a><span class=\"where\">%s to ", spec->operation->name);
    html_add_foreign(out, spec->identity.host);
    buf_add_string(out, "</span>");
    row_add_labels(out, &spec->identity, LABEL_BYTES);
    if (report->condition.state == TARGET_DEGRADED) {
        buf_add_string(out, "<p class=\"why\">");
        row_add_why(out, report, now);
        buf_add_string(out, "</p>");
    }
    add_spoilt(out, report);
    buf_add_string(out, "</th>");
}

/* `label` is shown where the head of the table is not. */
static void begin_cell(struct buf *out, const char *class, const char *label)
{
    buf_printf(out, "<td class=\"%s\"><span class=\"label\">%s</span>", class, label);
}

static void add_absent(struct buf *out, const char *class, const char *label)
{
    buf_printf(out, "<td class=\"%s absent\"><span class=\"label\">%s</span>" HTML_NONE "</td>",
               class, label);
}

static void add_rtt(struct buf *out, const struct report *report)
{
    const struct moments *rtt = &report->latest.rtt;
    if (!report->has_run || rtt->count == 0) {
        add_absent(out, "num", "RTT");
        return;
    }
    begin_cell(out, "num", "RTT");
    value_add_ms(out, moments_average_ns(rtt));
    buf_add_string(out, "</td>");
}

static void add_share(struct buf *out, const char *label, uint32_t lost, uint32_t sent)
{
    begin_cell(out, lost > 0 ? "num hit" : lost == 0 ? "num calm" : "num", label);
    value_add_share(out, lost, sent);
    buf_add_string(out, "</td>");
}

static void add_loss(struct buf *out, const struct report *report)
{
    const struct round *round = &report->latest;
    bool has_direction = operation_has(report->spec->operation, RESULT_DIRECTION);
    if (!report->has_run || round->sent == 0) {
        add_absent(out, "num", "Loss");
        add_absent(out, "num", "Loss SD &rarr;");
        add_absent(out, "num", "Loss DS &larr;");
        return;
    }
    uint32_t lost = round->sd.lost + round->ds.lost + round->lost_unknown + round->late;
    add_share(out, "Loss", lost, round->sent);
    if (has_direction) {
        add_share(out, "Loss SD &rarr;", round->sd.lost, round->sent);
        add_share(out, "Loss DS &larr;", round->ds.lost, round->sent);
    } else {
        add_absent(out, "num", "Loss SD &rarr;");
        add_absent(out, "num", "Loss DS &larr;");
    }
}

static void add_jitter(struct buf *out, const char *label, const struct jitter *jitter)
{
    if (jitter->samples == 0) {
        add_absent(out, "num jitter", label);
        return;
    }
    begin_cell(out, "num jitter", label);
    value_add_ms(out, jitter_average_ns(jitter));
    buf_add_string(out, "</td>");
}

static void add_mos(struct buf *out, const struct voice *voice)
{
    if (!voice->is_scored) {
        add_absent(out, "num mos", "MOS");
        return;
    }
    begin_cell(out, "num mos", "MOS");
    buf_printf(out, "%u.%02u</td>", voice->mos_hundredths / 100u, voice->mos_hundredths % 100u);
}

static void add_age(struct buf *out, const struct report *report, struct wall now)
{
    if (!report->has_run) {
        add_absent(out, "num age", "Age");
        return;
    }
    begin_cell(out, "num age", "Age");
    value_add_age(out, report->last_run, now);
    buf_add_string(out, "<span class=\"label\">ago</span></td>");
}

static void add_past(struct buf *out, const struct report *report, struct past *past)
{
    past_read(past, report);
    if (past->count == 0) {
        add_absent(out, "past", "History");
        return;
    }
    begin_cell(out, "past", "History");
    chart_add_spark(out, past->columns, past->count);
    buf_add_string(out, "</td>");
}

/* An operation that failed has no figures: what is wrong takes their place. */
static void add_failure(struct buf *out, const struct report *report, const struct row_style *style)
{
    buf_printf(out, "<td class=\"why\" colspan=\"%d\">", style->has_mos ? 7 : 6);
    row_add_why(out, report, style->now);
    buf_add_string(out, "</td>");
}

static void add_figures(struct buf *out, const struct report *report, const struct row_style *style)
{
    add_rtt(out, report);
    add_loss(out, report);
    add_jitter(out, "Jitter SD &rarr;", &report->latest.sd.jitter);
    add_jitter(out, "Jitter DS &larr;", &report->latest.ds.jitter);
    if (style->has_mos) {
        add_mos(out, &report->latest.voice);
    }
}

void row_add(struct buf *out, const struct report *report, const struct row_style *style)
{
    enum target_state state = report->condition.state;
    buf_printf(out, "<tr class=\"%s\"><td class=\"is\">", target_state_name(state));
    frame_add_state(out, state, NULL);
    buf_add_string(out, "</td>");
    add_name(out, report, style->now);
    if (state == TARGET_FAILED) {
        add_failure(out, report, style);
    } else {
        add_figures(out, report, style);
    }
    add_past(out, report, style->past);
    add_age(out, report, style->now);
    buf_add_string(out, "</tr>\n");
}
