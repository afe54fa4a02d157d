/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Version 1 control messages with 32-byte enable sections. */
#include <string.h>

#include "support/cm.h"
#include "support/vectors.h"
#include "wire/ipsla.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct vectors vectors;

static int load(void **state)
{
    (void)state;
    vectors_load(&vectors);
    return 0;
}

static const struct ipsla_request c6 = {
    .id = 0x23,
    .command = IPSLA_COMMAND_JITTER,
    .is_ipv6 = true,
    .address = {0x20, 0x01, 0x0d, 0xb8, 0x00, 0x02, [15] = 0x20},
    .port = 50505,
    .duration_ms = 7000,
};

static void test_request(void **state)
{
    (void)state;
    const struct vector *v = vectors_find(&vectors, "C6");
    struct ipsla_request got = {0};
    uint8_t out[IPSLA_REQUEST_BYTES_MAX];
    assert_int_equal(ipsla_request_decode(v->bytes, v->size, &got), IPSLA_ACCEPT);
    assert_int_equal(got.id, c6.id);
    assert_int_equal(got.command, c6.command);
    assert_true(got.is_ipv6);
    assert_memory_equal(got.address, c6.address, sizeof got.address);
    assert_int_equal(got.port, c6.port);
    assert_int_equal(got.duration_ms, c6.duration_ms);
    assert_false(got.wants_auth);
    assert_int_equal(ipsla_request_encode(&c6, out), v->size);
    assert_int_equal(v->size, IPSLA_REQUEST_IPV6_BYTES);
    assert_memory_equal(out, v->bytes, v->size);
}

static void test_echo_is_command_6_and_duration_has_32_bits(void **state)
{
    (void)state;
    struct ipsla_request request = c6, got = {0};
    uint8_t out[IPSLA_REQUEST_BYTES_MAX];
    request.command = IPSLA_COMMAND_ECHO;
    request.duration_ms = UINT32_C(0x01020304);
    size_t size = ipsla_request_encode(&request, out);
    assert_int_equal(out[9], 6);
    assert_memory_equal(out + 34, "\0\0\1\2\3\4", 6);
    assert_int_equal(ipsla_request_decode(out, size, &got), IPSLA_ACCEPT);
    assert_int_equal(got.command, IPSLA_COMMAND_ECHO);
    assert_int_equal(got.duration_ms, request.duration_ms);
}

/* The section's length decides; the command in it may be the IPv4 one. */
static void test_commands_in_an_ipv6_section(void **state)
{
    (void)state;
    static const struct {
        uint8_t command;
        enum ipsla_reject verdict;
        enum ipsla_command read;
    } rows[] = {
        {2, IPSLA_ACCEPT, IPSLA_COMMAND_ECHO}, {4, IPSLA_ACCEPT, IPSLA_COMMAND_JITTER},
        {3, IPSLA_ACCEPT, IPSLA_COMMAND_TCP},  {7, IPSLA_ACCEPT, IPSLA_COMMAND_TCP},
        {6, IPSLA_ACCEPT, IPSLA_COMMAND_ECHO}, {8, IPSLA_ACCEPT, IPSLA_COMMAND_JITTER},
        {0, IPSLA_UNSUPPORTED_COMMAND, 0},     {5, IPSLA_UNSUPPORTED_COMMAND, 0},
        {9, IPSLA_UNSUPPORTED_COMMAND, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
        struct ipsla_request got = {0};
        ipsla_request_encode(&c6, bytes);
        bytes[9] = rows[i].command;
        assert_int_equal(ipsla_request_decode(bytes, sizeof bytes, &got), rows[i].verdict);
        if (rows[i].verdict == IPSLA_ACCEPT) {
            assert_int_equal(got.command, rows[i].read);
            assert_true(got.is_ipv6);
        }
    }
}

static void test_section_lengths(void **state)
{
    (void)state;
    for (unsigned length = 8; length < 40; length++) {
        uint8_t bytes[64] = {1, 0x23, 0, (uint8_t)(8 + length), [9] = 8};
        struct ipsla_request got = {0};
        bytes[11] = (uint8_t)length;
        bytes[32] = 0xc5;
        enum ipsla_reject reject = ipsla_request_decode(bytes, 8 + length, &got);
        assert_int_equal(reject, length == 32 ? IPSLA_WRONG_DIRECTION : IPSLA_BAD_SECTION);
    }
}

/* Header alone, header and section, the whole request as it was sent. */
static void test_response_shapes(void **state)
{
    (void)state;
    uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
    struct ipsla_response response = {0};
    size_t size = ipsla_response_encode_long(&c6, bytes);
    assert_int_equal(size, IPSLA_RESPONSE_LONG_IPV6_BYTES);
    assert_int_equal(bytes[3], 40);
    assert_memory_equal(bytes + 8, vectors_find(&vectors, "C6")->bytes + 8, 32);
    assert_int_equal(ipsla_response_decode(bytes, size, &response), IPSLA_ACCEPT);
    assert_true(response.has_port);
    assert_int_equal(response.port, 50505);
    response = (struct ipsla_response){0};
    size = ipsla_request_encode(&c6, bytes);
    assert_int_equal(ipsla_response_decode(bytes, size, &response), IPSLA_ACCEPT);
    assert_int_equal(response.id, 0x23);
    assert_int_equal(response.port, 50505);
    assert_int_equal(response.status, 0);
    bytes[13] = 4;
    assert_int_equal(ipsla_response_decode(bytes, size, &response), IPSLA_ACCEPT);
    assert_int_equal(ipsla_status_code(response.status), 4);
    ipsla_response_encode_short(0x23, 0, bytes);
    assert_int_equal(ipsla_response_decode(bytes, 8, &response), IPSLA_ACCEPT);
    assert_false(response.has_port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_echo_is_command_6_and_duration_has_32_bits),
        cmocka_unit_test(test_commands_in_an_ipv6_section),
        cmocka_unit_test(test_section_lengths),
        cmocka_unit_test(test_response_shapes),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
