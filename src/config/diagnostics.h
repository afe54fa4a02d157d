/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Everything that is wrong with a configuration file, each finding with its place and path. */
#ifndef CONFIG_DIAGNOSTICS_H
#define CONFIG_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct node;

/* More findings than this are only counted. */
#define DIAGNOSTICS_MAX 10000

/* One finding: "ipsla.yml:12:15: targets[0].frequency: '60' has no unit ...; allowed: 100ms to 7d".
 */
struct diagnostic {
    bool is_error; /* else a warning */
    unsigned line, column; /* from 1; 0: the file as a whole */
    char *path; /* of the key, "" at the top */
    char *message; /* what is wrong and what is allowed */
    size_t order; /* in which they were found */
};

struct diagnostics {
    char *file;
    struct diagnostic *items;
    size_t count, capacity;
    size_t error_count; /* with those that are only counted */
    size_t unlisted; /* findings beyond DIAGNOSTICS_MAX */
};

void diagnostics_fini(struct diagnostics *diagnostics);

/* One line for each: file:line:column: [warning: ]path: message. */
void diagnostics_format(const struct diagnostics *diagnostics, struct buf *out);

/* What a finding points at: a value, the key before it, or a key that is not there. */
struct place {
    const struct node *node; /* NULL: the file as a whole */
    const char *below; /* the key below `node` that is meant, or NULL */
    bool is_key; /* the key of `node`, not its value */
};

struct place place_file(void);
struct place place_value(const struct node *node);
struct place place_key(const struct node *node);
struct place place_below(const struct node *node, const char *key);

void diagnostics_error(struct diagnostics *diagnostics, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diagnostics_warn(struct diagnostics *diagnostics, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An error: the key of `node` is none of `names`. Suggests the nearest, or lists them all. */
void diagnostics_unknown_key(struct diagnostics *diagnostics, const struct node *node,
                             const char *const *names, size_t count);

/* An error at a line and column where there is no node. */
void diagnostics_error_at(struct diagnostics *diagnostics, unsigned line, unsigned column,
                          const char *message);

/* Of findings in order that say the same of the same place, one stays. */
void diagnostics_drop_repeated(struct diagnostics *diagnostics);

/* Where the first error stands, as in struct diagnostic; 0 when there is none. */
void diagnostics_first_error(const struct diagnostics *diagnostics, unsigned *line,
                             unsigned *column);

/* Puts the findings into the order of the file. */
void diagnostics_sort(struct diagnostics *diagnostics);

#endif
