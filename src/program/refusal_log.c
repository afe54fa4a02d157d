/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/refusal_log.h"

#define LINE_NS (REFUSAL_LOG_PERIOD_NS / REFUSAL_LOG_BURST)

static void earn_lines(struct refusal_log *log, struct mono now)
{
    while (log->used > 0 && !mono_is_before(now, log->next_line)) {
        log->used--;
        log->next_line = mono_add(log->next_line, LINE_NS);
    }
}

static bool take_line(struct refusal_log *log, struct mono now)
{
    if (log->used == REFUSAL_LOG_BURST) {
        return false;
    }
    if (log->used++ == 0) {
        log->next_line = mono_add(now, LINE_NS);
    }
    return true;
}

static void add_to_sum(struct refusal_log *log, unsigned reason, uint64_t count, struct mono now)
{
    if (log->sum.datagrams == 0) {
        log->sum_due = mono_add(now, REFUSAL_LOG_PERIOD_NS);
    }
    log->sum.datagrams += count;
    log->sum.by_reason[reason] += count;
}

/* How many of `row` are to be said now; 0: none, or not yet. */
static uint64_t count_due(struct refusal_said *said, const struct refused *row, struct mono now)
{
    if (!addr_is_same_ip(&said->source, &row->source) || row->count < said->count) {
        *said = (struct refusal_said){.source = row->source}; /* of somebody else by now */
    }
    bool is_quiet = said->count > 0 && mono_diff(now, said->at) < REFUSAL_LOG_PERIOD_NS;
    return is_quiet ? 0 : row->count - said->count;
}

static void look_at_rows(struct refusal_log *log, unsigned reason, const struct refused *rows,
                         struct mono now, const struct refusal_log_sink *sink)
{
    for (size_t i = 0; i < REFUSAL_ROWS; i++) {
        struct refusal_said *said = &log->said[reason][i];
        uint64_t count = count_due(said, &rows[i], now);
        if (count == 0) {
            continue;
        }
        if (take_line(log, now)) {
            sink->line(sink->context, reason, &rows[i], count);
        } else {
            add_to_sum(log, reason, count, now);
        }
        said->count = rows[i].count;
        said->at = now;
    }
}

/* A responder that took the place of another begins to count anew. */
static void look_beyond(struct refusal_log *log, unsigned reason, uint64_t count, struct mono now)
{
    uint64_t said = log->said_beyond[reason] <= count ? log->said_beyond[reason] : 0;
    if (count > said) {
        add_to_sum(log, reason, count - said, now);
    }
    log->said_beyond[reason] = count;
}

void refusal_log_look(struct refusal_log *log, const struct refusals *refusals, struct mono now,
                      const struct refusal_log_sink *sink)
{
    earn_lines(log, now);
    for (unsigned reason = 0; reason < REFUSAL_REASONS; reason++) {
        look_at_rows(log, reason, refusals->rows[reason], now, sink);
        look_beyond(log, reason, refusals->beyond[reason], now);
    }
    if (log->sum.datagrams > 0 && !mono_is_before(now, log->sum_due)) {
        sink->sum(sink->context, &log->sum);
        log->sum = (struct refusal_sum){0};
    }
}
