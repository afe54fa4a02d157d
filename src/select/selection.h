/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which targets of a snapshot somebody wants to see, in which order, and which part of them: what
 * the query of a URL says, for page and API alike:
 *   state=failed&state=degraded&site=paris&q=core&sort=loss&limit=50&offset=100
 * Pure; costs O(targets) time and 32 bytes for each target that matches. */
#ifndef SELECT_SELECTION_H
#define SELECT_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/report.h"

#define SELECTION_LABELS_MAX 16
#define SELECTION_TEXT_BYTES 256 /* with the NUL */
#define SELECTION_LIMIT_MAX 1000
#define SELECTION_OFFSET_MAX 1000000

/* The worst first, or the least name; what has no such value stands last. */
enum selection_sort {
    SELECTION_AS_CONFIGURED, /* no sort= */
    SELECTION_WORST, /* failed, degraded, pending, ok, inactive; in each the greatest loss first */
    SELECTION_NAME,
    SELECTION_AGE, /* the oldest result first */
    SELECTION_LIMIT, /* and one for each enum limit: SELECTION_LIMIT + LIMIT_..., by its name */
};

struct selection_label {
    char name[SELECTION_TEXT_BYTES], value[SELECTION_TEXT_BYTES];
};

/* All zero: every target, as configured. */
struct selection {
    unsigned states; /* 1 << enum target_state for each that is wanted; 0: any */
    struct selection_label labels[SELECTION_LABELS_MAX]; /* of one name: any of their values */
    size_t label_count;
    char text[SELECTION_TEXT_BYTES]; /* in name, host, address, operation, owner, tag or a label,
                                        whatever the case of its letters (ASCII); "": anything */
    unsigned sort; /* of enum selection_sort */
    bool is_reversed; /* sort=-WORD: the other way round */
    size_t limit, offset; /* limit 0: all from `offset` on */
};

/* Takes an argument of a query, decoded: state, q, sort, limit, offset; label.NAME, or any other
 * NAME, is a label. An empty value is that of a form's empty field, and says nothing. NULL, or what
 * is wrong, as a sentence about it. */
const char *selection_take(struct selection *selection, const char *name, const char *value);

/* Appends the arguments, without those of the page: "state=failed&sort=loss", percent-encoded;
 * nothing for the selection of everything. */
void selection_write(const struct selection *selection, struct buf *out);

/* The word of a sort, "" of SELECTION_AS_CONFIGURED; NULL beyond the last. */
const char *selection_sort_name(unsigned sort);

struct selected {
    const struct report **reports; /* of the snapshot, which must stay */
    size_t count; /* in this part */
    size_t matched; /* in all parts */
    size_t by_state[TARGET_STATE_COUNT]; /* of those that match but for their state */
};

void selection_apply(const struct selection *selection, const struct snapshot *snapshot,
                     struct selected *out);
void selected_fini(struct selected *selected);

#endif
