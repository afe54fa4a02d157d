/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The past of a target as the columns of a picture: one for each operation, or for some of them
 * when there are more than a picture has room for. */
#ifndef PAGE_COLUMNS_H
#define PAGE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/history.h"

struct column {
    struct wall at; /* the end of its newest operation */
    bool is_after_gap; /* nothing was measured for long before it */
    uint32_t operations, failed;
    bool has_rtt; /* the four are set: the extremes of all, the average of their medians, and the
                     worst of their 95th percentiles */
    int64_t min_ns, p50_ns, p95_ns, max_ns;
    int64_t jitter_sd_ns, jitter_ds_ns; /* the worst; negative: none */
    uint64_t sent, lost_sd, lost_ds, lost_unknown; /* packets; late ones are among the unknown */
};

/* Makes at most `room` columns of the entries, the oldest first; returns how many. More than twice
 * `frequency_ns` from one operation to the next is a gap. */
size_t columns_fill(const struct history_entry *entries, size_t count, int64_t frequency_ns,
                    struct column *out, size_t room);

/* Of all columns. */
struct columns_sum {
    uint64_t operations, failed, with_loss; /* the last: columns */
    bool has_rtt;
    int64_t min_ns, p95_ns, max_ns; /* the lowest, the highest 95th percentile, the highest */
    int64_t jitter_ns; /* the highest; negative: none */
    double loss; /* the highest share of packets that one column lost, 0 to 1 */
    uint64_t sent, lost_sd, lost_ds, lost_unknown;
};
struct columns_sum columns_sum(const struct column *columns, size_t count);

/* Packets that the column lost, wherever. */
uint64_t column_lost(const struct column *column);

#endif
