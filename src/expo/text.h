/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The text formats that everybody reads. Sources: Prometheus exposition formats (text 0.0.4),
 * OpenMetrics 1.0. */
#ifndef EXPO_TEXT_H
#define EXPO_TEXT_H

#include "expo/format.h"

extern const struct expo_format format_text; /* Prometheus text 0.0.4 */
extern const struct expo_format format_openmetrics; /* OpenMetrics text 1.0 */

#endif
