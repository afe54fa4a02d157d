/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions, as ECMAScript has them, for numbers and durations in a range. */
#ifndef CONFIG_NUMBER_PATTERN_H
#define CONFIG_NUMBER_PATTERN_H

#include <stdint.h>

#include "base/buf.h"

/* Appends alternatives for the decimal numbers min..max, both 0 or more, without leading zeros:
 * "[1-9]|10". */
void number_pattern_add(int64_t min, int64_t max, struct buf *out);

/* Appends alternatives for the durations of duration_parse from min_ns to max_ns. */
void number_pattern_add_durations(int64_t min_ns, int64_t max_ns, struct buf *out);

#endif
