/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/frame.h"

#include "page/assets.h"
#include "page/html.h"
#include "page/value.h"

static const char *program_name(const struct page_site *site)
{
    return site->view->snapshots != NULL ? "IP SLA exporter" : "IP SLA responder";
}

static void add_asset(struct buf *out, const char *before, enum asset asset, const char *behind)
{
    char tag[ASSET_TAG_BYTES];
    asset_tag(asset, tag);
    buf_printf(out, "%s.%s?v=%s%s", before, asset_file(asset).path, tag, behind);
}

static void add_head(struct buf *out, const struct page_site *site, const char *title)
{
    buf_add_string(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                        "<meta name=\"viewport\" content=\"width=device-width, "
                        "initial-scale=1\"><title>");
    if (title != NULL) {
        html_add_isolated(out, title);
        buf_add_string(out, " - ");
    }
    buf_printf(out, "%s</title>", program_name(site));
    add_asset(out, "<link rel=\"stylesheet\" href=\"", ASSET_STYLE, "\">");
    add_asset(out, "<link rel=\"icon\" href=\"", ASSET_ICON, "\">");
    add_asset(out, "<script defer src=\"", ASSET_SCRIPT, "\"></script></head>\n");
}

static void add_page_link(struct buf *out, const char *path, const char *text, bool is_here)
{
    buf_add_string(out, "<li><a href=\"."); /* relative: a proxy may add a prefix */
    html_add_text(out, path);
    buf_printf(out, "\"%s>%s</a></li>", is_here ? " aria-current=\"page\"" : "", text);
}

static void add_navigation(struct buf *out, const struct page_site *site, enum page_place place)
{
    bool measures = site->view->snapshots != NULL;
    buf_add_string(out, "<nav class=\"pages\" aria-label=\"Pages\"><ul>");
    if (measures) {
        add_page_link(out, "/", "Overview", place == PAGE_OVERVIEW);
        add_page_link(out, "/matrix", "Matrix", place == PAGE_MATRIX);
    }
    if (site->view->responder != NULL) {
        add_page_link(out, measures ? "/responder" : "/", "Responder", place == PAGE_RESPONDER);
    }
    buf_add_string(out, "</ul></nav>");
}

void frame_begin(struct buf *out, const struct page_site *site, enum page_place place,
                 const char *title)
{
    add_head(out, site, title);
    buf_printf(out,
               "<body><a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
               "<header class=\"top\"><div><a class=\"brand\" href=\"./\"><svg viewBox=\"0 0 24 "
               "24\" aria-hidden=\"true\"><rect width=\"24\" height=\"24\" rx=\"6\" "
               "fill=\"#0a58a6\"/><path d=\"M4 15h4l2.5-8 4 11L17 12h3\" fill=\"none\" "
               "stroke=\"#fff\" stroke-width=\"2\" stroke-linejoin=\"round\"/></svg>%s</a>",
               program_name(site));
    add_navigation(out, site, place);
    buf_add_string(out, "</div></header>\n<main id=\"main\">\n");
}

void frame_end(struct buf *out, const struct page_site *site)
{
    buf_add_string(out, "</main>\n<footer><ul>");
    for (size_t i = 0; i < site->link_count; i++) {
        add_page_link(out, site->links[i].path, site->links[i].text, false);
    }
    buf_printf(out, "</ul><p>%s ", program_name(site));
    html_add_text(out, site->view->version);
    buf_add_string(out, ", revision ");
    html_add_text(out, site->view->revision);
    buf_add_string(out, ". Times are UTC. SD: source to destination, "
                        "DS: destination to source.</p></footer></body></html>\n");
}

void frame_add_alerts(struct buf *out, const struct page_site *site)
{
    if (!site->view->reload_successful) {
        buf_add_string(out, "<p class=\"alert\">The latest reload of the configuration failed; "
                            "the one before it is in force.</p>\n");
    }
    if (site->view->has_web_config && !site->view->web_config_successful) {
        buf_add_string(out, "<p class=\"alert\">The web configuration cannot be used; the one "
                            "before it is in force.</p>\n");
    }
}

/* A shape for each, so that no colour is needed. */
static const char *shape_of(enum target_state state)
{
    switch (state) {
    case TARGET_OK:
        return "<circle cx=\"6\" cy=\"6\" r=\"5\"/>";
    case TARGET_DEGRADED:
        return "<path d=\"M6 0l6 11H0z\"/>";
    case TARGET_FAILED:
        return "<path d=\"M1 1h10v10H1z\"/>";
    case TARGET_INACTIVE:
        return "<path d=\"M1 5h10v2H1z\"/>";
    case TARGET_PENDING:
        break;
    }
    return "<path d=\"M6 0a6 6 0 1 0 0 12A6 6 0 0 0 6 0Zm0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z\"/>";
}

void frame_add_state(struct buf *out, enum target_state state, const char *class)
{
    const char *name = target_state_name(state);
    buf_printf(out,
               "<span class=\"state %s%s%s\"><svg viewBox=\"0 0 12 12\" "
               "aria-hidden=\"true\">%s</svg>%s</span>",
               name, class == NULL ? "" : " ", class == NULL ? "" : class, shape_of(state), name);
}

void frame_add_target_link(struct buf *out, const char *name)
{
    buf_add_string(out, "./target?name=");
    html_add_argument(out, name);
}

void frame_add_now(struct buf *out, const struct page_site *site)
{
    buf_add_string(out, "<div class=\"now\"><p id=\"now\" data-live>As of ");
    value_add_time(out, site->view->now, site->view->now);
    buf_add_string(out, "</p><button type=\"button\" id=\"refresh\" hidden></button></div>");
}
