/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Random bytes from the system (getrandom(2)). Thread-safe. */
#ifndef HOST_ENTROPY_H
#define HOST_ENTROPY_H

#include <stddef.h>

/* Fills `out` with `size` random bytes, 0 to 256. Aborts on a system without getrandom. */
void entropy_fill(void *out, size_t size);

#endif
