/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/pattern.h"

#include <string.h>

#include "base/hex.h"

bool pattern_parse(const char *text, struct pattern *out)
{
    size_t digits = strlen(text);
    if (digits == 0 || digits % 2 != 0 || digits > 2 * PATTERN_BYTES_MAX) {
        return false;
    }
    struct pattern pattern = {.size = (uint8_t)(digits / 2)};
    for (size_t i = 0; i < digits; i++) {
        int value = hex_digit(text[i]);
        if (value < 0) {
            return false;
        }
        pattern.bytes[i / 2] = (uint8_t)(pattern.bytes[i / 2] << 4 | value);
    }
    *out = pattern;
    return true;
}

static uint8_t byte_at(const struct pattern *pattern, size_t place)
{
    static const uint8_t standard[] = {0xab, 0xcd};
    return pattern->size == 0 ? standard[place % sizeof standard]
                              : pattern->bytes[place % pattern->size];
}

/* Repeated, so that two of different sizes come to an end together within this. */
#define COMMON_BYTES ((size_t)PATTERN_BYTES_MAX * PATTERN_BYTES_MAX)

bool pattern_is_equal(const struct pattern *a, const struct pattern *b)
{
    for (size_t i = 0; i < COMMON_BYTES; i++) {
        if (byte_at(a, i) != byte_at(b, i)) {
            return false;
        }
    }
    return true;
}

void pattern_fill(const struct pattern *pattern, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = byte_at(pattern, i);
    }
}

bool pattern_matches(const struct pattern *pattern, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != byte_at(pattern, i)) {
            return false;
        }
    }
    return true;
}
