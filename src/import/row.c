/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/row.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#define KEYWORD_MAX 48

const char *import_fate_name(enum import_fate fate)
{
    static const char *const names[FATE_COUNT] = {
        [FATE_MAPPED] = "mapped",   [FATE_KEPT] = "kept",
        [FATE_TURNED] = "turned",   [FATE_UNSUPPORTED] = "not supported",
        [FATE_REFUSED] = "refused", [FATE_UNDONE] = "undone"};
    return names[fate];
}

bool import_number(const char *word, int64_t *out)
{
    bool is_hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    const char *digits = is_hex ? word + 2 : word;
    int64_t value = 0;
    size_t count = 0;
    for (; isxdigit((unsigned char)digits[count]) && (is_hex || digits[count] <= '9'); count++) {
        int digit = digits[count] <= '9' ? digits[count] - '0'
                                         : tolower((unsigned char)digits[count]) - 'a' + 10;
        value = value * (is_hex ? 16 : 10) + digit;
        if (count >= 15) {
            return false;
        }
    }
    if (count == 0 || digits[count] != '\0') {
        return false;
    }
    *out = value;
    return true;
}

bool import_is_placeholder(const char *text)
{
    const char *dollar = strchr(text, '$');
    const char *angle = strchr(text, '<');
    return strstr(text, "{{") != NULL || strstr(text, "{%") != NULL ||
           (dollar != NULL && (isalpha((unsigned char)dollar[1]) || dollar[1] == '{' ||
                               dollar[1] == '(' || dollar[1] == '_')) ||
           (angle != NULL && isalpha((unsigned char)angle[1]));
}

bool import_word_is(const char *word, const char *keyword)
{
    size_t length = strlen(word);
    return length > 0 && length <= strlen(keyword) && strncasecmp(word, keyword, length) == 0;
}

/* The next word of a pattern: its length, 0 at the end. */
static size_t next_word(const char **pattern, const char **word)
{
    *word = *pattern + strspn(*pattern, " |");
    size_t length = strcspn(*word, " |");
    *pattern = *word + length;
    return length;
}

static bool is_argument(const char *word, size_t length)
{
    return length == 1 && strchr("NXWHIR", word[0]) != NULL;
}

static bool fits_keyword(const char *word, const char *keyword, size_t length, bool is_exact)
{
    size_t have = strlen(word);
    return have > 0 && (is_exact ? have == length : have <= length) &&
           strncasecmp(word, keyword, have) == 0;
}

size_t import_words_are(const struct import_line *line, size_t at, const char *pattern)
{
    const char *word;
    size_t length;
    while ((length = next_word(&pattern, &word)) > 0) {
        if (at >= line->count || !fits_keyword(line->word[at], word, length, false)) {
            return 0;
        }
        at++;
    }
    return at;
}

/* An interface's name may have a space before its number. */
static bool is_split_interface(const struct import_line *line, size_t at)
{
    const char *name = line->word[at];
    return at + 1 < line->count && name[strcspn(name, "0123456789")] == '\0' &&
           isalpha((unsigned char)name[0]) && isdigit((unsigned char)line->word[at + 1][0]);
}

/* How many words the argument `kind` takes at word `at`; 0: what is there is none. */
static size_t take_argument(const struct import_line *line, size_t at, char kind)
{
    int64_t number;
    const char *word = line->word[at];
    switch (kind) {
    case 'N':
    case 'X':
        return import_number(word, &number) && (kind == 'X' || isdigit((unsigned char)word[0]));
    case 'I':
        return is_split_interface(line, at) ? 2 : 1;
    case 'R':
        return line->count - at;
    default:
        return !import_is_placeholder(word);
    }
}

/* Matches the arguments of a row, behind its first keywords; further keywords may follow. What is
 * optional is there as a whole, or not at all. */
static void match_rest(const char *pattern, const struct import_line *line, bool is_negated,
                       struct import_match *match)
{
    bool is_optional = is_negated;
    struct import_match before_optional = *match;
    for (;;) {
        const char *word;
        const char *before = pattern;
        size_t length = next_word(&pattern, &word);
        if (!is_optional && memchr(before, '|', (size_t)(word - before)) != NULL) {
            is_optional = true;
            before_optional = *match;
        }
        if (length == 0) {
            return;
        }
        bool is_missing = match->end >= line->count;
        bool is_keyword = !is_argument(word, length);
        size_t used = is_missing   ? 0
                      : is_keyword ? fits_keyword(line->word[match->end], word, length, false)
                                   : take_argument(line, match->end, word[0]);
        if (used == 0 && is_optional) {
            *match = before_optional;
            return;
        }
        if (used == 0) {
            match->bad = match->end;
            match->state = is_missing ? MATCH_SHORT : MATCH_BAD;
            return;
        }
        if (!is_keyword && match->arg_count < IMPORT_ARGS_MAX) {
            match->args[match->arg_count++] = match->end;
        }
        match->end += used;
    }
}

/* Matches the keywords that a row begins with. False: it is another statement. */
static bool match_row(const struct import_row *row, const struct import_line *line, size_t at,
                      bool is_exact, const char **rest)
{
    const char *pattern = row->pattern, *word;
    size_t length;
    if (row->needs_indent && line->indent == 0 && line->prompt[0] == '\0') {
        return false;
    }
    for (;;) {
        *rest = pattern;
        length = next_word(&pattern, &word);
        if (length == 0 || is_argument(word, length)) {
            int64_t number;
            bool is_first = word == row->pattern;
            return !is_first || (at < line->count && import_number(line->word[at], &number));
        }
        if (at >= line->count || !fits_keyword(line->word[at], word, length, is_exact)) {
            return false;
        }
        at++;
    }
}

static size_t count_keywords(const char *pattern, const char *rest)
{
    size_t count = 0;
    const char *word;
    while (pattern < rest && next_word(&pattern, &word) > 0) {
        count++;
    }
    return count;
}

/* How well a row fits: more first keywords, then all its arguments, then more words. */
static bool is_better(const struct import_match *match, size_t words,
                      const struct import_match *best, size_t best_words)
{
    if (words != best_words) {
        return words > best_words;
    }
    if ((match->state == MATCH_OK) != (best->state == MATCH_OK)) {
        return match->state == MATCH_OK;
    }
    return match->end > best->end;
}

static struct import_match find(const struct import_table *table, const struct import_line *line,
                                size_t at, bool is_negated, bool is_exact)
{
    struct import_match best = {.state = MATCH_NONE};
    size_t best_words = 0;
    bool is_tied = false;
    for (size_t i = 0; i < table->count; i++) {
        const struct import_row *row = &table->rows[i];
        const char *rest;
        if (!match_row(row, line, at, is_exact, &rest)) {
            continue;
        }
        size_t words = count_keywords(row->pattern, rest);
        struct import_match match = {.state = MATCH_OK, .row = row, .end = at + words};
        match_rest(rest, line, is_negated, &match);
        if (best.row == NULL || is_better(&match, words, &best, best_words)) {
            best = match;
            best_words = words;
            is_tied = false;
        } else {
            is_tied |= !is_better(&best, best_words, &match, words);
        }
    }
    best.state = is_tied ? MATCH_AMBIGUOUS : best.state;
    return best;
}

struct import_match import_match(const struct import_table *table, const struct import_line *line,
                                 size_t at, bool is_negated)
{
    struct import_match match = {.state = MATCH_NONE};
    if (at >= line->count) {
        return match;
    }
    match = find(table, line, at, is_negated, true);
    if (match.state == MATCH_OK) {
        return match;
    }
    struct import_match loose = find(table, line, at, is_negated, false);
    return loose.state == MATCH_OK || match.row == NULL ? loose : match;
}
