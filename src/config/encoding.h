/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which characters a configuration file may have. YAML takes more of them for line ends than any
 * editor does: those are refused, so that every line number is the one that an editor shows. */
#ifndef CONFIG_ENCODING_H
#define CONFIG_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A place in a text; both from 0, `column` in characters. */
struct mark {
    unsigned line, column;
};

/* True when `text` is UTF-8 of characters that YAML knows. Else `at` is where the first other one
 * stands, and what is wrong is appended to `out`. */
bool encoding_check(const char *text, size_t size, struct mark *at, struct buf *out);

#endif
