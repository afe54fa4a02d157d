/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "base/dscp.h"
#include "cli/trace.h"
#include "config/address.h"
#include "config/duration.h"
#include "host/lookup.h"

#define TIMEOUT_MIN_NS (10 * NS_PER_MS)
#define TIMEOUT_MAX_NS (60 * NS_PER_SECOND)

static bool read_number(const struct options *options, const char *name, uint64_t max,
                        unsigned *out)
{
    uint64_t value;
    const char *text = options_value(options, name);
    char allowed[32];
    if (options_parse_number(text, 1, max, &value)) {
        *out = (unsigned)value;
        return true;
    }
    snprintf(allowed, sizeof allowed, "1 to %u", (unsigned)max);
    options_refuse(options, name, text, allowed);
    return false;
}

static bool read_numbers(const struct options *options, struct trace_settings *out)
{
    unsigned port, flows, probes, hops;
    if (!read_number(options, "port", UINT16_MAX, &port) ||
        !read_number(options, "flows", TRACE_FLOWS_MAX, &flows) ||
        !read_number(options, "probes", TRACE_PROBES_MAX, &probes) ||
        !read_number(options, "max-hops", TRACE_HOPS_MAX, &hops)) {
        return false;
    }
    out->peer.port = out->protocol == TRACE_UDP ? (uint16_t)port : 0;
    out->flows = (uint8_t)flows;
    out->probes = (uint8_t)probes;
    out->max_hops = (uint8_t)hops;
    return true;
}

static bool read_words(const struct options *options, struct trace_settings *out)
{
    const char *protocol = options_value(options, "protocol");
    const char *timeout = options_value(options, "timeout");
    const char *dscp = options_value(options, "dscp");
    uint8_t code;
    out->protocol = strcmp(protocol, "icmp") == 0 ? TRACE_ICMP : TRACE_UDP;
    if (strcmp(protocol, trace_protocol_name(out->protocol)) != 0) {
        options_refuse(options, "protocol", protocol, "udp or icmp");
        return false;
    }
    if (duration_parse(timeout, &out->timeout_ns) != NULL || out->timeout_ns < TIMEOUT_MIN_NS ||
        out->timeout_ns > TIMEOUT_MAX_NS) {
        options_refuse(options, "timeout", timeout, "a duration from 10ms to 60s");
        return false;
    }
    if (!dscp_parse(dscp, &code)) {
        options_refuse(options, "dscp", dscp,
                       "a DSCP: default, cs0 to cs7, af11 to af43, ef, va, "
                       "le, 0 to 63");
        return false;
    }
    out->tos = (uint8_t)(code << 2);
    return true;
}

static bool read_source(const struct options *options, struct trace_settings *out)
{
    const char *source = options_value(options, "source-address");
    const char *device = options_value(options, "interface");
    const char *problem = source == NULL ? NULL : address_parse_source(source, &out->source);
    if (problem != NULL) {
        options_reject(options, "source-address", source, problem);
        return false;
    }
    if (device != NULL && (device[0] == '\0' || strlen(device) >= sizeof out->options.device)) {
        options_refuse(options, "interface", device, "a device name of up to 15 bytes");
        return false;
    }
    if (device != NULL) {
        memcpy(out->options.device, device, strlen(device) + 1);
    }
    return true;
}

static bool read_host(const struct options *options, struct trace_settings *out)
{
    static const struct addr none;
    const char *version = options_value(options, "ip-version");
    const char *host = options->positional[0];
    enum addr_family family = out->source.family;
    if (version != NULL && strcmp(version, "4") != 0 && strcmp(version, "6") != 0) {
        options_refuse(options, "ip-version", version, "4 or 6");
        return false;
    }
    if (version != NULL) {
        family = version[0] == '6' ? ADDR_IPV6 : ADDR_IPV4;
    }
    int error = lookup_address(host, family, &none, &out->peer);
    if (error != 0) {
        fprintf(stderr, "%s: %s: %s\n", options->program->name, host, gai_strerror(error));
        return false;
    }
    bool is_host = !addr_is_any(&out->peer) && !addr_is_multicast(&out->peer);
    if (!is_host || (family != ADDR_NONE && out->peer.family != family) ||
        (out->source.family != ADDR_NONE && out->source.family != out->peer.family)) {
        fprintf(stderr, "%s: %s: %s\n", options->program->name, host,
                is_host ? "the host, --source-address and --ip-version mix IPv4 and IPv6"
                        : "this is not the address of a host");
        return false;
    }
    return true;
}

bool cli_trace_read(const struct options *options, struct trace_settings *out)
{
    return read_words(options, out) && read_source(options, out) && read_host(options, out) &&
           read_numbers(options, out);
}
