/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `show ip sla responder` shows: since when, requests by result, who has a port open and for
 * how long, who was refused and why, the limits in use. */
#ifndef PAGE_RESPONDER_H
#define PAGE_RESPONDER_H

#include "page/frame.h"
#include "reflect/refusals.h"
#include "reflect/roster.h"

/* Whom a responder serves and whom it refuses. */
struct responder_people {
    struct roster roster;
    struct refusals refusals;
    struct wall since; /* it runs */
    struct mono now;
};

/* `people` NULL: this program has no responder. */
void responder_render(struct buf *out, const struct page_site *site,
                      const struct responder_people *people);

#endif
