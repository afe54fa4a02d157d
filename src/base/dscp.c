/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/dscp.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The first name of a value is the one that is written. */
static const struct {
    const char *name;
    uint8_t dscp;
} names[] = {
    {"default", 0}, {"cs0", 0},   {"cs1", 8},   {"cs2", 16},  {"cs3", 24},  {"cs4", 32},
    {"cs5", 40},    {"cs6", 48},  {"cs7", 56},  {"af11", 10}, {"af12", 12}, {"af13", 14},
    {"af21", 18},   {"af22", 20}, {"af23", 22}, {"af31", 26}, {"af32", 28}, {"af33", 30},
    {"af41", 34},   {"af42", 36}, {"af43", 38}, {"ef", 46},   {"va", 44},   {"le", 1},
};
#define NAME_COUNT (sizeof names / sizeof names[0])

static bool parse_number(const char *text, uint8_t *out)
{
    size_t digits = strspn(text, "0123456789");
    unsigned number = 0;
    if (digits == 0 || digits > 2 || text[digits] != '\0' || (digits > 1 && text[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        number = number * 10 + (unsigned)(text[i] - '0');
    }
    if (number > DSCP_MAX) {
        return false;
    }
    *out = (uint8_t)number;
    return true;
}

bool dscp_parse(const char *text, uint8_t *out)
{
    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (strcmp(names[i].name, text) == 0) {
            *out = names[i].dscp;
            return true;
        }
    }
    return parse_number(text, out);
}

const char *dscp_name(size_t index)
{
    return index < NAME_COUNT ? names[index].name : NULL;
}

char *dscp_format(uint8_t dscp, char text[DSCP_TEXT_MAX])
{
    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (names[i].dscp == dscp) {
            snprintf(text, DSCP_TEXT_MAX, "%s", names[i].name);
            return text;
        }
    }
    snprintf(text, DSCP_TEXT_MAX, "%u", (unsigned)dscp);
    return text;
}
