/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/cm.h"

static void test_alloc_is_zeroed(void **state)
{
    (void)state;
    unsigned char *bytes = mem_alloc(100, 3);
    for (size_t i = 0; i < 300; i++) {
        assert_int_equal(bytes[i], 0);
    }
    free(bytes);
    void *nothing = mem_alloc(0, 8);
    assert_non_null(nothing);
    nothing = mem_resize(nothing, 0, 8);
    assert_non_null(nothing);
    free(nothing);
}

static void test_lines_begin_at_a_line(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 130; size++) {
        unsigned char *bytes = mem_alloc_lines(3, size);
        assert_int_equal((uintptr_t)bytes % MEM_LINE_BYTES, 0);
        for (size_t i = 0; i < 3 * size; i++) {
            assert_int_equal(bytes[i], 0);
            bytes[i] = 0xff;
        }
        free(bytes);
    }
}

static void test_resize_keeps_contents(void **state)
{
    (void)state;
    char *text = mem_string("jitter");
    text = mem_resize(text, 5000, 1);
    assert_string_equal(text, "jitter");
    free(text);
}

/* Whether a child that asks for `count` elements of `size` bytes aborts. */
static bool aborts(size_t count, size_t size)
{
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        free(mem_alloc(count, size));
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void test_overflow_aborts(void **state)
{
    (void)state;
    assert_true(aborts(SIZE_MAX / 2, 3));
    assert_true(aborts(3, SIZE_MAX / 2));
    assert_false(aborts(3, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc_is_zeroed),
        cmocka_unit_test(test_lines_begin_at_a_line),
        cmocka_unit_test(test_resize_keeps_contents),
        cmocka_unit_test(test_overflow_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
