/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Words of a user in messages: shown safely, and compared with the words we know. */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends UTF-8 `text`, cut after some 60 bytes, control characters as \xNN. */
void words_add_safe(struct buf *out, const char *text);

/* Room for a quoted word, NUL included. */
#define WORDS_QUOTE_MAX 260

/* Writes `text` as by words_add_safe, between single quotes. Returns `out`. */
char *words_quote(const char *text, char out[WORDS_QUOTE_MAX]);

/* UTF-8 `text` has a control character (C0, DEL or C1). */
bool words_have_control(const char *text);

/* The candidate that `word` was most likely meant to be; NULL when none is near. Case and the
 * difference of '-' and '_' do not count. */
const char *words_nearest(const char *word, const char *const *candidates, size_t count);

/* The only candidate that `word`, of at least three characters, is a part of, or NULL: "hmac" of
 * "hmac-sha256". */
const char *words_containing(const char *word, const char *const *candidates, size_t count);

/* Appends the three candidates that are nearest to `word`, however far, with commas between. */
void words_add_nearest(const char *word, const char *const *candidates, size_t count,
                       struct buf *out);

#endif
