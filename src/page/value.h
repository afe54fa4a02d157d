/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers as people read them, with their units, in HTML. */
#ifndef PAGE_VALUE_H
#define PAGE_VALUE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/time.h"

/* "12.34" of a duration in milliseconds: three decimals below 10 ms, two below 100 ms, then one. */
void value_add_ms_number(struct buf *out, double ns);
/* The same with its unit. */
void value_add_ms(struct buf *out, double ns);

/* "20 %", "0.5 %", "<0.1 %": `part` of `whole` > 0. */
void value_add_share(struct buf *out, uint64_t part, uint64_t whole);

/* "3 s", "12 min", "5 h", "8 d". */
void value_add_span(struct buf *out, int64_t ns);

/* A moment: "21:04:05 UTC" of today, with its date when it is another day than `now`. */
void value_add_time(struct buf *out, struct wall at, struct wall now);
/* The same without elements, for attributes. */
void value_add_plain_time(struct buf *out, struct wall at, struct wall now);
/* The same and how long ago: "21:04:05 UTC, 12 min ago". */
void value_add_moment(struct buf *out, struct wall at, struct wall now);
/* How long ago alone; the moment is shown by browsers that point at it. */
void value_add_age(struct buf *out, struct wall at, struct wall now);

#endif
