/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/evidence.h"

#include <inttypes.h>

#include "config/value.h"

#define BYTES_DEFAULT (INT64_C(16) << 20)

static int64_t number_of(const struct values *root, enum slot slot, int64_t unless_set)
{
    const struct value *value = &root->of[slot];
    return value->state == VALUE_SET ? value->number : unless_set;
}

struct config_evidence config_evidence_read(const struct values *root)
{
    return (struct config_evidence){
        .bytes = number_of(root, SLOT_EVIDENCE_SIZE, BYTES_DEFAULT),
        .loss = number_of(root, SLOT_EVIDENCE_LOSS, true) != 0,
        .failed = number_of(root, SLOT_EVIDENCE_FAILED, true) != 0,
        .limit = number_of(root, SLOT_EVIDENCE_LIMIT, true) != 0,
    };
}

static const char *switch_name(bool is_on)
{
    return is_on ? "true" : "false";
}

void config_evidence_add(const struct config_evidence *evidence, struct buf *out)
{
    buf_printf(out, "evidence:\n  size: %" PRId64 "\n  loss: %s\n  failed: %s\n  limit: %s\n",
               evidence->bytes, switch_name(evidence->loss), switch_name(evidence->failed),
               switch_name(evidence->limit));
}
