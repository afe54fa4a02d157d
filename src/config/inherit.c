/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/inherit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/check.h"
#include "config/codec.h"
#include "config/limit_keys.h"
#include "config/words.h"
#include "config/yaml.h"

#define MODULE_NAME_MAX 64

/* The built-in values take the same way as the user's: the schema's texts, parsed and validated. */
static void read_built_in(struct inheritance *inheritance, size_t operation)
{
    struct values *values = &inheritance->built_in[operation];
    struct diagnostics diagnostics = {0};
    struct buf text = {0};
    schema_add_defaults(&schema_operation, operation_at(operation), &text);
    struct tree *tree = yaml_parse(buf_string(&text), text.size, &diagnostics);
    bool is_good = tree != NULL && values_read(values, &schema_operation, tree->root, &diagnostics);
    assert(is_good && "the schema's defaults keep to the schema");
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        values->of[i].is_default = true;
    }
    values->of[SLOT_OPERATION].number = (int64_t)operation;
    inheritance->trees[operation] = tree;
    diagnostics_fini(&diagnostics);
    buf_fini(&text);
}

static void set_operation(struct values *values, const struct operation *operation)
{
    values->of[SLOT_OPERATION] = (struct value){
        .state = VALUE_SET, .is_default = true, .number = (int64_t)operation_index(operation)};
}

void inheritance_init(struct inheritance *inheritance)
{
    *inheritance = (struct inheritance){0};
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        read_built_in(inheritance, i);
    }
    inheritance->modules = mem_alloc(SCHEMA_MODULE_COUNT, sizeof *inheritance->modules);
    for (size_t i = 0; i < SCHEMA_MODULE_COUNT; i++) {
        struct module *module = &inheritance->modules[inheritance->module_count++];
        module->name = schema_modules[i].name;
        set_operation(&module->values, operation_find(schema_modules[i].operation));
        if (schema_modules[i].codec != VOICE_CODEC_NONE) {
            codec_set(&module->values, schema_modules[i].codec);
        }
    }
}

void inheritance_fini(struct inheritance *inheritance)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        tree_free(inheritance->trees[i]);
    }
    free(inheritance->modules);
    *inheritance = (struct inheritance){0};
}

static int compare_name(const void *name, const void *module)
{
    return strcmp(name, ((const struct module *)module)->name);
}

static int compare_modules(const void *left, const void *right)
{
    return strcmp(((const struct module *)left)->name, ((const struct module *)right)->name);
}

static struct module *find(const struct inheritance *inheritance, size_t count, const char *name)
{
    return bsearch(name, inheritance->modules, count, sizeof *inheritance->modules, compare_name);
}

const struct module *inheritance_module(const struct inheritance *inheritance, const char *name)
{
    return find(inheritance, inheritance->module_count, name);
}

static void report_unknown_module(const struct inheritance *inheritance, const struct node *node,
                                  struct diagnostics *diagnostics)
{
    char quoted[WORDS_QUOTE_MAX];
    const char **names = mem_alloc(inheritance->module_count, sizeof *names);
    struct buf allowed = {0};
    for (size_t i = 0; i < inheritance->module_count; i++) {
        names[i] = inheritance->modules[i].name;
    }
    const char *nearest = words_nearest(node->text, names, inheritance->module_count);
    words_quote(node->text, quoted);
    if (nearest != NULL) {
        diagnostics_error(diagnostics, place_value(node), "no module %s; did you mean '%s'?",
                          quoted, nearest);
    } else {
        words_add_nearest(node->text, names, inheritance->module_count, &allowed);
        diagnostics_error(diagnostics, place_value(node),
                          "no module %s; write it under modules, or take one of: %s", quoted,
                          buf_string(&allowed));
    }
    buf_fini(&allowed);
    free(names);
}

static bool find_module(const struct inheritance *inheritance, const struct node *name,
                        struct diagnostics *diagnostics, const struct module **out)
{
    *out = inheritance_module(inheritance, name->text);
    if (*out == NULL) {
        report_unknown_module(inheritance, name, diagnostics);
    }
    return *out != NULL && !(*out)->is_broken;
}

bool inheritance_find(const struct inheritance *inheritance, const struct values *own,
                      struct diagnostics *diagnostics, const struct module **out)
{
    const struct value *value = &own->of[SLOT_MODULE];
    *out = NULL;
    if (value->state == VALUE_UNSET) {
        *out = inheritance->usual;
        return inheritance->is_usual_known;
    }
    return value->state == VALUE_SET && find_module(inheritance, value->node, diagnostics, out);
}

static void check_module_name(const struct node *node, struct diagnostics *diagnostics)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length = strlen(node->key);
    if (length == 0 || length > MODULE_NAME_MAX || strspn(node->key, allowed) != length) {
        diagnostics_error(diagnostics, place_key(node),
                          "not a name of a module; allowed: 1 to %d letters, digits, '_', '.', '-'",
                          MODULE_NAME_MAX);
    }
}

static void read_module(struct module *module, const struct node *node,
                        struct diagnostics *diagnostics)
{
    struct values own = {0};
    check_module_name(node, diagnostics);
    if (!value_is_mapping(node, diagnostics)) {
        module->is_broken = true;
        return;
    }
    values_read(&own, &schema_operation, node, diagnostics);
    values_overlay(&module->values, &own);
    codec_check_section(&module->values, diagnostics);
    const struct value *operation = &module->values.of[SLOT_OPERATION];
    if (operation->state == VALUE_SET) {
        check_applies(&own, operation_at((size_t)operation->number), diagnostics);
        limit_check_own(&own, operation_at((size_t)operation->number), true, diagnostics);
    }
}

/* The user's modules behind the built-in ones; one of the same name is laid over the built-in
 * one. */
static void read_modules(struct inheritance *inheritance, const struct node *modules,
                         struct diagnostics *diagnostics)
{
    size_t built_in = inheritance->module_count;
    inheritance->modules =
        mem_resize(inheritance->modules, built_in + modules->count, sizeof *inheritance->modules);
    for (const struct node *node = modules->first; node != NULL; node = node->next) {
        struct module *module = find(inheritance, built_in, node->key);
        if (module == NULL) {
            module = &inheritance->modules[inheritance->module_count++];
            *module = (struct module){.name = node->key};
        }
        read_module(module, node, diagnostics);
    }
    qsort(inheritance->modules, inheritance->module_count, sizeof *inheritance->modules,
          compare_modules);
}

void inheritance_read(struct inheritance *inheritance, const struct node *defaults,
                      const struct node *modules, struct diagnostics *diagnostics)
{
    if (defaults != NULL) {
        values_read(&inheritance->defaults, &schema_defaults, defaults, diagnostics);
        codec_check_section(&inheritance->defaults, diagnostics);
    }
    if (modules != NULL) {
        read_modules(inheritance, modules, diagnostics);
    }
    const struct value *usual = &inheritance->defaults.of[SLOT_MODULE];
    inheritance->is_usual_known =
        usual->state == VALUE_UNSET ||
        (usual->state == VALUE_SET &&
         find_module(inheritance, usual->node, diagnostics, &inheritance->usual));
}

/* A timeout that nobody wrote leaves room for the next operation. */
static void follow_frequency(struct values *values)
{
    struct value *timeout = &values->of[SLOT_TIMEOUT];
    const struct value *frequency = &values->of[SLOT_FREQUENCY];
    if (timeout->is_default && frequency->state == VALUE_SET &&
        timeout->number > frequency->number / 2) {
        timeout->number = frequency->number / 2;
    }
}

static void overlay(struct values *values, const struct values *over, enum value_level level)
{
    values_overlay(values, over);
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        if (over->of[i].state != VALUE_UNSET) {
            values->of[i].level = level;
        }
    }
}

/* A train of jitter packets that a file has in its defaults makes no train of its echoes. */
static void restore_built_in(struct values *values, const struct values *built_in,
                             const struct operation *operation)
{
    for (size_t i = 0; i < operation->key_count; i++) {
        if (operation->keys[i].ignores_defaults) {
            enum slot slot = schema_find(&schema_operation, operation->keys[i].name)->slot;
            values->of[slot] = built_in->of[slot];
        }
    }
}

/* What the operation does not have is nobody's: a change of it is no change of the target. */
static void drop_foreign(struct values *values, const struct operation *operation)
{
    for (size_t i = 0; i < schema_operation.count; i++) {
        const struct schema_key *key = &schema_operation.keys[i];
        if (schema_applies(key, operation)) {
            continue;
        }
        values->of[key->slot] = (struct value){0};
        for (size_t k = 0; key->inner != NULL && k < key->inner->count; k++) {
            values->of[key->inner->keys[k].slot] = (struct value){0};
        }
    }
}

void inheritance_merge(const struct inheritance *inheritance, const struct module *module,
                       const struct values *target, struct merged *out)
{
    static const struct values nothing;
    const struct values *layers[] = {&inheritance->defaults,
                                     module == NULL ? &nothing : &module->values, target};
    struct value operation = inheritance->built_in[0].of[SLOT_OPERATION];
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        if (layers[i]->of[SLOT_OPERATION].state != VALUE_UNSET) {
            operation = layers[i]->of[SLOT_OPERATION];
        }
    }
    *out = (struct merged){.is_operation_known = operation.state == VALUE_SET};
    size_t index = out->is_operation_known ? (size_t)operation.number : 0;
    out->operation = operation_at(index);
    out->values = inheritance->built_in[index];
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        overlay(&out->values, layers[i], (enum value_level)(LEVEL_DEFAULTS + i));
        if (layers[i] == &inheritance->defaults) {
            restore_built_in(&out->values, &inheritance->built_in[index], out->operation);
        }
        const struct value *labels = &layers[i]->of[SLOT_LABELS];
        out->labels[LEVEL_DEFAULTS + i] = labels->state == VALUE_SET ? labels->node : NULL;
    }
    drop_foreign(&out->values, out->operation);
    follow_frequency(&out->values);
}
