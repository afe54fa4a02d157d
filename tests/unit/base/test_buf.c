/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <string.h>

#include "support/cm.h"

static void test_empty(void **state)
{
    (void)state;
    struct buf buf = {0};
    assert_string_equal(buf_string(&buf), "");
    buf_clear(&buf);
    buf_add(&buf, NULL, 0);
    assert_string_equal(buf_string(&buf), "");
    assert_int_equal(buf.size, 0);
    buf_fini(&buf);
}

static void test_adds(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_add_string(&buf, "loss");
    buf_add_char(&buf, ' ');
    buf_printf(&buf, "%d/%s", 3, "10");
    assert_string_equal(buf_string(&buf), "loss 3/10");
    assert_int_equal(buf.size, 9);
    buf_add(&buf, "\0x", 2);
    assert_int_equal(buf.size, 11);
    assert_memory_equal(buf.bytes, "loss 3/10\0x", 12);
    buf_fini(&buf);
}

static void test_clear_keeps_memory(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_add_string(&buf, "something");
    char *bytes = buf.bytes;
    buf_clear(&buf);
    assert_string_equal(buf_string(&buf), "");
    assert_int_equal(buf.size, 0);
    buf_add_string(&buf, "else");
    assert_ptr_equal(buf.bytes, bytes);
    assert_string_equal(buf_string(&buf), "else");
    buf_fini(&buf);
    assert_null(buf.bytes);
}

/* Grows through several capacities, one byte and one format at a time, and is always terminated. */
static void test_growth(void **state)
{
    (void)state;
    struct buf buf = {0};
    for (size_t i = 0; i < 3000; i++) {
        buf_add_char(&buf, (char)('a' + i % 26));
        assert_int_equal(buf.size, i + 1);
        assert_true(buf.capacity > buf.size);
        assert_int_equal(buf.bytes[buf.size], '\0');
    }
    for (size_t i = 0; i < 3000; i++) {
        assert_int_equal(buf.bytes[i], 'a' + i % 26);
    }
    buf_clear(&buf);
    for (unsigned i = 0; i < 500; i++) {
        buf_printf(&buf, "%07u\n", i);
    }
    assert_int_equal(buf.size, 4000);
    assert_int_equal(strlen(buf_string(&buf)), 4000);
    assert_memory_equal(buf.bytes + 3992, "0000499\n", 8);
    buf_fini(&buf);
}

static void test_one_large_addition(void **state)
{
    (void)state;
    char large[5000];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    struct buf buf = {0};
    buf_printf(&buf, "<%s>", large);
    assert_int_equal(buf.size, 5001);
    assert_int_equal(buf.bytes[5000], '>');
    buf_fini(&buf);
}

/* What is written into room is there once it is taken, and only that. */
static void test_room(void **state)
{
    (void)state;
    struct buf buf = {0};
    for (size_t i = 0; i < 300; i++) {
        char *at = buf_room(&buf, 100);
        assert_true(buf.capacity - buf.size > 100);
        memset(at, 'x', 100);
        at[0] = 'a';
        buf_take(&buf, at + 3);
        assert_int_equal(buf.size, 3 * (i + 1));
        assert_string_equal(buf.bytes + 3 * i, "axx");
    }
    buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_adds),
        cmocka_unit_test(test_clear_keeps_memory),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_one_large_addition),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
