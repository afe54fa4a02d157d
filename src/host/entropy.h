/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Random bytes from the system. */
#ifndef HOST_ENTROPY_H
#define HOST_ENTROPY_H

#include <stddef.h>

/* Fills `out` with `size` <= 256 random bytes. */
void entropy_fill(void *out, size_t size);

#endif
