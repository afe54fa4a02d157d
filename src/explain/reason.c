/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "explain/reason.h"

#include <errno.h>
#include <string.h>

#include "operation/operation.h"

/* Below it a port takes a privilege, unless the system is told otherwise. */
#define FIRST_FREE_PORT 1024

static void add_device(const struct spec *spec, struct buf *out)
{
    buf_printf(out, "%s %s", spec->path.is_vrf ? "vrf" : "interface", spec->path.options.device);
}

void reason_add_unsent(const struct spec *spec, const struct round *round, struct buf *out)
{
    if (round->unsent_error != 0) {
        reason_add(spec, round->unsent_error, out);
    } else {
        buf_add_string(out, "dropped by a queue of this host");
    }
}

/* The likeliest cause, where the words of the system name none. Routes of type blackhole, prohibit
 * and unreachable give errors of their own (ip-route(8)). */
static const char *general_hint(int error)
{
    switch (error) {
    case EPERM:
        return "; a firewall of this host forbids it";
    case EACCES:
        return "; a firewall or a route of type prohibit of this host forbids it";
    case EINVAL:
        return "; a route of type blackhole of this host, or a source address that cannot reach it";
    case ENETUNREACH:
        return "; this host has no route to it";
    case EHOSTUNREACH:
        return "; the next hop of this host does not answer, or a route of type unreachable";
    case EMFILE:
        return "; raise LimitNOFILE= of the unit, or ulimit -n";
    case EADDRINUSE:
    case EADDRNOTAVAIL:
        return "; no local port is free: widen net.ipv4.ip_local_port_range";
    case ENOBUFS:
        return "; the queue of the network device of this host is full";
    default:
        return "";
    }
}

void reason_add(const struct spec *spec, int error, struct buf *out)
{
    const char *text = error == 0 ? "unknown error" : strerror(error);
    char ip[ADDR_TEXT_MAX];
    if (error == EPROTONOSUPPORT && spec->operation->privilege != NULL) {
        buf_add_string(out, spec->operation->privilege);
    } else if (error == EPERM && spec->path.options.device[0] != '\0') {
        add_device(spec, out);
        buf_printf(out, ": %s; before Linux 5.7 this needs CAP_NET_RAW, later only a firewall",
                   text);
        buf_add_string(out, " of this host forbids it");
    } else if (error == EACCES && spec->path.source.port != 0 &&
               spec->path.source.port < FIRST_FREE_PORT) {
        buf_printf(out, "source_port %u: %s; a port below %d needs CAP_NET_BIND_SERVICE",
                   (unsigned)spec->path.source.port, text, FIRST_FREE_PORT);
    } else if (error == ENODEV) {
        add_device(spec, out);
        buf_printf(out, ": %s", text);
    } else if (error == EADDRNOTAVAIL && spec->path.source.family != ADDR_NONE) {
        buf_printf(out, "source_address %s: %s", addr_format_ip(&spec->path.source, ip), text);
    } else if (error == EADDRINUSE && spec->path.source.port != 0) {
        buf_printf(out, "source_port %u: %s", (unsigned)spec->path.source.port, text);
    } else if (error == EMSGSIZE && spec->path.options.dont_fragment) {
        buf_printf(out, "%s: %u bytes of payload exceed the path MTU, and dont_fragment is set",
                   text, (unsigned)spec->packets.bytes);
    } else {
        buf_add_string(out, text);
        buf_add_string(out, general_hint(error));
    }
}

struct icmp_words {
    uint8_t type, code;
    const char *text, *hint; /* what to look at; "": nothing in particular */
};

static const struct icmp_words words4[] = {
    {3, 0, "network unreachable", ": it has no route to the host"},
    {3, 1, "host unreachable", ": the host is down, or not where its route ends"},
    {3, 2, "protocol unreachable", ""},
    {3, 3, "port unreachable", ""},
    {3, 4, "fragmentation needed", ": the packets are too large for the path"},
    {3, 9, "network administratively prohibited", ": a filter on the way"},
    {3, 10, "host administratively prohibited", ": a filter on the way"},
    {3, 13, "administratively prohibited", ": a filter on the way"},
    {11, 0, "TTL ran out", ": ttl is too small, or a routing loop"},
    {11, 1, "fragments were lost", ""},
};

static const struct icmp_words words6[] = {
    {1, 0, "no route", ": it has no route to the host"},
    {1, 1, "administratively prohibited", ": a filter on the way"},
    {1, 3, "address unreachable", ": the host is down, or not where its route ends"},
    {1, 4, "port unreachable", ""},
    {1, 5, "source address refused by policy", ": a filter on the way"},
    {1, 6, "route rejects", ": a filter on the way"},
    {2, 0, "packet too big", ": the packets are too large for the path"},
    {3, 0, "hop limit ran out", ": ttl is too small, or a routing loop"},
    {3, 1, "fragments were lost", ""},
};

static const struct icmp_words *find_words(const struct icmp_error *icmp)
{
    bool is_ipv6 = icmp->from.family == ADDR_IPV6;
    const struct icmp_words *words = is_ipv6 ? words6 : words4;
    size_t count = is_ipv6 ? sizeof words6 / sizeof words6[0] : sizeof words4 / sizeof words4[0];
    for (size_t i = 0; i < count; i++) {
        if (words[i].type == icmp->type && words[i].code == icmp->code) {
            return &words[i];
        }
    }
    return NULL;
}

void reason_add_icmp(const struct icmp_error *icmp, int error, struct buf *out)
{
    char ip[ADDR_TEXT_MAX];
    const struct icmp_words *words = icmp->from.family == ADDR_NONE ? NULL : find_words(icmp);
    buf_add_string(out, words != NULL ? words->text : strerror(error));
    if (icmp->from.family != ADDR_NONE) {
        buf_printf(out, ", says %s", addr_format_ip(&icmp->from, ip));
    }
    buf_add_string(out, words != NULL ? words->hint : "");
}

void reason_add_icmp_kind(const struct icmp_error *icmp, struct buf *out)
{
    const struct icmp_words *words = find_words(icmp);
    if (words != NULL) {
        buf_add_string(out, words->text);
    } else {
        buf_printf(out, "type %u, code %u", (unsigned)icmp->type, (unsigned)icmp->code);
    }
}
