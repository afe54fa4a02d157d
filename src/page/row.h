/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One target as a row of the overview, and the words for what is wrong with it. */
#ifndef PAGE_ROW_H
#define PAGE_ROW_H

#include "page/past.h"

struct row_style {
    struct wall now;
    bool has_mos; /* there is a column for it */
    struct past *past; /* its memory */
};

void row_add(struct buf *out, const struct report *report, const struct row_style *style);

/* Appends why the target is in its state and since when; nothing when all is well. HTML. */
void row_add_why(struct buf *out, const struct report *report, struct wall now);

/* Appends what is measured and where its packets go: host, address and port. HTML. */
void row_add_where(struct buf *out, const struct spec *spec);

/* Appends the labels: each a link to the targets that have it, too. When their texts have more than
 * `most` bytes, those that do not fit are only counted. */
void row_add_labels(struct buf *out, const struct spec_identity *identity, size_t most);

#endif
