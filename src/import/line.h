/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a file, or of a terminal's log, as clean lines: without prompts, `--More--`, escape
 * sequences and what backspaces erased. Holds one line. */
#ifndef IMPORT_LINE_H
#define IMPORT_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* What is longer is cut, and said to be. */
#define IMPORT_LINE_MAX 4096
#define IMPORT_PROMPT_MAX 64
#define IMPORT_WORDS_MAX 96

struct import_line {
    unsigned number; /* from 1 */
    unsigned indent; /* columns before the first word, behind a prompt */
    char prompt[IMPORT_PROMPT_MAX]; /* the name in a prompt before it; "": no prompt */
    char text[IMPORT_LINE_MAX]; /* UTF-8 without control characters and outer blanks */
    char split[IMPORT_LINE_MAX]; /* the same with NULs between the words */
    const char *word[IMPORT_WORDS_MAX]; /* into `split`; more words belong to the last one */
    size_t count; /* of words */
    bool is_cut; /* it was longer */
    bool is_repaired; /* it had bytes that are not UTF-8 */
};

struct import_lines {
    char raw[IMPORT_LINE_MAX];
    size_t size;
    bool is_cut;
    struct import_line line; /* the latest */
    void (*take)(void *context, struct import_line *line);
    void *context;
};

/* Hands each whole line among `bytes` to `take`. */
void import_lines_feed(struct import_lines *lines, const char *bytes, size_t size);

/* The file is over: hands on a last line without an end; the next line is number 1. */
void import_lines_end(struct import_lines *lines);

/* The text from word `index` to the end of the line, "" behind the last word. */
const char *import_line_rest(const struct import_line *line, size_t index);

#endif
