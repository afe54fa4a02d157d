/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Amounts with a sign, a percentage or a word: the kinds SCHEMA_TOLERANCE, _WHICH, _OFFSET, _DRIFT.
 */
#ifndef CONFIG_AMOUNT_H
#define CONFIG_AMOUNT_H

#include <stdint.h>

#include "config/schema.h"

/* The number of such a value. Returns NULL, or what is wrong with the text. */
const char *amount_parse(enum schema_kind kind, const char *text, int64_t *out);

#endif
