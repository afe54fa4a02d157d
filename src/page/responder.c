/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/responder.h"

#include <inttypes.h>

#include "page/html.h"
#include "page/value.h"

static uint64_t sum(const struct expo_count *counts, size_t count)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += counts[i].value;
    }
    return total;
}

/* `detail`: HTML. */
static void add_fact(struct buf *out, const char *name, uint64_t value, const char *detail)
{
    buf_printf(out, "<div><dt>%s</dt><dd><span class=\"v\">%" PRIu64 "</span>%s</dd></div>", name,
               value, detail);
}

static void add_facts(struct buf *out, const struct expo_responder *responder)
{
    struct buf text = {0};
    buf_add_string(out, "<dl class=\"facts\">");
    buf_printf(&text, " <small>of %" PRIu32 " that may be</small>", responder->max_sessions);
    add_fact(out, "Sessions open", responder->sessions, buf_string(&text));
    buf_clear(&text);
    add_fact(out, "Control requests",
             sum(responder->requests, responder->request_count) +
                 sum(responder->requests_v2, responder->request_v2_count),
             " <small>of both versions</small>");
    add_fact(out, "Packets answered", sum(responder->probes, responder->probe_count), "");
    add_fact(out, "Datagrams not answered", sum(responder->drops, responder->drop_count), "");
    add_fact(out, "Permanent ports", responder->permanent_ports, " <small>UDP and TCP</small>");
    buf_add_string(out, "</dl>\n");
    buf_fini(&text);
}

/* Those that have happened. */
static void add_counts(struct buf *out, const char *title, const struct expo_count *counts,
                       size_t count)
{
    if (sum(counts, count) == 0) {
        return;
    }
    buf_printf(out, "<section class=\"card\"><h2>%s</h2><dl class=\"pairs\">", title);
    for (size_t i = 0; i < count; i++) {
        if (counts[i].value > 0) {
            buf_printf(out, "<dt>%s</dt><dd>%" PRIu64 "</dd>", counts[i].label, counts[i].value);
        }
    }
    buf_add_string(out, "</dl></section>\n");
}

static void add_ports(struct buf *out, const struct expo_responder *responder,
                      const struct page_site *site, struct wall since)
{
    buf_add_string(out, "<p class=\"soft\">Running since ");
    value_add_moment(out, since, site->view->now);
    buf_add_string(out, ". Takes control requests at UDP port");
    for (size_t i = 0; i < responder->control_port_count; i++) {
        buf_printf(out, "%s %u", i == 0 ? "" : ",", (unsigned)responder->control_ports[i]);
    }
    buf_add_string(out, ".</p>\n");
}

/* `heads`: of the columns, `numeric` bits of those that are numbers. */
static void begin_table(struct buf *out, const char *title, const char *const *heads,
                        unsigned numeric)
{
    buf_printf(out,
               "<section class=\"card\"><h2>%s</h2><div class=\"scroll\" tabindex=\"0\" "
               "role=\"region\" aria-label=\"%s\"><table><thead><tr>",
               title, title);
    for (unsigned i = 0; heads[i] != NULL; i++) {
        buf_printf(out, "<th scope=\"col\"%s>%s</th>",
                   (numeric >> i & 1) != 0 ? " class=\"num\"" : "", heads[i]);
    }
    buf_add_string(out, "</tr></thead><tbody>\n");
}

static void end_table(struct buf *out)
{
    buf_add_string(out, "</tbody></table></div></section>\n");
}

static void add_session(struct buf *out, const struct roster_session *session, int64_t left_ns)
{
    char text[ADDR_TEXT_MAX];
    buf_printf(out, "<tr><td>%s %u%s</td><td>%s</td><td>", session->is_tcp ? "TCP" : "UDP",
               (unsigned)session->port, session->is_permanent ? " (permanent)" : "",
               addr_format(&session->peer, text));
    if (session->version > 0) {
        buf_printf(out, "version %u", (unsigned)session->version);
    } else {
        buf_add_string(out, "none, by its packets");
    }
    buf_printf(out, "</td><td class=\"num\">%" PRIu32 "</td><td class=\"num\">", session->received);
    value_add_span(out, left_ns);
    buf_add_string(out, "</td></tr>\n");
}

static void add_sessions(struct buf *out, const struct responder_people *people)
{
    static const char *const heads[] = {"Port",    "Client",  "Control request",
                                        "Packets", "Ends in", NULL};
    const struct roster *roster = &people->roster;
    begin_table(out, "Open sessions", heads, 0x18);
    size_t shown = 0;
    for (size_t i = 0; i < roster->session_count; i++) {
        int64_t left_ns = mono_diff(roster->sessions[i].until, people->now);
        if (left_ns > 0) {
            add_session(out, &roster->sessions[i], left_ns);
            shown++;
        }
    }
    buf_add_string(out, shown == 0 ? "<tr><td colspan=\"5\">none</td></tr>" : "");
    end_table(out);
}

static struct wall wall_of(const struct page_site *site, const struct responder_people *people,
                           struct mono at)
{
    return (struct wall){site->view->now.ns - mono_diff(people->now, at)};
}

static void add_sources(struct buf *out, const struct page_site *site,
                        const struct responder_people *people)
{
    static const char *const heads[] = {"Source", "Accepted requests", "Latest", NULL};
    char text[ADDR_TEXT_MAX];
    size_t shown = 0;
    begin_table(out, "Recent sources", heads, 0x6);
    for (size_t i = 0; i < ROSTER_SOURCES; i++) {
        const struct roster_source *row = &people->roster.sources[i];
        if (row->requests > 0) {
            shown++;
            buf_printf(out, "<tr><td>%s</td><td class=\"num\">%" PRIu64 "</td><td class=\"num\">",
                       addr_format_ip(&row->source, text), row->requests);
            value_add_age(out, wall_of(site, people, row->last), site->view->now);
            buf_add_string(out, " ago</td></tr>\n");
        }
    }
    buf_add_string(out, shown == 0 ? "<tr><td colspan=\"3\">none</td></tr>" : "");
    end_table(out);
}

static void add_refused(struct buf *out, const struct page_site *site,
                        const struct responder_people *people, unsigned reason)
{
    char text[ADDR_TEXT_MAX];
    for (size_t i = 0; i < REFUSAL_ROWS; i++) {
        const struct refused *row = &people->refusals.rows[reason][i];
        if (row->count == 0) {
            continue;
        }
        buf_printf(
            out, "<tr><td>%s</td><td>%s%s</td><td class=\"num\">%" PRIu64 "</td><td class=\"num\">",
            addr_format_ip(&row->source, text),
            refusal_is_of_request(reason) ? "request refused: " : "not answered: ",
            refusal_reason_name(reason), row->count);
        value_add_age(out, wall_of(site, people, row->last), site->view->now);
        buf_add_string(out, " ago</td></tr>\n");
    }
}

static void add_refusals(struct buf *out, const struct page_site *site,
                         const struct responder_people *people)
{
    static const char *const heads[] = {"Source", "Reason", "Datagrams", "Latest", NULL};
    struct buf rows = {0};
    for (unsigned reason = 0; reason < REFUSAL_REASONS; reason++) {
        add_refused(&rows, site, people, reason);
    }
    begin_table(out, "Recent errors", heads, 0xc);
    buf_add_string(out, rows.size > 0 ? buf_string(&rows) : "<tr><td colspan=\"4\">none</td></tr>");
    end_table(out);
    buf_fini(&rows);
}

static void add_limit(struct buf *out, const char *name, uint64_t value, const char *none)
{
    buf_printf(out, "<dt>%s</dt><dd>", name);
    if (value == 0) {
        buf_add_string(out, none);
    } else {
        buf_printf(out, "%" PRIu64, value);
    }
    buf_add_string(out, "</dd>");
}

static void add_limits(struct buf *out, const struct roster_limits *limits)
{
    buf_add_string(out, "<section class=\"card\"><h2>Limits in use</h2><dl class=\"pairs\">");
    add_limit(out, "Sessions", limits->max_sessions, "none");
    add_limit(out, "Sessions of a source", limits->max_sessions_per_source, "any number");
    add_limit(out, "Requests a second of a source", limits->requests_per_source, "any number");
    add_limit(out, "Sessions that are reserved", limits->reserved_sessions, "none");
    buf_add_string(out, "<dt>A port is open for</dt><dd>");
    value_add_span(out, limits->min_duration_ns);
    buf_add_string(out, " to ");
    value_add_span(out, limits->max_duration_ns);
    buf_add_string(out, "</dd>");
    add_limit(out, "Prefixes that may ask", limits->allow_count, "everybody may");
    add_limit(out, "Keys, of which each request needs one", limits->key_count, "none");
    buf_add_string(out, "</dl></section>\n");
}

static void add_impaired(struct buf *out, const struct expo_responder *responder)
{
    if (responder->impair_rules > 0) {
        buf_printf(out,
                   "<p class=\"alert\">This responder loses, delays or changes packets on purpose: "
                   "it has %" PRIu64 " rule%s of <code>impair</code>.</p>\n",
                   responder->impair_rules, responder->impair_rules == 1 ? "" : "s");
    }
}

static void add_all(struct buf *out, const struct page_site *site,
                    const struct responder_people *people)
{
    const struct expo_responder *responder = site->view->responder;
    add_impaired(out, responder);
    add_ports(out, responder, site, people->since);
    add_facts(out, responder);
    buf_add_string(out, "<div class=\"columns\">");
    add_sessions(out, people);
    add_refusals(out, site, people);
    add_sources(out, site, people);
    add_counts(out, "Control requests, version 1", responder->requests, responder->request_count);
    add_counts(out, "Control requests, version 2", responder->requests_v2,
               responder->request_v2_count);
    add_counts(out, "Packets answered", responder->probes, responder->probe_count);
    add_counts(out, "Not answered, by reason", responder->drops, responder->drop_count);
    add_counts(out, "Wrong on purpose", responder->impairments, responder->impairment_count);
    add_limits(out, &people->roster.limits);
    buf_add_string(out, "</div>");
}

void responder_render(struct buf *out, const struct page_site *site,
                      const struct responder_people *people)
{
    frame_begin(out, site, PAGE_RESPONDER, "Responder");
    buf_add_string(out, "<div class=\"head\"><h1>Responder</h1>");
    frame_add_now(out, site);
    buf_add_string(out, "</div>\n<div id=\"responder\" data-live>");
    frame_add_alerts(out, site);
    if (site->view->responder == NULL || people == NULL) {
        buf_add_string(out, "<p>This program has no responder.</p>");
    } else {
        add_all(out, site, people);
    }
    buf_add_string(out, "</div>\n");
    frame_end(out, site);
}
