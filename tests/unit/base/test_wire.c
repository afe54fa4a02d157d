/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/wire.h"

#include <string.h>

#include "support/cm.h"
#include "support/guard.h"

static const uint8_t sample[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0xf8, 0xf9, 0xfa};

static void test_read_big_endian(void **state)
{
    (void)state;
    struct wire_reader reader = wire_reader(sample, sizeof sample);
    uint8_t rest[3];
    assert_int_equal(wire_left(&reader), 10);
    assert_int_equal(wire_read_u8(&reader), 0x01);
    assert_int_equal(wire_read_u16(&reader), 0x0203);
    assert_int_equal(wire_read_u32(&reader), 0x04050607);
    wire_skip(&reader, 0);
    wire_read_bytes(&reader, rest, 3);
    assert_memory_equal(rest, sample + 7, 3);
    assert_int_equal(wire_left(&reader), 0);
    assert_false(reader.failed);
}

static void test_read_high_bits(void **state)
{
    (void)state;
    const uint8_t ones[7] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct wire_reader reader = wire_reader(ones, sizeof ones);
    assert_int_equal(wire_read_u8(&reader), UINT8_MAX);
    assert_int_equal(wire_read_u16(&reader), UINT16_MAX);
    assert_int_equal(wire_read_u32(&reader), UINT32_MAX);
    assert_false(reader.failed);
}

/* Every length of input: reads are right while there are bytes, and zero from the first short one
 * on. */
static void test_read_every_truncation(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, sizeof sample);
    for (size_t size = 0; size <= sizeof sample; size++) {
        uint8_t *bytes = guard_copy(&guard, sample, size);
        struct wire_reader reader = wire_reader(bytes, size);
        uint8_t rest[3] = {9, 9, 9};
        assert_int_equal(wire_read_u8(&reader), size >= 1 ? 0x01 : 0);
        assert_int_equal(wire_read_u16(&reader), size >= 3 ? 0x0203 : 0);
        assert_int_equal(wire_read_u32(&reader), size >= 7 ? 0x04050607 : 0);
        wire_read_bytes(&reader, rest, sizeof rest);
        if (size >= 10) {
            assert_memory_equal(rest, sample + 7, 3);
        } else {
            assert_memory_equal(rest, "\0\0\0", 3);
        }
        assert_int_equal(reader.failed, size < 10);
    }
    guard_fini(&guard);
}

static void test_read_failure_is_sticky(void **state)
{
    (void)state;
    struct wire_reader reader = wire_reader(sample, 3);
    assert_int_equal(wire_read_u32(&reader), 0);
    assert_true(reader.failed);
    assert_int_equal(wire_read_u8(&reader), 0);
    assert_int_equal(wire_read_u16(&reader), 0);
    wire_skip(&reader, 1);
    assert_true(reader.failed);
}

static void test_skip_beyond_the_end(void **state)
{
    (void)state;
    struct wire_reader reader = wire_reader(sample, sizeof sample);
    wire_skip(&reader, SIZE_MAX);
    assert_true(reader.failed);
    reader = wire_reader(NULL, 0);
    assert_int_equal(wire_left(&reader), 0);
    assert_int_equal(wire_read_u8(&reader), 0);
    assert_true(reader.failed);
}

static void test_write_big_endian(void **state)
{
    (void)state;
    uint8_t out[12];
    memset(out, 0xee, sizeof out);
    struct wire_writer writer = wire_writer(out, sizeof out);
    wire_write_u8(&writer, 0x01);
    wire_write_u16(&writer, 0x0203);
    wire_write_u32(&writer, 0x04050607);
    wire_write_bytes(&writer, sample + 7, 3);
    wire_write_zeros(&writer, 2);
    assert_false(writer.failed);
    assert_ptr_equal(writer.at, out + sizeof out);
    assert_memory_equal(out, sample, sizeof sample);
    assert_memory_equal(out + 10, "\0\0", 2);
}

static void write_all(struct wire_writer *writer)
{
    wire_write_u8(writer, 0x01);
    wire_write_u16(writer, 0x0203);
    wire_write_u32(writer, 0x04050607);
    wire_write_bytes(writer, sample + 7, 2);
    wire_write_zeros(writer, 1);
}

/* A short buffer: whole fields up to the end, nothing after the first that does not fit. */
static void test_write_every_truncation(void **state)
{
    (void)state;
    static const size_t whole[] = {0, 1, 1, 3, 3, 3, 3, 7, 7, 9, 10};
    struct guard guard;
    guard_init(&guard, sizeof sample);
    for (size_t size = 0; size <= 10; size++) {
        uint8_t *out = guard_end(&guard, size);
        memset(out, 0xee, size);
        struct wire_writer writer = wire_writer(out, size);
        write_all(&writer);
        assert_int_equal(writer.failed, size < 10);
        assert_memory_equal(out, sample, whole[size] < 9 ? whole[size] : 9);
        for (size_t i = whole[size]; i < size; i++) {
            assert_int_equal(out[i], 0xee);
        }
    }
    guard_fini(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_big_endian),
        cmocka_unit_test(test_read_high_bits),
        cmocka_unit_test(test_read_every_truncation),
        cmocka_unit_test(test_read_failure_is_sticky),
        cmocka_unit_test(test_skip_beyond_the_end),
        cmocka_unit_test(test_write_big_endian),
        cmocka_unit_test(test_write_every_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
