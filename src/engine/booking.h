/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* An operation that is over becomes part of its target's report and of the engine's statistics. */
#ifndef ENGINE_BOOKING_H
#define ENGINE_BOOKING_H

#include "engine/report.h"
#include "probe/probe.h"

/* Datagrams since the report before that belong to nothing. */
void booking_count_unmatched(const struct probe *probe, struct report *report,
                             struct engine_stats *stats);

/* The result `round` of the probe's latest operation, and its packets. */
void booking_add(const struct probe *probe, const struct round *round, struct report *report,
                 struct engine_stats *stats, struct instant now);

#endif
