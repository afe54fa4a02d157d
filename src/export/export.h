/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets as configuration of routers, in three dialects: what a router needs that is measured, and
 * the operation with which a router measures the same. What a dialect cannot say is a comment with
 * its reason: nothing is left out silently. Sources: docs/routers.md, docs/cli.md#ipsla-export. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "config/schema.h"
#include "probe/spec.h"

enum export_dialect { EXPORT_IOS, EXPORT_NXOS, EXPORT_XR };
#define EXPORT_DIALECTS 3
/* "ios", "nxos", "xr". */
const char *export_dialect_name(enum export_dialect dialect);

/* An operation that routers have as `ip sla`. */
bool export_is_ip_sla(const struct operation *operation);

struct export_router {
    enum export_dialect dialect;
    bool has_secrets; /* key strings as they are; else a placeholder */
    const struct addr *own; /* this host's address; NULL: of each target, else a placeholder */
};

/* What the router needs that is the host of all `count` targets. */
void export_router_add(const struct export_router *settings, const struct spec *const *specs,
                       size_t count, struct buf *out);

/* `ip sla ID` that measures as the target does. False when the dialect has no such operation: then
 * only a comment is added. */
bool export_sender_add(enum export_dialect dialect, const struct spec *spec, uint32_t id,
                       struct buf *out);

/* What must stand once above all of them; may be nothing. */
void export_sender_add_head(enum export_dialect dialect, struct buf *out);

/* How a key of a target is told. A key without a row fails tests/unit/export/test_sender.c. */
struct export_key {
    enum slot slot;
    const char *why[EXPORT_DIALECTS]; /* it cannot be; NULL: it is told */
};
/* NULL when there is none. */
const struct export_key *export_key_find(enum slot slot);

#endif
