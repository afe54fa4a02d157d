/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How round trips are distributed, as a picture. */
#ifndef PAGE_HISTOGRAM_H
#define PAGE_HISTOGRAM_H

#include "base/buf.h"
#include "stats/hist.h"

/* A figure with percentiles; nothing without values. */
void histogram_add(struct buf *out, const struct hist *hist, const struct hist_layout *layout);

#endif
