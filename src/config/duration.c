/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"

static const struct unit {
    const char *name;
    int64_t ns;
} units[] = {
    {"d", MS_PER_DAY *NS_PER_MS}, {"h", 3600 * NS_PER_SECOND}, {"m", 60 * NS_PER_SECOND},
    {"s", NS_PER_SECOND},         {"ms", NS_PER_MS},           {"us", NS_PER_US},
};
#define UNIT_COUNT (sizeof units / sizeof units[0])

static const struct unit *find_unit(const char *name)
{
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strcmp(units[i].name, name) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

const char *duration_parse(const char *text, int64_t *out_ns)
{
    const char *at = text;
    int64_t ns = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0) {
        return "is not a duration such as 20ms or 60s";
    }
    const char *name = text + digits;
    if (*name == '\0') {
        return "has no unit (us, ms, s, m, h or d), as in 20ms or 60s";
    }
    if (*name == '.' || *name == ',') {
        return "has a fraction; use a smaller unit, as in 1500us or 500ms";
    }
    if (strpbrk(name, " \t") != NULL) {
        return "has a space; write number and unit together, as in 20ms or 60s";
    }
    const struct unit *unit = find_unit(name);
    if (unit == NULL) {
        return "has no known unit; these are us, ms, s, m, h and d, as in 20ms or 60s";
    }
    for (; at < name; at++) {
        if (__builtin_mul_overflow(ns, 10, &ns) || __builtin_add_overflow(ns, *at - '0', &ns)) {
            return "is too long a time";
        }
    }
    if (__builtin_mul_overflow(ns, unit->ns, &ns)) {
        return "is too long a time";
    }
    *out_ns = ns;
    return NULL;
}

const char *duration_unit(size_t index, int64_t *out_ns)
{
    *out_ns = index < UNIT_COUNT ? units[index].ns : 0;
    return index < UNIT_COUNT ? units[index].name : NULL;
}

char *duration_format(int64_t ns, char text[DURATION_TEXT_MAX])
{
    if (ns == 0) {
        memcpy(text, "0s", 3);
        return text;
    }
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (ns % units[i].ns == 0) {
            snprintf(text, DURATION_TEXT_MAX, "%" PRId64 "%s", ns / units[i].ns, units[i].name);
            return text;
        }
    }
    snprintf(text, DURATION_TEXT_MAX, "%" PRId64 "ns", ns);
    return text;
}
