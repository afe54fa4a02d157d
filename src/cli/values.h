/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sorted values of an operation, and their percentiles: what every way of output needs. */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"

/* Round-trip times of the received packets, sorted; the caller frees *out. Returns how many. */
size_t cli_sorted_rtts(const struct cli_result *result, int64_t **out);

void cli_sort(int64_t *values, size_t count);

/* The smallest of `count` > 0 sorted values that at least `percent` of all do not exceed (nearest
 * rank). */
int64_t cli_percentile(const int64_t *sorted, size_t count, unsigned percent);

#endif
