/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Programs are no library: the file under test is included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define IPSLA_VERSION "1.2.3"
#define IPSLA_REVISION "abc"
#include "program/options.c"

#include <unistd.h>

static const struct option_row rows[] = {
    {"config.file", "FILE", "ipsla.yml", "A file.", false},
    {"check", NULL, NULL, "A switch.", false},
    {"listen", "ADDRESS", ":1967", "Where.", true},
    {"allow", "PREFIX", NULL, "Who.", true},
};
static const struct options_program tool = {"tool", "[flags]", "Does things.", rows, 4, 1};

static int exit_status;
static char said[4096];

#define WORDS_MAX 8

/* Parses the words up to NULL, after the program's name. */
__attribute__((sentinel)) static bool parse(struct options *out, ...)
{
    char *argv[WORDS_MAX + 1] = {NULL};
    int argc = 1;
    va_list words;
    va_start(words, out);
    while (argc < WORDS_MAX && (argv[argc] = va_arg(words, char *)) != NULL) {
        argc++;
    }
    va_end(words);
    return options_parse(&tool, argc, argv, out, &exit_status);
}

struct diversion {
    FILE *file;
    int fd, saved;
};

static struct diversion divert(int fd)
{
    fflush(NULL);
    struct diversion diversion = {.file = tmpfile(), .fd = fd, .saved = dup(fd)};
    assert_non_null(diversion.file);
    assert_true(dup2(fileno(diversion.file), fd) >= 0);
    return diversion;
}

/* Puts the descriptor back; what was written is in `said`. */
static void restore(struct diversion *diversion)
{
    fflush(NULL);
    assert_true(dup2(diversion->saved, diversion->fd) >= 0);
    close(diversion->saved);
    rewind(diversion->file);
    said[fread(said, 1, sizeof said - 1, diversion->file)] = '\0';
    fclose(diversion->file);
}

/* The words are refused with exit status 2 and exactly this line. */
#define ASSERT_REFUSED(line, ...)                                                                  \
    do {                                                                                           \
        struct options refused;                                                                    \
        struct diversion diversion = divert(STDERR_FILENO);                                        \
        bool is_parsed = parse(&refused, __VA_ARGS__, NULL);                                       \
        restore(&diversion);                                                                       \
        assert_false(is_parsed);                                                                   \
        assert_int_equal(exit_status, 2);                                                          \
        assert_string_equal(said, line);                                                           \
    } while (0)

static void test_both_ways_to_give_a_value(void **state)
{
    (void)state;
    struct options options;
    assert_true(parse(&options, "--config.file=a=b", NULL));
    assert_string_equal(options_value(&options, "config.file"), "a=b");
    assert_true(parse(&options, "--config.file", "c", "--check", NULL));
    assert_string_equal(options_value(&options, "config.file"), "c");
    assert_true(options_has(&options, "check"));
    assert_true(parse(&options, "--config.file=", NULL));
    assert_string_equal(options_value(&options, "config.file"), "");
}

static const struct option_row grouped[] = {
    {"num-packets", "N", NULL, "How many.", .alias = "count", .heading = "Packets"},
    {"size", "BYTES", "32",
     "A sentence that is too long for a line of the width that a terminal has."},
    {"output", NULL, NULL, "B.", .heading = "Output"},
};
static const struct options_program grouper = {"tool", "[flags]", "Does things.", grouped, 3, 1};

/* Whichever name is given, the flag is one. */
static void test_aliases(void **state)
{
    (void)state;
    struct options options;
    char tool_name[] = "tool", alias[] = "--count=3", full[] = "--num-packets=4",
         wrong[] = "--cuont";
    char *argv[] = {tool_name, alias, full, NULL};
    assert_true(options_parse(&grouper, 2, argv, &options, &exit_status));
    assert_string_equal(options_value(&options, "num-packets"), "3");
    assert_true(options_has(&options, "num-packets"));
    struct diversion diversion = divert(STDERR_FILENO);
    assert_false(options_parse(&grouper, 3, argv, &options, &exit_status));
    argv[1] = wrong;
    assert_false(options_parse(&grouper, 2, argv, &options, &exit_status));
    restore(&diversion);
    assert_string_equal(said, "tool: flag --num-packets may be given only once\n"
                              "tool: unknown flag --cuont (did you mean --count?)\n");
}

static void test_help_has_headings_and_lines(void **state)
{
    (void)state;
    struct options options;
    char tool_name[] = "tool", help[] = "--help";
    char *argv[] = {tool_name, help, NULL};
    struct diversion diversion = divert(STDOUT_FILENO);
    assert_false(options_parse(&grouper, 2, argv, &options, &exit_status));
    restore(&diversion);
    assert_string_equal(said, "Usage: tool [flags]\n\nDoes things.\n\n"
                              "Packets:\n  --num-packets=N, --count=N\n      How many.\n"
                              "  --size=BYTES\n      A sentence that is too long for a line of the "
                              "width that a terminal has.\n      Default: 32.\n\n"
                              "Output:\n  --output\n      B.\n\n"
                              "Other:\n  --help\n      Show this text and exit.\n"
                              "  --version\n      Show the version and exit.\n");
}

static void test_standard_values(void **state)
{
    (void)state;
    struct options options;
    assert_true(parse(&options, "place", NULL));
    assert_string_equal(options_value(&options, "config.file"), "ipsla.yml");
    assert_null(options_value(&options, "allow"));
    assert_false(options_has(&options, "config.file"));
    size_t at = 0;
    assert_string_equal(options_next(&options, "listen", &at), ":1967");
    assert_null(options_next(&options, "listen", &at));
    at = 0;
    assert_null(options_next(&options, "allow", &at));
}

static void test_repeated_values_come_in_order(void **state)
{
    (void)state;
    struct options options;
    assert_true(parse(&options, "--listen=a", "--allow", "x", "--listen", "b", NULL));
    size_t at = 0;
    assert_string_equal(options_next(&options, "listen", &at), "a");
    assert_string_equal(options_next(&options, "listen", &at), "b");
    assert_null(options_next(&options, "listen", &at));
}

static void test_positional_arguments(void **state)
{
    (void)state;
    struct options options;
    assert_true(parse(&options, "place", "--check", NULL));
    assert_int_equal(options.positional_count, 1);
    assert_string_equal(options.positional[0], "place");
    assert_true(parse(&options, "--", "--check", NULL));
    assert_string_equal(options.positional[0], "--check");
    assert_false(options_has(&options, "check"));
    assert_true(parse(&options, "-", NULL));
    assert_string_equal(options.positional[0], "-");
    ASSERT_REFUSED("tool: unexpected argument: two\n", "one", "two");
}

static void test_refusals(void **state)
{
    (void)state;
    ASSERT_REFUSED("tool: unknown flag --config.fiel (did you mean --config.file?)\n",
                   "--config.fiel=x");
    ASSERT_REFUSED("tool: unknown flag --zzzzzzzz (--help lists the flags)\n", "--zzzzzzzz");
    ASSERT_REFUSED("tool: unknown flag -check (did you mean --check?)\n", "-check");
    ASSERT_REFUSED("tool: flag --config.file needs a value: --config.file=FILE\n", "--config.file");
    ASSERT_REFUSED("tool: flag --config.file needs a value: --config.file=FILE\n", "--config.file",
                   "--check");
    ASSERT_REFUSED("tool: flag --check takes no value\n", "--check=yes");
    ASSERT_REFUSED("tool: flag --check may be given only once\n", "--check", "--check");
}

static void test_help_and_version(void **state)
{
    (void)state;
    struct options options;
    struct diversion diversion = divert(STDOUT_FILENO);
    assert_false(parse(&options, "-h", NULL));
    restore(&diversion);
    assert_int_equal(exit_status, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_non_null(strstr(said, rows[i].name));
    }
    assert_non_null(strstr(said, "--help"));
    diversion = divert(STDOUT_FILENO);
    assert_false(parse(&options, "--version", NULL));
    restore(&diversion);
    assert_int_equal(exit_status, 0);
    assert_string_equal(said, "tool 1.2.3 (revision abc)\n");
}

static void test_too_many_flags(void **state)
{
    (void)state;
    struct options options;
    char flag[] = "--allow=x";
    char *argv[OPTIONS_GIVEN_MAX + 2] = {NULL};
    for (size_t i = 1; i < OPTIONS_GIVEN_MAX + 2; i++) {
        argv[i] = flag;
    }
    assert_true(options_parse(&tool, OPTIONS_GIVEN_MAX + 1, argv, &options, &exit_status));
    struct diversion diversion = divert(STDERR_FILENO);
    assert_false(options_parse(&tool, OPTIONS_GIVEN_MAX + 2, argv, &options, &exit_status));
    restore(&diversion);
    assert_string_equal(said, "tool: too many flags (at most 128)\n");
}

static void test_numbers(void **state)
{
    (void)state;
    uint64_t value = 7;
    assert_true(options_parse_number("65535", 1, 65535, &value));
    assert_int_equal(value, 65535);
    assert_true(options_parse_number("18446744073709551615", 0, UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    value = 7;
    static const char *const wrong[] = {"", "0", "65536", "-1", "1x", " 1", "18446744073709551616"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(options_parse_number(wrong[i], 1, 65535, &value));
    }
    assert_int_equal(value, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways_to_give_a_value),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_help_has_headings_and_lines),
        cmocka_unit_test(test_standard_values),
        cmocka_unit_test(test_repeated_values_come_in_order),
        cmocka_unit_test(test_positional_arguments),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_too_many_flags),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
