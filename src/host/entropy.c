/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/entropy.h"

#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

void entropy_fill(void *out, size_t size)
{
    /* Up to 256 bytes are never returned in part; only a kernel without the call fails. */
    if (getrandom(out, size, 0) != (ssize_t)size) {
        abort();
    }
}
