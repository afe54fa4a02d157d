/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The schema agrees with itself, with the fields, enums and defaults elsewhere, and with
 * config/ipsla.example.yml. (tests/lint/keys.py compares it with the documentation.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include <fcntl.h>
#include <unistd.h>

#include "config/describe.h"
#include "config/schema.h"
#include "config/yaml.h"
#include "operation/operation.h"

static const struct schema_scope *const scopes[] = {
    &schema_root,  &schema_operation, &schema_control,  &schema_target, &schema_responder,
    &schema_key,   &schema_clock,     &schema_limit,    &schema_path,   &schema_defaults,
    &schema_group, &schema_probe,     &schema_evidence, &schema_impair, &schema_impair_rule,
};
#define SCOPE_COUNT (sizeof scopes / sizeof scopes[0])
#define KEY_LETTERS "abcdefghijklmnopqrstuvwxyz_"

static char *read_source(const char *name)
{
    char path[4096], chunk[4096];
    struct buf text = {0};
    size_t size;
    snprintf(path, sizeof path, "%s/%s", IPSLA_SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((size = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buf_add(&text, chunk, size);
    }
    fclose(file);
    assert_non_null(text.bytes);
    return text.bytes;
}

/* A section is as changed as its keys, and a module as the keys that it has. */
static bool is_by_key(const struct schema_key *key)
{
    return key->kind == SCHEMA_SECTION || key->slot == SLOT_MODULE;
}

static bool is_of_target(const struct schema_scope *scope)
{
    return scope != &schema_root && scope != &schema_responder && scope != &schema_group &&
           scope != &schema_evidence && scope != &schema_probe && scope != &schema_impair &&
           scope != &schema_impair_rule;
}

/* A key without is one whose change a reload would not see. */
static void assert_has_rule(const struct schema_scope *scope, const struct schema_key *key)
{
    for (size_t i = 0; i < SCHEMA_SETS_MAX && key->sets[i] != NULL; i++) {
        if (spec_field_find(key->sets[i]) == NULL) {
            fail_msg("key %s sets %s, which spec_field.c has not", key->name, key->sets[i]);
        }
    }
    bool wants_rule = is_of_target(scope) && !is_by_key(key);
    if (wants_rule != (describe_rule(key) != FIELD_INTERNAL)) {
        fail_msg("key %s: what does it set of a target?", key->name);
    }
}

static void every_key_of_a_target_has_a_reload_rule(void **state)
{
    (void)state;
    for (size_t s = 0; s < SCOPE_COUNT; s++) {
        for (size_t i = 0; i < scopes[s]->count; i++) {
            assert_has_rule(scopes[s], &scopes[s]->keys[i]);
        }
    }
}

static bool does_set(const struct schema_key *key, const char *field)
{
    for (size_t i = 0; i < SCHEMA_SETS_MAX && key->sets[i] != NULL; i++) {
        if (strcmp(key->sets[i], field) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_set_by_a_key(const char *field)
{
    bool is_set = false;
    for (size_t s = 0; s < SCOPE_COUNT; s++) {
        for (size_t i = 0; i < scopes[s]->count; i++) {
            is_set = is_set || does_set(&scopes[s]->keys[i], field);
        }
    }
    return is_set;
}

static void every_field_of_a_target_is_set_by_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
        const struct spec_field *field = &spec_fields[i];
        if (field->rule != FIELD_INTERNAL && !is_set_by_a_key(field->name)) {
            fail_msg("no key sets %s", field->name);
        }
    }
}

static void flags_have_the_names_of_keys(void **state)
{
    (void)state;
    struct buf name = {0};
    describe_flag(&schema_operation, schema_find(&schema_operation, "num_packets"), &name);
    buf_add_char(&name, ' ');
    describe_flag(&schema_control, schema_find(&schema_control, "version"), &name);
    buf_add_char(&name, ' ');
    describe_flag(&schema_operation, schema_find(&schema_target, "port"), &name);
    assert_string_equal(buf_string(&name), "num-packets control-version port");
    buf_fini(&name);
}

static const struct node *child(const struct node *mapping, const char *name)
{
    assert_non_null(mapping);
    assert_int_equal(mapping->kind, NODE_MAPPING);
    for (const struct node *node = mapping->first; node != NULL; node = node->next) {
        if (strcmp(node->key, name) == 0) {
            return node;
        }
    }
    return NULL;
}

static void assert_same_text(const struct node *a, const struct node *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->count, b->count);
    if (a->kind == NODE_SCALAR) {
        assert_string_equal(a->text, b->text);
    }
    const struct node *y = b->first;
    for (const struct node *x = a->first; x != NULL; x = x->next, y = y->next) {
        assert_same_text(x, y);
    }
}

static void assert_shows_default(const struct node *section, const struct schema_key *key,
                                 const char *default_text)
{
    struct diagnostics diagnostics = {0};
    const struct node *shown = child(section, key->name);
    if (shown == NULL) {
        fail_msg("config/ipsla.example.yml lacks %s", key->name);
    }
    struct tree *tree = yaml_parse(default_text, strlen(default_text), &diagnostics);
    assert_non_null(tree);
    assert_same_text(shown, tree->root);
    tree_free(tree);
    diagnostics_fini(&diagnostics);
}

/* What the section of `operation` has to show beside the defaults, which are those of udp-jitter.
 */
static bool is_to_be_shown(const struct schema_key *key, const struct operation *operation)
{
    if (!key->is_by_operation) {
        return operation == &operation_udp_jitter;
    }
    const struct operation_key *own = operation_key(operation, key->name);
    const struct operation_key *base = operation_key(&operation_udp_jitter, key->name);
    return own != NULL && (operation == &operation_udp_jitter || base == NULL ||
                           own->default_text != base->default_text);
}

/* The line of a key behind "# ", or NULL; sets the length of its indentation. */
static const char *next_comment(const char *text, size_t *indentation)
{
    for (const char *line = text; (line = strchr(line, '\n')) != NULL;) {
        *indentation = strspn(++line, " ");
        const char *name = line + *indentation + 2;
        size_t length = strncmp(name - 2, "# ", 2) == 0 ? strspn(name, KEY_LETTERS) : 0;
        if (length > 0 && strncmp(name + length, ": ", 2) == 0) {
            return line;
        }
    }
    return NULL;
}

static bool is_in_comment(const char *text, const char *name)
{
    size_t indentation, length = strlen(name);
    while ((text = next_comment(text, &indentation)) != NULL) {
        text += indentation + 2;
        if (strncmp(text, name, length) == 0 && text[length] == ':') {
            return true;
        }
    }
    return false;
}

/* Beside a target, the others: not every key can stand in the first. */
static bool is_shown(const struct node *section, const char *name)
{
    bool is_entry = section->key == NULL;
    for (; section != NULL; section = is_entry ? section->next : NULL) {
        if (section->kind == NODE_MAPPING && child(section, name) != NULL) {
            return true;
        }
    }
    return false;
}

/* Every key of `scope` with its default; a key without one at least in a comment. */
static void assert_shows_scope(const struct schema_scope *scope, const struct operation *operation,
                               const struct node *section, const char *text)
{
    for (size_t i = 0; i < scope->count; i++) {
        const struct schema_key *key = &scope->keys[i];
        const char *default_text = schema_limits(key, operation).default_text;
        if (!is_to_be_shown(key, operation)) {
            continue;
        }
        if (default_text != NULL) {
            assert_shows_default(section, key, default_text);
        } else if (!is_shown(section, key->name) && !is_in_comment(text, key->name)) {
            fail_msg("config/ipsla.example.yml lacks %s", key->name);
        }
    }
}

/* It stands in a comment: the secret's file does not exist. */
static void assert_shows_key(const char *text)
{
    static const char comment[] = "\n# keys: ";
    struct diagnostics diagnostics = {0};
    const char *shown = strstr(text, comment);
    assert_non_null(shown);
    shown += sizeof comment - 1;
    struct tree *tree = yaml_parse(shown, strcspn(shown, "\n"), &diagnostics);
    assert_non_null(tree);
    assert_shows_scope(&schema_key, 0, tree->root->first, text);
    tree_free(tree);
    diagnostics_fini(&diagnostics);
}

static void example_has_every_key_with_its_default(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    char *text = read_source("config/ipsla.example.yml");
    struct tree *tree = yaml_parse(text, strlen(text), &diagnostics);
    assert_non_null(tree);
    const struct node *root = tree->root, *defaults = child(root, "defaults");
    assert_shows_key(text);
    assert_shows_scope(&schema_root, &operation_udp_jitter, root, text);
    assert_shows_scope(&schema_operation, &operation_udp_jitter, defaults, text);
    assert_shows_scope(&schema_operation, &operation_udp_echo,
                       child(child(root, "modules"), "echo"), text);
    assert_shows_scope(&schema_operation, &operation_icmp_echo,
                       child(child(root, "modules"), "ping"), text);
    assert_shows_scope(&schema_control, &operation_udp_jitter, child(defaults, "control"), text);
    assert_shows_scope(&schema_limit, &operation_udp_jitter, child(defaults, "limits"), text);
    assert_shows_scope(&schema_path, &operation_udp_jitter, child(defaults, "path"), text);
    assert_shows_scope(&schema_defaults, &operation_udp_jitter, defaults, text);
    assert_shows_scope(&schema_target, &operation_udp_jitter, child(root, "targets")->first, text);
    assert_shows_scope(&schema_responder, &operation_udp_jitter, child(root, "responder"), text);
    assert_shows_scope(&schema_clock, &operation_udp_jitter, child(root, "clock"), text);
    assert_shows_scope(&schema_evidence, &operation_udp_jitter, child(root, "evidence"), text);
    tree_free(tree);
    free(text);
    diagnostics_fini(&diagnostics);
}

/* `text` with the "# " of the key at `comment` removed, and that of `keys` when the key refers to
 * them. */
static char *with_key_in_use(const char *text, const char *comment)
{
    struct buf used = {0};
    buf_add(&used, text, (size_t)(comment - text));
    buf_add_string(&used, comment + 2);
    size_t name = strcspn(comment + 2, ":");
    if (name >= 3 && strncmp(comment + 2 + name - 3, "key: ", 5) == 0) {
        char *keys = strstr(used.bytes, "\n# keys: ");
        assert_non_null(keys);
        memmove(keys + 1, keys + 3, strlen(keys + 3) + 1);
    }
    return used.bytes;
}

/* As the file "f" of `folder`. */
static void assert_loads(const char *folder, const char *text, const char *comment)
{
    struct diagnostics diagnostics = {0};
    struct buf file = {0}, findings = {0};
    buf_printf(&file, "%s/f", folder);
    struct config *config = config_parse(buf_string(&file), text, strlen(text), &diagnostics);
    diagnostics_format(&diagnostics, &findings);
    bool is_expected = strncmp(comment + 2, "target_files: ", 14) == 0 &&
                       strstr(buf_string(&findings), "matches no further file yet") != NULL;
    if (config == NULL || (findings.size > 0 && !is_expected)) {
        fail_msg("with %.20s: %s", comment, buf_string(&findings));
    }
    config_free(config);
    diagnostics_fini(&diagnostics);
    buf_fini(&file);
    buf_fini(&findings);
}

static void write_secret(const char *folder, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", folder, name);
    int descriptor = open(buf_string(&path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(descriptor, "s\n", 2), 2);
    assert_int_equal(close(descriptor), 0);
    buf_fini(&path);
}

static void remove_secret(const char *folder, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", folder, name);
    assert_int_equal(unlink(buf_string(&path)), 0);
    buf_fini(&path);
}

/* Whoever removes the "# " of one key, as its comment says, has a file that still loads. */
static void example_loads_with_each_comment_in_use(void **state)
{
    (void)state;
    char folder[] = "/tmp/ipsla-example-XXXXXX";
    size_t indentation, count = 0;
    char *text = read_source("config/ipsla.example.yml");
    assert_non_null(mkdtemp(folder));
    write_secret(folder, "key7.secret");
    write_secret(folder, "key8.secret");
    for (const char *line = text; (line = next_comment(line, &indentation)) != NULL; count++) {
        line += indentation;
        char *used = with_key_in_use(text, line);
        assert_loads(folder, used, line);
        free(used);
    }
    assert_true(count >= 8);
    remove_secret(folder, "key7.secret");
    remove_secret(folder, "key8.secret");
    assert_int_equal(rmdir(folder), 0);
    free(text);
}

static struct config *load_clean(const char *name)
{
    char *text = read_source(name);
    struct config *config = parse_good(text);
    free(text);
    return config;
}

static void shipped_files_load_without_a_word(void **state)
{
    (void)state;
    struct config *config = load_clean("config/ipsla.example.yml");
    assert_int_equal(config->targets->count, 6);
    assert_true(config->has_responder);
    config_free(config);
    config = load_clean("config/quickstart.yml");
    assert_true(config->targets->count >= 4);
    assert_true(config->has_responder);
    for (size_t i = 0; i < config->targets->count; i++) {
        assert_int_equal(config->targets->specs[i]->schedule.frequency_ns, INT64_C(5000000000));
        assert_int_equal(config->targets->specs[i]->path.peer.ip[0], 127);
    }
    config_free(config);
}

static void choices_are_those_of_the_enums(void **state)
{
    (void)state;
    const char *const *refusals = schema_find(&schema_responder, "refusal")->choices;
    assert_string_equal(refusals[REFUSAL_STATUS16], "status16");
    assert_string_equal(refusals[REFUSAL_STATUS32], "status32");
    assert_string_equal(refusals[REFUSAL_SILENT], "silent");
    const char *const *replies = schema_find(&schema_responder, "reply")->choices;
    assert_string_equal(replies[REPLY_LONG], "long");
    assert_string_equal(replies[REPLY_SHORT], "short");
    const char *const *precisions = schema_find(&schema_operation, "precision")->choices;
    for (unsigned i = 0; i < PRECISION_COUNT; i++) {
        assert_string_equal(precisions[i], precision_name((enum precision)i));
    }
    assert_null(precisions[PRECISION_COUNT]);
    for (unsigned i = 0; i < 2; i++) {
        const struct schema_scope *scope = i == 0 ? &schema_operation : &schema_responder;
        const char *const *formats = schema_find(scope, "timestamp_format")->choices;
        assert_string_equal(formats[TIMESTAMP_NTP], "ntp");
        assert_string_equal(formats[TIMESTAMP_PTP], "ptp");
    }
}

/* `responder: {}` and a responder with every default of the schema written out are the same. */
static void responder_defaults_are_those_of_the_library(void **state)
{
    (void)state;
    struct buf text = {0};
    struct reflect_settings settings;
    buf_add_string(&text, "responder: ");
    schema_add_defaults(&schema_responder, &operation_udp_jitter, &text);
    struct config *config = parse_good(buf_string(&text));
    const struct reflect_settings *written = &config->responder;
    reflect_settings_default(&settings);
    assert_int_equal(written->listen_count, settings.listen_count);
    assert_true(addr_is_equal(&written->listen[0], &settings.listen[0]));
    assert_int_equal(written->allow_count, settings.allow_count);
    assert_int_equal(written->permanent_count, settings.permanent_count);
    assert_int_equal(written->workers, settings.workers);
    assert_int_equal(written->max_sessions, settings.max_sessions);
    assert_int_equal(written->max_sessions_per_source, settings.max_sessions_per_source);
    assert_int_equal(written->requests_per_source, settings.requests_per_source);
    assert_int_equal(written->reserve_for_count, settings.reserve_for_count);
    assert_int_equal(written->reserved_sessions, settings.reserved_sessions);
    assert_int_equal(written->min_duration_ns, settings.min_duration_ns);
    assert_int_equal(written->max_duration_ns, settings.max_duration_ns);
    assert_int_equal(written->min_source_port, settings.min_source_port);
    assert_memory_equal(&written->ports, &settings.ports, sizeof settings.ports);
    assert_int_equal(written->refusal, settings.refusal);
    assert_int_equal(written->reply, settings.reply);
    assert_int_equal(written->reflect_tos, settings.reflect_tos);
    assert_int_equal(written->timestamp_format, settings.timestamp_format);
    config_free(config);
    buf_fini(&text);
}

static void names_and_slots_are_unique(void **state)
{
    (void)state;
    bool is_taken[SLOT_COUNT] = {false};
    for (size_t s = 0; s < SCOPE_COUNT; s++) {
        for (size_t i = 0; i < scopes[s]->count; i++) {
            const struct schema_key *key = &scopes[s]->keys[i];
            bool is_row = i > 0 && scopes[s]->keys[i - 1].slot == key->slot;
            assert_true(is_row || !is_taken[key->slot]);
            assert_true(is_row || schema_find(scopes[s], key->name) == key);
            is_taken[key->slot] = true;
        }
    }
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        assert_true(is_taken[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_a_target_has_a_reload_rule),
        cmocka_unit_test(every_field_of_a_target_is_set_by_a_key),
        cmocka_unit_test(flags_have_the_names_of_keys),
        cmocka_unit_test(example_has_every_key_with_its_default),
        cmocka_unit_test(example_loads_with_each_comment_in_use),
        cmocka_unit_test(shipped_files_load_without_a_word),
        cmocka_unit_test(choices_are_those_of_the_enums),
        cmocka_unit_test(responder_defaults_are_those_of_the_library),
        cmocka_unit_test(names_and_slots_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
