/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* `ipsla plan` as text and as JSON. */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "plan/plan.h"
#include "program/limits.h"

#define CLI_PLAN_WARNINGS_MAX 4

struct cli_plan {
    const char *file;
    struct plan plan;
    unsigned workers;
    struct limits needed, allowed;
    uint64_t memory_allowed; /* bytes of this machine; UINT64_MAX: not known */
    size_t hosts_max; /* that are shown */
};

/* Appends what does not fit here, a sentence and a line end each. Returns how many. */
size_t cli_plan_warn(const struct cli_plan *view, struct buf *out);

void cli_plan_add_text(const struct cli_plan *view, struct buf *out);
void cli_plan_add_json(const struct cli_plan *view, struct buf *out);

/* Bytes of a scrape with gzip, about. */
uint64_t cli_plan_gzip_bytes(enum metrics_form form, const struct metrics_size *size);

#endif
