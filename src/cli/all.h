/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla probe` does with a request: one target, once or again and again; or, with the flags
 * `--config FILE --all`, each target of a file once. */
#ifndef CLI_ALL_H
#define CLI_ALL_H

#include "cli/ios.h"
#include "cli/tap.h"

/* Measures request->spec and prints each result. Returns the exit status. */
int cli_one(const struct cli_request *request);

/* Measures the targets of request->config and prints a row or an object for each, in the order of
 * the file. Returns the exit status: 1 when one of them failed or was not measured. */
int cli_all(const struct cli_request *request);

/* The width of the column with the names. */
int cli_all_name_width(const struct spec_set *targets);

void cli_all_add_head(int name_width, struct buf *out);

/* One target as a line: state, average round trip, loss, jitter by direction, MOS, and why it is
 * not ok. */
void cli_all_add_row(const struct cli_result *result, int name_width, struct buf *out);

/* `operation: auto`: exchanges each spec of it, which has its address, for one with the protocol
 * that works; where none does, with the last of them. Takes as long as the trials. */
void cli_choose(struct spec **specs, size_t count);

#endif
