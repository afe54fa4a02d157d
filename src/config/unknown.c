/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/unknown.h"

#include <string.h>

#include "base/buf.h"
#include "config/words.h"

#define NAMES_MAX 64
#define HEAD_MAX 64
/* More names than this are not listed. */
#define LISTED_MAX 10

/* What people call a key elsewhere. */
static const struct {
    const char *name, *meant;
} others[] = {
    {"secret", "secret_file"},
    {"password", "secret_file"},
    {"key_string", "secret_file"},
    {"count", "num_packets"},
    {"packets", "num_packets"},
    {"size", "request_data_size"},
    {"source", "source_address"},
    {"source_ip", "source_address"},
    {"address", "host"},
    {"ip", "host"},
    {"hostname", "host"},
    {"destination", "host"},
    {"type", "operation"},
    {"period", "frequency"},
    {"device", "interface"},
    {"algo", "algorithm"},
    {"df", "dont_fragment"},
    {"bind", "listen"},
    {"rta", "rtt"},
    {"latency", "one_way"},
    {"delay", "one_way"},
    {"consecutive", "for"},
};

static const struct {
    const struct schema_scope *scope;
    const char *where;
} places[] = {
    {&schema_operation, "defaults, a module or a target"},
    {&schema_defaults, "defaults or an entry of targets"},
    {&schema_target, "an entry of targets"},
    {&schema_control, "control"},
    {&schema_path, "path"},
    {&schema_limit, "limits"},
    {&schema_responder, "responder"},
    {&schema_probe, "probe"},
    {&schema_impair, "impair"},
    {&schema_impair_rule, "an entry of impair.rules"},
    {&schema_key, "an entry of keys"},
    {&schema_clock, "clock"},
    {&schema_evidence, "evidence"},
    {&schema_group, "a group of a target file"},
    {&schema_root, "the top of the file"},
};

/* The names of a scope, each once. Returns their number. */
static size_t list_names(const struct schema_scope *scope, const char *names[NAMES_MAX])
{
    size_t count = 0;
    for (; scope != NULL; scope = scope->base) {
        for (size_t i = 0; i < scope->count && count < NAMES_MAX; i++) {
            bool is_repeated = i > 0 && scope->keys[i].slot == scope->keys[i - 1].slot;
            if (!is_repeated) {
                names[count++] = scope->keys[i].name;
            }
        }
    }
    return count;
}

/* "frequency=30s" and "frequency:30s": the key before the sign, when `scope` has it. */
static const struct schema_key *find_head(const struct schema_scope *scope, const char *text,
                                          char head[HEAD_MAX])
{
    size_t length = strcspn(text, ":= ");
    if (text[length] == '\0' || length >= HEAD_MAX) {
        return NULL;
    }
    memcpy(head, text, length);
    head[length] = '\0';
    return schema_find(scope, head);
}

static const char *find_other(const struct schema_scope *scope, const char *name)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(others[i].name, name) == 0 && schema_find(scope, others[i].meant) != NULL) {
            return others[i].meant;
        }
    }
    return NULL;
}

/* "port" and "ports". */
static bool begins_alike(const char *a, const char *b)
{
    size_t length = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return strncmp(a, b, length) == 0;
}

/* Where a key of that very name stands, or NULL. */
static const char *find_place(const char *name)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (schema_find(places[i].scope, name) != NULL) {
            return places[i].where;
        }
    }
    return NULL;
}

static void report_list(const struct node *node, const char *const *names, size_t count,
                        struct diagnostics *diagnostics)
{
    struct buf allowed = {0};
    if (count > LISTED_MAX) {
        words_add_nearest(node->key, names, count, &allowed);
        buf_add_string(&allowed, " and others, see ipsla.yml(5)");
    } else {
        for (size_t i = 0; i < count; i++) {
            buf_printf(&allowed, "%s%s", i > 0 ? ", " : "", names[i]);
        }
    }
    diagnostics_error(diagnostics, place_key(node), "unknown key; allowed: %s",
                      buf_string(&allowed));
    buf_fini(&allowed);
}

const struct schema_key *unknown_report(const struct schema_scope *scope, const struct node *node,
                                        struct diagnostics *diagnostics)
{
    const char *names[NAMES_MAX] = {0};
    char head[HEAD_MAX];
    if (node->key[0] == '-' && find_place(node->key + 1) != NULL) {
        diagnostics_error(diagnostics, place_key(node),
                          "unknown key; write a space after '-', as in '- %s: ...'", node->key + 1);
        return NULL;
    }
    size_t count = list_names(scope, names);
    const struct schema_key *meant = find_head(scope, node->key, head);
    if (meant != NULL) {
        diagnostics_error(diagnostics, place_key(node),
                          "unknown key; write '%s: ...', with ':' and a space", head);
        return meant;
    }
    const char *other = find_other(scope, node->key), *place = find_place(node->key);
    const char *nearest = other != NULL ? other : words_nearest(node->key, names, count);
    if (place != NULL && other == NULL && (nearest == NULL || !begins_alike(nearest, node->key))) {
        diagnostics_error(diagnostics, place_key(node), "unknown key here; it belongs to %s",
                          place);
        return NULL;
    }
    nearest = nearest != NULL ? nearest : words_containing(node->key, names, count);
    if (nearest == NULL) {
        report_list(node, names, count, diagnostics);
        return NULL;
    }
    diagnostics_error(diagnostics, place_key(node), "unknown key; did you mean '%s'?", nearest);
    return schema_find(scope, nearest);
}
