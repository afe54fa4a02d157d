/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What others measure, as targets of this project: configurations of routers, and of other
 * programs. Bytes in, text out; no system call. Memory is bounded by what one device may have
 * (import/model.h), not by the input. */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include "import/format.h"
#include "import/target.h"

enum import_output { IMPORT_YAML, IMPORT_JSON, IMPORT_REPORT };

struct import_settings {
    unsigned formats; /* bits of enum import_format; 0: each file is what it looks like */
    enum import_output output;
    bool wants_rules;
    struct import_wish wish;
};

struct import_totals {
    unsigned devices; /* with something to import, or to say */
    unsigned operations;
    unsigned targets;
    unsigned statements[FATE_COUNT];
    unsigned long lines; /* of all files */
    unsigned repaired; /* lines with bytes that are not UTF-8 */
    unsigned cut; /* lines that were too long */
};

struct import;

struct import *import_new(const struct import_settings *settings);
void import_free(struct import *import);

/* A file begins: the one before is over. */
void import_file(struct import *import, const char *name);

void import_feed(struct import *import, const char *bytes, size_t size);

/* There is no further file. */
void import_finish(struct import *import);

/* What there is to be written so far: the caller writes it and clears the buffers. */
struct buf *import_text(struct import *import);
struct buf *import_rules_text(struct import *import);

const struct import_totals *import_totals(const struct import *import);

#endif
