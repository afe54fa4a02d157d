/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Lines are caught by putting a file in the place of standard error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <unistd.h>

#include "host/log.h"

struct capture {
    FILE *file;
    int saved;
};

static struct capture capture_begin(void)
{
    struct capture capture = {.file = tmpfile(), .saved = dup(STDERR_FILENO)};
    assert_non_null(capture.file);
    assert_true(dup2(fileno(capture.file), STDERR_FILENO) >= 0);
    return capture;
}

static void capture_end(struct capture *capture, char *text, size_t size)
{
    assert_true(dup2(capture->saved, STDERR_FILENO) >= 0);
    close(capture->saved);
    rewind(capture->file);
    text[fread(text, 1, size - 1, capture->file)] = '\0';
    fclose(capture->file);
}

/* Whether `text` looks like `pattern`, where 0 stands for any digit. */
static void assert_shape(const char *text, const char *pattern)
{
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        char c = text[i] >= '0' && text[i] <= '9' ? '0' : text[i];
        assert_int_equal(c, pattern[i]);
    }
}

/* The line without its time, whose shape is checked. */
static const char *after_time(const char *line, const char *shape)
{
    assert_shape(line, shape);
    return line + strlen(shape);
}

static const char logfmt_time[] = "time=0000-00-00T00:00:00.000Z ";
static const char json_time[] = "{\"time\":\"0000-00-00T00:00:00.000Z\",";

/* A pipe that nobody reads takes what it can and then nothing, without a wait; later lines begin on
 * a line of their own. */
static void test_nobody_reads(void **state)
{
    (void)state;
    int ends[2];
    static char text[65536];
    char filler[3000];
    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    assert_int_equal(pipe(ends), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 4096);
    int saved = dup(STDERR_FILENO);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    uint64_t before = log_lines_dropped();
    for (int i = 0; i < 100; i++) {
        log_line(LOG_LEVEL_INFO, "much", "filler", filler, NULL);
    }
    uint64_t dropped = log_lines_dropped() - before;
    ssize_t size = read(ends[0], text, sizeof text);
    log_line(LOG_LEVEL_INFO, "again", NULL);
    size += read(ends[0], text + size, sizeof text - (size_t)size);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    text[size] = '\0';
    close(saved);
    close(ends[0]);
    close(ends[1]);
    assert_in_range(dropped, 90, 99);
    assert_non_null(strstr(text, "\ntime="));
    assert_non_null(strstr(text, "msg=\"again\"\n"));
}

static void test_logfmt(void **state)
{
    (void)state;
    char text[512];
    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    struct capture capture = capture_begin();
    log_line(LOG_LEVEL_INFO, "listening", "address", "0.0.0.0:10967", "note", "", NULL);
    capture_end(&capture, text, sizeof text);
    assert_string_equal(after_time(text, logfmt_time),
                        "level=info msg=\"listening\" address=0.0.0.0:10967 note=\"\"\n");
}

static void test_logfmt_quotes_what_needs_it(void **state)
{
    (void)state;
    char text[512];
    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    struct capture capture = capture_begin();
    log_line(LOG_LEVEL_ERROR, "bad \"file\"", "a", "two words", "b", "x=y", "c", "line\nbreak", "d",
             "back\\slash", "e", "\x01\x7f", "f", NULL, NULL);
    capture_end(&capture, text, sizeof text);
    assert_string_equal(after_time(text, logfmt_time),
                        "level=error msg=\"bad \\\"file\\\"\" a=\"two words\" b=\"x=y\" "
                        "c=\"line\\nbreak\" d=\"back\\\\slash\" e=\"\\u0001\\u007f\" f=\"\"\n");
}

static void test_json(void **state)
{
    (void)state;
    char text[512];
    log_setup(LOG_LEVEL_DEBUG, LOG_FORMAT_JSON);
    struct capture capture = capture_begin();
    log_line(LOG_LEVEL_DEBUG, "a \"b\"", "key", "tab\tand \\", "plain", "1", NULL);
    capture_end(&capture, text, sizeof text);
    assert_string_equal(after_time(text, json_time),
                        "\"level\":\"debug\",\"msg\":\"a \\\"b\\\"\","
                        "\"key\":\"tab\\u0009and \\\\\",\"plain\":\"1\"}\n");
}

/* Numbers have no quotes, and are no strings in JSON. */
static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        enum log_format format;
        const char *shape, *line;
    } rows[] = {
        {LOG_FORMAT_LOGFMT, logfmt_time,
         "level=info msg=\"n\" a=-5 b=9223372036854775807 c=0.000125 d=null e=7 f=g\n"},
        {LOG_FORMAT_JSON, json_time,
         "\"level\":\"info\",\"msg\":\"n\",\"a\":-5,\"b\":9223372036854775807,\"c\":0.000125,"
         "\"d\":null,\"e\":\"7\",\"f\":\"g\"}\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512];
        log_setup(LOG_LEVEL_INFO, rows[i].format);
        struct capture capture = capture_begin();
        log_line(LOG_LEVEL_INFO, "n", "a", LOG_NUMBER(-5), "b", LOG_NUMBER(INT64_MAX), "c",
                 LOG_REAL(0.000125), "d", LOG_REAL(INFINITY), "e", "7", "f", "g", NULL);
        capture_end(&capture, text, sizeof text);
        assert_string_equal(after_time(text, rows[i].shape), rows[i].line);
    }
}

static void test_lower_levels_are_silent(void **state)
{
    (void)state;
    char text[512];
    log_setup(LOG_LEVEL_WARN, LOG_FORMAT_LOGFMT);
    struct capture capture = capture_begin();
    log_line(LOG_LEVEL_DEBUG, "no", NULL);
    log_line(LOG_LEVEL_INFO, "no", NULL);
    log_line(LOG_LEVEL_WARN, "yes", NULL);
    capture_end(&capture, text, sizeof text);
    assert_string_equal(after_time(text, logfmt_time), "level=warn msg=\"yes\"\n");
}

static void *log_many(void *context)
{
    (void)context;
    for (int i = 0; i < 50; i++) {
        log_line(LOG_LEVEL_INFO, "one of many", "key", "value", NULL);
    }
    return NULL;
}

static void test_threads_do_not_mix_lines(void **state)
{
    (void)state;
    static char text[65536];
    pthread_t threads[4];
    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    struct capture capture = capture_begin();
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, log_many, NULL), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    capture_end(&capture, text, sizeof text);
    static const char rest[] = "level=info msg=\"one of many\" key=value\n";
    const char *at = text;
    for (int i = 0; i < 200; i++) {
        at = after_time(at, logfmt_time);
        assert_memory_equal(at, rest, sizeof rest - 1);
        at += sizeof rest - 1;
    }
    assert_string_equal(at, "");
}

static void test_names(void **state)
{
    (void)state;
    enum log_level level = LOG_LEVEL_ERROR;
    enum log_format format = LOG_FORMAT_LOGFMT;
    assert_true(log_level_parse("debug", &level));
    assert_int_equal(level, LOG_LEVEL_DEBUG);
    assert_false(log_level_parse("loud", &level));
    assert_int_equal(level, LOG_LEVEL_DEBUG);
    assert_true(log_format_parse("json", &format));
    assert_int_equal(format, LOG_FORMAT_JSON);
    assert_false(log_format_parse("JSON", &format));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_reads),
        cmocka_unit_test(test_logfmt),
        cmocka_unit_test(test_logfmt_quotes_what_needs_it),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_lower_levels_are_silent),
        cmocka_unit_test(test_threads_do_not_mix_lines),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
