/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How a target is, in one word, and since when: what people look at first. Settled by the session
 * whenever an operation ends or the target's schedule or limits change. */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "stats/limit.h"

enum target_state {
    TARGET_PENDING, /* its first operation has not ended */
    TARGET_OK, /* the latest operation completed, within every limit */
    TARGET_DEGRADED, /* the latest operation completed, and a limit is exceeded */
    TARGET_FAILED, /* the latest operation failed */
    TARGET_INACTIVE, /* no further operation will be started */
};
#define TARGET_STATE_COUNT 5

/* The label value: "pending", "ok", "degraded", "failed", "inactive". */
const char *target_state_name(enum target_state state);

struct condition {
    struct limit_watch limits; /* exceeded now, though the latest operation may have failed */
    enum target_state state, before; /* `before`: until `since`, when there were changes */
    struct instant since; /* when the state began; all 0: it has not been settled yet */
    struct instant since_before; /* when the state before began */
    uint32_t changes; /* of the state, since the target's counters began */
};

/* The state is `state` at `now`. The first time is no change. */
void condition_settle(struct condition *condition, enum target_state state, struct instant now);

/* A change of state, for whoever tells people of it. */
struct state_change {
    enum target_state from, to;
    struct wall at;
    int64_t held_ns; /* how long the target had been in `from` */
    uint32_t missed; /* changes between `before` and this one, of which nothing else is known */
};

/* The latest change between `before` (NULL: nothing is known) and `now`, two conditions of one
 * target. False when there was none. When the target measures something else by now, its counters
 * began again, and so do its changes. */
bool condition_change(const struct condition *before, const struct condition *now,
                      struct state_change *out);

#endif
