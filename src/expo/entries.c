/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/entries.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"

/* The scopes whose families are written for the target. `is_once`: it has no schedule. */
static uint32_t scopes_of(const struct report *report, bool is_once)
{
    const struct spec *spec = report->spec;
    bool is_stamped = operation_has(spec->operation, RESULT_JITTER);
    return 1U << FAMILY_TARGET | (uint32_t)!is_once << FAMILY_SCHEDULE |
           (uint32_t)is_stamped << FAMILY_JITTER |
           (uint32_t)(spec->operation->transport != TRANSPORT_TCP_CONNECT) << FAMILY_DATAGRAMS |
           (uint32_t)control_has_request(spec->control.version) << FAMILY_CONTROL |
           (uint32_t)(report->flows != NULL) << FAMILY_FLOWS |
           (uint32_t)(report->path != NULL) << FAMILY_PATH;
}

/* The layout of the target before, when this one's is equal. */
static const struct hist_layout *shared_layout(const struct entries *entries,
                                               const struct spec *spec)
{
    const struct hist_layout *layout = spec->results.layout;
    if (entries->count == 0) {
        return layout;
    }
    const struct hist_layout *previous = entries->items[entries->count - 1].layout;
    return hist_layout_is_equal(previous, layout) ? previous : layout;
}

/* Appends the target's labels, as the format writes them. */
static void add_labels(const struct expo_format *format, const struct spec *spec, struct buf *out)
{
    static const char target[] = "target";
    format->add_label(out, target, sizeof target - 1, spec->identity.name);
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        const struct label *label = &spec->identity.labels[i];
        format->add_label(out, label->name, strlen(label->name), label->value);
    }
}

static struct series_origin target_origin(const struct report *report)
{
    const struct spec_results *results = &report->spec->results;
    return (struct series_origin){report->created, results->histograms, results->shows_created};
}

/* `labels` are the target's. */
static void add_entry(struct entries *entries, const struct report *report,
                      const struct buf *labels, bool is_once)
{
    const struct spec *spec = report->spec;
    entries->items[entries->count] = (struct entry){
        .report = report,
        .layout = shared_layout(entries, spec),
        .offset = entries->labels.size,
        .size = (uint32_t)labels->size,
        .scopes = scopes_of(report, is_once),
        .origin = target_origin(report),
        .level = spec->results.series,
    };
    entries->count++;
    buf_add(&entries->labels, labels->bytes, labels->size);
}

void entries_init(struct entries *entries, const struct expo_view *view,
                  const struct expo_format *format)
{
    size_t count = 0;
    for (size_t i = 0; i < view->snapshot_count; i++) {
        count += view->snapshots[i]->count;
    }
    *entries = (struct entries){.items = mem_alloc(count, sizeof *entries->items)};
    struct buf labels = {0};
    for (size_t i = 0; i < view->snapshot_count; i++) {
        const struct snapshot *snapshot = view->snapshots[i];
        for (size_t k = 0; k < snapshot->count; k++) {
            const struct report *report = snapshot->reports[k];
            buf_clear(&labels);
            add_labels(format, report->spec, &labels);
            add_entry(entries, report, &labels, view->probe != NULL);
        }
    }
    buf_fini(&labels);
    buf_reserve(&entries->labels, SERIES_STEP); /* for series_set_labels */
}

void entries_fini(struct entries *entries)
{
    buf_fini(&entries->labels);
    free(entries->items);
}
