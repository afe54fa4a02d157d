/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "host/log.h"
#include "operation/operation.h"

/* Standard streams, listening sockets, timers, and 64 connections of HTTP: more when there are
 * clients that keep many, but never more than a quarter of all descriptors. */
#define DESCRIPTORS_BASE 100
/* At the same time: THREADS_MAX of the resolver. */
#define LOOKUPS_MAX 256
/* Event queue, timer and wake-up of a thread that measures or answers. */
#define DESCRIPTORS_OF_THREAD 4

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_addrs(const struct addr *a, const struct addr *b)
{
    int order = compare_numbers(a->family, b->family);
    order = order != 0 ? order : memcmp(a->ip, b->ip, sizeof a->ip);
    order = order != 0 ? order : compare_numbers(a->port, b->port);
    return order != 0 ? order : compare_numbers(a->scope, b->scope);
}

static int compare_options(const struct io_options *a, const struct io_options *b)
{
    int order = strncmp(a->device, b->device, sizeof a->device);
    order = order != 0 ? order : compare_numbers(a->ttl, b->ttl);
    return order != 0 ? order : compare_numbers(a->dont_fragment, b->dont_fragment);
}

/* Targets that may share a socket when their hosts differ: endpoint_can_join of the host. */
static int compare_sockets(const struct spec *a, const struct spec *b)
{
    int order = compare_addrs(&a->path.source, &b->path.source);
    order = order != 0 ? order : compare_options(&a->path.options, &b->path.options);
    int hardware = (a->clocks.timestamps == TIMESTAMPS_HARDWARE) -
                   (b->clocks.timestamps == TIMESTAMPS_HARDWARE);
    return order != 0 ? order : hardware;
}

static int compare_specs(const void *left, const void *right)
{
    const struct spec *a = *(const struct spec *const *)left;
    const struct spec *b = *(const struct spec *const *)right;
    int order = compare_sockets(a, b);
    return order != 0 ? order : strcmp(a->identity.host, b->identity.host);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Of `specs`, all of which may share: as many in each group as the host with the most targets has.
 */
static uint64_t count_shared(const struct spec **specs, size_t count)
{
    uint64_t sockets = 0, most = 0, same = 0;
    qsort(specs, count, sizeof *specs, compare_specs);
    for (size_t i = 0; i < count; i++) {
        bool is_group = i > 0 && compare_sockets(specs[i - 1], specs[i]) == 0;
        bool is_host = i > 0 && compare_specs(&specs[i - 1], &specs[i]) == 0;
        sockets += is_group ? 0 : most;
        same = is_host ? same + 1 : 1;
        most = is_group ? larger(most, same) : same;
    }
    return sockets + most;
}

struct limits limits_needed(const struct config *config, unsigned workers)
{
    const struct spec_set *targets = config->targets;
    const struct spec **shared = mem_alloc(targets->count, sizeof *shared);
    size_t shared_count = 0;
    struct limits own = {0};
    uint64_t names = 0;
    for (size_t i = 0; i < targets->count; i++) {
        const struct spec *spec = targets->specs[i];
        names += spec->path.peer.family == ADDR_NONE;
        if (spec->operation->may_share_socket) {
            shared[shared_count++] = spec;
            continue;
        }
        own.descriptors++;
        own.ports += spec->operation->has_ports && spec->path.source.port == 0;
    }
    uint64_t sockets = count_shared(shared, shared_count) * workers;
    sockets = sockets < shared_count ? sockets : shared_count;
    uint32_t responders = config->has_responder ? config->responder.workers : 0;
    uint64_t answering = (uint64_t)responders * config->responder.max_sessions;
    uint64_t probing = config->prober == NULL ? 0 : config->prober->max_concurrent;
    uint64_t threads = (uint64_t)workers + responders + (probing > 0);
    free(shared);
    return (struct limits){
        .descriptors = DESCRIPTORS_BASE + threads * DESCRIPTORS_OF_THREAD + own.descriptors +
                       sockets + answering + probing + (probing > 0 ? INQUIRIES_MAX : 0) +
                       (names < LOOKUPS_MAX ? names : LOOKUPS_MAX),
        .ports = own.ports + sockets + probing,
    };
}

static uint64_t read_port_range(void)
{
    uint64_t first, last, count = UINT64_MAX;
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    if (file == NULL) {
        return count;
    }
    if (fscanf(file, "%" SCNu64 " %" SCNu64, &first, &last) == 2 && first <= last) {
        count = last - first + 1;
    }
    fclose(file);
    return count;
}

struct limits limits_allowed(void)
{
    struct rlimit limit;
    bool is_known = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return (struct limits){
        .descriptors = is_known ? limit.rlim_cur : UINT64_MAX,
        .ports = read_port_range(),
    };
}

static void log_lack(const char *message, uint64_t needed, uint64_t allowed, const char *raise)
{
    if (needed <= allowed) {
        return;
    }
    log_line(LOG_LEVEL_WARN, message, "needed", LOG_NUMBER(needed), "allowed", LOG_NUMBER(allowed),
             "raise", raise, NULL);
}

void limits_log(const struct limits *needed, const struct limits *allowed)
{
    log_lack("too few file descriptors, some operations will fail", needed->descriptors,
             allowed->descriptors, "LimitNOFILE= of the unit, or ulimit -Hn");
    log_lack("too few local ports, some operations may fail", needed->ports, allowed->ports,
             "net.ipv4.ip_local_port_range");
}
