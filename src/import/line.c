/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/line.h"

#include <ctype.h>
#include <string.h>

#define REPLACEMENT '?' /* of a byte that is not UTF-8 */

/* Bytes of the UTF-8 character at `text`, 0: it is none that may stand in a configuration. */
static size_t utf8_size(const char *text, size_t left)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (size == 1) {
        return bytes[0] >= 0x20 && bytes[0] != 0x7F;
    }
    if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || size > left) {
        return 0;
    }
    unsigned long code = bytes[0] & (0xFFU >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
        code = code << 6 | (bytes[i] & 0x3FU);
    }
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool is_line_end = code == 0x85 || code == 0x2028 || code == 0x2029;
    bool is_none = code < least[size] || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF ||
                   code < 0xA0 || code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
    return is_line_end || is_none ? 0 : size;
}

/* The length of a terminal's escape sequence at `text`: ESC [ ... letter, or ESC and one more. */
static size_t escape_size(const char *text, size_t left)
{
    size_t size = 1;
    if (left < 2 || text[1] != '[') {
        return left < 2 ? left : 2;
    }
    for (size = 2; size < left && !isalpha((unsigned char)text[size]); size++) {
    }
    return size < left ? size + 1 : size;
}

/* Writes the raw line as a screen would show it. */
static size_t clean(const char *raw, size_t size, struct import_line *line)
{
    char *out = line->text;
    size_t length = 0;
    for (size_t i = 0; i < size;) {
        size_t step = 1;
        if (raw[i] == '\b') {
            length -= length > 0;
        } else if (raw[i] == '\r') {
            length = 0; /* what follows is written over it */
        } else if (raw[i] == '\x1b') {
            step = escape_size(raw + i, size - i);
        } else if (raw[i] == '\t') {
            out[length++] = ' ';
        } else if ((unsigned char)raw[i] >= 0x20 && (unsigned char)raw[i] < 0x7F) {
            out[length++] = raw[i];
        } else if ((step = utf8_size(raw + i, size - i)) > 0) {
            memcpy(out + length, raw + i, step);
            length += step;
        } else {
            step = 1;
            bool is_bad = (unsigned char)raw[i] >= 0x80;
            line->is_repaired |= is_bad;
            out[length] = REPLACEMENT;
            length += is_bad;
        }
        i += step;
    }
    out[length] = '\0';
    return length;
}

static void remove_text(char *text, const char *what)
{
    char *found;
    while ((found = strstr(text, what)) != NULL) {
        memmove(found, found + strlen(what), strlen(found + strlen(what)) + 1);
    }
}

/* The pager's own words, where it did not erase them. */
static void remove_pager(char *text)
{
    if (strstr(text, "--") != NULL) {
        remove_text(text, " --More-- ");
        remove_text(text, "--More--");
        remove_text(text, "<--- More --->");
    }
}

/* The length of a prompt "name#", "name(config-ip-sla)#", "RP/0/RSP0/CPU0:name#", "name>" and of
 * the blanks behind it; 0: there is none. The name goes to `name`. */
static size_t read_prompt(const char *text, char name[IMPORT_PROMPT_MAX])
{
    size_t start = 0;
    if (strncmp(text, "RP/", 3) == 0) {
        start = strcspn(text, ": ");
        start = text[start] == ':' ? start + 1 : 0;
    }
    size_t size = start;
    while (isalnum((unsigned char)text[size]) ||
           (text[size] != '\0' && strchr("._-", text[size]))) {
        size++;
    }
    size_t length = size - start;
    if (length == 0 || length >= IMPORT_PROMPT_MAX || !isalpha((unsigned char)text[start])) {
        return 0;
    }
    if (text[size] == '(') {
        size += strcspn(text + size, ") ");
        size += text[size] == ')';
    }
    if (text[size] != '#' && text[size] != '>') {
        return 0;
    }
    memcpy(name, text + start, length);
    name[length] = '\0';
    return size + 1;
}

static void split(struct import_line *line)
{
    size_t size = strlen(line->text);
    memcpy(line->split, line->text, size + 1);
    line->count = 0;
    char *at = line->split;
    while (*at != '\0' && line->count < IMPORT_WORDS_MAX) {
        line->word[line->count++] = at;
        at += strcspn(at, " ");
        size_t blanks = strspn(at, " ");
        if (blanks > 0 && line->count < IMPORT_WORDS_MAX) {
            *at = '\0';
        }
        at += blanks;
    }
}

static void hand_on(struct import_lines *lines)
{
    struct import_line *line = &lines->line;
    line->number++;
    line->is_cut = lines->is_cut;
    line->is_repaired = false;
    line->prompt[0] = '\0';
    while (lines->size > 0 && lines->raw[lines->size - 1] == '\r') {
        lines->size--;
    }
    size_t length = clean(lines->raw, lines->size, line);
    remove_pager(line->text);
    size_t start = read_prompt(line->text, line->prompt);
    size_t blanks = strspn(line->text + start, " ");
    line->indent = (unsigned)(start > 0 ? 0 : blanks);
    length = strlen(line->text + start + blanks);
    memmove(line->text, line->text + start + blanks, length + 1);
    while (length > 0 && line->text[length - 1] == ' ') {
        line->text[--length] = '\0';
    }
    split(line);
    lines->size = 0;
    lines->is_cut = false;
    lines->take(lines->context, line);
}

void import_lines_feed(struct import_lines *lines, const char *bytes, size_t size)
{
    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        size_t length = end == NULL ? size : (size_t)(end - bytes);
        size_t room = sizeof lines->raw - 1 - lines->size;
        size_t taken = length < room ? length : room;
        memcpy(lines->raw + lines->size, bytes, taken);
        lines->size += taken;
        lines->is_cut |= taken < length;
        if (end != NULL) {
            hand_on(lines);
            length++;
        }
        bytes += length;
        size -= length;
    }
}

void import_lines_end(struct import_lines *lines)
{
    if (lines->size > 0 || lines->is_cut) {
        hand_on(lines);
    }
    lines->line.number = 0;
}

const char *import_line_rest(const struct import_line *line, size_t index)
{
    return index < line->count ? line->text + (line->word[index] - line->split) : "";
}
