/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What went wrong in the kept past of a target, the latest first. */
#ifndef PAGE_TROUBLE_H
#define PAGE_TROUBLE_H

#include "base/buf.h"
#include "engine/history.h"

/* A table of operations that failed, exceeded a limit or lost packets; those that ended alike one
 * after the other share a row. */
void trouble_add(struct buf *out, const struct history_entry *entries, size_t count,
                 struct wall now);

#endif
