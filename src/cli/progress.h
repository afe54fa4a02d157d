/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The line on standard error that `ipsla probe` redraws while it measures. It may never disturb the
 * measurement: it is drawn a few times a second, when no packet is due soon and none is under way,
 * and a terminal that takes no bytes is not waited for. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/time.h"
#include "probe/spec.h"
#include "stats/round.h"

#define CLI_PROGRESS_NS (250 * NS_PER_MS)
/* Nothing is drawn when a packet is due within this time. */
#define CLI_PROGRESS_MARGIN_NS NS_PER_MS

/* What the ledger of a running operation says, followed without reading all of it again. */
struct cli_counts {
    uint32_t sent, received, lost; /* lost: not answered within the timeout */
    uint32_t under_way; /* sent, not answered, and the timeout is not over */
    int64_t last_rtt_ns, min_rtt_ns; /* -1: there is none */
    uint32_t seen_items, seen_settled, seen_arrivals;
};

struct cli_progress {
    const struct spec *spec; /* the caller's */
    int fd; /* -1: nothing is shown */
    bool is_drawn; /* there is a line to erase */
    bool is_running; /* an operation is; else the next is waited for */
    struct mono started; /* of the operation, or of the next one */
    int64_t epoch_ns; /* operation clock minus monotonic clock, near enough */
    struct mono next_draw;
    struct cli_counts counts;
};

/* Standard error is a terminal that can redraw a line. */
bool cli_progress_is_possible(void);

/* Shows nothing unless `is_wanted`. */
void cli_progress_open(struct cli_progress *progress, const struct spec *spec, bool is_wanted);
void cli_progress_close(struct cli_progress *progress);

/* An operation starts at `start`, now or later. Erases the line. */
void cli_progress_begin(struct cli_progress *progress, struct mono start, struct mono now);

/* Draws when it is time to and `next_due` (of the next packet) leaves room. Returns when it must be
 * called at the latest; MONO_NEVER: with the next thing that happens. */
struct mono cli_progress_update(struct cli_progress *progress, const struct samples *samples,
                                struct mono next_due, struct instant now);

void cli_progress_erase(struct cli_progress *progress);

/* The parts that have no terminal. `now_ns` is on the operation clock. */
void cli_counts_clear(struct cli_counts *counts);
void cli_counts_follow(struct cli_counts *counts, const struct samples *samples,
                       const struct spec *spec, int64_t now_ns);
/* At most `columns` columns. */
void cli_progress_format(const struct cli_progress *progress, struct mono now, size_t columns,
                         struct buf *out);

#endif
