/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/credentials.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "web/request.h"

static const char scheme[] = "Basic ";

static int value_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c == '\0' ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)(found - digits);
}

/* RFC 4648 with its padding, as Go reads it. Returns how many bytes, -1 when it is no base64. */
static long decode(const char *text, size_t length, char *out)
{
    size_t count = 0;
    uint32_t bits = 0;
    size_t padding = length >= 2 && text[length - 2] == '='   ? 2
                     : length >= 1 && text[length - 1] == '=' ? 1
                                                              : 0;
    if (length % 4 != 0) {
        return -1;
    }
    for (size_t i = 0; i < length; i++) {
        bool is_padding = i >= length - padding && text[i] == '=';
        int value = is_padding ? 0 : value_of(text[i]);
        if (value < 0) {
            return -1;
        }
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 == 3) {
            out[count++] = (char)(bits >> 16 & 0xff);
            out[count++] = (char)(bits >> 8 & 0xff);
            out[count++] = (char)(bits & 0xff);
        }
    }
    return (long)(count - padding);
}

bool credentials_parse(const char *header, struct credentials *out)
{
    size_t skipped = sizeof scheme - 1;
    if (strncasecmp(header, scheme, skipped) != 0) {
        return false;
    }
    const char *text = header + skipped;
    size_t length = request_value_size(text);
    *out = (struct credentials){.bytes = mem_alloc(length + 1, 1), .size = length + 1};
    long size = decode(text, length, out->bytes);
    const char *colon = size <= 0 ? NULL : memchr(out->bytes, ':', (size_t)size);
    if (colon == NULL) {
        credentials_fini(out);
        return false;
    }
    out->user = out->bytes;
    out->user_size = (size_t)(colon - out->bytes);
    out->password = colon + 1;
    out->password_size = (size_t)size - out->user_size - 1;
    return true;
}

void credentials_fini(struct credentials *credentials)
{
    crypto_wipe(credentials->bytes, credentials->size);
    free(credentials->bytes);
    *credentials = (struct credentials){0};
}
