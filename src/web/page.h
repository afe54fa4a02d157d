/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The status page (HTML): what this is, links, targets at a glance. Pure. */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "base/buf.h"
#include "expo/view.h"

/* Appends the page. `metrics_path` is where the link to the metrics goes. */
void page_render(const struct expo_view *view, const char *metrics_path, struct buf *out);

#endif
