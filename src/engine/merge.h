/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Several engines that share the targets of one set, seen as one. */
#ifndef ENGINE_MERGE_H
#define ENGINE_MERGE_H

#include "engine/report.h"
#include "probe/spec_set.h"

/* snapshots[i] is of part i of `targets`. A new snapshot with the reports of all in the order of
 * `targets` and the sum of their statistics. While a change of targets is under way some of them
 * may be of other targets: those come last. */
struct snapshot *snapshot_merge(struct snapshot *const *snapshots, const struct spec_set *targets,
                                const struct spec_division *division);

#endif
