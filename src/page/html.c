/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/html.h"

#include <stdbool.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define FIRST_STRONG_ISOLATE "\xe2\x81\xa8" /* U+2068, and */
#define POP_ISOLATE "\xe2\x81\xa9" /* U+2069: Unicode TR 9 */

/* What stands for the byte; NULL: itself. */
static const char *escape_of(unsigned char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
        return NULL;
    default:
        return byte < ' ' || byte == 0x7f ? REPLACEMENT : NULL;
    }
}

/* U+0080 to U+009F, which HTML does not allow. */
static bool is_high_control(const char *text)
{
    return (unsigned char)text[0] == 0xc2 && ((unsigned char)text[1] & 0xe0) == 0x80;
}

void html_add_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *escape = escape_of((unsigned char)*text);
        if (is_high_control(text)) {
            text++;
            buf_add_string(out, REPLACEMENT);
        } else if (escape != NULL) {
            buf_add_string(out, escape);
        } else {
            buf_add_char(out, *text);
        }
    }
}

void html_add_foreign(struct buf *out, const char *text)
{
    buf_add_string(out, "<bdi>");
    html_add_text(out, text);
    buf_add_string(out, "</bdi>");
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80) {
        text++;
    }
    return *text == '\0';
}

void html_add_isolated(struct buf *out, const char *text)
{
    bool is_plain = is_ascii(text);
    buf_add_string(out, is_plain ? "" : FIRST_STRONG_ISOLATE);
    html_add_text(out, text);
    buf_add_string(out, is_plain ? "" : POP_ISOLATE);
}

void html_add_argument(struct buf *out, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL) {
            buf_add_char(out, *text);
        } else {
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
        }
    }
}
