/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/target.h"

#include "page/chart.h"
#include "page/facts.h"
#include "page/histogram.h"
#include "page/html.h"
#include "page/packets.h"
#include "page/row.h"
#include "page/trouble.h"

static bool has_limit_of_loss(const struct limit_set *set)
{
    bool has = false;
    for (unsigned severity = 0; severity < SEVERITY_COUNT; severity++) {
        has |= set->is_set[severity][LIMIT_LOSS] || set->is_set[severity][LIMIT_LOSS_SD] ||
               set->is_set[severity][LIMIT_LOSS_DS];
    }
    return has;
}

/* Only a limit makes a target that answers anything but ok. */
static void add_unlimited(struct buf *out, const struct report *report)
{
    const struct round *round = &report->latest;
    uint32_t lost = round->sd.lost + round->ds.lost + round->lost_unknown;
    bool is_ok = report->condition.state == TARGET_OK && lost > 0;
    if (is_ok && !has_limit_of_loss(&report->spec->results.limits)) {
        buf_add_string(out, "<p class=\"sentence\">It is ok in spite of lost packets because no "
                            "limit of loss is set (<code>limits</code>).</p>\n");
    }
}

static void add_head(struct buf *out, const struct report *report, struct wall now)
{
    const struct spec *spec = report->spec;
    buf_add_string(out, "<div class=\"head\"><div><h1>");
    html_add_foreign(out, spec->identity.name);
    buf_add_string(out, "</h1><p>");
    row_add_where(out, spec);
    buf_add_string(out, "</p>");
    row_add_labels(out, &spec->identity, SIZE_MAX);
    buf_add_string(out, "</div>");
    frame_add_state(out, report->condition.state, "pill");
    buf_add_string(out, "</div>\n");
    struct buf why = {0};
    row_add_why(&why, report, now);
    if (why.size > 0) {
        buf_printf(out, "<p class=\"sentence\">%s</p>\n", buf_string(&why));
    }
    buf_fini(&why);
    add_unlimited(out, report);
}

static void add_past(struct buf *out, const struct past *past, struct wall now)
{
    if (past->count == 0) {
        buf_add_string(out, "<section class=\"card\"><h2>History</h2><p>No operations are kept: "
                            "none has ended, or the key <code>history</code> is 0.</p></section>");
        return;
    }
    chart_add_band(out, past->columns, past->count, now);
    chart_add_jitter(out, past->columns, past->count, now);
}

static void add_texts(struct buf *out, const struct target_page *page)
{
    if (page->statistics != NULL) {
        buf_add_string(out, "<section class=\"card\"><h2>Latest operation, as <code>show ip sla "
                            "statistics</code> says it</h2><pre tabindex=\"0\" "
                            "aria-label=\"Statistics\" role=\"region\">");
        html_add_text(out, page->statistics);
        buf_add_string(out, "</pre></section>\n");
    }
    buf_add_string(out, "<section class=\"card\"><h2>Configuration in effect</h2><pre "
                        "tabindex=\"0\" aria-label=\"Configuration\" role=\"region\">");
    html_add_text(out, page->configuration);
    buf_add_string(out, "</pre></section>\n");
}

static void add_links(struct buf *out, const struct target_page *page)
{
    if (page->evidence[0] != '\0') {
        buf_printf(out,
                   "<section class=\"card\"><h2>Packets of operations that turned bad</h2>\n%s"
                   "</section>\n",
                   page->evidence);
    }
    buf_printf(out,
               "<section class=\"card\"><h2>For programs</h2><p><a href=\"%s\">This target as "
               "JSON</a></p></section>\n",
               page->path);
}

static void add_latest(struct buf *out, const struct target_page *page)
{
    const struct report *report = page->report;
    buf_add_string(out, "<div class=\"columns\">");
    packets_add(out, report->trail, report->trail_count);
    buf_add_string(out, "<div class=\"stack\">");
    facts_add_clocks(out, report);
    add_links(out, page);
    buf_add_string(out, "</div></div>\n");
}

void target_render(struct buf *out, const struct page_site *site, const struct target_page *page)
{
    const struct report *report = page->report;
    struct wall now = site->view->now;
    struct past past;
    past_init(&past, CHART_COLUMNS);
    past_read(&past, report);
    frame_begin(out, site, PAGE_TARGET, report->spec->identity.name);
    frame_add_now(out, site);
    buf_add_string(out, "<div id=\"target\" data-live class=\"stack\">\n");
    frame_add_alerts(out, site);
    add_head(out, report, now);
    facts_add(out, report, now);
    add_latest(out, page);
    add_past(out, &past, now);
    buf_add_string(out, "<div class=\"columns\">");
    histogram_add(out, &report->tally.rtt, report->spec->results.layout);
    trouble_add(out, past.entries, past.entry_count, now);
    add_texts(out, page);
    buf_add_string(out, "</div></div>\n");
    frame_end(out, site);
    past_fini(&past);
}

void target_render_missing(struct buf *out, const struct page_site *site, const char *name)
{
    frame_begin(out, site, PAGE_TARGET, "No such target");
    buf_add_string(out, "<h1>No such target</h1><p>None has the name ");
    html_add_foreign(out, name);
    buf_add_string(out, ". It may have been renamed or removed: <a href=\"./\">all "
                        "targets</a>.</p>\n");
    frame_end(out, site);
}
