/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/columns.h"

/* A start may be skipped, and an operation take its time. */
#define GAP_PERIODS 2.5

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add_times(struct column *column, const struct history_entry *entry, uint32_t before)
{
    if ((entry->flags & HISTORY_HAS_RTT) != 0) {
        bool is_first = !column->has_rtt;
        column->has_rtt = true;
        column->min_ns =
            is_first || entry->rtt_min_ns < column->min_ns ? entry->rtt_min_ns : column->min_ns;
        column->p50_ns += (entry->rtt_p50_ns - column->p50_ns) / (int64_t)(before + 1);
        column->p95_ns = larger(column->p95_ns, entry->rtt_p95_ns);
        column->max_ns = larger(column->max_ns, entry->rtt_max_ns);
    }
    if ((entry->flags & HISTORY_HAS_JITTER_SD) != 0) {
        column->jitter_sd_ns = larger(column->jitter_sd_ns, entry->jitter_sd_ns);
    }
    if ((entry->flags & HISTORY_HAS_JITTER_DS) != 0) {
        column->jitter_ds_ns = larger(column->jitter_ds_ns, entry->jitter_ds_ns);
    }
}

static void add_packets(struct column *column, const struct history_entry *entry)
{
    column->operations++;
    column->failed += entry->outcome != OUTCOME_OK;
    column->sent += entry->sent;
    column->lost_sd += entry->lost_sd;
    column->lost_ds += entry->lost_ds;
    column->lost_unknown += entry->lost_unknown;
}

size_t columns_fill(const struct history_entry *entries, size_t count, int64_t frequency_ns,
                    struct column *out, size_t room)
{
    size_t each = room == 0 ? 1 : (count + room - 1) / room;
    size_t used = 0;
    uint32_t timed = 0; /* operations of the column with a round trip time */
    for (size_t i = 0; i < count && room > 0; i++) {
        const struct history_entry *entry = &entries[i];
        if (i % each == 0) {
            out[used++] = (struct column){.jitter_sd_ns = -1, .jitter_ds_ns = -1};
            timed = 0;
        }
        struct column *column = &out[used - 1];
        if (i > 0 &&
            (double)(entry->end.ns - entries[i - 1].end.ns) > GAP_PERIODS * (double)frequency_ns) {
            column->is_after_gap = true;
        }
        column->at = entry->end;
        add_times(column, entry, timed);
        add_packets(column, entry);
        timed += (entry->flags & HISTORY_HAS_RTT) != 0;
    }
    return used;
}

uint64_t column_lost(const struct column *column)
{
    return column->lost_sd + column->lost_ds + column->lost_unknown;
}

static void sum_times(struct columns_sum *sum, const struct column *column)
{
    sum->jitter_ns = larger(sum->jitter_ns, larger(column->jitter_sd_ns, column->jitter_ds_ns));
    if (column->has_rtt) {
        sum->min_ns = !sum->has_rtt || column->min_ns < sum->min_ns ? column->min_ns : sum->min_ns;
        sum->p95_ns = larger(sum->p95_ns, column->p95_ns);
        sum->max_ns = larger(sum->max_ns, column->max_ns);
        sum->has_rtt = true;
    }
}

struct columns_sum columns_sum(const struct column *columns, size_t count)
{
    struct columns_sum sum = {.jitter_ns = -1};
    for (size_t i = 0; i < count; i++) {
        const struct column *column = &columns[i];
        uint64_t lost = column_lost(column);
        double loss = column->sent == 0 ? 0 : (double)lost / (double)column->sent;
        sum_times(&sum, column);
        sum.operations += column->operations;
        sum.failed += column->failed;
        sum.with_loss += lost > 0;
        sum.loss = loss > sum.loss ? loss : sum.loss;
        sum.sent += column->sent;
        sum.lost_sd += column->lost_sd;
        sum.lost_ds += column->lost_ds;
        sum.lost_unknown += column->lost_unknown;
    }
    return sum;
}
