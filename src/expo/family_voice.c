/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of scores of a call. */
#include "expo/family.h"

#include <math.h>

#include "base/time.h"

static const struct voice *latest_voice(const struct family_source *source)
{
    const struct voice *voice = &source->report->latest.voice;
    return voice->is_scored ? voice : NULL;
}

static void add_mos(struct series *series, const char *method, double mos)
{
    series_seconds_by(series, method, llround(mos * 100) * (NS_PER_SECOND / 100));
}

static void emit_mos(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct voice *voice = latest_voice(source);
    if (voice != NULL) {
        add_mos(series, "cisco", voice->mos_hundredths / 100.0);
        add_mos(series, "emodel_cq", voice->mos_cq);
        add_mos(series, "emodel_lq", voice->mos_lq);
    }
}

static void emit_icpif(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct voice *voice = latest_voice(source);
    if (voice != NULL) {
        series_count(series, voice->icpif);
    }
}

/* series_seconds writes any decimal that is given in billionths. */
static void emit_r_factor(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct voice *voice = latest_voice(source);
    if (voice != NULL) {
        series_seconds(series, llround(voice->r_factor * 100) * (NS_PER_SECOND / 100));
    }
}

static const struct family rows[] = {
    {{"ipsla_mos_score",
      METRIC_GAUGE,
      NULL,
      "Mean opinion score of a call during the latest operation: as IOS prints it (cisco), by the "
      "E-model with the delay (emodel_cq) and without it (emodel_lq).",
      {"method"}},
     FAMILY_JITTER,
     emit_mos,
     0},
    {{"ipsla_icpif",
      METRIC_GAUGE,
      NULL,
      "Calculated planning impairment factor of the latest operation, as IOS prints it.",
      {NULL}},
     FAMILY_JITTER,
     emit_icpif,
     0},
    {{"ipsla_r_factor",
      METRIC_GAUGE,
      NULL,
      "R factor of a call during the latest operation (ITU-T G.107).",
      {NULL}},
     FAMILY_JITTER,
     emit_r_factor,
     0},
};
const struct family_part family_of_voice = {rows, sizeof rows / sizeof rows[0]};
