/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/packet.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/dscp.h"
#include "config/duration.h"

static const char out_of_range[] = "is out of range";

const char *packet_parse_dscp(const char *text, int64_t *out)
{
    uint8_t dscp;
    if (!dscp_parse(text, &dscp)) {
        return "is no DSCP";
    }
    *out = dscp;
    return NULL;
}

const char *packet_parse_tos(const char *text, int64_t *out)
{
    bool is_hex = strncmp(text, "0x", 2) == 0;
    const char *digits = is_hex ? text + 2 : text;
    size_t count = strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789");
    if (count == 0 || digits[count] != '\0') {
        return "is not a whole number in decimal, or in hexadecimal after 0x";
    }
    if (!is_hex && count > 1 && digits[0] == '0') {
        return "has a leading zero";
    }
    unsigned long number = count > (is_hex ? 2 : 3) ? 256 : strtoul(digits, NULL, is_hex ? 16 : 10);
    if (number > UINT8_MAX) {
        return out_of_range;
    }
    *out = (int64_t)number;
    return NULL;
}

const char *packet_check_device(const char *text)
{
    size_t length = strlen(text);
    if (length == 0) {
        return "is empty";
    }
    if (length >= sizeof((struct io_options *)NULL)->device) {
        return "is too long";
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || c == 0x7f || c == '/') {
            return "has a character that no device name has";
        }
    }
    return NULL;
}

const char *packet_parse_life(const char *text, int64_t *out_ns)
{
    int64_t ns;
    if (strcmp(text, "forever") == 0) {
        *out_ns = SPEC_FOREVER;
        return NULL;
    }
    const char *problem = duration_parse(text, &ns);
    if (problem == NULL && (ns < SPEC_LIFE_MIN_NS || ns > SPEC_LIFE_MAX_NS)) {
        problem = out_of_range;
    }
    if (problem == NULL) {
        *out_ns = ns;
    }
    return problem;
}

const char *packet_parse_start(const char *text, enum spec_start *out, int64_t *out_after_ns)
{
    static const char *const words[] = {
        [SPEC_START_SPREAD] = "spread",
        [SPEC_START_NOW] = "now",
        [SPEC_START_PENDING] = "pending",
    };
    static const char after[] = "after ";
    int64_t ns;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], text) == 0) {
            *out = (enum spec_start)i;
            *out_after_ns = 0;
            return NULL;
        }
    }
    if (strncmp(text, after, sizeof after - 1) != 0) {
        return "is no time to start";
    }
    const char *problem = duration_parse(text + sizeof after - 1, &ns);
    if (problem != NULL) {
        return problem;
    }
    if (ns > SPEC_START_AFTER_MAX_NS) {
        return out_of_range;
    }
    *out = SPEC_START_AFTER;
    *out_after_ns = ns;
    return NULL;
}
