/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Jitter packet by packet, by the rules of stats/round.h. */
#ifndef CLI_VARIATION_H
#define CLI_VARIATION_H

#include "cli/cli.h"

/* Jitter of one packet against the one before it, in each direction if it has one. */
struct cli_variation {
    bool has_sd, has_ds;
    int64_t sd_ns, ds_ns; /* signed */
};

/* Goes through the ledger packet by packet, from all zero. */
struct cli_variations {
    bool has_previous;
    uint32_t previous;
};

/* The jitter of the packet at `index`: called for each from 0 on. */
struct cli_variation cli_variation_next(struct cli_variations *variations,
                                        const struct cli_result *result, uint32_t index);

/* Absolute values of one direction, sorted; the caller frees *out. Returns how many. */
size_t cli_sorted_jitters(const struct cli_result *result, bool is_ds, int64_t **out);

#endif
