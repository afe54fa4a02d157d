/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "config/encoding.h"
#include "config/syntax.h"
#include "config/words.h"

struct reader {
    yaml_parser_t parser;
    const char *text;
    size_t size;
    struct tree *tree;
    struct diagnostics *diagnostics;
    struct node *current; /* the innermost open sequence or mapping */
    char *key; /* of `current`, whose value comes next */
    yaml_mark_t key_mark;
    unsigned depth, documents;
    size_t nodes;
    bool has_failed;
    bool has_reported_alias;
};

static unsigned from_one(size_t position)
{
    return (unsigned)position + 1;
}

static void fail_at(struct reader *reader, yaml_mark_t mark, const char *message)
{
    diagnostics_error_at(reader->diagnostics, from_one(mark.line), from_one(mark.column), message);
    reader->has_failed = true;
}

static struct mark to_mark(yaml_mark_t mark)
{
    return (struct mark){.line = (unsigned)mark.line, .column = (unsigned)mark.column};
}

static void report_syntax(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    if (parser->error == YAML_MEMORY_ERROR) {
        abort();
    }
    struct buf message = {0};
    struct syntax_error error = {.problem = parser->problem,
                                 .context = parser->context,
                                 .at = to_mark(parser->problem_mark),
                                 .from = to_mark(parser->context_mark)};
    syntax_explain(reader->text, reader->size, &error, &message);
    fail_at(reader, (yaml_mark_t){.line = error.at.line, .column = error.at.column},
            buf_string(&message));
    buf_fini(&message);
}

static char *copy_text(struct reader *reader, const yaml_event_t *event)
{
    size_t length = event->data.scalar.length;
    char *text = tree_alloc(reader->tree, length + 1);
    memcpy(text, event->data.scalar.value, length);
    return text;
}

/* A new node as the next value of the open sequence or mapping, or as the root. */
static struct node *add_node(struct reader *reader, enum node_kind kind, yaml_mark_t mark)
{
    if (++reader->nodes > YAML_NODES_MAX) {
        fail_at(reader, mark, "has too many values for one file");
        return NULL;
    }
    struct node *node = tree_alloc(reader->tree, sizeof *node);
    node->kind = kind;
    node->line = from_one(mark.line);
    node->column = from_one(mark.column);
    if (reader->current == NULL) {
        reader->tree->root = node;
        return node;
    }
    if (reader->current->kind == NODE_MAPPING) {
        node->key = reader->key;
        node->key_line = from_one(reader->key_mark.line);
        node->key_column = from_one(reader->key_mark.column);
        reader->key = NULL;
    }
    node_append(reader->current, node);
    return node;
}

static bool is_key_due(const struct reader *reader)
{
    return reader->current != NULL && reader->current->kind == NODE_MAPPING && reader->key == NULL;
}

/* The first anchor or alias speaks for all of them. */
static void report_alias(struct reader *reader, const struct node *node)
{
    if (!reader->has_reported_alias) {
        diagnostics_error(reader->diagnostics, place_value(node),
                          "anchors and aliases (&name, *name) are not supported; write the value "
                          "itself, and what targets share under defaults or in a module");
    }
    reader->has_reported_alias = true;
}

static void check_properties(struct reader *reader, const struct node *node,
                             const yaml_char_t *anchor, const yaml_char_t *tag)
{
    char quoted[WORDS_QUOTE_MAX];
    if (anchor != NULL) {
        report_alias(reader, node);
    }
    if (tag != NULL) {
        diagnostics_error(
            reader->diagnostics, place_value(node),
            "tags are not supported (%s); remove it, or quote a text that begins with '!'",
            words_quote((const char *)tag, quoted));
    }
}

static void take_key(struct reader *reader, const yaml_event_t *event)
{
    if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL) {
        fail_at(reader, event->start_mark, "a key has no anchor and no tag");
        return;
    }
    reader->key = copy_text(reader, event);
    reader->key_mark = event->start_mark;
}

static void take_scalar(struct reader *reader, const yaml_event_t *event)
{
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL) {
        fail_at(reader, event->start_mark, "a text cannot contain a NUL character");
        return;
    }
    if (is_key_due(reader)) {
        take_key(reader, event);
        return;
    }
    struct node *node = add_node(reader, NODE_SCALAR, event->start_mark);
    if (node == NULL) {
        return;
    }
    node->text = copy_text(reader, event);
    node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    check_properties(reader, node, event->data.scalar.anchor, event->data.scalar.tag);
}

static void take_alias(struct reader *reader, const yaml_event_t *event)
{
    if (is_key_due(reader)) {
        fail_at(reader, event->start_mark, "a key must be a plain word, not an alias");
        return;
    }
    struct node *node = add_node(reader, NODE_SCALAR, event->start_mark);
    if (node == NULL) {
        return;
    }
    node->text = "";
    node->is_refused = true;
    report_alias(reader, node);
}

static void open_container(struct reader *reader, enum node_kind kind, const yaml_event_t *event)
{
    if (is_key_due(reader)) {
        fail_at(reader, event->start_mark, "a key must be a plain word, not a list or a mapping");
        return;
    }
    if (reader->depth == YAML_DEPTH_MAX) {
        fail_at(reader, event->start_mark, "is nested too deeply; allowed: 16 levels");
        return;
    }
    struct node *node = add_node(reader, kind, event->start_mark);
    if (node == NULL) {
        return;
    }
    reader->depth++;
    reader->current = node;
    if (kind == NODE_SEQUENCE) {
        check_properties(reader, node, event->data.sequence_start.anchor,
                         event->data.sequence_start.tag);
    } else {
        check_properties(reader, node, event->data.mapping_start.anchor,
                         event->data.mapping_start.tag);
    }
}

static int compare_keys(const void *left, const void *right)
{
    const struct node *a = *(struct node *const *)left, *b = *(struct node *const *)right;
    int order = strcmp(a->key, b->key);
    if (order != 0) {
        return order;
    }
    return a->index < b->index ? -1 : 1;
}

static void report_duplicates(struct reader *reader, struct node *const *sorted, size_t count)
{
    const struct node *first = sorted[0];
    for (size_t i = 1; i < count; i++) {
        if (strcmp(first->key, sorted[i]->key) != 0) {
            first = sorted[i];
            continue;
        }
        sorted[i]->is_refused = true;
        diagnostics_error(reader->diagnostics, place_key(sorted[i]),
                          "duplicate key; it is set on line %u already; remove one",
                          first->key_line);
    }
}

/* By sorting: a hostile mapping may have a million keys. */
static void check_duplicates(struct reader *reader, const struct node *mapping)
{
    if (mapping->count < 2) {
        return;
    }
    struct node **sorted = mem_alloc(mapping->count, sizeof *sorted);
    size_t count = 0;
    for (struct node *node = mapping->first; node != NULL; node = node->next) {
        sorted[count++] = node;
    }
    qsort(sorted, count, sizeof *sorted, compare_keys);
    report_duplicates(reader, sorted, count);
    free(sorted);
}

static void close_container(struct reader *reader)
{
    if (reader->current->kind == NODE_MAPPING) {
        check_duplicates(reader, reader->current);
    }
    reader->current = reader->current->parent;
    reader->depth--;
}

static void take_document(struct reader *reader, const yaml_event_t *event)
{
    if (++reader->documents > 1) {
        fail_at(reader, event->start_mark,
                "only one document is allowed in a file; remove what follows");
    }
}

static void take_event(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        take_document(reader, event);
        break;
    case YAML_SCALAR_EVENT:
        take_scalar(reader, event);
        break;
    case YAML_ALIAS_EVENT:
        take_alias(reader, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_container(reader, NODE_SEQUENCE, event);
        break;
    case YAML_MAPPING_START_EVENT:
        open_container(reader, NODE_MAPPING, event);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_container(reader);
        break;
    default:
        break;
    }
}

static void read_events(struct reader *reader)
{
    bool is_over = false;
    while (!is_over && !reader->has_failed) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader->parser, &event)) {
            report_syntax(reader);
            return;
        }
        is_over = event.type == YAML_STREAM_END_EVENT;
        take_event(reader, &event);
        yaml_event_delete(&event);
    }
}

static size_t byte_order_mark_length(const char *text, size_t size)
{
    return size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static void read_text(struct reader *reader)
{
    if (!yaml_parser_initialize(&reader->parser)) {
        abort();
    }
    /* Fixed, so that a byte order mark cannot choose UTF-16. */
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)reader->text,
                                 reader->size);
    read_events(reader);
    yaml_parser_delete(&reader->parser);
}

static bool has_good_encoding(struct reader *reader)
{
    struct mark at;
    struct buf message = {0};
    bool is_good = encoding_check(reader->text, reader->size, &at, &message);
    if (!is_good) {
        fail_at(reader, (yaml_mark_t){.line = at.line, .column = at.column}, buf_string(&message));
    }
    buf_fini(&message);
    return is_good;
}

struct tree *yaml_parse(const char *text, size_t size, struct diagnostics *diagnostics)
{
    if (size > YAML_BYTES_MAX) {
        diagnostics_error(diagnostics, place_file(), "is too large; at most %zu bytes are read",
                          YAML_BYTES_MAX);
        return NULL;
    }
    size_t skipped = byte_order_mark_length(text, size);
    struct reader reader = {.text = text + skipped,
                            .size = size - skipped,
                            .tree = mem_alloc(1, sizeof *reader.tree),
                            .diagnostics = diagnostics};
    if (has_good_encoding(&reader)) {
        read_text(&reader);
    }
    const struct node *root = reader.tree->root;
    if (!reader.has_failed && (root == NULL || node_is_missing(root))) {
        fail_at(&reader, (yaml_mark_t){0}, "the file is empty");
    }
    if (reader.has_failed) {
        tree_free(reader.tree);
        return NULL;
    }
    return reader.tree;
}

const char *yaml_library_version(void)
{
    return yaml_get_version_string();
}
