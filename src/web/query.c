/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/query.h"

#include "base/hex.h"

/* The byte that "%XY" stands for; 0 when it is none. */
static int escaped_byte(const char *text)
{
    int high = hex_digit(text[1]);
    int low = high < 0 ? -1 : hex_digit(text[2]);
    return low < 0 ? 0 : high * 16 + low;
}

bool query_decode(const char *text, char *out, size_t size)
{
    size_t at = 0;
    while (*text != '\0' && at + 1 < size) {
        int byte = *text == '%' ? escaped_byte(text) : (unsigned char)*text;
        if (byte == 0) {
            break;
        }
        text += *text == '%' ? 3 : 1;
        out[at++] = (char)byte;
    }
    bool is_whole = *text == '\0';
    out[is_whole ? at : 0] = '\0';
    return is_whole;
}
