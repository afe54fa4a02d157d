/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/decimal.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/time.h"

#define FRACTION_DIGITS 9

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

static size_t count_digits(uint64_t value)
{
    for (size_t digits = 1;; digits += 4, value /= 10000) {
        if (value < 10) {
            return digits;
        }
        if (value < 100) {
            return digits + 1;
        }
        if (value < 1000) {
            return digits + 2;
        }
        if (value < 10000) {
            return digits + 3;
        }
    }
}

/* Writes the last `digits` digits of `value`, with leading zeros when it has fewer. */
static char *put_digits(char *at, uint64_t value, size_t digits)
{
    char *end = at + digits;
    while (digits >= 2) {
        digits -= 2;
        memcpy(at + digits, pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (digits == 1) {
        *at = (char)('0' + value % 10);
    }
    return end;
}

char *decimal_count_long(char *at, uint64_t value)
{
    return put_digits(at, value, count_digits(value));
}

/* The point and what follows it; nothing for 0. */
static char *put_fraction(char *at, uint32_t fraction_ns)
{
    size_t digits = FRACTION_DIGITS;
    if (fraction_ns == 0) {
        return at;
    }
    while (fraction_ns % 1000 == 0) {
        fraction_ns /= 1000;
        digits -= 3;
    }
    while (fraction_ns % 10 == 0) {
        fraction_ns /= 10;
        digits--;
    }
    *at++ = '.';
    return put_digits(at, fraction_ns, digits);
}

char *decimal_seconds(char *at, int64_t value_ns)
{
    uint64_t magnitude = value_ns < 0 ? 0 - (uint64_t)value_ns : (uint64_t)value_ns;
    if (value_ns < 0) {
        *at++ = '-';
    }
    at = decimal_count(at, magnitude / (uint64_t)NS_PER_SECOND);
    return put_fraction(at, (uint32_t)(magnitude % (uint64_t)NS_PER_SECOND));
}

/* d.ddde[+-]XX of a value that is not 0. */
static char *put_scientific(char *at, uint64_t value, int exponent)
{
    while (value % 10 == 0) {
        value /= 10;
    }
    size_t digits = count_digits(value);
    put_digits(at + 1, value, digits);
    at[0] = at[1];
    at[1] = '.';
    at += digits > 1 ? digits + 1 : 1;
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    return put_digits(at, (uint64_t)(exponent < 0 ? -exponent : exponent), 2);
}

char *decimal_bound(char *at, int64_t bound_ns)
{
    assert(bound_ns >= 0);
    uint64_t value = (uint64_t)bound_ns;
    int exponent = (int)count_digits(value) - 1 - FRACTION_DIGITS;
    if (value > 0 && (exponent < -4 || exponent >= 6)) {
        return put_scientific(at, value, exponent);
    }
    at = decimal_seconds(at, bound_ns);
    if (bound_ns % NS_PER_SECOND == 0) {
        memcpy(at, ".0", 2);
        at += 2;
    }
    return at;
}
