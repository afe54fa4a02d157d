/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* `ipsla probe --output nagios`: one operation as a monitoring plugin reports it. One line on
 * standard output, performance data behind a bar, exit status 0 to 3.
 * Source: Monitoring Plugins Development Guidelines, "Plugin Output" and "Threshold and ranges". */
#ifndef CLI_NAGIOS_H
#define CLI_NAGIOS_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/cli.h"

enum cli_state { CLI_STATE_OK, CLI_STATE_WARNING, CLI_STATE_CRITICAL, CLI_STATE_UNKNOWN };

/* Reads "rtt=100ms,loss=1%,jitter=30ms,mos=3.6", each at most once (config/limit.h), as the limits
 * of `spec` with this severity, instead of those that it has. False after the end of a sentence in
 * `problem`. */
bool cli_limits_parse(const char *text, enum severity severity, struct spec *spec,
                      struct buf *problem);

/* One line and its newline, judged by the limits of result->spec: what is worse than a limit raises
 * the state. */
enum cli_state cli_nagios_format(const struct cli_result *result, struct buf *out);

/* Runs between the two say on standard error what is wrong; `begin` keeps it back. `end` lets it
 * through when `is_fine`, else prints its first line as the reason of UNKNOWN. */
struct cli_capture {
    int saved_fd, memory_fd; /* -1: nothing is kept back */
};
void cli_capture_begin(struct cli_capture *capture);
void cli_capture_end(struct cli_capture *capture, bool is_fine);

#endif
