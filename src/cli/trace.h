/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The flags of `ipsla path`, and what it prints. */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include "base/buf.h"
#include "program/options.h"
#include "trace/trace.h"

struct cli_trace {
    const char *host; /* as given */
    const struct trace_settings *settings;
    const struct trace_result *result;
};

/* Reads the flags and looks up the host. False after a message. */
bool cli_trace_read(const struct options *options, struct trace_settings *out);

/* A table of hops, one line for each address of a hop, and what is remarkable. */
void cli_trace_add_text(const struct cli_trace *view, struct buf *out);

/* One JSON object on a line of its own; fields as docs/cli.md lists them. */
void cli_trace_add_json(const struct cli_trace *view, struct buf *out);

#endif
