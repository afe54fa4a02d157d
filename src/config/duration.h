/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Durations as people write them: digits and a unit. */
#ifndef CONFIG_DURATION_H
#define CONFIG_DURATION_H

#include <stddef.h>
#include <stdint.h>

#define DURATION_TEXT_MAX 32

/* Reads "20ms", "1500us", "60s", "5m", "1h", "7d". Returns NULL, or what is wrong with it. */
const char *duration_parse(const char *text, int64_t *out_ns);

/* The units one after the other, NULL beyond the last. */
const char *duration_unit(size_t index, int64_t *out_ns);

/* Writes `ns` >= 0 exactly, in the largest unit that needs no fraction ("0s" for 0). Returns
 * `text`. */
char *duration_format(int64_t ns, char text[DURATION_TEXT_MAX]);

#endif
