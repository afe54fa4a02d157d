/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Limits as people write them: "1%", "150ms", "3.6". The one grammar of the key `limits` and of
 * `ipsla probe --warning`. */
#ifndef CONFIG_LIMIT_H
#define CONFIG_LIMIT_H

#include <stdbool.h>

#include "operation/operation.h"
#include "stats/limit.h"

/* The limit of this name, or of "rta", which is another word for rtt. False: there is none. */
bool limit_find(const char *name, enum limit *out);

/* Reads a value into `out`, in the unit of enum limit. False when it is not limit_allowed; `out` is
 * then undefined. */
bool limit_parse(enum limit limit, const char *text, double *out);

/* "a percentage, for example 1%". */
const char *limit_allowed(enum limit limit);

/* The same of the key: one value, or two, of which each may be `none`. */
void limit_add_range(enum limit limit, struct buf *out);

/* What the limit needs that a target with this operation has not; NULL when it has all. */
const char *limit_needs(enum limit limit, const struct operation *operation, bool has_codec);

#endif
