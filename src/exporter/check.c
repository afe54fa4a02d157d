/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What this host refuses (a missing privilege or device) is logged once when a configuration is
 * loaded, not only as an operation that fails every minute. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "explain/reason.h"
#include "exporter/exporter.h"
#include "host/clock_state.h"
#include "host/icmp.h"
#include "host/log.h"
#include "host/sock.h"
#include "operation/operation.h"

#define ERRORS_MAX 8

/* The errors that were logged already: one line for each, whatever the number of targets. The two
 * ICMP operations lack different things with the same error, and so do a device and another one. */
struct logged {
    struct refusal {
        int error;
        const struct spec *spec;
    } refusals[ERRORS_MAX];
    size_t count;
};

static bool is_same(const struct refusal *a, const struct refusal *b)
{
    const struct spec_path *one = &a->spec->path, *other = &b->spec->path;
    bool is_missing = a->error == ENODEV || a->error == EADDRNOTAVAIL;
    return a->error == b->error && a->spec->operation->privilege == b->spec->operation->privilege &&
           (!is_missing || (strcmp(one->options.device, other->options.device) == 0 &&
                            addr_is_same_ip(&one->source, &other->source)));
}

static bool is_new(struct logged *logged, int error, const struct spec *spec)
{
    const struct refusal refusal = {error, spec};
    for (size_t i = 0; i < logged->count; i++) {
        if (is_same(&logged->refusals[i], &refusal)) {
            return false;
        }
    }
    if (logged->count == ERRORS_MAX) {
        return false;
    }
    logged->refusals[logged->count++] = refusal;
    return true;
}

/* What the target's sockets are bound to: any address of the IP version that it will use. */
static struct addr local_of(const struct spec *spec)
{
    struct addr local = spec->path.source;
    if (local.family == ADDR_NONE) {
        local.family =
            spec->path.ip_version != ADDR_NONE ? spec->path.ip_version : spec->path.peer.family;
    }
    if (local.family == ADDR_NONE) {
        local.family = ADDR_IPV4;
    }
    return local;
}

static int try_icmp(const struct spec *spec, const struct addr *local)
{
    struct icmp_call call = {
        .transport = spec->operation->transport,
        .local = *local,
        .options = spec->path.options,
    };
    struct icmp_socket made;
    int error = icmp_open(&call, &made);
    if (error == 0) {
        close(made.fd);
    }
    return -error;
}

/* 0 when a socket as the target wants it can be had. The port may be in use by that very target
 * under the configuration before. */
static int try_socket(const struct spec *spec)
{
    int fd;
    struct addr bound;
    struct addr local = local_of(spec);
    if (addr_is_link_local(&local) && local.scope == 0) {
        return 0; /* on the interface of the host, which is looked up later */
    }
    if (!spec->operation->has_ports) {
        return try_icmp(spec, &local);
    }
    int error = sock_open_with(&local, &spec->path.options, &fd, &bound);
    if (error == 0) {
        close(fd);
    }
    return error == -EADDRINUSE ? 0 : -error;
}

void exporter_check_clock(void)
{
    struct clock_state clock = {0};
    clock_state_read(&clock);
    if (clock.fault == CLOCK_UNKNOWN) {
        log_line(LOG_LEVEL_WARN,
                 "the system does not tell about its clock: no one-way delay without "
                 "clock.assume_synchronized",
                 "call", "adjtimex", "error", strerror(clock.error), NULL);
    }
}

void exporter_check_sockets(const struct spec_set *targets)
{
    struct logged logged = {.count = 0};
    for (size_t i = 0; i < targets->count; i++) {
        const struct spec *spec = targets->specs[i];
        bool is_special = spec->path.options.device[0] != '\0' ||
                          spec->path.source.family != ADDR_NONE || spec->path.source.port != 0 ||
                          !spec->operation->has_ports;
        int error = is_special ? try_socket(spec) : 0;
        if (error != 0 && is_new(&logged, error, spec)) {
            struct buf reason = {0};
            reason_add(spec, error, &reason);
            log_line(LOG_LEVEL_WARN, "target cannot be measured from here", "target",
                     spec->identity.name, "error", buf_string(&reason), NULL);
            buf_fini(&reason);
        }
    }
}
