/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the program knows as JSON, for programs: /api/v1/... (docs/api.md). Made from the same
 * reports as metrics and page. */
#ifndef WEB_API_H
#define WEB_API_H

#include <stdbool.h>

#include "base/time.h"
#include "engine/report.h"
#include "expo/view.h"
#include "select/selection.h"
#include "web/stream.h"

#define API_CONTENT_TYPE "application/json"

/* The selected targets, one on a line, made while it is read. Takes over the reference on
 * `snapshot`; NULL: this program does not measure. */
struct stream_source api_targets_open(struct snapshot *snapshot, const struct selection *selection,
                                      struct instant now);

/* One target. False when the snapshot has none of that name. */
bool api_target_write(const struct snapshot *snapshot, const char *name, struct instant now,
                      struct buf *out);

/* At most the latest `limit` operations of one target, the oldest first. False likewise. */
bool api_operations_write(const struct snapshot *snapshot, const char *name, size_t limit,
                          struct buf *out);

/* NULL: there is none. */
void api_responder_write(const struct expo_responder *responder, struct buf *out);

/* This program: what it is, its configuration, how many targets are in which state. */
void api_status_write(const struct expo_view *view, struct buf *out);

#endif
