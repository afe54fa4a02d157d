/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A configuration text as a tree of nodes that know their place in the file and their path from the
 * top. Knows nothing of YAML's syntax (yaml.h) or of keys (schema.h). All memory belongs to the
 * tree. */
#ifndef CONFIG_NODE_H
#define CONFIG_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct node {
    enum node_kind kind;
    unsigned line, column; /* from 1; columns count characters */
    const char *text; /* of a scalar: valid UTF-8 without NUL; else NULL */
    bool is_quoted; /* tells an empty text from a value that is missing */
    bool is_refused; /* reported already (an alias): nothing to read here */
    const char *key; /* in a mapping; else NULL */
    unsigned key_line, key_column;
    size_t index; /* in a sequence */
    struct node *parent;
    struct node *first, *last; /* children in the order of the file */
    struct node *next; /* sibling */
    size_t count; /* of children */
};

struct tree {
    struct node *root;
    struct tree_block *blocks;
};

void tree_free(struct tree *tree); /* NULL is fine */

/* `size` zeroed bytes, aligned for any type, that live as long as the tree. */
void *tree_alloc(struct tree *tree, size_t size);

/* Appends `child` to the sequence or mapping `parent`. */
void node_append(struct node *parent, struct node *child);

/* A scalar without text and quotes: "key:" with nothing behind it. */
bool node_is_missing(const struct node *node);

/* `node` is `ancestor` or somewhere below it. */
bool node_is_within(const struct node *node, const struct node *ancestor);

/* Both stand in one file. */
bool node_is_beside(const struct node *a, const struct node *b);

/* Appends the path from the top, for example "targets[0].labels.site"; nothing for the root. */
void node_add_path(const struct node *node, struct buf *out);

#endif
