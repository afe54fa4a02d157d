/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/past.h"

#include <stdlib.h>

#include "base/mem.h"

void past_init(struct past *past, size_t room)
{
    *past = (struct past){
        .entries = mem_alloc(HISTORY_MAX, sizeof *past->entries),
        .columns = mem_alloc(room, sizeof *past->columns),
        .room = room,
    };
}

void past_fini(struct past *past)
{
    free(past->entries);
    free(past->columns);
}

void past_read(struct past *past, const struct report *report)
{
    past->entry_count = history_copy(report->history, past->entries, HISTORY_MAX);
    past->count = columns_fill(past->entries, past->entry_count,
                               report->spec->schedule.frequency_ns, past->columns, past->room);
}
