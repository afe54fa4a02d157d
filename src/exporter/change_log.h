/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Changes of the state of targets as log lines: a line for each as long as they are few, and one
 * line for many when they are not. Pure: whoever owns it says what time it is and writes. */
#ifndef EXPORTER_CHANGE_LOG_H
#define EXPORTER_CHANGE_LOG_H

#include <stddef.h>

#include "engine/report.h"

/* So many changes have lines of their own at once, and one more each CHANGE_LOG_PERIOD_NS. What is
 * beyond is said together, as often. */
#define CHANGE_LOG_BURST 5
#define CHANGE_LOG_PERIOD_NS (30 * NS_PER_SECOND)

struct change_log;

/* The changes that share one line. */
struct change_sum {
    uint32_t to[TARGET_STATE_COUNT]; /* targets that came into each state */
    uint32_t count;
    char example[256]; /* one of them */
};

struct change_log_sink {
    void (*change)(void *context, const struct report *report, const struct state_change *change);
    void (*sum)(void *context, const struct change_sum *sum);
    void *context;
};

struct change_log *change_log_new(const struct change_log_sink *sink);
void change_log_free(struct change_log *log); /* NULL is fine */

/* Looks at all targets, whose reports are in `snapshots`, and calls the sink for what has changed
 * since the last time; a target that is new is compared with its own beginning. Returns when to
 * look again. */
struct mono change_log_look(struct change_log *log, struct snapshot *const *snapshots, size_t count,
                            struct mono now);

#endif
