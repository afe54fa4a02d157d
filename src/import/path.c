/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/path.h"

#include <stdio.h>
#include <string.h>

/* Appends the words of a text, without quotes; what there is no room for is left out. */
static void add_words(struct import_line *statement, size_t *used, const char *text)
{
    while (*(text += strspn(text, " \t")) != '\0') {
        bool is_quoted = *text == '"';
        text += is_quoted;
        size_t length = strcspn(text, is_quoted ? "\"" : " \t");
        if (statement->count == IMPORT_WORDS_MAX || *used + length >= sizeof statement->split) {
            return;
        }
        char *word = statement->split + *used;
        memcpy(word, text, length);
        word[length] = '\0';
        *used += length + 1;
        statement->word[statement->count++] = word;
        text += length;
        text += is_quoted && *text == '"';
    }
}

static void hand_on(struct import_path *path, const struct import_line *line, const char *text)
{
    struct import_line *statement = &path->statement;
    size_t used = 0;
    statement->number = line->number;
    statement->indent = line->indent;
    statement->count = 0;
    snprintf(statement->text, sizeof statement->text, "%s", text);
    for (size_t i = 0; i < path->depth && i < IMPORT_PATH_DEPTH; i++) {
        add_words(statement, &used, path->levels[i].text);
    }
    size_t around = statement->count;
    add_words(statement, &used, text);
    if (statement->count > around) {
        path->take(path->context, statement);
    }
}

static void push(struct import_path *path, unsigned indent, bool is_braced, const char *text)
{
    if (path->depth >= IMPORT_PATH_DEPTH && !is_braced) {
        return;
    }
    if (path->depth < IMPORT_PATH_DEPTH) {
        struct import_path_level *level = &path->levels[path->depth];
        level->indent = indent;
        level->is_braced = is_braced;
        snprintf(level->text, sizeof level->text, "%s", text);
    }
    path->depth++;
}

static const struct import_path_level *top(const struct import_path *path)
{
    return path->depth > 0 && path->depth <= IMPORT_PATH_DEPTH ? &path->levels[path->depth - 1]
                                                               : NULL;
}

/* Behind the innermost brace. */
static void close_brace(struct import_path *path)
{
    const struct import_path_level *level;
    while ((level = top(path)) != NULL && !level->is_braced) {
        path->depth--;
    }
    path->depth -= path->depth > 0;
}

/* The length of the statement at the beginning of `text`: up to '{', '}' or ';' outside of quotes.
 */
static size_t measure(const char *text)
{
    bool is_quoted = false;
    size_t length = 0;
    for (; text[length] != '\0' && (is_quoted || strchr("{};", text[length]) == NULL); length++) {
        is_quoted ^= text[length] == '"';
    }
    return length;
}

static bool is_comment(const char *text)
{
    return text[0] == '#' || text[0] == '!' || strncmp(text, "/*", 2) == 0;
}

static void leave_less_indented(struct import_path *path, unsigned indent)
{
    const struct import_path_level *level;
    while ((level = top(path)) != NULL && !level->is_braced && level->indent >= indent) {
        path->depth--;
    }
}

void import_path_line(struct import_path *path, const struct import_line *line, bool is_indented)
{
    const char *rest = line->text;
    char text[IMPORT_LINE_MAX];
    while (*(rest += strspn(rest, " \t")) != '\0' && !is_comment(rest)) {
        size_t length = measure(rest);
        char end = rest[length];
        size_t shown = length;
        while (shown > 0 && rest[shown - 1] == ' ') {
            shown--;
        }
        snprintf(text, sizeof text, "%.*s", (int)shown, rest);
        rest += length + (end != '\0');
        if (is_indented) {
            leave_less_indented(path, line->indent);
        }
        hand_on(path, line, text);
        if (end == '{') {
            push(path, line->indent, true, text);
        } else if (end == '}') {
            close_brace(path);
        } else if (end == '\0' && is_indented) {
            push(path, line->indent, false, text);
        }
    }
}
