/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The packets of one operation as a picture: round trip by number, and below it a lane for each way
 * in which packets did not come back. Numbers in, HTML out. */
#ifndef PAGE_PACKETS_H
#define PAGE_PACKETS_H

#include "base/buf.h"
#include "stats/trail.h"

/* A figure; `trail` as stats/trail.h packs it. Nothing without packets. */
void packets_add(struct buf *out, const uint32_t *trail, uint32_t count);

#endif
