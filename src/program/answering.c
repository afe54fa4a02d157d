/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/answering.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/log.h"

#define RESERVED "/proc/sys/net/ipv4/ip_local_reserved_ports"

static bool has_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static bool is_taken(const struct addr *addrs, size_t count, const struct addr *wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (addr_does_collide(&addrs[i], wanted)) {
            return true;
        }
    }
    return false;
}

void answering_add_ipv6(struct reflect_settings *settings)
{
    size_t count = settings->listen_count;
    uint32_t both = has_ipv6() ? settings->listen_both : 0;
    for (size_t i = 0; i < count; i++) {
        const struct addr ipv6 = {.family = ADDR_IPV6, .port = settings->listen[i].port};
        if ((both >> i & 1) != 0 && !is_taken(settings->listen, settings->listen_count, &ipv6) &&
            !is_taken(settings->permanent, settings->permanent_count, &ipv6)) {
            settings->listen[settings->listen_count++] = ipv6;
        }
    }
}

void answering_drop_reserved(struct reflect_settings *settings)
{
    char *line = NULL;
    size_t size = 0;
    FILE *file = fopen(RESERVED, "r");
    if (file == NULL) {
        return;
    }
    if (getline(&line, &size, file) > 0) {
        port_set_remove_list(&settings->ports, line);
    }
    free(line);
    fclose(file);
}

/* The first address that others can reach; NULL: there is none. */
static const struct addr *find_reachable(const struct addr *addrs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!addr_is_loopback(&addrs[i])) {
            return &addrs[i];
        }
    }
    return NULL;
}

/* Of every address on which it answers; ports that requests open are on these too. */
static const struct addr *find_any_reachable(const struct reflect_settings *settings)
{
    const struct {
        const struct addr *addrs;
        size_t count;
    } lists[] = {
        {settings->listen, settings->listen_count},
        {settings->permanent, settings->permanent_count},
        {settings->permanent_tcp, settings->permanent_tcp_count},
        {settings->stamp.ports, settings->stamp.port_count},
        {settings->twamp.ports, settings->twamp.port_count},
    };
    const struct addr *found = NULL;
    for (size_t i = 0; found == NULL && i < sizeof lists / sizeof lists[0]; i++) {
        found = find_reachable(lists[i].addrs, lists[i].count);
    }
    return found;
}

bool answering_may_impair(const struct reflect_settings *settings, bool may_anywhere)
{
    char text[ADDR_TEXT_MAX];
    const struct addr *reachable = find_any_reachable(settings);
    bool may = settings->impair.rule_count == 0 || may_anywhere || reachable == NULL;
    if (!may) {
        log_line(LOG_LEVEL_ERROR,
                 "impair is for loopback addresses, unless --impair-anywhere is given", "address",
                 addr_format(reachable, text), NULL);
    }
    return may;
}

static void warn_impaired(const struct reflect_settings *settings)
{
    if (settings->impair.rule_count > 0) {
        log_line(
            LOG_LEVEL_WARN,
            "the responder loses, delays or changes packets on purpose: it has rules of impair",
            "rules", LOG_NUMBER(settings->impair.rule_count), NULL);
    }
}

static void warn_open(const struct reflect_settings *settings)
{
    char text[ADDR_TEXT_MAX];
    const struct addr *reachable = find_reachable(settings->listen, settings->listen_count);
    if (reachable == NULL) {
        reachable = find_reachable(settings->stamp.ports, settings->stamp.port_count);
    }
    if (reachable == NULL) {
        reachable = find_reachable(settings->twamp.ports, settings->twamp.port_count);
    }
    if (settings->allow_count == 0 && reachable != NULL) {
        log_line(LOG_LEVEL_WARN, "the responder answers everybody: it has no allow list", "address",
                 addr_format(reachable, text), NULL);
    }
}

void answering_log_open(const struct reflect_settings *settings)
{
    char text[ADDR_TEXT_MAX];
    warn_impaired(settings);
    warn_open(settings);
    for (size_t i = 0; i < settings->stamp.port_count; i++) {
        log_line(LOG_LEVEL_INFO, "STAMP port open", "address",
                 addr_format(&settings->stamp.ports[i], text), NULL);
    }
    for (size_t i = 0; i < settings->twamp.port_count; i++) {
        log_line(LOG_LEVEL_INFO, "TWAMP port open", "address",
                 addr_format(&settings->twamp.ports[i], text), NULL);
    }
}
