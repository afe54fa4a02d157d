/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/expand.h"

#include <stdlib.h>
#include <string.h>

#include "config/encoding.h"
#include "config/words.h"

#define NAME_BYTES_MAX 128

/* An expansion in progress. */
struct expansion {
    struct tree *tree;
    struct diagnostics *diagnostics;
};

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

/* What is wrong with what `name` holds, or NULL. */
static const char *value_problem(const char *value)
{
    struct mark at;
    struct buf ignored = {0};
    bool is_text = value == NULL || encoding_check(value, strlen(value), &at, &ignored);
    buf_fini(&ignored);
    return value == NULL ? "is not set" : is_text ? NULL : "holds what is no UTF-8 text";
}

/* Appends the variable whose "${" is at `text`. Returns what follows it, or NULL when it was
 * reported. */
static const char *add_variable(const struct expansion *expansion, const struct node *node,
                                const char *text, struct buf *out)
{
    char name[NAME_BYTES_MAX], quoted[WORDS_QUOTE_MAX];
    size_t length = strspn(text + 2, letters);
    bool is_number = text[2] >= '0' && text[2] <= '9';
    if (length == 0 || length >= sizeof name || text[2 + length] != '}' || is_number) {
        diagnostics_error(expansion->diagnostics, place_value(node),
                          "%s is no variable; write ${NAME}, and $${ where it is no variable",
                          words_quote(text, quoted));
        return NULL;
    }
    memcpy(name, text + 2, length);
    name[length] = '\0';
    const char *value = getenv(name);
    const char *problem = value_problem(value);
    if (problem != NULL) {
        diagnostics_error(expansion->diagnostics, place_value(node),
                          "the environment variable %s %s", name, problem);
        return NULL;
    }
    buf_add_string(out, value);
    return text + 2 + length + 1;
}

/* False when it was reported. */
static bool add_expanded(const struct expansion *expansion, const struct node *node,
                         struct buf *out)
{
    const char *at = node->text;
    while (at != NULL && *at != '\0') {
        if (at[0] == '$' && at[1] == '{') {
            at = add_variable(expansion, node, at, out);
        } else {
            at += at[0] == '$' && at[1] == '$' ? 1 : 0;
            buf_add_char(out, *at++);
        }
    }
    return at != NULL;
}

static void expand_scalar(const struct expansion *expansion, struct node *node)
{
    struct buf text = {0};
    if (node->is_refused || strchr(node->text, '$') == NULL) {
        return;
    }
    if (add_expanded(expansion, node, &text)) {
        char *copy = tree_alloc(expansion->tree, text.size + 1);
        memcpy(copy, buf_string(&text), text.size);
        node->text = copy;
        node->is_quoted = true; /* an empty variable is an empty text */
    } else {
        node->is_refused = true;
    }
    buf_fini(&text);
}

static void expand_below(const struct expansion *expansion, struct node *node)
{
    if (node->kind == NODE_SCALAR) {
        expand_scalar(expansion, node);
    }
    for (struct node *child = node->first; child != NULL; child = child->next) {
        expand_below(expansion, child);
    }
}

void expand_environment(struct tree *tree, struct diagnostics *diagnostics)
{
    struct expansion expansion = {.tree = tree, .diagnostics = diagnostics};
    expand_below(&expansion, tree->root);
}
