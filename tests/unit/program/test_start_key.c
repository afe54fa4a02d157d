/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/start_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cm.h"

/* The key of a file with this text; what is wrong with it, or NULL. */
static const char *read_text(const char *text, uint8_t out[SIPHASH_KEY_BYTES])
{
    char path[] = "/tmp/ipsla-start-key-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    const char *problem = start_key_read(path, out);
    unlink(path);
    return problem;
}

static void test_same_secret_same_key(void **state)
{
    (void)state;
    uint8_t first[SIPHASH_KEY_BYTES], again[SIPHASH_KEY_BYTES], other[SIPHASH_KEY_BYTES];
    assert_null(read_text("one secret\n", first));
    assert_null(read_text("one secret", again));
    assert_null(read_text("another", other));
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
}

static void test_bad_file(void **state)
{
    (void)state;
    uint8_t key[SIPHASH_KEY_BYTES];
    assert_string_equal(read_text("", key), "is empty");
    assert_string_equal(start_key_read("/nonexistent/key", key), "does not exist");
}

/* There is always one, and it is not the same as nothing. */
static void test_without_a_file(void **state)
{
    (void)state;
    static const uint8_t nothing[SIPHASH_KEY_BYTES];
    uint8_t key[SIPHASH_KEY_BYTES] = {0};
    assert_null(start_key_read(NULL, key));
    assert_memory_not_equal(key, nothing, sizeof key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_secret_same_key),
        cmocka_unit_test(test_bad_file),
        cmocka_unit_test(test_without_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
