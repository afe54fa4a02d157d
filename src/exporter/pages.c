/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The pages for people, drawn on the thread of HTTP from snapshots. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "config/written.h"
#include "exporter/exporter.h"
#include "program/people.h"
#include "web/evidence.h"

/* What `ipsla probe` would print of it, but for what takes the packets. */
static void add_statistics(const struct report *report, struct buf *out)
{
    struct cli_result result = {
        .spec = report->spec,
        .round = &report->latest,
        .is_interrupted = report->was_cut,
    };
    memcpy(result.unmatched, report->unmatched, sizeof result.unmatched);
    cli_text_format(&result, out);
}

static void add_configuration(const struct spec *spec, struct buf *out)
{
    written_add_keys(&schema_target, spec, 0, out);
}

static void add_evidence(void *context, const char *name, const char *path, struct buf *out)
{
    enum { SHOWN = 10 };
    struct evidence_list list;
    struct buf folder = {0};
    if (exporter_find_evidence(context, name, &list)) {
        buf_printf(&folder, "%s/", path);
        evidence_links_write(&list, buf_string(&folder), SHOWN, out);
        evidence_list_fini(&list);
    }
    buf_fini(&folder);
}

/* NULL: there is no responder. */
static struct responder_people *read_people(struct exporter *exporter)
{
    struct responder_people *people = NULL;
    pthread_mutex_lock(&exporter->mutex);
    if (exporter->responder != NULL) {
        people = mem_alloc(1, sizeof *people);
        people_read(exporter->responder, people);
    }
    pthread_mutex_unlock(&exporter->mutex);
    return people;
}

bool exporter_draw_page(struct exporter *exporter, const struct expo_view *view,
                        const struct page_request *request, struct buf *out)
{
    struct responder_people *people =
        request->place == PAGE_RESPONDER ? read_people(exporter) : NULL;
    const struct page_source source = {
        .view = view,
        .people = people,
        .statistics = add_statistics,
        .configuration = add_configuration,
        .evidence = add_evidence,
        .context = exporter,
    };
    bool is_there = page_draw(out, &source, request);
    free(people);
    return is_there;
}
