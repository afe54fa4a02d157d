/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The status page: one document without scripts or anything to fetch, so that it works behind a
 * strict content security policy and on a machine that reaches nothing else. What failed stands
 * first. */
#include "web/page.h"

#include <time.h>

#include "base/addr.h"
#include "explain/explain.h"
#include "explain/reason.h"
#include "operation/operation.h"
#include "web/routes.h"

/* More rows than a person reads, and a page that a phone still shows. */
#define ROWS_MAX 500
#define NONE "&ndash;"

static const char style[] =
    "<style>:root{color-scheme:light dark;--fg:#1f2328;--bg:#fff;--soft:#59636e;--line:#d1d9e0;"
    "--row:#f6f8fa;--bad:#b42318;--fair:#9a6700;--good:#1a7f37}"
    "@media(prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--soft:#9198a1;"
    "--line:#3d444d;--row:#151b23;--bad:#ff7b72;--fair:#d29922;--good:#56d364}}"
    "*{box-sizing:border-box}"
    "body{margin:0;font:15px/1.45 system-ui,sans-serif;color:var(--fg);background:var(--bg)}"
    "header{background:#e6522c;color:#fff;padding:14px 20px}h1{margin:0;font-size:22px}"
    "header p{margin:4px 0 0}main{padding:14px 20px}a{color:inherit}"
    "ul.links{list-style:none;margin:0 0 14px;padding:0}"
    "ul.links li{display:inline-block;margin-right:18px}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid var(--line);"
    "overflow-wrap:anywhere}td:nth-child(n+4){white-space:nowrap}"
    "th{white-space:nowrap;color:var(--soft);font-weight:600}"
    "tbody tr:nth-child(even){background:var(--row)}"
    "small{color:var(--soft);display:block}"
    ".failed{color:var(--bad);font-weight:600}.degraded{color:var(--fair);font-weight:600}"
    ".ok{color:var(--good)}.pending,.inactive{color:var(--soft)}"
    ".reason{white-space:normal;min-width:16em}"
    "@media(max-width:900px){td:nth-child(n+4){white-space:normal}thead{display:none}table,tbody,"
    "tr,td{display:block}"
    "tr{border:1px solid var(--line);border-radius:6px;margin-bottom:12px;padding:4px 0}"
    "td{border:0;padding:3px 10px 3px 42%;position:relative;min-height:1.45em}"
    "td::before{content:attr(data-name);position:absolute;left:10px;width:36%;"
    "color:var(--soft)}}</style>";

/* Text as text, in content and in quoted attributes. */
static void add_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            buf_add_string(out, "&amp;");
            break;
        case '<':
            buf_add_string(out, "&lt;");
            break;
        case '>':
            buf_add_string(out, "&gt;");
            break;
        case '"':
            buf_add_string(out, "&quot;");
            break;
        case '\'':
            buf_add_string(out, "&#39;");
            break;
        default:
            buf_add_char(out, *text);
        }
    }
}

static void begin_cell(struct buf *out, const char *name)
{
    buf_printf(out, "<td data-name=\"%s\">", name);
}

static void end_cell(struct buf *out)
{
    buf_add_string(out, "</td>");
}

static void add_ms(struct buf *out, double ns)
{
    buf_printf(out, "%.3f&nbsp;ms", ns / 1e6);
}

static void add_time(struct buf *out, struct wall at)
{
    time_t seconds = (time_t)floor_div(at.ns, NS_PER_SECOND);
    struct tm utc;
    char text[40];
    if (gmtime_r(&seconds, &utc) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &utc) == 0) {
        buf_add_string(out, NONE);
        return;
    }
    buf_printf(out, "%s&nbsp;UTC", text);
}

static void add_state_cell(struct buf *out, const struct report *report)
{
    const char *state = target_state_name(report->condition.state);
    begin_cell(out, "Status");
    buf_printf(out, "<span class=\"%s\">%s</span>", state, state);
    if (report->condition.changes > 0) {
        buf_add_string(out, "<small>since ");
        add_time(out, report->condition.since.wall);
        buf_add_string(out, "</small>");
    }
    end_cell(out);
}

static void add_target_cell(struct buf *out, const struct spec *spec)
{
    begin_cell(out, "Target");
    add_text(out, spec->identity.name);
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        buf_add_string(out, "<small>");
        add_text(out, spec->identity.labels[i].name);
        buf_add_char(out, '=');
        add_text(out, spec->identity.labels[i].value);
        buf_add_string(out, "</small>");
    }
    end_cell(out);
}

static void add_where_cells(struct buf *out, const struct spec *spec)
{
    char text[ADDR_TEXT_MAX];
    begin_cell(out, "Operation");
    add_text(out, spec->operation->name);
    end_cell(out);
    begin_cell(out, "Host");
    add_text(out, spec->identity.host);
    buf_add_string(out, "<small>");
    if (spec->path.peer.family == ADDR_NONE) {
        buf_add_string(out, "no address");
        if (spec->operation->has_ports) {
            buf_printf(out, ", port %u", (unsigned)spec->path.port);
        }
    } else if (!spec->operation->has_ports) {
        add_text(out, addr_format_ip(&spec->path.peer, text));
    } else {
        add_text(out, addr_format(&spec->path.peer, text));
    }
    buf_add_string(out, "</small>");
    end_cell(out);
}

static void add_loss_cell(struct buf *out, const struct round *round)
{
    begin_cell(out, "Loss");
    if (round->sent == 0) {
        buf_add_string(out, NONE);
    } else {
        uint32_t lost = round->sd.lost + round->ds.lost + round->lost_unknown;
        buf_printf(out, "%.1f&nbsp;%%", 100.0 * lost / round->sent);
        if (lost > 0) {
            buf_printf(out, "<small>sd %u, ds %u, unknown %u</small>", (unsigned)round->sd.lost,
                       (unsigned)round->ds.lost, (unsigned)round->lost_unknown);
        }
        if (round->dropped_here > 0) {
            buf_printf(out, "<small>dropped in this host %u</small>",
                       (unsigned)round->dropped_here);
        }
    }
    end_cell(out);
}

static void add_jitter(struct buf *out, const struct jitter *jitter)
{
    if (jitter->samples == 0) {
        buf_add_string(out, NONE);
    } else {
        add_ms(out, jitter_average_ns(jitter));
    }
}

/* Averages, or why there are none. */
static void add_one_way(struct buf *out, const struct round *round)
{
    if (round->sd.delay.count > 0) {
        buf_add_string(out, "<small>one way ");
        add_ms(out, moments_average_ns(&round->sd.delay));
        buf_add_string(out, " / ");
        add_ms(out, moments_average_ns(&round->ds.delay));
        buf_add_string(out, "</small>");
    } else if (round->one_way > ONE_WAY_NO_SAMPLES) {
        buf_printf(out, "<small>no one-way delay: %s</small>", one_way_name(round->one_way));
    }
}

/* Of several round trips the fastest and the slowest. */
static void add_spread(struct buf *out, const struct moments *rtt)
{
    if (rtt->count > 1) {
        buf_add_string(out, "<small>");
        add_ms(out, (double)rtt->min_ns);
        buf_add_string(out, " to ");
        add_ms(out, (double)rtt->max_ns);
        buf_add_string(out, "</small>");
    }
}

/* What the latest operation found; dashes where it found nothing. */
static void add_result_cells(struct buf *out, const struct round *round)
{
    begin_cell(out, "RTT average");
    if (round->rtt.count == 0) {
        buf_add_string(out, NONE);
    } else {
        add_ms(out, moments_average_ns(&round->rtt));
        add_spread(out, &round->rtt);
    }
    if (round->is_slewed) {
        buf_add_string(out, "<small>our clock was slewed</small>");
    }
    end_cell(out);
    add_loss_cell(out, round);
    begin_cell(out, "Jitter sd / ds");
    add_jitter(out, &round->sd.jitter);
    buf_add_string(out, " / ");
    add_jitter(out, &round->ds.jitter);
    add_one_way(out, round);
    end_cell(out);
}

static void add_mos_cell(struct buf *out, const struct voice *voice)
{
    begin_cell(out, "MOS");
    if (voice->is_scored) {
        buf_printf(out, "%u.%02u", voice->mos_hundredths / 100u, voice->mos_hundredths % 100u);
        buf_printf(out, "<small>ICPIF %u</small>", (unsigned)voice->icpif);
    } else {
        buf_add_string(out, NONE);
    }
    end_cell(out);
}

/* Why the target is not well; and an ICMP message that says more, though the operation did not end
 * by it. */
static void add_reason(struct buf *out, const struct report *report)
{
    const struct icmp_error *icmp = &report->latest.icmp;
    char ip[ADDR_TEXT_MAX];
    struct buf text = {0};
    explain_state(report, &text);
    if (text.size > 0) {
        buf_add_string(out, "<small class=\"reason\">");
        add_text(out, buf_string(&text));
        buf_add_string(out, "</small>");
    }
    buf_fini(&text);
    explain_all_spoilt(&report->latest, "; ", &text);
    if (text.size > 0) {
        buf_add_string(out, "<small>");
        add_text(out, buf_string(&text));
        buf_add_string(out, "</small>");
    }
    buf_fini(&text);
    if (icmp->from.family != ADDR_NONE) {
        struct buf kind = {0};
        reason_add_icmp_kind(icmp, &kind);
        buf_printf(out, "<small>ICMP from %s: %s</small>", addr_format_ip(&icmp->from, ip),
                   buf_string(&kind));
        buf_fini(&kind);
    }
}

static void add_run_cells(struct buf *out, const struct report *report)
{
    begin_cell(out, "Latest run");
    if (report->has_run) {
        add_time(out, report->last_run);
    } else {
        buf_add_string(out, NONE);
    }
    end_cell(out);
    begin_cell(out, "Outcome");
    if (report->has_run) {
        buf_printf(out, "%s<small>code %u</small>", outcome_name(report->latest.outcome),
                   (unsigned)report->latest.return_code);
        add_reason(out, report);
    } else {
        buf_add_string(out, NONE);
    }
    end_cell(out);
    begin_cell(out, "Sent / received");
    buf_printf(out, "%llu / %llu", (unsigned long long)report->tally.sent,
               (unsigned long long)report->tally.received);
    end_cell(out);
}

static void add_row(struct buf *out, const struct report *report)
{
    static const struct round nothing = {0};
    buf_add_string(out, "<tr>");
    add_state_cell(out, report);
    add_target_cell(out, report->spec);
    add_where_cells(out, report->spec);
    add_result_cells(out, report->has_run ? &report->latest : &nothing);
    add_mos_cell(out, &report->latest.voice);
    add_run_cells(out, report);
    buf_add_string(out, "</tr>\n");
}

/* Adds the targets in `state`, as long as there is room; returns how many there are. */
static size_t add_rows(struct buf *out, const struct expo_view *view, enum target_state state,
                       size_t *room)
{
    size_t count = 0;
    for (size_t i = 0; i < view->snapshot_count; i++) {
        const struct snapshot *snapshot = view->snapshots[i];
        for (size_t k = 0; k < snapshot->count; k++) {
            if (snapshot->reports[k]->condition.state != state) {
                continue;
            }
            count++;
            if (*room > 0) {
                (*room)--;
                add_row(out, snapshot->reports[k]);
            }
        }
    }
    return count;
}

static void add_table(struct buf *out, const struct expo_view *view)
{
    static const enum target_state order[TARGET_STATE_COUNT] = {
        TARGET_FAILED, TARGET_DEGRADED, TARGET_PENDING, TARGET_OK, TARGET_INACTIVE};
    size_t counts[TARGET_STATE_COUNT] = {0};
    static const enum target_state shown[TARGET_STATE_COUNT] = {
        TARGET_OK, TARGET_DEGRADED, TARGET_FAILED, TARGET_PENDING, TARGET_INACTIVE};
    size_t room = ROWS_MAX;
    size_t total = 0;
    struct buf rows = {0};
    for (size_t i = 0; i < TARGET_STATE_COUNT; i++) {
        counts[order[i]] = add_rows(&rows, view, order[i], &room);
        total += counts[order[i]];
    }
    buf_printf(out, "<h2>Targets</h2>\n<p>%zu targets", total);
    for (unsigned i = 0; i < TARGET_STATE_COUNT; i++) {
        buf_printf(out, "%s%zu %s", i == 0 ? ": " : ", ", counts[shown[i]],
                   target_state_name(shown[i]));
    }
    buf_add_char(out, '.');
    if (total > ROWS_MAX) {
        buf_printf(out, " %zu are not shown.", total - ROWS_MAX);
    }
    buf_add_string(out, " Values are of the latest operation, counts since the start.</p>\n");
    if (total > 0) {
        buf_add_string(
            out,
            "<table><thead><tr><th>Status</th><th>Target</th><th>Operation</th>"
            "<th>Host</th><th>RTT average</th><th>Loss</th><th>Jitter sd / ds</th>"
            "<th>MOS</th><th>Latest run</th><th>Outcome</th><th>Sent / received</th></tr></thead>"
            "<tbody>\n");
        buf_add(out, rows.bytes, rows.size);
        buf_add_string(out, "</tbody></table>\n");
    }
    buf_fini(&rows);
}

static unsigned long long sum(const struct expo_count *counts, size_t count)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += counts[i].value;
    }
    return total;
}

static void add_responder(struct buf *out, const struct expo_responder *responder)
{
    buf_printf(out,
               "<h2>Responder</h2>\n<p>%u of %u sessions open; %llu control requests, %llu probes "
               "answered, %llu datagrams dropped.</p>\n",
               (unsigned)responder->sessions, (unsigned)responder->max_sessions,
               sum(responder->requests, responder->request_count) +
                   sum(responder->requests_v2, responder->request_v2_count),
               sum(responder->probes, responder->probe_count),
               sum(responder->drops, responder->drop_count));
}

/* Where a file is wrong, but not how: what it holds belongs in the log. */
static void add_file(struct buf *out, const struct expo_file *file)
{
    buf_printf(out, "<li class=\"%s\">", file->is_good ? "ok" : "failed");
    add_text(out, file->path);
    if (!file->is_good && file->line > 0) {
        buf_printf(out, ":%u:%u", file->line, file->column);
    }
    buf_printf(out, ": %llu targets", (unsigned long long)file->targets);
    if (file->good_at.ns != 0) {
        buf_add_string(out, " as read at ");
        add_time(out, file->good_at);
    }
    buf_add_string(out, file->is_good ? "</li>\n"
                                      : "; what it holds now is refused, see the log</li>\n");
}

/* Those with an error first. */
static void add_files(struct buf *out, const struct expo_view *view)
{
    size_t room = ROWS_MAX;
    buf_add_string(out, "<h2>Target files</h2>\n<ul>\n");
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < view->file_count && room > 0; i++) {
            if (view->files[i].is_good == (pass == 1)) {
                room--;
                add_file(out, &view->files[i]);
            }
        }
    }
    buf_add_string(out, "</ul>\n");
}

static void add_links(struct buf *out, const char *metrics_path)
{
    const struct route *route;
    buf_add_string(out, "<ul class=\"links\">");
    for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
        if (route->link != NULL) {
            buf_add_string(out, "<li><a href=\"."); /* relative: a proxy may add a prefix */
            add_text(out, route_path(route, metrics_path));
            buf_printf(out, "\">%s</a></li>", route->link);
        }
    }
    buf_add_string(out, "</ul>\n");
}

void page_render(const struct expo_view *view, const char *metrics_path, struct buf *out)
{
    bool measures = view->snapshots != NULL;
    const char *name = measures ? "IP SLA exporter" : "IP SLA responder";
    const char *purpose = measures ? "Measures network paths with Cisco IP SLA for Prometheus"
                                   : "Answers Cisco IP SLA operations";
    buf_add_string(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                        "<title>");
    buf_add_string(out, name);
    buf_add_string(out, "</title>");
    buf_add_string(out, style);
    buf_printf(out, "</head>\n<body><header><h1>%s</h1><p>%s. Version ", name, purpose);
    add_text(out, view->version);
    buf_add_string(out, ", revision ");
    add_text(out, view->revision);
    buf_add_string(out, ".</p></header>\n<main>");
    add_links(out, metrics_path);
    if (!view->reload_successful) {
        buf_add_string(out, "<p class=\"failed\">The latest reload of the configuration failed; "
                            "the one before it is in force.</p>\n");
    }
    if (view->has_web_config && !view->web_config_successful) {
        buf_add_string(out, "<p class=\"failed\">The web configuration cannot be used; the one "
                            "before it is in force.</p>\n");
    }
    if (measures) {
        add_table(out, view);
    }
    if (view->file_count > 0) {
        add_files(out, view);
    }
    if (view->responder != NULL) {
        add_responder(out, view->responder);
    }
    buf_add_string(out, "</main></body></html>\n");
}
