/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/words.h"

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_BYTES 60
#define WORD_MAX 40
#define NEAREST_COUNT 3

/* The length of the control character at `text`, 0 when it is none. C1 is C2 80 to C2 9F in UTF-8,
 * the line ends U+2028 and U+2029 are E2 80 A8 and A9. */
static size_t control_length(const char *text)
{
    unsigned char c = (unsigned char)text[0];
    if (c < 0x20 || c == 0x7f) {
        return 1;
    }
    unsigned char next = (unsigned char)text[1];
    if (c == 0xe2 && next == 0x80 && ((unsigned char)text[2] & 0xfe) == 0xa8) {
        return 3;
    }
    return c == 0xc2 && next >= 0x80 && next < 0xa0 ? 2 : 0;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

void words_add_safe(struct buf *out, const char *text)
{
    const char *at = text;
    while (*at != '\0') {
        if (at - text >= SHOWN_BYTES && !is_continuation(*at)) {
            buf_add_string(out, "...");
            return;
        }
        size_t length = control_length(at);
        if (length == 0) {
            buf_add_char(out, *at++);
            continue;
        }
        buf_printf(out, "\\x%02x", (unsigned)(unsigned char)at[length - 1]);
        at += length;
    }
}

char *words_quote(const char *text, char out[WORDS_QUOTE_MAX])
{
    struct buf safe = {0};
    buf_add_char(&safe, '\'');
    words_add_safe(&safe, text);
    buf_add_char(&safe, '\'');
    memcpy(out, buf_string(&safe), safe.size + 1);
    buf_fini(&safe);
    return out;
}

bool words_have_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if (control_length(text) > 0) {
            return true;
        }
    }
    return false;
}

static char folded(char c)
{
    return c == '-' ? '_' : (char)tolower((unsigned char)c);
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein distance where swapping two neighbours is one step; both words fit in WORD_MAX. */
static unsigned distance(const char *a, const char *b)
{
    unsigned rows[WORD_MAX + 1][WORD_MAX + 1];
    size_t a_length = strlen(a), b_length = strlen(b);
    for (size_t i = 0; i <= a_length; i++) {
        rows[i][0] = (unsigned)i;
    }
    for (size_t j = 0; j <= b_length; j++) {
        rows[0][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            char x = folded(a[i - 1]), y = folded(b[j - 1]);
            unsigned cost = x == y ? 0 : 1;
            rows[i][j] = min3(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost);
            if (i > 1 && j > 1 && x == folded(b[j - 2]) && folded(a[i - 2]) == y) {
                rows[i][j] = min3(rows[i][j], rows[i - 2][j - 2] + 1, rows[i][j]);
            }
        }
    }
    return rows[a_length][b_length];
}

const char *words_nearest(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strlen(word);
    if (length > WORD_MAX) {
        return NULL;
    }
    const char *nearest = NULL;
    unsigned least = 1 + (unsigned)length / 4;
    if (length <= 2) {
        least = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (strlen(candidates[i]) > WORD_MAX) {
            continue;
        }
        unsigned steps = distance(word, candidates[i]);
        if (steps * 2 > strlen(candidates[i])) {
            continue; /* not even half of it was written */
        }
        if (steps < least || (steps == least && nearest == NULL)) {
            nearest = candidates[i];
            least = steps;
        }
    }
    return nearest;
}

static bool is_part(const char *word, size_t length, const char *of)
{
    for (; *of != '\0'; of++) {
        size_t i = 0;
        while (i < length && of[i] != '\0' && folded(of[i]) == folded(word[i])) {
            i++;
        }
        if (i == length) {
            return true;
        }
    }
    return false;
}

const char *words_containing(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strlen(word);
    const char *found = NULL;
    for (size_t i = 0; i < count && length >= 3; i++) {
        if (is_part(word, length, candidates[i])) {
            if (found != NULL) {
                return NULL;
            }
            found = candidates[i];
        }
    }
    return found;
}

/* The candidate next behind `after` by distance, then by place; SIZE_MAX: there is none. */
static size_t find_next(const char *word, const char *const *candidates, size_t count, size_t after)
{
    size_t next = SIZE_MAX;
    unsigned passed = after == SIZE_MAX ? 0 : distance(word, candidates[after]), least = UINT_MAX;
    for (size_t i = 0; i < count; i++) {
        if (strlen(candidates[i]) > WORD_MAX) {
            continue;
        }
        unsigned steps = distance(word, candidates[i]);
        bool is_behind = after == SIZE_MAX || steps > passed || (steps == passed && i > after);
        if (is_behind && steps < least) {
            least = steps;
            next = i;
        }
    }
    return next;
}

void words_add_nearest(const char *word, const char *const *candidates, size_t count,
                       struct buf *out)
{
    char cut[WORD_MAX + 1];
    size_t found = SIZE_MAX;
    snprintf(cut, sizeof cut, "%s", word);
    for (unsigned i = 0; i < NEAREST_COUNT; i++) {
        found = find_next(cut, candidates, count, found);
        if (found == SIZE_MAX) {
            return;
        }
        buf_printf(out, "%s%s", i > 0 ? ", " : "", candidates[found]);
    }
}
