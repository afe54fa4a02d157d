/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/icmp.h"

#include <string.h>

#include "support/cm.h"
#include "support/guard.h"

/* The sum of RFC 1071 3, and what an odd byte and carries do to it. */
static void test_checksum(void **state)
{
    (void)state;
    assert_int_equal(icmp_checksum((const uint8_t *)"\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8), 0x220d);
    assert_int_equal(icmp_checksum((const uint8_t *)"\x01", 1), 0xfeff);
    assert_int_equal(icmp_checksum((const uint8_t *)"\xff\xff\x00\x01", 4), 0xfffe);
    assert_int_equal(icmp_checksum(NULL, 0), 0xffff);
}

static void test_echo(void **state)
{
    (void)state;
    uint8_t bytes[ICMP_HEADER_BYTES + 1] = {[ICMP_HEADER_BYTES] = 'a'};
    const struct icmp_header header = {ICMP_TYPE_ECHO, 0x1234, 1};
    struct icmp_header got = {ICMP_TYPE_ECHO_REPLY, 0, 0};
    icmp_encode(&header, bytes, sizeof bytes);
    assert_memory_equal(bytes, "\x08\x00\x84\xca\x12\x34\x00\x01\x61", sizeof bytes);
    assert_true(icmp_decode(bytes, sizeof bytes, &got));
    assert_int_equal(got.type, ICMP_TYPE_ECHO);
    assert_int_equal(got.identifier, 0x1234);
    assert_int_equal(got.sequence, 1);
}

/* RFC 4443 4.1; the checksum is the system's. */
static void test_echo6(void **state)
{
    (void)state;
    uint8_t bytes[ICMP_HEADER_BYTES + 1] = {[ICMP_HEADER_BYTES] = 'a'};
    const struct icmp_header header = {ICMP6_TYPE_ECHO, 0x1234, 1};
    struct icmp_header got = {ICMP_TYPE_ECHO_REPLY, 0, 0};
    icmp6_encode(&header, bytes);
    assert_memory_equal(bytes, "\x80\x00\x00\x00\x12\x34\x00\x01\x61", sizeof bytes);
    bytes[2] = 0xab;
    assert_true(icmp6_decode(bytes, sizeof bytes, &got));
    assert_int_equal(got.type, ICMP6_TYPE_ECHO);
    assert_int_equal(got.identifier, 0x1234);
    assert_int_equal(got.sequence, 1);
    assert_false(icmp_decode(bytes, sizeof bytes, &got));
    bytes[1] = 1;
    assert_false(icmp6_decode(bytes, sizeof bytes, &got));
}

static const uint8_t timestamp[ICMP_TIMESTAMP_BYTES] =
    "\x0d\x00\xf2\xf9\x00\x01\x00\x02\x00\x01\x00\x02\0\0\0\0\0\0\0";

static void test_timestamp(void **state)
{
    (void)state;
    uint8_t bytes[ICMP_TIMESTAMP_BYTES];
    struct icmp_times times;
    memset(bytes, 0xff, sizeof bytes);
    icmp_timestamp_encode(1, 2, 0x00010002, bytes);
    assert_memory_equal(bytes, timestamp, sizeof bytes);
    bytes[15] = 7;
    bytes[19] = 9;
    assert_true(icmp_timestamp_decode(bytes, sizeof bytes, &times));
    assert_int_equal(times.originate_ms, 0x00010002);
    assert_int_equal(times.receive_ms, 7);
    assert_int_equal(times.transmit_ms, 9);
}

/* Every length from none, each before a page that must not be touched. */
static void test_short_messages(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, ICMP_TIMESTAMP_BYTES);
    for (size_t size = 0; size < ICMP_TIMESTAMP_BYTES; size++) {
        struct icmp_header header = {ICMP_TYPE_ECHO, 77, 77};
        struct icmp_times times = {77, 77, 77};
        uint8_t *bytes = guard_copy(&guard, timestamp, size);
        assert_false(icmp_timestamp_decode(bytes, size, &times));
        assert_int_equal(times.originate_ms, 77);
        if (size < ICMP_HEADER_BYTES) {
            assert_false(icmp_decode(bytes, size, &header));
            assert_false(icmp6_decode(bytes, size, &header));
            assert_int_equal(header.identifier, 77);
        }
    }
    guard_fini(&guard);
}

static void test_altered_bytes(void **state)
{
    (void)state;
    struct icmp_header header;
    assert_true(icmp_decode(timestamp, sizeof timestamp, &header));
    for (size_t i = 0; i < sizeof timestamp; i++) {
        uint8_t bytes[sizeof timestamp];
        memcpy(bytes, timestamp, sizeof bytes);
        bytes[i] ^= 0x20;
        assert_false(icmp_decode(bytes, sizeof bytes, &header));
    }
}

static void test_swapped_times(void **state)
{
    (void)state;
    const struct wall now = {INT64_C(45296789) * NS_PER_MS}; /* 12:34:56.789, 0x02b32c95 */
    assert_int_equal(icmp_time_swap(0x02b32c95), 0x952cb302);
    assert_true(icmp_time_is_swapped(0x952cb302, now));
    assert_true(icmp_time_is_swapped(icmp_time_swap(45296789 + 60000), now));
    assert_false(icmp_time_is_swapped(icmp_time_swap(45296789 + 60001), now));
    assert_false(icmp_time_is_swapped(0x02b32c95, now));
    assert_false(icmp_time_is_swapped(0, (struct wall){0}));
    assert_true(icmp_time_is_swapped(icmp_time_swap(86399990), (struct wall){0}));
}

static void test_held(void **state)
{
    (void)state;
    static const struct {
        uint32_t receive_ms, transmit_ms;
        int held_ms;
    } rows[] = {
        {1000, 1000, 0},
        {1000, 1007, 7},
        {86399999, 4, 5},
        {0xffffffff, 1, -1},
        {0xffffffff, 0x80000001, 2},
        {1000, 999, -1},
        {86400000, 86400000, -1},
        {0, 65535, 65535},
        {0, 65536, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct icmp_times times = {0, rows[i].receive_ms, rows[i].transmit_ms};
        assert_int_equal(icmp_times_held_ms(&times), rows[i].held_ms);
    }
}

/* A good checksum does not make a message of ours out of any other. */
static void test_other_messages(void **state)
{
    (void)state;
    struct icmp_header header;
    for (unsigned type = 0; type <= UINT8_MAX; type++) {
        uint8_t bytes[ICMP_HEADER_BYTES];
        const struct icmp_header like = {(enum icmp_type)type, 1, 1};
        bool is_ours = type == 0 || type == 8 || type == 13 || type == 14;
        icmp_encode(&like, bytes, sizeof bytes);
        assert_int_equal(icmp_decode(bytes, sizeof bytes, &header), is_ours);
        assert_int_equal(icmp6_decode(bytes, sizeof bytes, &header), type == 128 || type == 129);
    }
    uint8_t with_code[ICMP_HEADER_BYTES] = {8, 1};
    with_code[2] = 0xf7;
    with_code[3] = 0xfe;
    assert_int_equal(icmp_checksum(with_code, sizeof with_code), 0);
    assert_false(icmp_decode(with_code, sizeof with_code, &header));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum),       cmocka_unit_test(test_echo),
        cmocka_unit_test(test_echo6),          cmocka_unit_test(test_timestamp),
        cmocka_unit_test(test_short_messages), cmocka_unit_test(test_altered_bytes),
        cmocka_unit_test(test_swapped_times),  cmocka_unit_test(test_held),
        cmocka_unit_test(test_other_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
