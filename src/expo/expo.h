/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Snapshots to bytes, in any of the formats, from one table of metrics (family.h). Pure: reads the
 * view and nothing else, so a scrape cannot disturb measuring. Catalogue: docs/metrics.md. */
#ifndef EXPO_EXPO_H
#define EXPO_EXPO_H

#include "base/buf.h"
#include "expo/format.h"
#include "expo/view.h"

/* The formats one after the other, the default one first; NULL beyond the last. */
const struct expo_format *expo_format_at(size_t index);

/* An exposition that is written while it is read, so that its memory does not grow with its length.
 * It needs EXPO_BLOCK_BYTES, the series of one target that go beyond them, and for each target a
 * pointer and its labels. */
struct expo_body;
#define EXPO_BLOCK_BYTES ((size_t)64 * 1024)

/* The view is copied; what it points to must live until expo_body_close. */
struct expo_body *expo_body_open(const struct expo_view *view, const struct expo_format *format);

/* The next at most `size` bytes (at least 1) go to `out`. Returns how many; 0 at the end. */
size_t expo_body_read(struct expo_body *body, char *out, size_t size);

void expo_body_close(struct expo_body *body);

/* Appends the whole exposition. */
void expo_render(const struct expo_view *view, const struct expo_format *format, struct buf *out);

#endif
