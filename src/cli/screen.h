/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of `ipsla top`: rows of text, and how wide they may be. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "stats/round.h"

/* A target, as far as it is shown. */
struct screen_row {
    char *name, *host, *state, *reason; /* without control characters; reason "": none */
    bool has_run;
    struct round round; /* of the latest operation */
    int64_t age_ns; /* since it began */
};

void screen_row_fini(struct screen_row *row);

/* Appends one line with neither more nor less than `width` columns (0: as many as it needs),
 * without its end; what a terminal would not show as one character is a question mark.
 * `has_colour`: the state is coloured. */
void screen_add_row(const struct screen_row *row, size_t width, bool has_colour, struct buf *out);
void screen_add_heading(size_t width, struct buf *out);

/* Appends `text` in exactly `width` columns, or, with 0, as it is but for such characters. */
void screen_add_text(const char *text, size_t width, struct buf *out);

#endif
