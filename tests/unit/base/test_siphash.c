/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/siphash.h"

#include "support/cm.h"

/* Of the paper, and of the table that its authors published: key 00 01 ... 0f, the message is the
 * first bytes of 00 01 02 ... */
static void test_reference(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        uint64_t hash;
    } rows[] = {
        {0, UINT64_C(0x726fdb47dd0e0e31)}, {1, UINT64_C(0x74f839c593dc67fd)},
        {2, UINT64_C(0x0d6c8009d9a94f5a)}, {3, UINT64_C(0x85676696d7fb7e2d)},
        {8, UINT64_C(0x93f5f5799a932462)}, {15, UINT64_C(0xa129ca6149be45e5)},
    };
    uint8_t bytes[16];
    for (uint8_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = i;
    }
    struct siphash_key key = siphash_key(bytes);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(siphash(&key, bytes, rows[i].size) == rows[i].hash);
    }
}

static void test_depends_on_all(void **state)
{
    (void)state;
    uint8_t bytes[SIPHASH_KEY_BYTES] = {0};
    struct siphash_key key = siphash_key(bytes);
    bytes[15] = 0x80;
    struct siphash_key other = siphash_key(bytes);
    assert_true(siphash(&key, bytes, 16) != siphash(&other, bytes, 16));
    assert_true(siphash(&key, bytes, 16) != siphash(&key, bytes, 15));
    bytes[15] = 0;
    assert_true(siphash(&key, bytes, 16) != siphash(&key, bytes, 15));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_depends_on_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
