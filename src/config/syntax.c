/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/syntax.h"

#include <stdbool.h>
#include <string.h>

#include "config/words.h"

#define WORD_MAX 60

/* A line without its end and without white space around it. */
struct line {
    unsigned number; /* from 0 */
    const char *text; /* its first character that is no space */
    size_t length;
    unsigned indent; /* spaces before it */
    unsigned key_column; /* its first character that is neither a space nor the '-' of an entry */
    bool is_entry; /* begins with "- " */
};

struct explaining {
    const char *text;
    size_t size;
    struct syntax_error *error;
    struct buf *out;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct line make_line(const char *text, size_t length, unsigned number)
{
    struct line line = {.number = number, .text = text, .length = length};
    while (line.length > 0 && line.text[0] == ' ') {
        line.text++;
        line.length--;
        line.indent++;
    }
    while (line.length > 0 && is_blank(line.text[line.length - 1])) {
        line.length--;
    }
    line.key_column = line.indent;
    for (size_t i = 0; i + 1 < line.length && line.text[i] == '-' && line.text[i + 1] == ' ';) {
        line.is_entry = true;
        while (i + 1 < line.length && line.text[++i] == ' ') {
        }
        line.key_column = line.indent + (unsigned)i;
    }
    return line;
}

/* The line of that number; the empty one behind the text when there are not so many. */
static struct line find_line(const struct explaining *explaining, unsigned number)
{
    const char *at = explaining->text, *end = at + explaining->size;
    for (unsigned i = 0; i < number && at < end; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline == NULL ? end : newline + 1;
    }
    const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return make_line(at, (size_t)((newline == NULL ? end : newline) - at), number);
}

/* The last line before `number` with more than a comment; false when there is none. */
static bool find_line_before(const struct explaining *explaining, unsigned number, struct line *out)
{
    while (number > 0) {
        *out = find_line(explaining, --number);
        if (out->length > 0 && out->text[0] != '#') {
            return true;
        }
    }
    return false;
}

/* Where a mark is in the text; the end of the text when it is behind it. */
static const char *find_mark(const struct explaining *explaining, struct mark mark)
{
    struct line line = find_line(explaining, mark.line);
    const char *at = line.text - line.indent, *end = explaining->text + explaining->size;
    for (unsigned column = 0; column < mark.column && at < end;) {
        at++;
        column += at == end || ((unsigned char)*at & 0xc0) != 0x80 ? 1 : 0;
    }
    return at;
}

/* The character at a mark; NUL at the end of the text. */
static char character_at(const struct explaining *explaining, struct mark mark)
{
    const char *at = find_mark(explaining, mark);
    return at < explaining->text + explaining->size ? *at : '\0';
}

/* Appends, in single quotes, what stands at `at` up to one of `ends` or the end of the line. */
static void add_word(const struct explaining *explaining, const char *at, const char *ends)
{
    char word[WORD_MAX + 1], quoted[WORDS_QUOTE_MAX];
    size_t left = (size_t)(explaining->text + explaining->size - at), length = 0;
    while (length < left && length < WORD_MAX && at[length] != '\n' && at[length] != '\r' &&
           strchr(ends, at[length]) == NULL) {
        length++;
    }
    memcpy(word, at, length);
    word[length] = '\0';
    buf_add_string(explaining->out, words_quote(word, quoted));
}

/* The first ':' of a line that no space follows, behind a word; NULL: it has none, or a good one.
 */
static const char *find_tight_colon(const struct line *line)
{
    const char *tight = NULL;
    for (size_t i = line->key_column - line->indent; i < line->length; i++) {
        if (line->text[i] != ':') {
            continue;
        }
        if (i + 1 == line->length || is_blank(line->text[i + 1])) {
            return NULL;
        }
        tight = tight == NULL && i > 0 ? &line->text[i] : tight;
    }
    return tight;
}

static bool has_colon(const struct line *line)
{
    return memchr(line->text, ':', line->length) != NULL;
}

static bool has_tight_dash(const struct line *line)
{
    return line->length > 1 && line->text[0] == '-' && line->text[1] != ' ' && line->text[1] != '-';
}

/* A line that is no key for want of a space or a colon. Appends nothing when it is good. */
static bool explain_line(struct explaining *explaining, const struct line *line)
{
    const char *colon = find_tight_colon(line);
    struct mark *at = &explaining->error->at;
    if (colon != NULL) {
        *at = (struct mark){line->number, line->indent + (unsigned)(colon - line->text)};
        buf_add_string(explaining->out, "write a space after ':', as in 'name: value'");
    } else if (has_tight_dash(line)) {
        *at = (struct mark){line->number, line->indent};
        buf_add_string(explaining->out, "write a space after '-', as in '- name: value'");
    } else if (!has_colon(line)) {
        *at = (struct mark){line->number, line->key_column};
        buf_add_string(explaining->out, "no ':' follows ");
        add_word(explaining, line->text + (line->key_column - line->indent), " =");
        buf_add_string(explaining->out, "; write 'name: value'");
    } else {
        return false;
    }
    return true;
}

/* The line of the fault is indented unlike the one before it. */
static void explain_indent(struct explaining *explaining)
{
    struct mark *at = &explaining->error->at;
    struct line line = find_line(explaining, at->line), before;
    if (!find_line_before(explaining, at->line, &before)) {
        buf_add_string(explaining->out, "a key is due here; write 'name: value'");
        return;
    }
    at->column = line.indent;
    if (line.is_entry && !before.is_entry && line.indent == before.key_column) {
        buf_printf(explaining->out,
                   "a list entry beside the key on line %u; a list stands below a key of its own",
                   before.number + 1);
        return;
    }
    if (line.is_entry && before.is_entry) {
        buf_printf(explaining->out,
                   "this entry is indented by %u, the one on line %u by %u; entries of one list "
                   "begin in the same column",
                   line.indent, before.number + 1, before.indent);
        return;
    }
    buf_printf(explaining->out, "this line is indented by %u, the %s on line %u by %u; ",
               line.indent, before.is_entry ? "keys of the entry" : "key", before.number + 1,
               before.key_column);
    buf_add_string(explaining->out, "keys of one mapping begin in the same column");
}

static void explain_tab(struct explaining *explaining)
{
    buf_add_string(explaining->out, "a tab is used for indentation; use spaces");
}

static void explain_start(struct explaining *explaining)
{
    const char *at = find_mark(explaining, explaining->error->at);
    char found = character_at(explaining, explaining->error->at);
    if (found == '\t') {
        explain_tab(explaining);
        return;
    }
    buf_printf(explaining->out, "a text cannot begin with '%c'; quote it: ", found);
    add_word(explaining, at, ",]} \t");
}

/* A second "key:" where a value or the rest of one was. */
static void explain_colon(struct explaining *explaining)
{
    struct mark *at = &explaining->error->at;
    struct line line = find_line(explaining, at->line), before;
    const char *mark = find_mark(explaining, *at);
    const char *start = line.text + (line.key_column - line.indent);
    for (const char *colon = start; colon + 1 < mark; colon++) {
        if (colon[0] == ':' && colon[1] == ' ') {
            buf_add_string(explaining->out, "a text with ': ' in it must be quoted: ");
            while (*++colon == ' ') {
            }
            at->column -= (unsigned)(mark - colon);
            add_word(explaining, colon, "\t");
            return;
        }
    }
    if (!find_line_before(explaining, at->line, &before) || !explain_line(explaining, &before)) {
        explain_indent(explaining);
    }
}

static void explain_tight_colon(struct explaining *explaining)
{
    buf_add_string(explaining->out, "write a space after ':', as in 'name: value'");
}

static void explain_simple_key(struct explaining *explaining)
{
    struct line line = find_line(explaining, explaining->error->from.line);
    if (!explain_line(explaining, &line)) {
        buf_add_string(explaining->out, "a key is not followed by ':'; write 'name: value'");
    }
}

static void explain_entry(struct explaining *explaining)
{
    struct line line = find_line(explaining, explaining->error->at.line);
    if (line.indent == explaining->error->at.column) {
        explain_indent(explaining);
    } else {
        buf_add_string(explaining->out, "a list begins on the line below its key, or stands in "
                                        "brackets: [a, b]");
    }
}

static void explain_quote(struct explaining *explaining)
{
    explaining->error->at = explaining->error->from;
    buf_printf(explaining->out,
               "the quote opened here is never closed; write %c behind the text too",
               character_at(explaining, explaining->error->from));
}

static void explain_escape(struct explaining *explaining)
{
    buf_add_string(explaining->out, "a \\ within double quotes begins an escape, and this is none; "
                                    "write \\\\ or use single quotes");
}

/* Text goes on behind a closing quote: on its line, or as the quote is of an earlier line. */
static bool explain_after_quote(struct explaining *explaining)
{
    struct mark *at = &explaining->error->at;
    const char *mark = find_mark(explaining, *at), *closing = mark;
    while (closing > explaining->text && is_blank(closing[-1])) {
        closing--;
    }
    if (closing == explaining->text || strchr("'\"", closing[-1]) == NULL) {
        return false;
    }
    char quote = *--closing;
    const char *opening = closing;
    while (opening > explaining->text && opening[-1] != quote) {
        opening--;
    }
    unsigned lines = 0;
    for (const char *byte = opening; byte < closing; byte++) {
        lines += *byte == '\n' ? 1 : 0;
    }
    if (opening == explaining->text) {
        return false;
    }
    if (lines > 0) {
        unsigned closed_on = at->line + 1;
        at->line -= lines;
        struct line line = find_line(explaining, at->line);
        at->column = line.indent + (unsigned)(opening - 1 - line.text);
        buf_printf(explaining->out,
                   "the quote opened here is closed on line %u only; write %c behind the text too",
                   closed_on, quote);
    } else {
        buf_printf(explaining->out,
                   "text follows a closing quote; write %s within a text, or quote all of it",
                   quote == '\'' ? "''" : "\\\"");
    }
    return true;
}

static bool explain_stray_bracket(struct explaining *explaining)
{
    char found = character_at(explaining, explaining->error->at);
    if (found != '}' && found != ']') {
        return false;
    }
    buf_printf(explaining->out, "no '%c' opened what this '%c' closes; remove it",
               found == '}' ? '{' : '[', found);
    return true;
}

static void explain_key(struct explaining *explaining)
{
    if (!explain_stray_bracket(explaining) && !explain_after_quote(explaining)) {
        explain_indent(explaining);
    }
}

static void explain_flow(struct explaining *explaining)
{
    struct mark opened = explaining->error->from;
    char opening = character_at(explaining, opened), closing = opening == '{' ? '}' : ']';
    char found = character_at(explaining, explaining->error->at);
    if (found == '}' || found == ']') {
        buf_printf(explaining->out, "the '%c' of line %u, column %u is closed by '%c'; write '%c'",
                   opening, opened.line + 1, opened.column + 1, found, closing);
    } else if (explaining->error->at.line == opened.line) {
        if (!explain_after_quote(explaining)) {
            buf_printf(explaining->out,
                       "no ',' stands between two entries; write ',' here, or '%c' to end",
                       closing);
        }
    } else if (found == '\0') {
        buf_printf(explaining->out, "the '%c' opened here is never closed; write '%c'", opening,
                   closing);
        explaining->error->at = opened;
    } else {
        buf_printf(explaining->out, "the '%c' opened here is not closed before line %u; write '%c'",
                   opening, explaining->error->at.line + 1, closing);
        explaining->error->at = opened;
    }
}

static void explain_content(struct explaining *explaining)
{
    const char *at = find_mark(explaining, explaining->error->at);
    char found = character_at(explaining, explaining->error->at);
    if (explain_stray_bracket(explaining)) {
        return;
    }
    if (found == ':') {
        buf_add_string(explaining->out, "a text that begins with ':' must be quoted here: ");
        add_word(explaining, at, ",]} \t");
    } else if (found == ',') {
        buf_add_string(explaining->out, "nothing stands before this ','; remove it");
    } else {
        buf_add_string(explaining->out, "a value is due here; write one, or quote this text");
    }
}

static void explain_indicator(struct explaining *explaining)
{
    explaining->error->at = explaining->error->from;
    explain_start(explaining);
}

static void explain_block_text(struct explaining *explaining)
{
    explaining->error->at = explaining->error->from;
    buf_add_string(explaining->out, "'|' and '>' begin a text of several lines; quote a text that "
                                    "begins with one");
}

static void explain_document(struct explaining *explaining)
{
    struct line line = find_line(explaining, explaining->error->at.line), before;
    if (!explain_stray_bracket(explaining)) {
        if (find_line_before(explaining, line.number, &before) && before.indent > line.indent) {
            explain_indent(explaining);
        } else {
            buf_add_string(explaining->out, "only one document is allowed in a file; remove what "
                                            "follows its end");
        }
    }
}

/* What libyaml says, and while it did what (NULL: whatever). The first that fits is taken. */
static const struct {
    const char *problem, *context;
    void (*explain)(struct explaining *explaining);
} rows[] = {
    {"tab character", NULL, explain_tab},
    {"cannot start any token", NULL, explain_start},
    {"mapping values are not allowed", NULL, explain_colon},
    {"mapping keys are not allowed", NULL, explain_start},
    {"block sequence entries are not allowed", NULL, explain_entry},
    {"unexpected ':'", NULL, explain_tight_colon},
    {"could not find expected ':'", NULL, explain_simple_key},
    {"unexpected end of stream", "quoted scalar", explain_quote},
    {"unexpected document indicator", "quoted scalar", explain_quote},
    {NULL, "quoted scalar", explain_escape},
    {"expected ',' or", NULL, explain_flow},
    {"expected node content", NULL, explain_content},
    {"expected key", NULL, explain_key},
    {"expected '-' indicator", NULL, explain_key},
    {"expected <document start>", NULL, explain_document},
    {NULL, "block scalar", explain_block_text},
    {NULL, "an anchor", explain_indicator},
    {NULL, "an alias", explain_indicator},
    {NULL, "a tag", explain_indicator},
    {NULL, "directive", explain_indicator},
};

static bool fits(const char *part, const char *text)
{
    return part == NULL || (text != NULL && strstr(text, part) != NULL);
}

void syntax_explain(const char *text, size_t size, struct syntax_error *error, struct buf *out)
{
    struct explaining explaining = {.text = text, .size = size, .error = error, .out = out};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (fits(rows[i].problem, error->problem) && fits(rows[i].context, error->context)) {
            rows[i].explain(&explaining);
            return;
        }
    }
    buf_printf(out, "this is not YAML: %s; quote texts with special characters",
               error->problem == NULL ? "it cannot be read" : error->problem);
}
