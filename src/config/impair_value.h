/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Values that only rules of impairment have. The parsers return NULL, or what is wrong with the
 * text. */
#ifndef CONFIG_IMPAIR_VALUE_H
#define CONFIG_IMPAIR_VALUE_H

#include <stdint.h>

#include "base/buf.h"

#define IMPAIR_OFFSET_MAX_NS (24 * 3600 * INT64_C(1000000000))
#define IMPAIR_DRIFT_MAX_PPM 1000

/* "2%", "0.5%", "every 5", either with " in bursts of 3", as by which_pack (impair/which.h). */
const char *impair_parse_which(const char *text, int64_t *out);
void impair_add_which(int64_t which, struct buf *out);

/* A duration, or one behind a minus. */
const char *impair_parse_offset(const char *text, int64_t *out_ns);
void impair_add_offset(int64_t offset_ns, struct buf *out);

/* "20ppm", "-20ppm". */
const char *impair_parse_drift(const char *text, int64_t *out_ppm);

#endif
