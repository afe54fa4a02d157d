/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/node.h"

#include <stdalign.h>
#include <stdlib.h>

#include "base/mem.h"
#include "config/words.h"

/* Blocks double up to a size that the allocator gives back to the system when it is freed. */
#define BLOCK_BYTES_MIN ((size_t)16 * 1024)
#define BLOCK_BYTES_MAX ((size_t)1024 * 1024)

struct tree_block {
    struct tree_block *previous;
    size_t used, capacity;
    alignas(max_align_t) unsigned char bytes[];
};

void tree_free(struct tree *tree)
{
    if (tree == NULL) {
        return;
    }
    struct tree_block *block = tree->blocks;
    while (block != NULL) {
        struct tree_block *previous = block->previous;
        free(block);
        block = previous;
    }
    free(tree);
}

void *tree_alloc(struct tree *tree, size_t size)
{
    size_t rounded =
        (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct tree_block *block = tree->blocks;
    if (block == NULL || block->capacity - block->used < rounded) {
        size_t capacity = block == NULL ? BLOCK_BYTES_MIN : block->capacity * 2;
        capacity = capacity > BLOCK_BYTES_MAX ? BLOCK_BYTES_MAX : capacity;
        capacity = rounded > capacity ? rounded : capacity;
        block = mem_alloc(1, sizeof *block + capacity);
        block->capacity = capacity;
        block->previous = tree->blocks;
        tree->blocks = block;
    }
    void *memory = block->bytes + block->used;
    block->used += rounded;
    return memory;
}

void node_append(struct node *parent, struct node *child)
{
    child->parent = parent;
    child->index = parent->count;
    if (parent->last == NULL) {
        parent->first = child;
    } else {
        parent->last->next = child;
    }
    parent->last = child;
    parent->count++;
}

bool node_is_missing(const struct node *node)
{
    return node->kind == NODE_SCALAR && !node->is_quoted && node->text[0] == '\0';
}

bool node_is_within(const struct node *node, const struct node *ancestor)
{
    while (node != NULL && node != ancestor) {
        node = node->parent;
    }
    return node != NULL;
}

static const struct node *root_of(const struct node *node)
{
    while (node->parent != NULL) {
        node = node->parent;
    }
    return node;
}

bool node_is_beside(const struct node *a, const struct node *b)
{
    return root_of(a) == root_of(b);
}

void node_add_path(const struct node *node, struct buf *out)
{
    if (node->parent == NULL) {
        return;
    }
    node_add_path(node->parent, out);
    if (node->key == NULL) {
        buf_printf(out, "[%zu]", node->index);
        return;
    }
    if (out->size > 0) {
        buf_add_char(out, '.');
    }
    words_add_safe(out, node->key);
}
