/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/family.h"

const struct family *family_at(size_t index)
{
    if (index < family_of_targets_count) {
        return &family_of_targets[index];
    }
    index -= family_of_targets_count;
    return index < family_of_self_count ? &family_of_self[index] : NULL;
}

enum family_state family_state(const struct report *report)
{
    if (!report->has_run) {
        return FAMILY_STATE_PENDING;
    }
    return report->latest.outcome == OUTCOME_OK ? FAMILY_STATE_OK : FAMILY_STATE_FAILED;
}

const char *family_state_name(enum family_state state)
{
    static const char *const names[FAMILY_STATE_COUNT] = {"ok", "failed", "pending"};
    return names[state];
}
