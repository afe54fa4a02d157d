/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which protocol each target of `operation: auto` is measured by. A look tries one protocol after
 * the other, the most wanted first, by one short operation each, until one works: all of them at
 * first and when operations fail in a row, and only those that are wanted more once an hour. Looks
 * are bounded in number and begin at a bounded rate, so that thousands of targets are no burst.
 * Knows no threads, sockets and clocks: whoever owns it has the trials measured and tells what came
 * of them. Belongs to one thread, but for chooser_changes. */
#ifndef ENGINE_CHOOSER_H
#define ENGINE_CHOOSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/report.h"
#include "probe/choice.h"
#include "probe/spec.h"

#define CHOOSER_FAILURES 3 /* operations in a row after which all protocols are tried */
#define CHOOSER_BETTER_NS (3600 * NS_PER_SECOND) /* from one look for a better one to the next */
#define CHOOSER_PAUSE_NS                                                                           \
    (60 * NS_PER_SECOND) /* after a look because of failures; doubles, up to                       \
                          */
#define CHOOSER_PAUSE_MAX_NS (600 * NS_PER_SECOND)
#define CHOOSER_PARALLEL_MAX 256 /* looks at the same time */
#define CHOOSER_BURST 10 /* looks that begin at once, and then no other for */
#define CHOOSER_BURST_NS (100 * NS_PER_MS)

/* A target whose measured protocol is another one now, for whoever tells people of it. */
struct chooser_change {
    const struct spec *spec; /* what is measured from now on */
    const struct choice *before; /* NULL: nothing was chosen yet */
};

struct chooser;

/* `changed` is called from chooser_take and chooser_judge. */
struct chooser *chooser_new(void (*changed)(void *context, const struct chooser_change *change),
                            void *context);
void chooser_free(struct chooser *chooser); /* NULL is fine */

/* The targets are those of `targets` that are of operation auto. What was chosen for one of the
 * same name stays, unless its host or its protocols are others. */
void chooser_set_targets(struct chooser *chooser, const struct spec_set *targets, struct mono now);
size_t chooser_count(const struct chooser *chooser);

/* Some target has an address, and nothing is known of its protocols yet. */
bool chooser_is_undecided(const struct chooser *chooser);

/* What is measured of the `index`th of them at `ip` (ADDR_NONE: it has no address); a new spec. */
struct spec *chooser_spec(struct chooser *chooser, size_t index, const struct addr *ip,
                          struct mono now);

/* How it goes with a target; others than those of auto are ignored. */
void chooser_judge(struct chooser *chooser, const struct report *report, struct mono now);

/* What came of a trial; reports of others are ignored. */
void chooser_take(struct chooser *chooser, const struct report *report, struct mono now);

/* Begins what is due. The trials that are to run now, the caller's reference; NULL: they are the
 * same as the last time. */
struct spec_set *chooser_trials(struct chooser *chooser, struct mono now);

/* When chooser_trials may have news. */
struct mono chooser_due(const struct chooser *chooser);

/* Since the last call some target is to be measured otherwise, or more is known of its choice. */
bool chooser_take_news(struct chooser *chooser);

/* How often a target moved from one protocol to another. From any thread. */
uint64_t chooser_changes(const struct chooser *chooser);

#endif
