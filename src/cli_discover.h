/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla discover` prints about addresses. */
#ifndef CLI_DISCOVER_H
#define CLI_DISCOVER_H

#include "base/buf.h"
#include "cli_hosts.h"
#include "probe/discover.h"

/* Text: a head, a line for each address, and what the words mean. */
void cli_discover_add_head(const struct cli_hosts *hosts, struct buf *out);
void cli_discover_add_row(const struct cli_hosts *hosts, size_t index,
                          const struct discover_result *result, struct buf *out);
void cli_discover_add_legend(struct buf *out);

/* One JSON object on a line of its own; fields as docs/cli.md lists them. */
void cli_discover_add_json(const struct cli_host *host, const struct discover_result *result,
                           struct buf *out);

#endif
