/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/page.h"

#include "page/html.h"
#include "page/overview.h"
#include "page/target.h"

static void draw_selected(struct buf *out, const struct page_site *site,
                          const struct page_request *request)
{
    struct selected selected;
    selection_apply(&request->selection, site->view->snapshots[0], &selected);
    if (request->place == PAGE_MATRIX) {
        matrix_render(out, site, &request->matrix, &request->selection, &selected);
    } else {
        overview_render(out, site, &request->selection, &selected);
    }
    selected_fini(&selected);
}

static bool draw_target(struct buf *out, const struct page_site *site, const char *name,
                        const struct page_source *source)
{
    const struct report *report = snapshot_find(site->view->snapshots[0], name);
    struct buf statistics = {0}, configuration = {0}, path = {0}, evidence = {0};
    if (report == NULL) {
        target_render_missing(out, site, name);
        return false;
    }
    if (report->has_run) {
        source->statistics(report, &statistics);
    }
    source->configuration(report->spec, &configuration);
    buf_add_string(&path, "./api/v1/targets/");
    html_add_argument(&path, report->spec->identity.name);
    if (source->evidence != NULL) {
        source->evidence(source->context, report->spec->identity.name, buf_string(&path),
                         &evidence);
    }
    const struct target_page page = {
        .report = report,
        .statistics = report->has_run ? buf_string(&statistics) : NULL,
        .configuration = buf_string(&configuration),
        .path = buf_string(&path),
        .evidence = buf_string(&evidence),
    };
    target_render(out, site, &page);
    buf_fini(&statistics);
    buf_fini(&configuration);
    buf_fini(&path);
    buf_fini(&evidence);
    return true;
}

bool page_draw(struct buf *out, const struct page_source *source,
               const struct page_request *request)
{
    const struct page_site site = {source->view, request->links, request->link_count};
    bool measures = source->view->snapshots != NULL;
    if (!measures || request->place == PAGE_RESPONDER) {
        responder_render(out, &site, source->people);
        return true;
    }
    if (request->place == PAGE_TARGET) {
        return draw_target(out, &site, request->name, source);
    }
    draw_selected(out, &site, request);
    return true;
}
