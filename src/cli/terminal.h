/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The terminal of `ipsla top`: keys without echo, its size, and back to how it was, whatever ends
 * the program. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"

/* From now on keys come one by one, and the screen is another one. False with errno set: standard
 * input or output is no terminal. */
bool terminal_begin(void);
void terminal_end(void);

/* Columns and rows; 80 and 24 when it does not tell. */
void terminal_size(size_t *columns, size_t *rows);

enum { TERMINAL_NOTHING = -1, TERMINAL_RESIZED = -2, TERMINAL_ENDED = -3 };

/* The next byte typed; or nothing until `until`, another size, or the end of it: a signal or no
 * terminal any more. */
int terminal_key(struct mono until);

/* Colours are wanted: standard output is a terminal, and NO_COLOR (no-color.org) is not set. */
bool terminal_has_colour(void);

#endif
