/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a configuration takes of this system at most, and what the system allows: each socket is a
 * file descriptor and, unless it is ICMP or has a source_port, a local port. */
#ifndef PROGRAM_LIMITS_H
#define PROGRAM_LIMITS_H

#include <stdint.h>

#include "config/config.h"

/* Lookups at the same time for clients of HTTP. */
#define INQUIRIES_MAX 64

struct limits {
    uint64_t descriptors, ports;
};

/* When every target is measured at the same moment by `workers` threads, with all connections that
 * HTTP takes and all sessions of the responder. */
struct limits limits_needed(const struct config *config, unsigned workers);

/* What this process may have; what cannot be read is UINT64_MAX. Call after daemon_raise_limits. */
struct limits limits_allowed(void);

/* Logs what is needed and not allowed: one line each, with both figures. */
void limits_log(const struct limits *needed, const struct limits *allowed);

#endif
