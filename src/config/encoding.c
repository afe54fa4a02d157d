/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/encoding.h"

#include <stdint.h>
#include <string.h>

/* One character of a text; `length` 0: the bytes are no character. */
struct character {
    uint32_t code;
    size_t length;
};

static size_t sequence_length(unsigned char first)
{
    return first < 0x80                     ? 1
           : first >= 0xc2 && first <= 0xdf ? 2
           : (first & 0xf0) == 0xe0         ? 3
           : first >= 0xf0 && first <= 0xf4 ? 4
                                            : 0;
}

static struct character decode(const char *text, size_t size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)text[0];
    size_t length = sequence_length(first);
    if (length == 0 || length > size) {
        return (struct character){0};
    }
    uint32_t code = length == 1 ? first : first & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)text[i];
        if ((next & 0xc0) != 0x80) {
            return (struct character){0};
        }
        code = code << 6 | (next & 0x3f);
    }
    bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least[length] || code > 0x10ffff || is_surrogate) {
        return (struct character){0};
    }
    return (struct character){.code = code, .length = length};
}

static bool is_foreign_line_end(uint32_t code)
{
    return code == 0x85 || code == 0x2028 || code == 0x2029;
}

/* What libyaml would refuse as well, in words of its own. */
static bool is_control(uint32_t code)
{
    bool is_text = code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0x7f) ||
                   (code >= 0xa0 && code <= 0xfffd) || code >= 0x10000;
    return !is_text;
}

static bool is_lone_return(const char *text, size_t size)
{
    return text[0] == '\r' && (size < 2 || text[1] != '\n');
}

/* False when the character at `text` may not stand in a file. */
static bool check_one(const char *text, size_t size, struct character character, struct buf *out)
{
    if (character.length == 0) {
        buf_printf(out, "the byte 0x%02x is not UTF-8; save the file as UTF-8",
                   (unsigned)(unsigned char)text[0]);
    } else if (is_lone_return(text, size)) {
        buf_add_string(out, "a line ends with CR alone; save the file with LF or CRLF line ends");
    } else if (is_foreign_line_end(character.code)) {
        buf_printf(out, "the character U+%04X ends a line for YAML, but in no editor; remove it",
                   (unsigned)character.code);
    } else if (is_control(character.code)) {
        buf_printf(out, "the control character U+%04X is not allowed; remove it",
                   (unsigned)character.code);
    } else {
        return true;
    }
    return false;
}

static bool is_utf16(const char *text, size_t size)
{
    return size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0);
}

bool encoding_check(const char *text, size_t size, struct mark *at, struct buf *out)
{
    *at = (struct mark){0};
    if (is_utf16(text, size)) {
        buf_add_string(out, "the file is UTF-16; save it as UTF-8");
        return false;
    }
    for (size_t i = 0; i < size;) {
        struct character character = decode(text + i, size - i);
        if (!check_one(text + i, size - i, character, out)) {
            return false;
        }
        i += character.length;
        if (character.code == '\n') {
            at->line++;
            at->column = 0;
        } else {
            at->column++;
        }
    }
    return true;
}
