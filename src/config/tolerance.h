/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The key `clock_tolerance`: how much error of both clocks together a one-way delay may have, as
 * the clock-tolerance of IOS: a duration of 0 to 100 ms, or 0% to 100% of the delay. */
#ifndef CONFIG_TOLERANCE_H
#define CONFIG_TOLERANCE_H

#include <stdint.h>

/* The number of spec_set_tolerance. Returns what is wrong, NULL when nothing is; `out` is untouched
 * otherwise. */
const char *tolerance_parse(const char *text, int64_t *out);

#endif
