/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/web_section.h"

#include <string.h>

#include "config/value.h"
#include "config/words.h"

#define NAMES_MAX 16

static const struct web_key *find(const struct web_key *keys, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i].name, name) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

static void report_unknown(struct web_reader *reader, const struct node *node,
                           const struct web_key *keys, size_t count)
{
    const char *names[NAMES_MAX];
    for (size_t i = 0; i < count; i++) {
        names[i] = keys[i].name;
    }
    diagnostics_unknown_key(reader->diagnostics, node, names, count);
}

void web_section_read(struct web_reader *reader, const struct node *node,
                      const struct web_key *keys, size_t count)
{
    if (!value_is_mapping(node, reader->diagnostics)) {
        return;
    }
    for (const struct node *at = node->first; at != NULL; at = at->next) {
        const struct web_key *key = find(keys, count, at->key);
        if (key == NULL) {
            report_unknown(reader, at, keys, count);
        } else if (!at->is_refused && !node_is_missing(at)) {
            key->read(reader, at);
        }
    }
}

const char *web_section_text(struct web_reader *reader, const struct node *node)
{
    if (node->kind == NODE_SCALAR && node->text[0] != '\0') {
        return node->text;
    }
    if (!node->is_refused) {
        diagnostics_error(reader->diagnostics, place_value(node), "expected a text");
    }
    return NULL;
}

size_t web_section_word(struct web_reader *reader, const struct node *node,
                        const char *const *names, size_t count)
{
    char quoted[WORDS_QUOTE_MAX];
    const char *text = web_section_text(reader, node);
    for (size_t i = 0; text != NULL && i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            return i;
        }
    }
    if (text != NULL) {
        struct buf allowed = {0};
        for (size_t i = 0; i < count; i++) {
            buf_printf(&allowed, "%s%s", i > 0 ? ", " : "", names[i]);
        }
        diagnostics_error(reader->diagnostics, place_value(node), "%s is unknown; allowed: %s",
                          words_quote(text, quoted), buf_string(&allowed));
        buf_fini(&allowed);
    }
    return count;
}

bool web_section_bool(struct web_reader *reader, const struct node *node)
{
    static const char *const words[] = {"true", "false", "yes", "no", "on", "off"};
    return web_section_word(reader, node, words, sizeof words / sizeof words[0]) % 2 == 0;
}

bool web_section_is_list(struct web_reader *reader, const struct node *node)
{
    if (node->kind != NODE_SEQUENCE && !node->is_refused) {
        diagnostics_error(reader->diagnostics, place_value(node), "expected a list");
    }
    return node->kind == NODE_SEQUENCE;
}
