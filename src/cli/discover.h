/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla discover` prints about addresses. */
#ifndef CLI_DISCOVER_H
#define CLI_DISCOVER_H

#include <stdint.h>

#include "base/buf.h"
#include "cli/hosts.h"
#include "discover/discover.h"

struct cli_discover {
    const struct cli_hosts *hosts;
    const struct discover *discover; /* whose addresses are these hosts */
    bool methods[DISCOVER_METHOD_COUNT]; /* that were asked for */
};

/* Text: a head, a line for each address, and what the words mean. */
void cli_discover_add_head(const struct cli_discover *view, struct buf *out);
void cli_discover_add_row(const struct cli_discover *view, size_t index, struct buf *out);
void cli_discover_add_legend(struct buf *out);

/* One JSON object on a line of its own; fields as docs/cli.md lists them. */
void cli_discover_add_json(const struct cli_discover *view, size_t index, struct buf *out);

/* The entry of a configuration for an address that answered; before the first one, what stands
 * above it. `port`: that was asked for. */
void cli_discover_add_yaml_head(uint16_t port, struct buf *out);
void cli_discover_add_yaml(const struct cli_discover *view, size_t index, struct buf *out);

/* Why a method cannot be asked here; `error` is that of its channel. */
void cli_discover_add_refusal(enum discover_method method, int error, struct buf *out);

/* It was answered, be it with a refusal. */
bool cli_discover_is_answer(const struct discover_result *result);

/* Whether a responder answered; when no control request was wanted, whether the host did. */
bool cli_discover_is_found(const struct cli_discover *view, size_t index);

#endif
