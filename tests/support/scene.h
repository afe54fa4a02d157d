/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Many targets of a mesh of sites with a past, made by hand and the same in every run: what pages
 * are drawn from in tests, without an hour of measuring. */
#ifndef SUPPORT_SCENE_H
#define SUPPORT_SCENE_H

#include "engine/report.h"

/* Operations in the past of each. */
#define SCENE_OPERATIONS 60

/* The first is degraded (20 % lost there), the second failed, the third plain echo, the fourth ok;
 * of more, some are each. Its latest operations ended at most 10 s before `now`. */
struct snapshot *scene_new(size_t count, struct wall now);

/* Frees it with everything in it. */
void scene_free(struct snapshot *snapshot);

/* A target whose name, labels and host are text that would break out of HTML, turn the direction of
 * writing, or is as long as may be. `kind` below SCENE_HOSTILE_COUNT. */
#define SCENE_HOSTILE_COUNT 5
const char *scene_hostile_text(unsigned kind);
struct snapshot *scene_new_hostile(struct wall now);

#endif
