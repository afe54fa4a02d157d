/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/schema.h"
#include "config/words.h"
#include "config/yaml.h"
#include "json/result.h"

struct tree *listing_parse(const char *text, size_t size)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = yaml_parse(text, size, &diagnostics);
    if (tree != NULL && (diagnostics.error_count > 0 || tree->root->kind != NODE_MAPPING)) {
        tree_free(tree);
        tree = NULL;
    }
    diagnostics_fini(&diagnostics);
    return tree;
}

const char *listing_text(const struct node *object, const char *key, bool *is_good)
{
    const char *text = json_text(object, key);
    if (text != NULL && words_have_control(text)) {
        *is_good = false;
        return NULL;
    }
    return text;
}

/* {"now": 1.000000000, "matched": 3, ..., "targets": [ */
static bool read_head(struct listing *listing, const char *line)
{
    static const char head[] = "{\"now\": ";
    static const char matched[] = "\"matched\": ";
    char now[32];
    if (line == NULL || strncmp(line, head, sizeof head - 1) != 0) {
        return false;
    }
    snprintf(now, sizeof now, "%.*s", (int)strcspn(line + sizeof head - 1, ","),
             line + sizeof head - 1);
    const char *count = strstr(line, matched);
    listing->matched = count == NULL ? 0 : strtoull(count + sizeof matched - 1, NULL, 10);
    return json_seconds_read(now, &listing->now_ns);
}

/* A line "{...}," is a target. */
static bool take_line(struct listing *listing, const char *line)
{
    size_t size = strlen(line);
    size -= size > 0 && line[size - 1] == ',';
    struct tree *tree = listing_parse(line, size);
    bool is_target = tree != NULL && listing->take(listing->context, tree->root);
    tree_free(tree);
    return is_target;
}

bool listing_read(struct listing *listing, struct fetch *fetch)
{
    size_t count = 0;
    const char *line;
    if (!read_head(listing, fetch_line(fetch))) {
        return false;
    }
    while ((line = fetch_line(fetch)) != NULL) {
        if (strcmp(line, "]}") == 0) {
            return true;
        }
        if (count++ == SCHEMA_TARGETS_MAX || !take_line(listing, line)) {
            return false;
        }
    }
    return false;
}
