/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Snapshots to bytes: Prometheus text 0.0.4 and OpenMetrics 1.0 from one table of metric families.
 * Pure: asks nobody anything, so a scrape cannot disturb measuring. Catalogue: docs/metrics.md. */
#ifndef EXPO_EXPO_H
#define EXPO_EXPO_H

#include "base/buf.h"
#include "expo/view.h"

/* The Content-Type of a format. */
const char *expo_content_type(enum expo_format format);

/* The format that an Accept header asks for (RFC 9110 12.5.1; of equal weights the one that stands
 * first; NULL, empty, any type and junk: text). OpenMetrics is chosen only for version 1.0.0,
 * 0.0.1 or none given. */
enum expo_format expo_negotiate(const char *accept);

/* Whether an Accept-Encoding header (NULL: none) asks for gzip: listed, or covered by "*", with a
 * weight above 0 that is not below that of identity. */
bool expo_accepts_gzip(const char *accept_encoding);

/* Appends the whole exposition. */
void expo_render(const struct expo_view *view, enum expo_format format, struct buf *out);

/* Appends the status page (HTML): what this is, links, targets at a glance. `metrics_path` is where
 * the link to the metrics goes. */
void expo_render_page(const struct expo_view *view, const char *metrics_path, struct buf *out);

#endif
