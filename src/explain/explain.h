/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What is the matter with a target, in one sentence for people: the same on the status page, in the
 * log, in JSON and in what `ipsla probe` prints. */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "base/buf.h"
#include "engine/report.h"

/* Appends why an operation of `spec` failed, without a full stop; nothing for OUTCOME_OK.
 * `unearned`: replies to it that did not return its random bytes. */
void explain_failure(const struct spec *spec, const struct round *round, uint64_t unearned,
                     struct buf *out);

/* Appends which limits of `set` one operation exceeds: "loss 35% is above 5% (critical)"; nothing
 * when it exceeds none. */
void explain_limits(const struct limit_set *set, const struct round *round, struct buf *out);

/* What spoils an operation that completes: its numbers are right, and some are missing. */
enum spoiler {
    SPOILT_BY_CLOCK, /* of the responder, which was set */
    SPOILT_BY_LATENESS, /* of this host: packets were missed */
};
#define SPOILER_COUNT 2
bool explain_is_spoilt(const struct round *round, enum spoiler spoiler);

/* Appends a sentence about it, or about each; nothing when there is nothing. */
void explain_spoilt(const struct round *round, enum spoiler spoiler, struct buf *out);
void explain_all_spoilt(const struct round *round, const char *separator, struct buf *out);

/* Appends why the target is in its state: why the latest operation failed, or which limits count as
 * exceeded; nothing in every other state. */
void explain_state(const struct report *report, struct buf *out);

/* Appends which protocol `operation: auto` measures the target by, what came of those that are
 * wanted more, and what is lost; nothing when the operation was not chosen. */
void explain_choice(const struct spec *spec, struct buf *out);

#endif
