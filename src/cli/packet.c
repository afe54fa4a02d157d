/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/packet.h"

#include <stdio.h>
#include <string.h>

#include "base/dscp.h"
#include "config/packet.h"

/* The two flags exclude each other. False after a message. */
static bool is_only(const struct options *options, const char *one, const char *other)
{
    if (options_has(options, one) && options_has(options, other)) {
        fprintf(stderr, "ipsla probe: --%s and --%s exclude each other\n", one, other);
        return false;
    }
    return true;
}

static bool read_tos(const struct options *options, struct spec *spec)
{
    const char *dscp = options_value(options, "dscp");
    const char *tos = options_value(options, "tos");
    int64_t number = 0;
    if (!is_only(options, "dscp", "tos")) {
        return false;
    }
    if (dscp != NULL && packet_parse_dscp(dscp, &number) != NULL) {
        options_refuse(options, "dscp", dscp, "a name (ef, af41, cs1, ...) or 0 to 63");
        return false;
    }
    number <<= 2;
    if (tos != NULL && packet_parse_tos(tos, &number) != NULL) {
        options_refuse(options, "tos", tos, "0 to 255 or 0x00 to 0xff");
        return false;
    }
    if (dscp != NULL || tos != NULL) {
        spec->path.tos = (uint8_t)number;
    }
    return true;
}

static bool read_device(const struct options *options, const char *name, struct spec *spec)
{
    const char *text = options_value(options, name);
    const char *problem = text == NULL ? NULL : packet_check_device(text);
    if (problem != NULL) {
        options_reject(options, name, text, problem);
        return false;
    }
    if (text != NULL) {
        memcpy(spec->path.options.device, text, strlen(text) + 1);
    }
    return true;
}

static bool read_number(const struct options *options, const char *name, uint64_t max,
                        uint64_t *out)
{
    const char *text = options_value(options, name);
    if (text != NULL && !options_parse_number(text, 1, max, out)) {
        char allowed[32];
        snprintf(allowed, sizeof allowed, "1 to %u", (unsigned)max);
        options_refuse(options, name, text, allowed);
        return false;
    }
    return true;
}

bool cli_read_packet(const struct options *options, struct spec *spec)
{
    uint64_t ttl = spec->path.options.ttl;
    uint64_t source_port = spec->path.source.port;
    if (!read_tos(options, spec) || !is_only(options, "interface", "vrf") ||
        !read_device(options, "interface", spec) || !read_device(options, "vrf", spec) ||
        !read_number(options, "ttl", UINT8_MAX, &ttl) ||
        !read_number(options, "source-port", UINT16_MAX, &source_port)) {
        return false;
    }
    if (options_has(options, "vrf") || options_has(options, "interface")) {
        spec->path.is_vrf = options_has(options, "vrf");
    }
    spec->path.options.ttl = (uint8_t)ttl;
    spec->path.options.dont_fragment =
        spec->path.options.dont_fragment || options_has(options, "dont-fragment");
    spec->path.source.port = (uint16_t)source_port;
    return true;
}
