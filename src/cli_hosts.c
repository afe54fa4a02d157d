/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/lookup.h"

#define LENGTH_MIN 24
#define LENGTH_MIN_FORCED 16
#define LENGTH_MAX 32
/* From this length on a prefix has no addresses of the network itself and of broadcast. */
#define LENGTH_POINT_TO_POINT 31
#define MULTICAST_FROM 224
/* Longer than any name of the DNS. */
#define NAME_BYTES_MAX 1024
#define NAME_WIDTH_MIN 4
#define NAME_WIDTH_MAX 40

static bool refuse(const struct options *options, const char *text, const char *problem)
{
    fprintf(stderr, "%s: \"%s\" %s\n", options->program->name, text, problem);
    return false;
}

static uint32_t to_number(const uint8_t *ip)
{
    return (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3];
}

static struct addr from_number(uint32_t number)
{
    return (struct addr){
        .family = ADDR_IPV4,
        .ip = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
               (uint8_t)number},
    };
}

static bool is_unicast(const struct addr *addr)
{
    return addr->ip[0] != 0 && addr->ip[0] < MULTICAST_FROM;
}

static bool add(const struct options *options, const char *text, struct cli_host host,
                struct cli_hosts *out)
{
    if (!is_unicast(&host.addr)) {
        return refuse(options, text, "is not the address of a host");
    }
    if (out->count == CLI_HOSTS_MAX) {
        return refuse(options, text, "makes it more than 65536 addresses");
    }
    out->hosts[out->count++] = host;
    return true;
}

static bool add_prefix(const struct options *options, const char *text, bool is_forced,
                       struct cli_hosts *out)
{
    struct addr_prefix prefix;
    if (!addr_parse_prefix(text, &prefix) || prefix.family != ADDR_IPV4) {
        return refuse(options, text, "is not an IPv4 prefix a.b.c.d/len with zero host bits");
    }
    if (prefix.length < (is_forced ? LENGTH_MIN_FORCED : LENGTH_MIN)) {
        return refuse(options, text,
                      is_forced ? "is larger than a /16" : "is larger than a /24 (see --force)");
    }
    uint32_t first = to_number(prefix.ip);
    uint32_t size = (uint32_t)1 << (LENGTH_MAX - prefix.length);
    uint32_t edge = prefix.length >= LENGTH_POINT_TO_POINT ? 0 : 1;
    for (uint32_t i = edge; i < size - edge; i++) {
        if (!add(options, text, (struct cli_host){.addr = from_number(first + i)}, out)) {
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

static bool add_name(const struct options *options, const char *text, struct cli_hosts *out)
{
    const struct addr nothing = {0};
    struct cli_host host = {.name = text};
    if (!is_name(text)) {
        return refuse(options, text, "is no address, name or prefix");
    }
    if (lookup_address(text, ADDR_IPV4, &nothing, &host.addr) != 0) {
        refuse(options, text, "has no IPv4 address, left out");
        return true;
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
    if (!addr_parse_ip(text, &host.addr)) {
        return add_name(options, text, out);
    }
    if (host.addr.family != ADDR_IPV4) {
        return refuse(options, text, "is not an IPv4 address");
    }
    return add(options, text, host, out);
}

/* By address; of the same address the named one first. */
static int compare(const void *left, const void *right)
{
    const struct cli_host *a = left;
    const struct cli_host *b = right;
    int order = memcmp(a->addr.ip, b->addr.ip, sizeof a->addr.ip);
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
    *out = hosts;
    return true;
}

void cli_hosts_fini(struct cli_hosts *hosts)
{
    free(hosts->hosts);
    *hosts = (struct cli_hosts){0};
}
