/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The bytes that fill up a probe: a few, repeated. */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_BYTES_MAX 8

struct pattern {
    uint8_t bytes[PATTERN_BYTES_MAX];
    uint8_t size; /* 0: AB CD */
};

/* Reads 1 to 8 bytes in hexadecimal digits, two each. False otherwise; `out` untouched. */
bool pattern_parse(const char *text, struct pattern *out);

/* Whether they fill with the same bytes. */
bool pattern_is_equal(const struct pattern *a, const struct pattern *b);

void pattern_fill(const struct pattern *pattern, uint8_t *out, size_t size);

/* Whether `bytes` are what pattern_fill writes. */
bool pattern_matches(const struct pattern *pattern, const uint8_t *bytes, size_t size);

#endif
