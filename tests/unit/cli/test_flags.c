/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The flags of `ipsla probe` are the keys of the configuration, by name, range and meaning. */
#include "cli/flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/key_flags.h"
#include "config/describe.h"
#include "support/cm.h"

#define WORDS_MAX 12

/* What was said on standard error by the last call of read_words. */
static char said[1024];

/* Reads "ipsla probe" and the words of `line`, which are separated by spaces. */
static bool read_words(const char *line, struct cli_request *out)
{
    char text[512], name[] = "probe";
    char *argv[WORDS_MAX + 1] = {name};
    int argc = 1, status;
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word != NULL && argc < WORDS_MAX;
         word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    assert_non_null(file);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    bool is_read = cli_request_read(argc, argv, out, &status);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    fclose(file);
    assert_true(is_read || status == OPTIONS_EXIT_USAGE);
    return is_read;
}

/* Both lines say the same, and something else than the defaults of `base`. */
static void assert_same(const char *base, const char *one, const char *other)
{
    struct cli_request plain, a, b;
    char line[256];
    assert_true(read_words(base, &plain));
    snprintf(line, sizeof line, "%s %s", base, one);
    assert_true(read_words(line, &a));
    snprintf(line, sizeof line, "%s %s", base, other);
    assert_true(read_words(line, &b));
    if (!spec_is_equal(a.spec, b.spec) || spec_is_equal(a.spec, plain.spec)) {
        fail_msg("%s is not %s", one, other);
    }
    spec_unref(plain.spec);
    spec_unref(a.spec);
    spec_unref(b.spec);
}

static void test_aliases(void **state)
{
    (void)state;
    assert_same("192.0.2.1", "--num-packets=7", "--count=7");
    assert_same("192.0.2.1", "--request-data-size=100", "--size 100");
    assert_same("192.0.2.1", "--source-address=192.0.2.9", "--source=192.0.2.9");
    assert_same("192.0.2.1", "--control-version=2", "--control=v2");
    assert_same("192.0.2.1", "--control-version=v2", "--control 2");
    assert_same("192.0.2.1", "--control-version=none", "--control=none");
    assert_same("192.0.2.1", "--clock-assume-synchronized", "--assume-synchronized");
    assert_same("192.0.2.1", "--interval=30ms", "--interval=30");
}

static void test_codec_has_a_train_of_its_own(void **state)
{
    (void)state;
    assert_same("192.0.2.1 --codec=g729a", "--codec-num-packets=7", "--num-packets=7");
    assert_same("192.0.2.1 --codec=g729a", "--codec-size=100", "--size=100");
    assert_same("192.0.2.1 --codec=g729a", "--codec-interval=30ms", "--interval=30ms");
}

static void test_what_was_no_flag(void **state)
{
    (void)state;
    struct cli_request request;
    assert_true(read_words("192.0.2.1 --precision=microseconds --timestamp-format=ptp "
                           "--control-retries=2 --control-auth-layout=suffix",
                           &request));
    assert_int_equal(request.spec->packets.timestamp_format, TIMESTAMP_PTP);
    assert_int_equal(request.spec->packets.bytes, SPEC_MICROSECONDS_BYTES);
    assert_int_equal(request.spec->control.tries, 2);
    assert_int_equal(request.spec->control.auth_layout, 3);
    spec_unref(request.spec);
}

/* The version implies the algorithm, whether it comes from the flag or the default. */
static void test_version_implies_the_algorithm(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        enum auth_algorithm algorithm;
    } rows[] = {{"h", AUTH_MD5},
                {"h --control=1", AUTH_MD5},
                {"h --control=2", AUTH_HMAC_SHA256},
                {"h --control=2 --key-algorithm=sha256", AUTH_SHA256}};
    char secret[] = "/tmp/ipsla-secret-XXXXXX";
    int file = mkstemp(secret);
    assert_true(file >= 0 && write(file, "s3cret\n", 7) == 7);
    close(file);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cli_request request;
        char words[128];
        snprintf(words, sizeof words, "%s --key-id=7 --key-file=%s", rows[i].words, secret);
        assert_true(read_words(words, &request));
        assert_int_equal(request.spec->control.key.id, 7);
        assert_int_equal(request.spec->control.key.algorithm, rows[i].algorithm);
        spec_unref(request.spec);
    }
    unlink(secret);
}

/* The range is that of the key, for the operation and the codec. */
static void test_refusals_give_the_range(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"h --count=0", "flag --num-packets: \"0\" is not 1 to 60000\n"},
        {"h --interval=3ms", "flag --interval: \"3ms\" is not 4ms to 1m\n"},
        {"h --size=15", "flag --request-data-size: \"15\" is not 16 to 17512 bytes\n"},
        {"h --operation=udp-echo --size=3",
         "flag --request-data-size: \"3\" is not 4 to 1500 bytes\n"},
        {"h --codec=g729a --size=17000",
         "flag --request-data-size: \"17000\" is not 16 to 16384 bytes\n"},
        {"h --control=v3", "flag --control-version: \"v3\" is not none, 1, 2\n"},
        {"h --operation=tcp-connect --count=3", "--num-packets is not for operation tcp-connect\n"},
        {"h --operation=udp-echo --count=21", "flag --num-packets: \"21\" is not 1 to 20\n"},
        {"h --operation=udp-echo --count=2 --size=11",
         "--request-data-size must be 12 or more with --num-packets: a late reply would pass for "
         "the next one\n"},
        {"h --port=1967",
         "--port 1967 is where responders take control requests, not probes; leave it out for "
         "16384, or write another port: the responder opens it when asked\n"},
        {"h --operation=stamp --port=1967",
         "--port 1967 is where responders take control requests, not probes; leave it out for 862, "
         "or write the port of the reflector\n"},
        {"h --operation=stamp --key-id=7 --key-file=none --key-algorithm=md5",
         "flag --key-algorithm: \"md5\" is not hmac-sha256\n"},
        {"h --ecmp-ports=4",
         "--ecmp-ports and --source-ports need --control-version none: a port that a control "
         "request opens is open to one source port\n"},
        {"h --source-ports=40000-40003",
         "--ecmp-ports and --source-ports need --control-version none: a port that a control "
         "request opens is open to one source port\n"},
        {"h --operation=stamp --source-ports=40000-40016",
         "flag --source-ports: \"40000-40016\" is not 1 to 16 ports as first-last\n"},
        {"h --operation=stamp --source-ports=40000-40003 --ecmp-ports=4",
         "--ecmp-ports and --source-ports exclude each other\n"},
        {"h --operation=stamp --source-port=40000 --source-ports=40000-40003",
         "--source-port and --source-ports exclude each other\n"},
        {"h --operation=twamp --source-ports=40000-40003",
         "--source-ports is not for operation twamp\n"},
        {"h --operation=stamp --ecmp-ports=4 --source-port=65533",
         "from --source-port on there are not so many ports\n"},
        {"h --operation=icmp-echo --port=3", "--port is not for operation icmp-echo\n"},
        {"h --operation=icmp-echo --key-id=3", "--key-id is not for operation icmp-echo\n"},
        {"h --operation=icmp-echo --control=none",
         "--control-version is not for operation icmp-echo\n"},
        {"h --key-id=3",
         "--key-id and --key-secret-file go together, and --key-algorithm only with "
         "them\n"},
        {"h --key-algorithm=md5", "--key-id and --key-secret-file go together, and --key-algorithm "
                                  "only with them\n"},
        {"h --control=none --key-id=3 --key-file=f",
         "--key-id is not for --control-version=none\n"},
        {"h --codec-size=99", "--codec-size is for --codec\n"},
        {"h --codec=g729a --codec-size=99 --size=99",
         "--request-data-size and --codec-size exclude each other\n"},
        {"h --num-packets=3 --count=3", "flag --num-packets may be given only once\n"},
        {"h --dscp=ef --tos=1", "--dscp and --tos exclude each other\n"},
        {"h --precision=microseconds --size=40",
         "flag --request-data-size: \"40\" is not 56 bytes or more, as precision microseconds "
         "needs\n"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct cli_request request;
        char line[256];
        assert_false(read_words(wrong[i][0], &request));
        snprintf(line, sizeof line, "ipsla probe: %s", wrong[i][1]);
        assert_string_equal(said, line);
    }
}

/* Keys that a single measurement has no use for, or no room in a flag: lists, names, histograms,
 * life; or, of limits, other flags. */
static bool is_for_files(enum slot slot)
{
    static const enum slot slots[] = {
        SLOT_CONTROL, SLOT_CONTROL_KEY, SLOT_AUTH_KEY, SLOT_LIMITS,   SLOT_BUCKETS, SLOT_START,
        SLOT_LIFE,    SLOT_OWNER,       SLOT_TAG,      SLOT_SERIES,   SLOT_LABELS,  SLOT_HISTOGRAMS,
        SLOT_CREATED, SLOT_HISTORY,     SLOT_PATH,     SLOT_PROTOCOLS};
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        if (slots[i] == slot) {
            return true;
        }
    }
    return false;
}

static void assert_has_flag(const struct key_flags *flags, const struct schema_scope *scope,
                            const struct schema_key *key)
{
    struct buf name = {0};
    describe_flag(scope, key, &name);
    for (size_t i = 0; i < flags->program.row_count; i++) {
        if (strcmp(flags->rows[i].name, buf_string(&name)) == 0) {
            buf_fini(&name);
            return;
        }
    }
    fail_msg("ipsla probe has no flag --%s", buf_string(&name));
}

static void test_every_key_has_a_flag(void **state)
{
    (void)state;
    static const struct schema_scope *const scopes[] = {&schema_operation, &schema_control,
                                                        &schema_key, &schema_clock};
    char name[] = "probe", *argv[] = {name, NULL};
    int status;
    struct key_flags flags;
    assert_true(key_flags_parse(&flags, 1, argv, &status));
    for (size_t s = 0; s < sizeof scopes / sizeof scopes[0]; s++) {
        for (size_t i = 0; i < scopes[s]->count; i++) {
            if (!is_for_files(scopes[s]->keys[i].slot)) {
                assert_has_flag(&flags, scopes[s], &scopes[s]->keys[i]);
            }
        }
    }
    key_flags_fini(&flags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_codec_has_a_train_of_its_own),
        cmocka_unit_test(test_what_was_no_flag),
        cmocka_unit_test(test_version_implies_the_algorithm),
        cmocka_unit_test(test_refusals_give_the_range),
        cmocka_unit_test(test_every_key_has_a_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
