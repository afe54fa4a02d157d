/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets by two of their labels: site by site, coloured by loss, round trip, jitter or MOS. */
#ifndef PAGE_MATRIX_H
#define PAGE_MATRIX_H

#include "page/frame.h"
#include "select/selection.h"

/* Labels that can be chosen from. */
#define MATRIX_PROPERTIES_MAX 32

#define MATRIX_TEXT_BYTES 256 /* with the NUL */

struct matrix_choice {
    char rows[MATRIX_TEXT_BYTES]; /* properties (grid.h); "": the first that there are */
    char columns[MATRIX_TEXT_BYTES];
    char show[MATRIX_TEXT_BYTES]; /* "loss", "rtt", "jitter" or "mos"; else loss */
};

/* `selected`: all targets of `selection`. */
void matrix_render(struct buf *out, const struct page_site *site,
                   const struct matrix_choice *choice, const struct selection *selection,
                   const struct selected *selected);

#endif
