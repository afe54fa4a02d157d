/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/family.h"

#include <math.h>

#include "base/time.h"

const struct family *family_at(size_t index)
{
    static const struct family_part *const parts[] = {
        &family_of_operation, &family_of_state,     &family_of_packets,  &family_of_delay,
        &family_of_latest,    &family_of_voice,     &family_of_reply,    &family_of_flow,
        &family_of_path,      &family_of_responder, &family_of_exporter, &family_of_process,
        &family_of_files,     &family_of_probe,
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (index < parts[i]->count) {
            return &parts[i]->rows[index];
        }
        index -= parts[i]->count;
    }
    return NULL;
}

void family_emit_count(struct series *series, const struct family_source *source, size_t offset)
{
    series_count(series, *(const uint64_t *)family_value(&source->report->tally, offset));
}

void family_emit_hist(struct series *series, const struct family_source *source, size_t offset)
{
    series_histogram(series, family_value(&source->report->tally, offset), source->layout);
}

void family_emit_build(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_label(series, source->view->version);
    series_label(series, source->view->revision);
    series_count(series, 1);
}

void family_emit_view_count(struct series *series, const struct family_source *source,
                            size_t offset)
{
    uint64_t value = *(const uint64_t *)family_value(source->view, offset);
    if (value != EXPO_UNKNOWN) {
        series_count(series, value);
    }
}

/* The clocks behind these values resolve microseconds at best: more digits would be noise. */
static int64_t seconds_ns(double seconds)
{
    return llround(seconds * 1e6) * NS_PER_US;
}

void family_emit_view_seconds(struct series *series, const struct family_source *source,
                              size_t offset)
{
    double seconds = *(const double *)family_value(source->view, offset);
    if (seconds >= 0) {
        series_seconds(series, seconds_ns(seconds));
    }
}

const char *const family_directions[FAMILY_DIRECTIONS] = {"sd", "ds"};

const struct way_tally *family_tally_way(const struct report *report, unsigned direction)
{
    return direction == 0 ? &report->tally.sd : &report->tally.ds;
}

const struct way *family_latest_way(const struct report *report, unsigned direction)
{
    return direction == 0 ? &report->latest.sd : &report->latest.ds;
}
