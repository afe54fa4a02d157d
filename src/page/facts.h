/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The figures of the latest operation of a target. */
#ifndef PAGE_FACTS_H
#define PAGE_FACTS_H

#include "base/buf.h"
#include "engine/report.h"

/* Large figures: round trip, loss and jitter by direction, voice, age. */
void facts_add(struct buf *out, const struct report *report, struct wall now);

/* One-way delays and the offset of the clocks, or why they are withheld; nothing of an operation
 * that cannot have them. */
void facts_add_clocks(struct buf *out, const struct report *report);

#endif
