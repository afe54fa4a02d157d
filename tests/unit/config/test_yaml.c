/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "config/yaml.h"

static const struct expectation broken[] = {
    {"empty", "", "f:1:1: the file is empty\n"},
    {"comments", "# a\n# b\n", "f:1:1: the file is empty\n"},
    {"empty document", "---\n", "f:1:1: the file is empty\n"},
    {"scalar", "hello\n", "f:1:1: this is a single value; write keys and values: {key: value}\n"},
    {"list", "- a\n", "f:1:1: this is a list; write 'targets:' above it\n"},
    {"unclosed list", "targets: [a\n", "f:1:10: the '[' opened here is never closed; write ']'\n"},
    {"unclosed quote", "targets:\n  - \"a\n",
     "f:2:5: the quote opened here is never closed; write \" behind the text too\n"},
    {"tab", "targets:\n\t- a\n", "f:2:1: a tab is used for indentation; use spaces\n"},
    {"indentation", "defaults:\n    timeout: 1s\n  frequency: 2s\n",
     "f:3:3: this line is indented by 2, the key on line 2 by 4; keys of one mapping begin in the "
     "same column\n"},
    {"two colons", "targets: a: b\n", "f:1:10: a text with ': ' in it must be quoted: 'a: b'\n"},
    {"bad UTF-8", "a: x\nb: caf\xc3\xa9 \xff\n",
     "f:2:9: the byte 0xff is not UTF-8; save the file as UTF-8\n"},
    {"cut UTF-8", "a: caf\xc3", "f:1:7: the byte 0xc3 is not UTF-8; save the file as UTF-8\n"},
    {"surrogate", "a: \xed\xa0\x80\n",
     "f:1:4: the byte 0xed is not UTF-8; save the file as UTF-8\n"},
    {"escape character", "a: x\nb: \x1b\n",
     "f:2:4: the control character U+001B is not allowed; remove it\n"},
    {"UTF-16",
     "\xff\xfe"
     "a",
     "f:1:1: the file is UTF-16; save it as UTF-8\n"},
    {"escaped NUL", "a: \"x\\0y\"\n", "f:1:4: a text cannot contain a NUL character\n"},
    {"NUL in a key", "\"x\\0y\": a\n", "f:1:1: a text cannot contain a NUL character\n"},
    {"second document", "responder: {}\n---\nresponder: {}\n",
     "f:2:1: only one document is allowed in a file; remove what follows\n"},
    {"list as key", "? [a]\n: b\n", "f:1:3: a key must be a plain word, not a list or a mapping\n"},
    {"mapping as key", "{{a: b}: c}\n",
     "f:1:2: a key must be a plain word, not a list or a mapping\n"},
    {"anchor on a key", "&a responder: {}\n", "f:1:1: a key has no anchor and no tag\n"},
    {"tag on a key", "!!str responder: {}\n", "f:1:1: a key has no anchor and no tag\n"},
    {"alias as key", "responder: {}\n*a : b\n",
     "f:2:1: a key must be a plain word, not an alias\n"},
    {"too deep", "a: [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]\n",
     "f:1:19: is nested too deeply; allowed: 16 levels\n"},
};

/* These leave a tree: what else is wrong is found too. */
static const struct expectation refused[] = {
    {"anchor", "defaults: &d {timeout: 1s}\nresponder: {reply: x}\n",
     "f:1:11: defaults: anchors and aliases (&name, *name) are not supported; write the value "
     "itself, and what targets share under defaults or in a module\n"
     "f:2:20: responder.reply: 'x' is none of the choices; allowed: long, short\n"},
    {"anchor on a list", "targets: &d []\nresponder: {}\n",
     "f:1:10: targets: anchors and aliases (&name, *name) are not supported; write the value "
     "itself, and what targets share under defaults or in a module\n"},
    {"alias", "responder:\n  listen: *x\n",
     "f:2:11: responder.listen: anchors and aliases (&name, *name) are not supported; write the "
     "value itself, and what targets share under defaults or in a module\n"},
    {"alias in a list", "responder:\n  listen: [*x, '127.0.0.1:5']\n",
     "f:2:12: responder.listen[0]: anchors and aliases (&name, *name) are not supported; write the "
     "value itself, and what targets share under defaults or in a module\n"},
    {"alias for a section", "responder: {}\ndefaults: *x\nmodules: {a: *x}\n",
     "f:2:11: defaults: anchors and aliases (&name, *name) are not supported; write the value "
     "itself, and what targets share under defaults or in a module\n"},
    {"merge key", "responder: {}\ndefaults:\n  <<: *x\n",
     "f:3:7: defaults.<<: anchors and aliases (&name, *name) are not supported; write the value "
     "itself, and what targets share under defaults or in a module\n"},
    {"tag", "responder:\n  max_sessions: !!int 5\n",
     "f:2:17: responder.max_sessions: tags are not supported ('tag:yaml.org,2002:int'); remove it, "
     "or quote a text that begins with '!'\n"},
    {"duplicate", "responder:\n  reply: long\n  refusal: silent\n  reply: 3\n  reply: 4\n",
     "f:4:3: responder.reply: duplicate key; it is set on line 2 already; remove one\n"
     "f:5:3: responder.reply: duplicate key; it is set on line 2 already; remove one\n"},
    {"duplicate section", "responder: {}\nresponder: {reply: 5}\n",
     "f:2:1: responder: duplicate key; it is set on line 1 already; remove one\n"},
    {"escapes are not obeyed", "responder: {}\n\"a\\eb\": 1\n",
     "f:2:1: a\\x1bb: unknown key; allowed: defaults, modules, targets, target_files, keys, clock, "
     "max_packet_rate, evidence, responder, probe\n"},
};

static void broken_text_has_its_place(void **state)
{
    (void)state;
    EXPECT_FINDINGS(broken);
}

static void refused_syntax_has_its_place(void **state)
{
    (void)state;
    EXPECT_FINDINGS(refused);
}

static struct tree *read_tree(const char *text, size_t size, size_t expected_errors)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = yaml_parse(text, size, &diagnostics);
    assert_int_equal(diagnostics.error_count, expected_errors);
    diagnostics_fini(&diagnostics);
    return tree;
}

static void tree_has_kinds_places_and_paths(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf"
                               "a: [x, 'y']\n\xc3\xa9: {b: ''}\nc:\n";
    struct tree *tree = read_tree(text, sizeof text - 1, 0);
    const struct node *a = tree->root->first, *e = a->next, *c = e->next;
    assert_int_equal(tree->root->kind, NODE_MAPPING);
    assert_int_equal(tree->root->count, 3);
    assert_int_equal(a->kind, NODE_SEQUENCE);
    assert_int_equal(a->key_column, 1);
    assert_int_equal(a->column, 4);
    assert_string_equal(a->last->text, "y");
    assert_true(a->last->is_quoted);
    assert_false(a->first->is_quoted);
    assert_int_equal(e->line, 2);
    assert_int_equal(e->column, 4);
    assert_false(node_is_missing(e->first));
    assert_true(node_is_missing(c));
    assert_true(node_is_within(e->first, e) && node_is_within(e, tree->root));
    assert_false(node_is_within(e->first, a));
    struct buf path = {0};
    node_add_path(a->last, &path);
    assert_string_equal(buf_string(&path), "a[1]");
    buf_clear(&path);
    node_add_path(e->first, &path);
    assert_string_equal(buf_string(&path), "\xc3\xa9.b");
    buf_fini(&path);
    tree_free(tree);
}

static void a_raw_nul_is_refused(void **state)
{
    (void)state;
    assert_null(read_tree("a: b\0c\n", 7, 1));
    assert_null(read_tree("\0", 1, 1));
}

static char *repeated(const char *part, size_t count)
{
    struct buf text = {0};
    for (size_t i = 0; i < count; i++) {
        buf_add_string(&text, part);
    }
    return text.bytes;
}

static void depth_is_bounded(void **state)
{
    (void)state;
    struct tree *tree = read_tree("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", 32, 0);
    assert_non_null(tree);
    tree_free(tree);
    char *deep = repeated("[", 100000);
    assert_null(read_tree(deep, 100000, 1));
    free(deep);
}

static void size_and_nodes_are_bounded(void **state)
{
    (void)state;
    char *text = mem_alloc(YAML_BYTES_MAX + 1, 1);
    memset(text, '#', YAML_BYTES_MAX + 1);
    assert_null(read_tree(text, YAML_BYTES_MAX + 1, 1));
    free(text);
    char *list = repeated("- a\n", YAML_NODES_MAX);
    assert_null(read_tree(list, strlen(list), 1));
    tree_free(read_tree(list, (size_t)4 * (YAML_NODES_MAX - 1), 0));
    free(list);
}

static void many_keys_are_compared_quickly(void **state)
{
    (void)state;
    struct buf text = {0};
    for (unsigned i = 0; i < 200000; i++) {
        buf_printf(&text, "k%u:\n", i);
    }
    buf_add_string(&text, "k77777:\n");
    struct tree *tree = read_tree(buf_string(&text), text.size, 1);
    assert_int_equal(tree->root->count, 200001);
    tree_free(tree);
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_text_has_its_place),
        cmocka_unit_test(refused_syntax_has_its_place),
        cmocka_unit_test(tree_has_kinds_places_and_paths),
        cmocka_unit_test(a_raw_nul_is_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(size_and_nodes_are_bounded),
        cmocka_unit_test(many_keys_are_compared_quickly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
