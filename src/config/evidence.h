/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `evidence`: which operations have their packets kept. */
#ifndef CONFIG_EVIDENCE_H
#define CONFIG_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define CONFIG_EVIDENCE_BYTES_MAX (INT64_C(1) << 30)

struct values;

struct config_evidence {
    int64_t bytes; /* 0: none */
    bool loss, failed, limit;
};

/* What the root of a file says, and the defaults where it says nothing. */
struct config_evidence config_evidence_read(const struct values *root);

/* Appends the section as YAML. */
void config_evidence_add(const struct config_evidence *evidence, struct buf *out);

#endif
