/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* An Accept header of any kind gives one of the formats. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expo/expo.h"
#include "web/negotiate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy of its own, so that the address sanitizer sees a step beyond the NUL. */
    char *accept = mem_alloc(size + 1, 1);
    if (size > 0) {
        memcpy(accept, data, size);
    }
    const struct expo_format *format = negotiate_format(accept);
    size_t row = 0;
    while (expo_format_at(row) != format) {
        assert(expo_format_at(row) != NULL);
        row++;
    }
    free(accept);
    return 0;
}
