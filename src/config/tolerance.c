/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/tolerance.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "config/duration.h"

#define ABSOLUTE_MAX_NS (100000 * NS_PER_US)

static const char out_of_range[] = "is out of range";

static const char *parse_percent(const char *text, size_t digits, int64_t *out)
{
    if (digits > 1 && text[0] == '0') {
        return "has a leading zero";
    }
    if (digits > 3 || strtol(text, NULL, 10) > 100) {
        return out_of_range;
    }
    *out = -strtol(text, NULL, 10);
    return NULL;
}

const char *tolerance_parse(const char *text, int64_t *out)
{
    int64_t ns;
    size_t digits = strspn(text, "0123456789");
    if (digits > 0 && strcmp(text + digits, "%") == 0) {
        return parse_percent(text, digits, out);
    }
    if (digits > 0 && text[digits] == '\0') {
        return "has no unit (us, ms or %), as in 500us or 5%";
    }
    if (digits == 0 || strchr(text, '%') != NULL) {
        return "is neither a duration nor a whole percentage";
    }
    const char *problem = duration_parse(text, &ns);
    if (problem == NULL && ns > ABSOLUTE_MAX_NS) {
        problem = out_of_range;
    }
    if (problem == NULL) {
        *out = ns;
    }
    return problem;
}
