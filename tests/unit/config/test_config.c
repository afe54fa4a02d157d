/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The whole: files, everything reported at once, large files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include <sys/stat.h>
#include <unistd.h>

#define REQUIRED                                                                                   \
    "f:2:3: targets[0].host: the key is missing; required: an IP address or a host name\n"

static const struct expectation whole[] = {
    {"nothing to do", "defaults: {frequency: 10s}\n",
     "f:1:1: nothing to do: there are no targets and there is no responder; write targets: [{name: "
     "a, host: 192.0.2.1, port: 16384}]\n"},
    {"no targets", "defaults: {}\ntargets: []\n",
     "f:2:10: targets: nothing to do: there are no targets and there is no responder; write "
     "targets: [{name: a, host: 192.0.2.1, port: 16384}]\n"},
    {"responder alone", "targets: []\nresponder: {}\n", ""},
    {"required keys", "targets:\n- {}\n", REQUIRED},
    {"targets that are none", "targets:\n- a:b\n-\n- [b]\n",
     "f:2:3: targets[0]: this is a single value; write a space after ':', as in 'name: value'\n"
     "f:3:2: targets[1]: the value is missing; write keys and values: {key: value}\n"
     "f:4:3: targets[2]: this is a list; write keys and values: {key: value}\n"},
    {"everything at once, in the order of the file",
     "responder:\n  reply: x\ntargets:\n- {name: a, host: h, port: 0, frequency: 4s}\n"
     "- {name: a, host: h, port: 5, module: m, labels: {job: j}}\nmodules: {m: {tag: []}}\n"
     "defaults:\n  timeout: 8s\nextra: 1\n",
     "f:2:10: responder.reply: 'x' is none of the choices; allowed: long, short\n"
     "f:4:28: targets[0].port: '0' is out of range; allowed: 1 to 65535\n"
     "f:4:42: targets[0].frequency: timeout '8s' (line 8) is longer than frequency '4s'; allowed: "
     "a "
     "timeout up to the frequency\n"
     "f:5:10: targets[1].name: 'a' is the name of the target on line 4 already; names are unique\n"
     "f:5:51: warning: targets[1].labels.job: Prometheus sets this label at each scrape and "
     "renames "
     "yours to exported_job\n"
     "f:6:20: modules.m.tag: this is a list; allowed: up to 128 bytes of text\n"
     "f:9:1: extra: unknown key; allowed: defaults, modules, targets, target_files, keys, clock, "
     "max_packet_rate, evidence, responder, probe\n"},
};

static void findings_are_complete_and_in_order(void **state)
{
    (void)state;
    EXPECT_FINDINGS(whole);
}

static void warnings_do_not_refuse_a_file(void **state)
{
    (void)state;
    struct buf findings = {0};
    char *text = target_text("timeout: 1s, threshold: 2s");
    struct config *config = parse_text(text, &findings);
    assert_non_null(config);
    assert_non_null(strstr(buf_string(&findings), "warning: targets[0].threshold: "));
    config_free(config);
    free(text);
    buf_fini(&findings);
}

static void expect_load(const char *path, const char *problem)
{
    struct diagnostics diagnostics = {0};
    struct buf expected = {0}, found = {0};
    struct config *config = config_load(path, &diagnostics);
    diagnostics_format(&diagnostics, &found);
    if (problem == NULL) {
        assert_non_null(config);
        assert_string_equal(buf_string(&found), "");
    } else {
        buf_printf(&expected, "%s: %s\n", path, problem);
        assert_null(config);
        assert_string_equal(buf_string(&found), buf_string(&expected));
    }
    config_free(config);
    diagnostics_fini(&diagnostics);
    buf_fini(&expected);
    buf_fini(&found);
}

static void write_file(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void files_are_read_or_explained(void **state)
{
    (void)state;
    char directory[] = "/tmp/ipsla-config-XXXXXX", path[128];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/ipsla.yml", directory);
    expect_load(path, "cannot be read: No such file or directory");
    expect_load(directory, "cannot be read: Is a directory");
    write_file(path, "responder: {}\n", 14);
    expect_load(path, NULL);
    write_file(path, "", 0);
    struct diagnostics diagnostics = {0};
    assert_null(config_load(path, &diagnostics));
    assert_int_equal(diagnostics.count, 1);
    assert_int_equal(diagnostics.items[0].line, 1);
    assert_string_equal(diagnostics.file, path);
    diagnostics_fini(&diagnostics);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void large_files_are_read_in_full_or_refused(void **state)
{
    (void)state;
    char path[] = "/tmp/ipsla-config-XXXXXX";
    size_t limit = (size_t)16 * 1024 * 1024;
    char *text = mem_alloc(limit + 1, 1);
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(close(descriptor), 0);
    memset(text, '\n', limit + 1);
    memcpy(text + limit - 14, "responder: {}\n", 14);
    write_file(path, text, limit);
    expect_load(path, NULL);
    write_file(path, text, limit + 1);
    expect_load(path, "is too large; at most 16777216 bytes are read");
    assert_int_equal(unlink(path), 0);
    free(text);
}

/* A FIFO without a writer, in place of each file that is read: a program that waited for the writer
 * would never answer, so the test ends by a signal then. */
static void a_fifo_is_refused_at_once(void **state)
{
    (void)state;
    char directory[] = "/tmp/ipsla-config-XXXXXX", path[128], fifo[128];
    static const char text[] = "keys: [{id: 7, algorithm: sha256, secret_file: fifo}]\n";
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/ipsla.yml", directory);
    snprintf(fifo, sizeof fifo, "%s/fifo", directory);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    write_file(path, text, sizeof text - 1);
    alarm(20);
    expect_load(fifo, "cannot be read: not a regular file");
    struct diagnostics diagnostics = {0};
    struct buf found = {0};
    assert_null(config_load(path, &diagnostics));
    diagnostics_format(&diagnostics, &found);
    assert_non_null(strstr(buf_string(&found), "secret_file: this file is not a regular file;"));
    diagnostics_fini(&diagnostics);
    buf_fini(&found);
    expect_load("/dev/zero", "cannot be read: not a regular file");
    alarm(0);
    assert_int_equal(unlink(fifo), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

#define NOBODY 65534

static void an_unreadable_file_is_explained(void **state)
{
    (void)state;
    char path[] = "/tmp/ipsla-config-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(fchmod(descriptor, 0), 0);
    assert_int_equal(close(descriptor), 0);
    /* Root may read every file: be somebody else for a moment. */
    bool is_root = geteuid() == 0;
    assert_int_equal(is_root ? seteuid(NOBODY) : 0, 0);
    expect_load(path, "cannot be read: Permission denied");
    assert_int_equal(is_root ? seteuid(0) : 0, 0);
    assert_int_equal(unlink(path), 0);
}

static void a_secret_that_may_not_be_read_is_explained(void **state)
{
    (void)state;
    char path[] = "/tmp/ipsla-secret-XXXXXX";
    struct buf text = {0}, findings = {0};
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(fchmod(descriptor, 0), 0);
    assert_int_equal(close(descriptor), 0);
    buf_printf(&text, "responder: {}\nkeys: [{id: 1, algorithm: md5, secret_file: %s}]\n", path);
    bool is_root = geteuid() == 0;
    assert_int_equal(is_root ? seteuid(NOBODY) : 0, 0);
    assert_null(parse_text(buf_string(&text), &findings));
    assert_int_equal(is_root ? seteuid(0) : 0, 0);
    assert_non_null(
        strstr(buf_string(&findings),
               "secret_file: this file cannot be opened: Permission denied; allowed: "));
    assert_int_equal(unlink(path), 0);
    buf_fini(&text);
    buf_fini(&findings);
}

static void add_targets(size_t count, struct buf *out)
{
    buf_add_string(out, "targets:\n");
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "- {name: target-%zu, host: 10.0.0.1, port: 5}\n", i);
    }
}

static void many_targets_are_read_up_to_the_limit(void **state)
{
    (void)state;
    struct buf text = {0}, findings = {0};
    add_targets(100000, &text);
    struct config *config = parse_good(buf_string(&text));
    assert_int_equal(config->targets->count, 100000);
    assert_string_equal(config->targets->specs[99999]->identity.name, "target-99999");
    config_free(config);
    buf_clear(&text);
    add_targets(100001, &text);
    assert_null(parse_text(buf_string(&text), &findings));
    assert_string_equal(buf_string(&findings),
                        "f:2:1: targets: this has too many entries; allowed: up to 100000 "
                        "entries\n");
    buf_fini(&text);
    buf_fini(&findings);
}

static void findings_are_bounded(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    struct buf text = {0}, findings = {0};
    buf_add_string(&text, "responder: {}\n");
    for (unsigned i = 0; i < DIAGNOSTICS_MAX + 5; i++) {
        buf_printf(&text, "bad_%u: 1\n", i);
    }
    assert_null(config_parse("f", buf_string(&text), text.size, &diagnostics));
    assert_int_equal(diagnostics.count, DIAGNOSTICS_MAX);
    assert_int_equal(diagnostics.error_count, DIAGNOSTICS_MAX + 5);
    diagnostics_format(&diagnostics, &findings);
    assert_non_null(strstr(buf_string(&findings), "\nf: 5 more findings are not listed\n"));
    diagnostics_fini(&diagnostics);
    buf_fini(&text);
    buf_fini(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_complete_and_in_order),
        cmocka_unit_test(warnings_do_not_refuse_a_file),
        cmocka_unit_test(files_are_read_or_explained),
        cmocka_unit_test(large_files_are_read_in_full_or_refused),
        cmocka_unit_test(a_fifo_is_refused_at_once),
        cmocka_unit_test(an_unreadable_file_is_explained),
        cmocka_unit_test(a_secret_that_may_not_be_read_is_explained),
        cmocka_unit_test(many_targets_are_read_up_to_the_limit),
        cmocka_unit_test(findings_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
