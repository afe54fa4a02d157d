/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

const char *target_state_name(enum target_state state)
{
    static const char *const names[TARGET_STATE_COUNT] = {
        [TARGET_PENDING] = "pending",   [TARGET_OK] = "ok",
        [TARGET_DEGRADED] = "degraded", [TARGET_FAILED] = "failed",
        [TARGET_INACTIVE] = "inactive",
    };
    return names[state];
}

static bool is_settled(const struct condition *condition)
{
    return condition->since.mono.ns != 0 || condition->since.wall.ns != 0;
}

void condition_settle(struct condition *condition, enum target_state state, struct instant now)
{
    if (!is_settled(condition)) {
        condition->state = state;
        condition->since = now;
        return;
    }
    if (state == condition->state) {
        return;
    }
    condition->before = condition->state;
    condition->since_before = condition->since;
    condition->state = state;
    condition->since = now;
    condition->changes++;
}

/* Both are of one life of the target: its counters did not start again between them. */
static bool is_continued(const struct condition *before, const struct condition *now)
{
    return before != NULL &&
           (before->changes < now->changes || before->since.mono.ns == now->since.mono.ns);
}

bool condition_change(const struct condition *before, const struct condition *now,
                      struct state_change *out)
{
    uint32_t known = is_continued(before, now) ? before->changes : 0;
    if (now->changes == known) {
        return false;
    }
    *out = (struct state_change){
        .from = now->before,
        .to = now->state,
        .at = now->since.wall,
        .held_ns = mono_diff(now->since.mono, now->since_before.mono),
        .missed = now->changes - known - 1,
    };
    return true;
}
