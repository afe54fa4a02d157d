/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Texts as scalars of YAML, in block and in flow style. */
#ifndef CONFIG_YAML_TEXT_H
#define CONFIG_YAML_TEXT_H

#include "base/addr.h"
#include "base/buf.h"

/* Appends UTF-8 `text` without control characters: plain where every reader of YAML takes that for
 * a text, else between single quotes. */
void yaml_add_text(struct buf *out, const char *text);

/* Appends "['192.0.2.0/24', '2001:db8::/32']". */
void yaml_add_prefixes(const struct addr_prefix *prefixes, size_t count, struct buf *out);

/* Appends `text`, whatever it is, to the line of a comment. */
void yaml_add_comment(struct buf *out, const char *text);

#endif
