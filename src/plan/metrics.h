/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a scrape of a configuration will hold: counted in what the exposition itself writes of
 * example reports (plan/example.h). */
#ifndef PLAN_METRICS_H
#define PLAN_METRICS_H

#include <stdint.h>

#include "config/config.h"
#include "expo/view.h"

/* As the configuration says; or every target at one level, with native histograms only. */
enum metrics_form { METRICS_CONFIGURED, METRICS_MINIMAL, METRICS_DEFAULT, METRICS_ALL };
#define METRICS_FORMS 4
/* "as configured", "series: minimal", ... */
const char *metrics_form_name(enum metrics_form form);

struct metrics_size {
    uint64_t series; /* with classic buckets, as text 0.0.4 has them */
    uint64_t native_series; /* when a histogram is one series: stored as native */
    uint64_t text_bytes; /* text 0.0.4 */
    uint64_t protobuf_bytes; /* METRICS_CONFIGURED: as `histograms` says; else native only */
};

/* `responder` is NULL when the configuration has none. */
void metrics_measure(const struct config *config, const struct expo_responder *responder,
                     struct metrics_size out[METRICS_FORMS]);

#endif
