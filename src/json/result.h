/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The result of an operation as JSON, and back: one table for both ways, so that whoever asks a
 * running exporter has the struct that the exporter has. Times are seconds with nine decimals;
 * what has no value is null. The names are those of `ipsla probe --output json` (docs/cli.md). */
#ifndef JSON_RESULT_H
#define JSON_RESULT_H

#include "base/buf.h"
#include "config/node.h"
#include "stats/round.h"

/* Appends `"packets": {...}, "rtt_seconds": {...}, ...`: what stands in `round`, without braces. */
void json_result_write(const struct round *round, struct buf *out);

/* Reads what json_result_write wrote, from the mapping that it stands in; the rest of *out is 0.
 * False when a value is there that cannot be read. What is not there is 0. */
bool json_result_read(const struct node *object, struct round *out);

/* Appends nanoseconds as seconds, exactly. */
void json_seconds_write(int64_t ns, struct buf *out);
/* Reads a number of at most nine decimals. False otherwise; `ns` untouched. */
bool json_seconds_read(const char *text, int64_t *ns);

/* The value of `key` in a mapping; NULL: it has none, or null. */
const struct node *json_find(const struct node *object, const char *key);
/* The text of such a value; NULL: there is none. */
const char *json_text(const struct node *object, const char *key);
/* 0 when there is no such number. */
uint64_t json_number(const struct node *object, const char *key);

#endif
