/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Statements as rows of tables: what a line must look like, and what becomes of it. The reference
 * page (docs/import.md) is written from these rows. */
#ifndef IMPORT_ROW_H
#define IMPORT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "import/line.h"
#include "import/statement.h"

/* What became of a statement. Each has one fate. */
enum import_fate {
    FATE_MAPPED, /* a key of a target says the same */
    FATE_KEPT, /* kept as metadata: a label, owner, tag */
    FATE_TURNED, /* became something else: a limit, a rule, a target that can be measured */
    FATE_UNSUPPORTED, /* nothing here does it */
    FATE_REFUSED, /* the router itself does not take it, or never acts on it */
    FATE_UNDONE, /* a later statement takes it back */
    FATE_COUNT
};

/* "mapped", "kept", ... */
const char *import_fate_name(enum import_fate fate);

/* What the reader does with a statement beside storing its arguments. */
enum import_action {
    ACTION_NONE,
    ACTION_ENTRY, /* an operation begins; argument: its number */
    ACTION_TYPE, /* the operation is of `kind` */
    ACTION_SCHEDULE,
    ACTION_GROUP,
    ACTION_REACTION,
    ACTION_TRIGGER,
    ACTION_RESPONDER, /* anybody may measure this device */
    ACTION_PORT, /* it has a port that is always open */
    ACTION_SERVER, /* of TWAMP; lines with its port follow */
    ACTION_SHUT, /* the latest port is closed */
    ACTION_KEY_CHAIN,
    ACTION_RESET,
    ACTION_BLOCK, /* lines follow that belong to it and are not supported either */
    ACTION_RAW, /* free text follows, up to `exit` */
    ACTION_TRACK_STATE,
    ACTION_TRACK_REACHABILITY,
    ACTION_LIST_AND,
    ACTION_LIST_OR,
    ACTION_LIST_WEIGHT,
    ACTION_LIST_PERCENTAGE,
    ACTION_TRACK_OTHER, /* something that is not IP SLA */
    ACTION_OBJECT,
    ACTION_OBJECT_NOT,
    ACTION_OBJECT_WEIGHT,
    ACTION_DELAY_UP,
    ACTION_DELAY_DOWN,
    ACTION_THRESHOLD_UP,
    ACTION_THRESHOLD_DOWN,
    ACTION_SECTION, /* of IOS XR: another table follows */
    ACTION_AUTO, /* a block of `ip sla auto` */
};

#define IMPORT_ARGS_MAX 4

struct import_row {
    /* Lower case: a keyword, which may be abbreviated. N: a number, X: also 0x.., W: a word, H: a
     * host, I: an interface ("eth0/1", "ethernet 0/1"), R: the rest of the line. Behind '|' follow
     * arguments that may be missing. */
    const char *pattern;
    enum import_fate fate;
    enum import_param params[IMPORT_ARGS_MAX]; /* what the arguments are, in their order */
    int64_t value; /* of params[0], where there is no argument */
    enum import_kind kind;
    enum import_action action;
    const char *why; /* the reason, or what it becomes; NULL: the key of params[0] says it */
    const char *instead; /* not supported: what would do it */
    bool needs_indent; /* at the left edge this is another command of the router */
};

struct import_table {
    const char *name; /* where the statements stand, for the reference page */
    const struct import_row *rows;
    size_t count;
};

#define IMPORT_TABLE(title, array)                                                                 \
    {                                                                                              \
        title, array, sizeof(array) / sizeof((array)[0])                                           \
    }

enum import_match_state {
    MATCH_NONE, /* no row begins like this */
    MATCH_AMBIGUOUS, /* an abbreviation of several */
    MATCH_SHORT, /* an argument is missing */
    MATCH_BAD, /* an argument is not what is due: word `bad` */
    MATCH_OK,
};

struct import_match {
    enum import_match_state state;
    const struct import_row *row;
    size_t end; /* first word behind it */
    size_t args[IMPORT_ARGS_MAX]; /* words, in their order */
    size_t arg_count;
    size_t bad;
};

/* Finds the row that words `at` and following match. `is_negated`: arguments may be missing. */
struct import_match import_match(const struct import_table *table, const struct import_line *line,
                                 size_t at, bool is_negated);

/* `word` is `keyword`, or an abbreviation of it (case does not count). */
bool import_word_is(const char *word, const char *keyword);

/* Words `at` and following begin with the words of `pattern`, which may be abbreviated. Returns the
 * word behind them, 0: they do not. */
size_t import_words_are(const struct import_line *line, size_t at, const char *pattern);

/* A decimal number, or 0x and hexadecimal digits. */
bool import_number(const char *word, int64_t *out);

/* A variable of a template: "$ip", "{{ ip }}", "<ip>". */
bool import_is_placeholder(const char *text);

#endif
