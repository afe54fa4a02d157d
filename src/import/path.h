/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Statements that stand within others, as one line each: of braces ("a { b; }", Junos and the
 * MD-CLI of SR OS) or of indentation (VRP, the classic CLI of SR OS). */
#ifndef IMPORT_PATH_H
#define IMPORT_PATH_H

#include "import/line.h"

#define IMPORT_PATH_DEPTH 16
#define IMPORT_PATH_TEXT 200

struct import_path_level {
    unsigned indent;
    bool is_braced;
    char text[IMPORT_PATH_TEXT];
};

struct import_path {
    struct import_path_level levels[IMPORT_PATH_DEPTH];
    size_t depth; /* also counts levels that there is no room for */
    struct import_line statement;
    void (*take)(void *context, const struct import_line *statement);
    void *context;
};

/* Hands each statement of the line to `take`: its words are those of the statements around it and
 * its own, its `text` is its own. `is_indented`: lines stand within the less indented one before
 * them. */
void import_path_line(struct import_path *path, const struct import_line *line, bool is_indented);

#endif
