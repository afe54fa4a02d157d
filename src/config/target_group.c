/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Each host of a group becomes the mapping that an entry of `targets` would be, of nodes that keep
 * the places of the labels they come from: then it is read as any other target. */
#include "config/target_group.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/address.h"
#include "config/parse.h"

#define KEYS_MAX 256

/* A group being read. */
struct group {
    struct tree *tree;
    const struct node *labels; /* NULL: none */
    struct diagnostics *diagnostics;
};

/* What Prometheus gives such names a meaning of its own, or its discovery puts there. */
static const char *const foreign_heads[] = {"__meta_", "__param_", "__tmp"};
static const char *const foreign_names[] = {"__address__", "__scheme__", "__metrics_path__",
                                            "__scrape_interval__", "__scrape_timeout__"};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_foreign(const char *name)
{
    for (size_t i = 0; i < COUNT(foreign_heads); i++) {
        if (strncmp(name, foreign_heads[i], strlen(foreign_heads[i])) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < COUNT(foreign_names); i++) {
        if (strcmp(name, foreign_names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_special(const struct node *label)
{
    return strncmp(label->key, "__", 2) == 0;
}

static char *copy_text(struct tree *tree, const char *text, size_t size)
{
    char *copy = tree_alloc(tree, size + 1);
    memcpy(copy, text, size);
    return copy;
}

/* A child of `parent` under `key`, at the place of `at`. */
static struct node *add_child(struct tree *tree, struct node *parent, const struct node *at,
                              const char *key)
{
    struct node *child = tree_alloc(tree, sizeof *child);
    *child = (struct node){.kind = NODE_MAPPING, .line = at->line, .column = at->column};
    child->key = key;
    child->key_line = at->key == NULL ? at->line : at->key_line;
    child->key_column = at->key == NULL ? at->column : at->key_column;
    node_append(parent, child);
    return child;
}

static struct node *add_text(struct tree *tree, struct node *parent, const struct node *at,
                             const char *key, const char *text)
{
    struct node *child = add_child(tree, parent, at, key);
    child->kind = NODE_SCALAR;
    child->text = text;
    child->is_quoted = true;
    return child;
}

static struct node *find_child(const struct node *parent, const char *key)
{
    struct node *child = parent->first;
    while (child != NULL && strcmp(child->key, key) != 0) {
        child = child->next;
    }
    return child;
}

/* "1ms, 5ms" as a list. */
static void add_list(struct tree *tree, struct node *parent, const struct node *at, const char *key)
{
    static const char blank[] = " \t";
    struct node *list = add_child(tree, parent, at, key);
    list->kind = NODE_SEQUENCE;
    for (const char *item = at->text; *item != '\0';) {
        size_t whole = strcspn(item, ","), skipped = strspn(item, blank), size = whole;
        skipped = skipped < size ? skipped : size;
        while (size > skipped && strchr(blank, item[size - 1]) != NULL) {
            size--;
        }
        add_text(tree, list, at, NULL, copy_text(tree, item + skipped, size - skipped));
        item += whole + (item[whole] == ',' ? 1 : 0);
    }
}

static bool is_settable(const struct schema_key *key)
{
    return key->kind != SCHEMA_LABELS && key->kind != SCHEMA_MAPPING && key->kind != SCHEMA_LIST &&
           key->kind != SCHEMA_SECTION && key->kind != SCHEMA_HOSTS;
}

/* `name` ends with "__", behind which is nothing. The key that is called so, and in `section` the
 * one it stands in (NULL: none). */
static const struct schema_key *find_key(const struct schema_scope *scope, const char *name,
                                         const struct schema_key **section)
{
    for (; scope != NULL; scope = scope->base) {
        for (size_t i = 0; i < scope->count; i++) {
            const struct schema_key *key = &scope->keys[i], *found;
            size_t length = strlen(key->name);
            if (strncmp(name, key->name, length) != 0) {
                continue;
            }
            if (strcmp(name + length, "__") == 0 && is_settable(key)) {
                return key;
            }
            if (key->inner != NULL && name[length] == '_' &&
                (found = find_key(key->inner, name + length + 1, section)) != NULL) {
                *section = key;
                return found;
            }
        }
    }
    return NULL;
}

/* Appends "__port__", "__control_version__" and so on. Each name is the caller's to free. */
static size_t list_names(const struct schema_scope *scope, const char *head, char *names[KEYS_MAX],
                         size_t count)
{
    for (; scope != NULL; scope = scope->base) {
        for (size_t i = 0; i < scope->count && count < KEYS_MAX; i++) {
            const struct schema_key *key = &scope->keys[i];
            struct buf name = {0};
            buf_printf(&name, "%s%s_", head, key->name);
            if (key->inner != NULL) {
                count = list_names(key->inner, buf_string(&name), names, count);
            } else if (is_settable(key)) {
                buf_add_char(&name, '_');
                names[count++] = mem_string(buf_string(&name));
            }
            buf_fini(&name);
        }
    }
    return count;
}

static void report_unknown(struct diagnostics *diagnostics, const struct node *label)
{
    char *names[KEYS_MAX];
    size_t count = list_names(&schema_target, "__", names, 0);
    diagnostics_unknown_key(diagnostics, label, (const char *const *)names, count);
    for (size_t i = 0; i < count; i++) {
        free(names[i]);
    }
}

/* Once for the group. */
static void check_labels(const struct group *group)
{
    const struct schema_key *section;
    const struct node *label = group->labels == NULL ? NULL : group->labels->first;
    for (; label != NULL; label = label->next) {
        if (!is_special(label) || label->is_refused || is_foreign(label->key)) {
            continue;
        }
        if (find_key(&schema_target, label->key + 2, &section) == NULL) {
            report_unknown(group->diagnostics, label);
        } else if (label->kind != NODE_SCALAR || node_is_missing(label)) {
            diagnostics_error(group->diagnostics, place_value(label),
                              "not a single text; write '%s: ...', several values with commas",
                              label->key);
        }
    }
}

/* A label that is a key. What the host itself says is there already, and counts. */
static void add_key(const struct group *group, struct node *target, const struct node *label)
{
    const struct schema_key *section = NULL;
    const struct schema_key *key = find_key(&schema_target, label->key + 2, &section);
    struct node *parent = target;
    if (key == NULL || label->kind != NODE_SCALAR || node_is_missing(label)) {
        return; /* reported */
    }
    if (section != NULL) {
        parent = find_child(target, section->name);
        parent = parent != NULL ? parent : add_child(group->tree, target, label, section->name);
    }
    if (find_child(parent, key->name) != NULL) {
        return;
    }
    bool is_pair = key->kind == SCHEMA_LIMIT && strchr(label->text, ',') != NULL;
    if (is_pair || parse_has_elements(key->kind)) {
        add_list(group->tree, parent, label, key->name);
    } else {
        add_text(group->tree, parent, label, key->name, label->text);
    }
}

static void add_labels(const struct group *group, struct node *target)
{
    struct node *own = NULL;
    const struct node *label = group->labels == NULL ? NULL : group->labels->first;
    for (; label != NULL; label = label->next) {
        if (label->is_refused || is_foreign(label->key)) {
            continue;
        }
        if (is_special(label)) {
            add_key(group, target, label);
            continue;
        }
        own = own != NULL ? own : add_child(group->tree, target, group->labels, "labels");
        struct node *copy = add_child(group->tree, own, label, label->key);
        copy->kind = label->kind;
        copy->text = label->text;
        copy->is_quoted = label->is_quoted;
    }
}

static bool has_label(const struct group *group, const char *name)
{
    return group->labels != NULL && find_child(group->labels, name) != NULL;
}

/* As address_split; the whole is the name. */
static void add_host(const struct group *group, struct node *target, const struct node *entry)
{
    const struct address_parts parts = address_split(entry->text);
    if (!has_label(group, "__name__")) {
        add_text(group->tree, target, entry, "name", entry->text);
    }
    if (has_label(group, "__host__")) {
        return;
    }
    const char *host = copy_text(group->tree, parts.host, parts.host_length);
    add_text(group->tree, target, entry, "host", host);
    if (parts.port != NULL) {
        add_text(group->tree, target, entry, "port", parts.port);
    }
}

static void read_host(const struct group *group, const struct node *entry,
                      const struct inheritance *inheritance, struct yield *yield)
{
    if (entry->is_refused) {
        return;
    }
    if (entry->kind != NODE_SCALAR || node_is_missing(entry)) {
        diagnostics_error(group->diagnostics, place_value(entry),
                          "not a host; write HOST or HOST:PORT, and keys as labels: __port__");
        return;
    }
    struct node *target = tree_alloc(group->tree, sizeof *target);
    *target = (struct node){.kind = NODE_MAPPING,
                            .line = entry->line,
                            .column = entry->column,
                            .parent = entry->parent,
                            .index = entry->index};
    add_host(group, target, entry);
    add_labels(group, target);
    yield_add(yield, target, inheritance, group->diagnostics);
}

void target_group_read(struct tree *tree, const struct node *node,
                       const struct inheritance *inheritance, struct diagnostics *diagnostics,
                       struct yield *yield)
{
    struct values values = {0};
    if (!value_is_mapping(node, diagnostics)) {
        return;
    }
    values_read(&values, &schema_group, node, diagnostics);
    const struct value *targets = &values.of[SLOT_GROUP_TARGETS];
    const struct value *labels = &values.of[SLOT_GROUP_LABELS];
    struct group group = {.tree = tree, .diagnostics = diagnostics};
    group.labels = labels->state == VALUE_SET ? labels->node : NULL;
    check_labels(&group);
    if (targets->state == VALUE_SET) {
        for (const struct node *entry = targets->node->first; entry != NULL; entry = entry->next) {
            read_host(&group, entry, inheritance, yield);
        }
    }
}
