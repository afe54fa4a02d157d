/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/lookup.h"

/* A prefix has 256 addresses at most, when forced 65536. */
#define HOST_BITS_MAX 8
#define HOST_BITS_MAX_FORCED 16
#define IPV4_BITS 32
#define IPV6_BITS 128
/* A prefix of fewer bits has no addresses of the network itself and of broadcast. */
#define HOST_BITS_BROADCAST 2
#define MULTICAST_FROM 224
/* Longer than any name of the DNS. */
#define NAME_BYTES_MAX 1024
#define NAME_WIDTH_MIN 4
#define NAME_WIDTH_MAX 40
#define ADDRESS_WIDTH_MIN 15

static bool refuse(const struct options *options, const char *text, const char *problem)
{
    fprintf(stderr, "%s: \"%s\" %s\n", options->program->name, text, problem);
    return false;
}

/* What is wrong with it as the address of one host, or NULL. */
static const char *check(const struct addr *addr)
{
    if (addr_is_mapped(addr)) {
        return "is an IPv4 address in IPv6 writing; write it as an IPv4 address";
    }
    if (addr_is_link_local(addr) && addr->scope == 0) {
        return "is link-local: by which interface? (fe80::1%eth0)";
    }
    bool is_ipv4 = addr->family == ADDR_IPV4;
    if (addr_is_any(addr) || addr_is_multicast(addr) ||
        (is_ipv4 && (addr->ip[0] == 0 || addr->ip[0] >= MULTICAST_FROM))) {
        return "is not the address of a host";
    }
    return NULL;
}

static bool add(const struct options *options, const char *text, struct cli_host host,
                struct cli_hosts *out)
{
    const char *problem = check(&host.addr);
    if (problem != NULL) {
        return refuse(options, text, problem);
    }
    if (out->count == CLI_HOSTS_MAX) {
        return refuse(options, text, "makes it more than 65536 addresses");
    }
    out->hosts[out->count++] = host;
    return true;
}

/* Address number `number` of the prefix, which has no more than 16 host bits. */
static struct addr address_in(const struct addr_prefix *prefix, unsigned number)
{
    struct addr addr = {.family = prefix->family};
    size_t end = prefix->family == ADDR_IPV4 ? IPV4_BITS / 8 : IPV6_BITS / 8;
    memcpy(addr.ip, prefix->ip, sizeof addr.ip);
    addr.ip[end - 1] |= (uint8_t)number;
    addr.ip[end - 2] |= (uint8_t)(number >> 8);
    return addr;
}

static bool refuse_size(const struct options *options, const char *text,
                        const struct addr_prefix *prefix, bool is_forced)
{
    char problem[64];
    bool is_ipv4 = prefix->family == ADDR_IPV4;
    int bits = is_ipv4 ? IPV4_BITS : IPV6_BITS;
    snprintf(problem, sizeof problem, "is larger than a /%d%s",
             bits - (is_forced ? HOST_BITS_MAX_FORCED : HOST_BITS_MAX),
             is_forced ? "" : " (see --force)");
    return refuse(options, text, problem);
}

static bool add_prefix(const struct options *options, const char *text, bool is_forced,
                       struct cli_hosts *out)
{
    struct addr_prefix prefix;
    if (!addr_parse_prefix(text, &prefix)) {
        return refuse(options, text, "is not a prefix address/len with zero host bits");
    }
    bool is_ipv4 = prefix.family == ADDR_IPV4;
    unsigned host_bits = (is_ipv4 ? IPV4_BITS : IPV6_BITS) - (unsigned)prefix.length;
    if (host_bits > (is_forced ? HOST_BITS_MAX_FORCED : HOST_BITS_MAX)) {
        return refuse_size(options, text, &prefix, is_forced);
    }
    unsigned size = 1u << host_bits;
    unsigned edge = is_ipv4 && host_bits >= HOST_BITS_BROADCAST ? 1 : 0;
    for (unsigned i = edge; i < size - edge; i++) {
        if (!add(options, text, (struct cli_host){.addr = address_in(&prefix, i)}, out)) {
            return false;
        }
    }
    return true;
}

/* What may stand in a host name; so a name needs no quoting where it is printed. */
static bool is_name(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t length = strlen(text);
    return length > 0 && length < NAME_BYTES_MAX && strspn(text, allowed) == length;
}

/* Both addresses of a name: a host may answer at one and not at the other. */
static bool add_name(const struct options *options, const char *text, struct cli_hosts *out)
{
    static const enum addr_family families[] = {ADDR_IPV4, ADDR_IPV6};
    const struct addr nothing = {0};
    size_t count = out->count;
    if (!is_name(text)) {
        return refuse(options, text, "is no address, name or prefix");
    }
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        struct cli_host host = {.name = text};
        if (lookup_address(text, families[i], &nothing, &host.addr) == 0 &&
            !add(options, text, host, out)) {
            return false;
        }
    }
    if (out->count == count) {
        refuse(options, text, "has no address, left out");
    }
    return true;
}

/* fe80::1%eth0 */
static bool add_scoped(const struct options *options, const char *text, struct cli_hosts *out)
{
    const struct addr nothing = {0};
    struct cli_host host = {0};
    if (lookup_address(text, ADDR_IPV6, &nothing, &host.addr) != 0 ||
        !addr_is_link_local(&host.addr)) {
        return refuse(options, text, "is no link-local address with an interface of this host");
    }
    return add(options, text, host, out);
}

static bool add_argument(const struct options *options, const char *text, bool is_forced,
                         struct cli_hosts *out)
{
    struct cli_host host = {0};
    if (strchr(text, '/') != NULL) {
        return add_prefix(options, text, is_forced, out);
    }
    if (strchr(text, '%') != NULL) {
        return add_scoped(options, text, out);
    }
    if (!addr_parse_ip(text, &host.addr)) {
        return add_name(options, text, out);
    }
    return add(options, text, host, out);
}

/* By address; of the same address the named one first. */
static int compare(const void *left, const void *right)
{
    const struct cli_host *a = left;
    const struct cli_host *b = right;
    if (a->addr.family != b->addr.family) {
        return a->addr.family == ADDR_IPV4 ? -1 : 1;
    }
    int order = memcmp(a->addr.ip, b->addr.ip, sizeof a->addr.ip);
    if (order == 0) {
        order = (a->addr.scope > b->addr.scope) - (a->addr.scope < b->addr.scope);
    }
    return order != 0 ? order : (a->name == NULL) - (b->name == NULL);
}

static void sort_once(struct cli_hosts *hosts)
{
    size_t kept = 0;
    qsort(hosts->hosts, hosts->count, sizeof *hosts->hosts, compare);
    for (size_t i = 0; i < hosts->count; i++) {
        if (kept == 0 || !addr_is_same_ip(&hosts->hosts[i].addr, &hosts->hosts[kept - 1].addr)) {
            hosts->hosts[kept++] = hosts->hosts[i];
        }
    }
    hosts->count = kept;
}

static int name_width(const struct cli_hosts *hosts)
{
    size_t width = 0;
    for (size_t i = 0; i < hosts->count; i++) {
        const char *name = hosts->hosts[i].name;
        size_t length = name == NULL ? 0 : strlen(name);
        length = length > 0 && length < NAME_WIDTH_MIN ? NAME_WIDTH_MIN : length;
        width = length > width ? length : width;
    }
    return (int)(width > NAME_WIDTH_MAX ? NAME_WIDTH_MAX : width);
}

static int address_width(const struct cli_hosts *hosts)
{
    size_t width = ADDRESS_WIDTH_MIN;
    for (size_t i = 0; i < hosts->count; i++) {
        char text[ADDR_TEXT_MAX];
        size_t length = strlen(addr_format_ip(&hosts->hosts[i].addr, text));
        width = length > width ? length : width;
    }
    return (int)width;
}

bool cli_hosts_read(const struct options *options, bool is_forced, struct cli_hosts *out)
{
    struct cli_hosts hosts = {.hosts = mem_alloc(CLI_HOSTS_MAX, sizeof *hosts.hosts)};
    for (size_t i = 0; i < options->positional_count; i++) {
        if (!add_argument(options, options->positional[i], is_forced, &hosts)) {
            cli_hosts_fini(&hosts);
            return false;
        }
    }
    sort_once(&hosts);
    hosts.name_width = name_width(&hosts);
    hosts.address_width = address_width(&hosts);
    *out = hosts;
    return true;
}

void cli_hosts_fini(struct cli_hosts *hosts)
{
    free(hosts->hosts);
    *hosts = (struct cli_hosts){0};
}
