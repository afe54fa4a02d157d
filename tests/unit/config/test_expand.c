/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Environment variables in values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"
#include "unit/config/folder.h"

static struct config *read_with(bool expands, const char *text, struct buf *out)
{
    struct folder folder = folder_make();
    struct diagnostics diagnostics = {0};
    folder_write(&folder, "f.yml", text);
    const struct config_source source = {.file = folder_path(&folder, "f.yml"),
                                         .expands_environment = expands};
    struct config *config = config_read(&source, &diagnostics);
    free(diagnostics.file);
    diagnostics.file = mem_string("f");
    diagnostics_format(&diagnostics, out);
    diagnostics_fini(&diagnostics);
    folder_remove(&folder);
    return config;
}

static struct config *read_good(bool expands, const char *text)
{
    struct buf findings = {0};
    struct config *config = read_with(expands, text, &findings);
    assert_string_equal(buf_string(&findings), "");
    buf_fini(&findings);
    return config;
}

#define TARGET(more) "targets: [{name: a, host: 192.0.2.1, port: 5000, " more "}]\n"

static void values_are_expanded(void **state)
{
    (void)state;
    setenv("IPSLA_TEST_PORT", "1234", 1);
    setenv("IPSLA_TEST_TEXT", "${IPSLA_TEST_PORT}: [x", 1);
    setenv("IPSLA_TEST_EMPTY", "", 1);
    struct config *config = read_good(
        true,
        "targets: [{name: 'a-${IPSLA_TEST_PORT}-$$b-$c', host: 192.0.2.1, port: "
        "\"${IPSLA_TEST_PORT}\", owner: '${IPSLA_TEST_TEXT}', tag: \"${IPSLA_TEST_EMPTY}\"}]\n");
    const struct spec *spec = config->targets->specs[0];
    assert_string_equal(spec->identity.name, "a-1234-$b-$c");
    assert_int_equal(spec->path.port, 1234);
    assert_string_equal(spec->identity.owner, "${IPSLA_TEST_PORT}: [x");
    assert_string_equal(spec->identity.tag, "");
    config_free(config);
}

static void only_when_asked(void **state)
{
    (void)state;
    struct config *config = read_good(false, TARGET("owner: '${IPSLA_TEST_PORT}$$'"));
    assert_string_equal(config->targets->specs[0]->identity.owner, "${IPSLA_TEST_PORT}$$");
    config_free(config);
}

static void what_is_wrong_has_its_place(void **state)
{
    (void)state;
    unsetenv("IPSLA_TEST_NONE");
    setenv("IPSLA_TEST_BYTES", "\xff", 1);
    static const struct {
        const char *text, *findings;
    } rows[] = {
        {TARGET("owner: '${IPSLA_TEST_NONE}'"),
         "f:1:57: targets[0].owner: the environment variable IPSLA_TEST_NONE is not set\n"},
        {TARGET("owner: '${IPSLA_TEST_BYTES}'"),
         "f:1:57: targets[0].owner: the environment variable "
         "IPSLA_TEST_BYTES holds what is no UTF-8 text\n"},
        {TARGET("owner: '${1A}'"),
         "f:1:57: targets[0].owner: '${1A}' is no variable; write ${NAME}, "
         "and $${ where it is no variable\n"},
        {TARGET("owner: '${A'"), "f:1:57: targets[0].owner: '${A' is no variable; write ${NAME}, "
                                 "and $${ where it is no variable\n"},
        {TARGET("'${IPSLA_TEST_PORT}': x"),
         "f:1:50: targets[0].${IPSLA_TEST_PORT}: unknown key; allowed: stamp_port, server_port, "
         "source_port and others, see ipsla.yml(5)\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf findings = {0};
        config_free(read_with(true, rows[i].text, &findings));
        assert_string_equal(buf_string(&findings), rows[i].findings);
        buf_fini(&findings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_expanded),
        cmocka_unit_test(only_when_asked),
        cmocka_unit_test(what_is_wrong_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
