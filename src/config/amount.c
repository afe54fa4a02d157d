/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/amount.h"

#include "config/impair_value.h"
#include "config/tolerance.h"

const char *amount_parse(enum schema_kind kind, const char *text, int64_t *out)
{
    switch (kind) {
    case SCHEMA_TOLERANCE:
        return tolerance_parse(text, out);
    case SCHEMA_OFFSET:
        return impair_parse_offset(text, out);
    case SCHEMA_DRIFT:
        return impair_parse_drift(text, out);
    default:
        return impair_parse_which(text, out);
    }
}
