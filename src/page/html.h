/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Text that others chose (names, labels, hosts) in HTML, so that it stays text: escaped, and kept
 * apart from its surroundings where it is written from right to left. */
#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include "base/buf.h"

/* What stands for a value that there is not. */
#define HTML_NONE "<span class=\"none\">&ndash;</span>"

/* As content of an element or of a quoted attribute. Control characters become U+FFFD. */
void html_add_text(struct buf *out, const char *text);

/* The same in an element of its own: marks of direction in it end with it. */
void html_add_foreign(struct buf *out, const char *text);

/* The same for attributes and titles, which hold no elements. */
void html_add_isolated(struct buf *out, const char *text);

/* As the value of an argument in the query of a URL (RFC 3986 2.1). */
void html_add_argument(struct buf *out, const char *text);

#endif
