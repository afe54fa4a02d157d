/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Keeps the latest operations over a restart: reads the file of --history.file at the start, and
 * writes it every hour and at the end, in a thread of its own: a slow disk delays nobody else. What
 * fails is logged and shown, and ends nothing. */
#ifndef EXPORTER_HISTORY_H
#define EXPORTER_HISTORY_H

#include "base/time.h"
#include "engine/archive.h"
#include "expo/view.h"

#define HISTORY_WRITE_INTERVAL_NS (60 * NS_PER_MINUTE)

struct history_keeper;

/* NULL: there is no file. */
struct history_keeper *history_keeper_new(const char *file);

/* What was in the file, for the first targets; NULL: nothing. It belongs to the caller. */
struct archive *history_keeper_read(struct history_keeper *keeper);

/* From now on `acquire` gives the targets to write (the caller's reference), on the keeper's
 * thread. */
void history_keeper_start(struct history_keeper *keeper, struct snapshot *(*acquire)(void *context),
                          void *context);

/* Writes once more, and ends. NULL is fine. */
void history_keeper_stop(struct history_keeper *keeper);

/* How the file is; `false`: there is none. From any thread. */
bool history_keeper_view(struct history_keeper *keeper, struct expo_history *out);

#endif
