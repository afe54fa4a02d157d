/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A range is cut where the digits behind can be any: 8..123 is 8-9, 10-99, 100-119, 120-123. */
#include "config/number_pattern.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/duration.h"

#define DIGITS_MAX 20

/* The largest number up to `max` that differs from `min` in trailing digits only, each of which can
 * then be any from there on. */
static int64_t last_of_run(int64_t min, int64_t max)
{
    int64_t last = min, unit = 1;
    while (min % (unit * 10) == 0 && min > 0 && min + unit * 10 - 1 <= max &&
           unit <= INT64_MAX / 100) {
        unit *= 10; /* the digits below can be any */
    }
    int64_t digit = min / unit % 10;
    for (; digit <= 9 && last + unit - 1 <= max; digit++) {
        min = last + unit - 1;
        last = min + 1;
    }
    return min;
}

static void add_run(int64_t first, int64_t last, struct buf *out)
{
    char low[DIGITS_MAX], high[DIGITS_MAX];
    snprintf(low, sizeof low, "%" PRId64, first);
    snprintf(high, sizeof high, "%" PRId64, last);
    size_t any = 0;
    for (size_t i = 0; low[i] != '\0'; i++) {
        if (low[i] == high[i]) {
            buf_add_char(out, low[i]);
        } else if (low[i] == '0' && high[i] == '9') {
            any++;
        } else {
            buf_printf(out, "[%c-%c]", low[i], high[i]);
        }
    }
    if (any > 0) {
        buf_printf(out, any == 1 ? "[0-9]" : "[0-9]{%zu}", any);
    }
}

void number_pattern_add(int64_t min, int64_t max, struct buf *out)
{
    const char *separator = "";
    while (min <= max) {
        int64_t last = last_of_run(min, max);
        buf_add_string(out, separator);
        add_run(min, last, out);
        separator = "|";
        min = last + 1;
    }
}

void number_pattern_add_durations(int64_t min_ns, int64_t max_ns, struct buf *out)
{
    const char *separator = "";
    const char *name;
    int64_t unit_ns;
    for (size_t i = 0; (name = duration_unit(i, &unit_ns)) != NULL; i++) {
        int64_t min = (min_ns + unit_ns - 1) / unit_ns, max = max_ns / unit_ns;
        if (min > max) {
            continue;
        }
        buf_printf(out, "%s0*(?:", separator);
        number_pattern_add(min, max, out);
        buf_printf(out, ")%s", name);
        separator = "|";
    }
}
