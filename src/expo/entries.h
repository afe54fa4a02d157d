/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The targets of an exposition, each with what is the same for all of its series. */
#ifndef EXPO_ENTRIES_H
#define EXPO_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "expo/family.h"
#include "expo/format.h"
#include "expo/view.h"

/* A target with its labels, which stand on each of its series: escaped once, at `offset` of a
 * buffer that all targets share. */
struct entry {
    const struct report *report;
    const struct hist_layout *layout; /* equal to the report's */
    size_t offset;
    uint32_t size;
    uint32_t scopes; /* a bit each */
    struct series_origin origin;
    enum series_level level;
};

struct entries {
    struct entry *items;
    size_t count;
    struct buf labels;
};

/* Of all snapshots of the view, which must live as long. */
void entries_init(struct entries *entries, const struct expo_view *view,
                  const struct expo_format *format);
void entries_fini(struct entries *entries);

/* Its labels, as the format wrote them; SERIES_STEP more bytes can be read. */
static inline const char *entry_labels(const struct entries *entries, const struct entry *entry)
{
    return entries->labels.bytes + entry->offset;
}

/* Whether the family is written for the target. */
static inline bool entry_has(const struct entry *entry, const struct family *family)
{
    return (entry->scopes & 1U << family->scope) != 0 && family->level <= entry->level;
}

#endif
