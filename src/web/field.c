/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/field.h"

#include <inttypes.h>

#include "config/json_value.h"
#include "json/result.h"

void field_add_text(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, "\"%s\": ", name);
    if (text == NULL) {
        buf_add_string(out, "null");
    } else {
        json_string_write(text, out);
    }
}

void field_add_seconds(struct buf *out, const char *name, int64_t ns, bool is_known)
{
    buf_printf(out, "\"%s\": ", name);
    if (is_known) {
        json_seconds_write(ns, out);
    } else {
        buf_add_string(out, "null");
    }
}

void field_add_bool(struct buf *out, const char *name, bool value)
{
    buf_printf(out, "\"%s\": %s", name, value ? "true" : "false");
}

void field_add_number(struct buf *out, const char *name, uint64_t value)
{
    buf_printf(out, "\"%s\": %" PRIu64, name, value);
}
