/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* OpenMetrics text 2.0: a histogram is one line with its native and its classic buckets, names are
 * those of the samples, start times stand on the line. Only for scrapers that ask for exactly this
 * version: parsers of 1.0 fail at it. Source: OpenMetrics 2.0, as Prometheus 3.16 reads it. */
#ifndef EXPO_OPENMETRICS2_H
#define EXPO_OPENMETRICS2_H

#include "expo/format.h"

extern const struct expo_format format_openmetrics2;

#endif
