/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Reports of thousands of targets do not fit into the cache: what will be read of one is fetched
 * while others before it are written. Nothing here changes what is written. */
#ifndef EXPO_FETCH_H
#define EXPO_FETCH_H

#include <stddef.h>

#include "engine/report.h"
#include "expo/family.h"

#define FETCH_AHEAD 4 /* targets */
#define FETCH_LINE 64 /* of the cache */

static inline void fetch_bytes(const void *from, size_t size)
{
    const char *at = from;
    for (const char *end = at + size; at < end; at += FETCH_LINE) {
        __builtin_prefetch(at);
    }
}

/* All values of a report but its histograms. */
static inline void fetch_values(const struct report *report)
{
    const struct tally *tally = &report->tally;
    size_t head = offsetof(struct way_tally, jitter);
    fetch_bytes(report, offsetof(struct report, tally) + offsetof(struct tally, rtt));
    fetch_bytes(&tally->sd, head);
    fetch_bytes(&tally->ds, head);
    fetch_bytes(tally + 1, sizeof *report - offsetof(struct report, tally) - sizeof *tally);
}

/* The histograms of a family: one of the tally or, with a direction, one of each way. */
static inline void fetch_histograms(const struct report *report, const struct family *family)
{
    if (family->metric.labels[0] == NULL) {
        fetch_bytes(family_value(&report->tally, family->offset), sizeof(struct hist));
        return;
    }
    for (unsigned i = 0; i < FAMILY_DIRECTIONS; i++) {
        fetch_bytes(family_value(family_tally_way(report, i), family->offset), sizeof(struct hist));
    }
}

#endif
