/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The secret from which the moments follow at which targets start: the same after a restart, and
 * not to be had from names that are on every page. */
#ifndef PROGRAM_START_KEY_H
#define PROGRAM_START_KEY_H

#include <stdint.h>

#include "base/siphash.h"

/* From `file`; NULL: from this machine's /etc/machine-id, and random where there is none. Returns
 * what is wrong with `file`, as the end of a sentence about it, or NULL. */
const char *start_key_read(const char *file, uint8_t out[SIPHASH_KEY_BYTES]);

#endif
