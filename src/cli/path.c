/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/path.h"

#include <stdio.h>
#include <string.h>

#include "config/port_range.h"

static bool read_source(const struct key_flags *flags, struct spec *spec)
{
    struct value address;
    int64_t port = spec->path.source.port, flows = spec->packets.flows;
    if (!key_flag_value(flags, spec->operation, SLOT_SOURCE_ADDRESS, NULL, &address) ||
        !key_flag_number(flags, spec, SLOT_SOURCE_PORT, &port) ||
        !key_flag_number(flags, spec, SLOT_ECMP_PORTS, &flows)) {
        return false;
    }
    spec->packets.flows = (uint8_t)flows;
    if (address.state == VALUE_SET) {
        spec->path.source = address.addr;
    }
    spec->path.source.port = (uint16_t)port;
    return true;
}

/* The ports of a range, instead of a first one and a number of them. */
static bool read_source_ports(const struct key_flags *flags, struct spec *spec)
{
    struct value ports;
    if (!key_flags_exclude(flags, SLOT_SOURCE_PORT, SLOT_SOURCE_PORTS) ||
        !key_flags_exclude(flags, SLOT_ECMP_PORTS, SLOT_SOURCE_PORTS) ||
        !key_flag_value(flags, spec->operation, SLOT_SOURCE_PORTS, NULL, &ports)) {
        return false;
    }
    if (ports.state == VALUE_SET) {
        struct port_range range = port_range_unpack(ports.number);
        spec->path.source.port = range.first;
        spec->packets.flows = (uint8_t)port_range_count(range);
    }
    return true;
}

static bool read_ip_version(const struct key_flags *flags, struct spec *spec)
{
    static const enum addr_family versions[] = {ADDR_IPV4, ADDR_IPV6};
    struct value version;
    if (!key_flag_value(flags, spec->operation, SLOT_IP_VERSION, NULL, &version)) {
        return false;
    }
    if (version.state == VALUE_SET) {
        spec->path.ip_version = versions[version.number];
    }
    return true;
}

/* Host, source and IP version agree. */
static bool check_versions(const struct spec *spec)
{
    struct addr host = {0};
    enum addr_family source = spec->path.source.family;
    enum addr_family wanted = spec_ip_version(spec);
    addr_parse_ip(spec->identity.host, &host);
    if (addr_is_link_local(&host)) {
        fprintf(stderr, "ipsla probe: %s is link-local: by which interface? (%s%%eth0)\n",
                spec->identity.host, spec->identity.host);
        return false;
    }
    bool is_ipv6 = host.family == ADDR_IPV6 || source == ADDR_IPV6 || wanted == ADDR_IPV6;
    if (spec->operation->ipv4_only != NULL && is_ipv6) {
        fprintf(stderr, "ipsla probe: %s is for IPv4 only: %s\n", spec->operation->name,
                spec->operation->ipv4_only);
        return false;
    }
    bool is_clash = host.family != ADDR_NONE && wanted != ADDR_NONE && host.family != wanted;
    if (is_clash || (source != ADDR_NONE && source != wanted)) {
        fprintf(stderr, "ipsla probe: host, --source-address and --ip-version mix IPv4 and IPv6\n");
        return false;
    }
    return true;
}

static bool read_tos(const struct key_flags *flags, struct spec *spec)
{
    struct value dscp, tos;
    if (!key_flags_exclude(flags, SLOT_DSCP, SLOT_TOS) ||
        !key_flag_value(flags, spec->operation, SLOT_DSCP, NULL, &dscp) ||
        !key_flag_value(flags, spec->operation, SLOT_TOS, NULL, &tos)) {
        return false;
    }
    if (dscp.state == VALUE_SET) {
        spec->path.tos = (uint8_t)(dscp.number * 4);
    } else if (tos.state == VALUE_SET) {
        spec->path.tos = (uint8_t)tos.number;
    }
    return true;
}

static bool read_device(const struct key_flags *flags, enum slot slot, struct spec *spec)
{
    struct value device;
    if (!key_flag_value(flags, spec->operation, slot, NULL, &device)) {
        return false;
    }
    if (device.state == VALUE_SET) {
        const char *name = key_flag_text(flags, slot);
        memcpy(spec->path.options.device, name, strlen(name) + 1);
        spec->path.is_vrf = slot == SLOT_VRF;
    }
    return true;
}

static bool read_options(const struct key_flags *flags, struct spec *spec)
{
    int64_t ttl = spec->path.options.ttl;
    if (!key_flags_exclude(flags, SLOT_INTERFACE, SLOT_VRF) ||
        !read_device(flags, SLOT_INTERFACE, spec) || !read_device(flags, SLOT_VRF, spec) ||
        !key_flag_number(flags, spec, SLOT_TTL, &ttl)) {
        return false;
    }
    spec->path.options.ttl = (uint8_t)ttl;
    if (key_flag_text(flags, SLOT_DONT_FRAGMENT) != NULL) {
        spec->path.options.dont_fragment = true;
    }
    return true;
}

bool cli_read_path(const struct key_flags *flags, struct spec *spec)
{
    return read_source(flags, spec) && read_source_ports(flags, spec) &&
           read_ip_version(flags, spec) && check_versions(spec) && read_tos(flags, spec) &&
           read_options(flags, spec);
}
