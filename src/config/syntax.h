/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a text that is not YAML, told by what a user sees in the file: from what
 * libyaml calls the fault, and a look at the lines. */
#ifndef CONFIG_SYNTAX_H
#define CONFIG_SYNTAX_H

#include <stddef.h>

#include "base/buf.h"
#include "config/encoding.h"

struct syntax_error {
    const char *problem; /* libyaml's words */
    const char *context; /* while it did what; NULL: not said */
    struct mark at; /* where it noticed */
    struct mark from; /* where that which it read begins */
};

/* Appends to `out` what is wrong with `text`, and what to write instead. Moves `error->at` to where
 * the fault was made. */
void syntax_explain(const char *text, size_t size, struct syntax_error *error, struct buf *out);

#endif
