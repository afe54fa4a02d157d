/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Each operation of the targets that --log.target names, as a line of level debug. */
#ifndef EXPORTER_OPERATIONS_H
#define EXPORTER_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/report.h"
#include "program/options.h"

/* As often as measuring threads publish: what ends twice in between has one line, which says so. */
#define OPERATIONS_LOOK_NS (250 * NS_PER_MS)

struct operations_target {
    const char *name;
    uint64_t said; /* operations of it that are in the log, or counted by a line */
    bool is_missing; /* a line said that there is no such target */
};

/* All 0: logs nothing. */
struct operations {
    struct operations_target targets[OPTIONS_GIVEN_MAX];
    size_t count; /* 0, too, when lines of level debug are not written */
    struct mono next; /* when to look again */
};

/* Reads the flags; call it once the log is set up. */
void operations_read(const struct options *options, struct operations *out);

/* Writes what has ended since the last time. `snapshots` are those of all workers. */
void operations_look(struct operations *operations, struct snapshot *const *snapshots,
                     size_t count);

#endif
