/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The past of one target after the other, read into the same memory. */
#ifndef PAGE_PAST_H
#define PAGE_PAST_H

#include "engine/report.h"
#include "page/columns.h"

struct past {
    struct history_entry *entries; /* HISTORY_MAX */
    struct column *columns; /* as many as asked for */
    size_t room, entry_count, count; /* of columns that may be, of entries and columns read */
};

/* Room for `room` columns. */
void past_init(struct past *past, size_t room);
void past_fini(struct past *past);

/* Reads what is kept of the target. */
void past_read(struct past *past, const struct report *report);

#endif
