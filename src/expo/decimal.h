/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text, exactly and without floating point: what is written is the shortest decimal that
 * is equal to the integer it was made from. Each function writes at most DECIMAL_MAX characters,
 * without a NUL, and returns where they end. */
#ifndef EXPO_DECIMAL_H
#define EXPO_DECIMAL_H

#include <stdint.h>

#define DECIMAL_MAX 24

/* Of a number of more than one digit. */
char *decimal_count_long(char *at, uint64_t value);

/* "0", "18446744073709551615". */
static inline char *decimal_count(char *at, uint64_t value)
{
    if (value < 10) {
        *at = (char)('0' + value);
        return at + 1;
    }
    return decimal_count_long(at, value);
}

/* Nanoseconds as seconds, without trailing zeros: "0.00025", "12", "-1.5". */
char *decimal_seconds(char *at, int64_t value_ns);

/* Nanoseconds >= 0 as the bound of a bucket, in seconds, by the rule of OpenMetrics 1.0 for `le`:
 * "0.00025", "5.0", scientific below 1e-4 and from 1e6 on ("1e-05"). */
char *decimal_bound(char *at, int64_t bound_ns);

#endif
