/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* `ipsla probe --repeat` as text: a line for each run, and a summary of all of them. */
#ifndef CLI_TOTAL_H
#define CLI_TOTAL_H

#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"

/* Of so many round trips, the latest, percentiles and histogram are made. */
#define CLI_TOTAL_RTTS_MAX 65536

/* All zero: nothing yet. */
struct cli_total {
    uint64_t runs;
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t over_threshold; /* runs */
    uint64_t sent, received, late, lost_sd, lost_ds, lost_unknown, dropped, unsent;
    uint64_t rtt_count;
    double rtt_sum_ns;
    int64_t rtt_min_ns, rtt_max_ns;
    uint64_t jitter_count[2]; /* SD, DS; zeros excluded, as IOS */
    double jitter_sum_ns[2];
    int64_t *rtts; /* a ring */
    size_t rtts_used, rtts_next;
    bool is_utf8; /* as of the last result */
};

void cli_total_fini(struct cli_total *total);
void cli_total_add(struct cli_total *total, const struct cli_result *result);

/* The result that was added last, as one line. */
void cli_total_add_line(const struct cli_total *total, const struct cli_result *result,
                        struct buf *out);

void cli_total_format(const struct cli_total *total, const struct spec *spec, struct buf *out);

#endif
