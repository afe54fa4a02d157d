/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Members of JSON objects: `"NAME": VALUE`, without a comma. */
#ifndef WEB_FIELD_H
#define WEB_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* NULL: null. */
void field_add_text(struct buf *out, const char *name, const char *text);
/* Seconds with nine decimals; null unless it is known. */
void field_add_seconds(struct buf *out, const char *name, int64_t ns, bool is_known);
void field_add_bool(struct buf *out, const char *name, bool value);
void field_add_number(struct buf *out, const char *name, uint64_t value);

#endif
