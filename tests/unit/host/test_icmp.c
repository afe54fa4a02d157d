/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/icmp.h"

#include <errno.h>
#include <unistd.h>

#include "support/cm.h"

/* A raw socket receives the errors of all sockets; the quoted identifier tells which are its own.
 */
static void test_quotes(void **state)
{
    (void)state;
    static const uint8_t quote[] = {8, 0, 0xaa, 0xbb, 0x12, 0x34, 0, 1};
    assert_true(icmp_is_quoted(quote, sizeof quote, 0x1234));
    assert_false(icmp_is_quoted(quote, sizeof quote, 0x3412));
    assert_false(icmp_is_quoted(quote, sizeof quote, 0x1235));
    assert_false(icmp_is_quoted(quote, sizeof quote, 0));
    for (size_t size = 0; size < sizeof quote; size++) {
        assert_false(icmp_is_quoted(quote, size, 0x1234));
    }
}

static void expect_strip(const uint8_t *packet, size_t size, size_t header)
{
    const uint8_t *bytes = packet;
    assert_true(icmp_strip(&bytes, &size));
    assert_ptr_equal(bytes, packet + header);
}

static void test_headers_are_taken_off(void **state)
{
    (void)state;
    uint8_t packet[64] = {0x45};
    expect_strip(packet, sizeof packet, 20);
    expect_strip(packet, 20, 20);
    packet[0] = 0x4f;
    expect_strip(packet, sizeof packet, 60);
    static const struct {
        uint8_t first;
        size_t size;
    } broken[] = {{0x45, 0}, {0x45, 19}, {0x44, 64}, {0x40, 64}, {0x4f, 59}};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        const uint8_t *bytes = packet;
        size_t size = broken[i].size;
        packet[0] = broken[i].first;
        assert_false(icmp_strip(&bytes, &size));
        assert_ptr_equal(bytes, packet);
        assert_int_equal(size, broken[i].size);
    }
}

static int open_and_close(enum transport transport, enum addr_family family, bool *has_ip_header)
{
    const struct icmp_call call = {
        .transport = transport, .local = {.family = family}, .identifier = 0x1234};
    struct icmp_socket made = {.fd = -1};
    int error = icmp_open(&call, &made);
    *has_ip_header = made.has_ip_header;
    if (error == 0) {
        close(made.fd);
        assert_int_not_equal(made.bound.port, 0);
    }
    return error;
}

/* Whatever kind of socket this process may have; none of IPv6 gives IP headers. */
static void test_families(void **state)
{
    (void)state;
    bool has_ip_header;
    assert_int_equal(open_and_close(TRANSPORT_ICMP_TIMESTAMP, ADDR_IPV6, &has_ip_header),
                     -EAFNOSUPPORT);
    int error = open_and_close(TRANSPORT_ICMP_ECHO, ADDR_IPV6, &has_ip_header);
    assert_true(error == 0 || error == -EPROTONOSUPPORT || error == -EAFNOSUPPORT);
    assert_false(has_ip_header);
    error = open_and_close(TRANSPORT_ICMP_TIMESTAMP, ADDR_IPV4, &has_ip_header);
    assert_true(error == 0 || error == -EPROTONOSUPPORT);
    assert_int_equal(has_ip_header, error == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_headers_are_taken_off),
        cmocka_unit_test(test_families),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
