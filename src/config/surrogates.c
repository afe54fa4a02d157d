/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/surrogates.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE_BYTES 6 /* \uXXXX */

/* Whether an escape of a surrogate, from `first` on, stands at `text`. */
static bool is_half(const char *text, size_t left, uint32_t first, uint32_t *out)
{
    char digits[5] = "";
    if (left < ESCAPE_BYTES || text[0] != '\\' || text[1] != 'u') {
        return false;
    }
    memcpy(digits, text + 2, 4);
    bool is_hex = strspn(digits, "0123456789abcdefABCDEF") == 4;
    *out = is_hex ? (uint32_t)strtoul(digits, NULL, 16) : 0;
    return *out >= first && *out < first + 0x400;
}

static char *put_utf8(char *out, uint32_t high, uint32_t low)
{
    uint32_t code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    *out++ = (char)(0xf0 | code >> 18);
    *out++ = (char)(0x80 | (code >> 12 & 0x3f));
    *out++ = (char)(0x80 | (code >> 6 & 0x3f));
    *out++ = (char)(0x80 | (code & 0x3f));
    return out;
}

void surrogates_join(struct buf *text)
{
    char *out = text->bytes;
    size_t at = 0;
    while (at < text->size) {
        const char *here = text->bytes + at;
        size_t left = text->size - at;
        uint32_t high, low;
        if (is_half(here, left, 0xd800, &high) &&
            is_half(here + ESCAPE_BYTES, left - ESCAPE_BYTES, 0xdc00, &low)) {
            out = put_utf8(out, high, low);
            at += (size_t)2 * ESCAPE_BYTES;
            continue;
        }
        size_t step = here[0] == '\\' && left > 1 ? 2 : 1; /* the second may be a '\\' too */
        memmove(out, here, step);
        out += step;
        at += step;
    }
    if (text->size > 0) {
        buf_take(text, out);
    }
}
