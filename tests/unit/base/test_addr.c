/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include <stdio.h>
#include <string.h>

#include "support/cm.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void assert_untouched(const struct addr *addr)
{
    struct addr expected;
    memset(&expected, 0x5a, sizeof expected);
    assert_memory_equal(addr, &expected, sizeof expected);
}

static void test_parse_ip(void **state)
{
    (void)state;
    struct addr addr;
    memset(&addr, 0x5a, sizeof addr);
    assert_true(addr_parse_ip("192.0.2.1", &addr));
    assert_int_equal(addr.family, ADDR_IPV4);
    assert_memory_equal(addr.ip, "\xc0\x00\x02\x01\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    assert_int_equal(addr.port, 0);
    assert_true(addr_parse_ip("2001:db8::20", &addr));
    assert_int_equal(addr.family, ADDR_IPV6);
    assert_memory_equal(addr.ip, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x20", 16);
}

static void test_parse_ip_junk(void **state)
{
    (void)state;
    static const char *const junk[] = {
        "",           " ",           "192.0.2",      "192.0.2.256", "192.0.2.1 ",
        " 192.0.2.1", "192.0.2.1.",  "0x7f.1",       "localhost",   "192.0.2.1/8",
        "1:2",        ":::",         "2001:db8:::1", "12345::",     "fe80::1%lo",
        "[::1]",      "192.0.2.1:5", "192.0.2.-1",
    };
    for (size_t i = 0; i < COUNT(junk); i++) {
        struct addr addr;
        memset(&addr, 0x5a, sizeof addr);
        if (addr_parse_ip(junk[i], &addr)) {
            fail_msg("accepted '%s'", junk[i]);
        }
        assert_untouched(&addr);
    }
}

static void test_parse_ip_port(void **state)
{
    (void)state;
    static const struct {
        const char *text, *ip;
        uint16_t port;
        enum addr_family family;
    } rows[] = {
        {"192.0.2.1:1967", "192.0.2.1", 1967, ADDR_IPV4},
        {"0.0.0.0:65535", "0.0.0.0", 65535, ADDR_IPV4},
        {"192.0.2.1:0", "192.0.2.1", 0, ADDR_IPV4},
        {":10967", "0.0.0.0", 10967, ADDR_IPV4},
        {"1967", "0.0.0.0", 1967, ADDR_IPV4},
        {"[2001:db8::1]:80", "2001:db8::1", 80, ADDR_IPV6},
        {"[::]:1", "::", 1, ADDR_IPV6},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct addr addr;
        char text[ADDR_TEXT_MAX];
        assert_true(addr_parse_ip_port(rows[i].text, &addr));
        assert_int_equal(addr.family, rows[i].family);
        assert_int_equal(addr.port, rows[i].port);
        assert_string_equal(addr_format_ip(&addr, text), rows[i].ip);
    }
}

static void test_parse_ip_port_junk(void **state)
{
    (void)state;
    static const char *const junk[] = {
        "",
        ":",
        "192.0.2.1",
        "65536",
        "-1",
        " 1",
        "192.0.2.1:",
        "192.0.2.1:65536",
        "192.0.2.1:99999999999999999999",
        "192.0.2.1:-1",
        "192.0.2.1:+1",
        "192.0.2.1: 1",
        "192.0.2.1:1x",
        "192.0.2.1:0x10",
        "2001:db8::1:80",
        "[2001:db8::1]",
        "[2001:db8::1]80",
        "[2001:db8::1:80",
        "2001:db8::1]:80",
        "[]:80",
        "[:80",
        "]:80",
        "host:80",
        "192.0.2.1:1967:",
        "192.0.2.1::1967",
        "0000000000000000000000000000000000000000000000000000000000000000000000000:80",
    };
    for (size_t i = 0; i < COUNT(junk); i++) {
        struct addr addr;
        memset(&addr, 0x5a, sizeof addr);
        if (addr_parse_ip_port(junk[i], &addr)) {
            fail_msg("accepted '%s'", junk[i]);
        }
        assert_untouched(&addr);
    }
}

static void test_format(void **state)
{
    (void)state;
    struct addr addr = {0};
    char text[ADDR_TEXT_MAX];
    assert_string_equal(addr_format_ip(&addr, text), "-");
    assert_true(addr_parse_ip_port("192.0.2.1:1967", &addr));
    assert_string_equal(addr_format(&addr, text), "192.0.2.1:1967");
    assert_string_equal(addr_format_ip(&addr, text), "192.0.2.1");
    assert_true(addr_parse_ip_port("[2001:db8::1]:1967", &addr));
    assert_string_equal(addr_format(&addr, text), "[2001:db8::1]:1967");
    assert_ptr_equal(addr_format_ip(&addr, text), text);
    assert_true(addr_parse_ip("fd00:1111:2222:3333:4444:5555:6666:7777", &addr));
    addr.port = 65535;
    assert_string_equal(addr_format(&addr, text),
                        "[fd00:1111:2222:3333:4444:5555:6666:7777]:65535");
}

static void test_compare(void **state)
{
    (void)state;
    struct addr a, b, none = {0};
    assert_true(addr_parse_ip_port("192.0.2.1:5", &a));
    assert_true(addr_parse_ip_port("192.0.2.1:6", &b));
    assert_true(addr_is_same_ip(&a, &b));
    assert_false(addr_is_equal(&a, &b));
    b.port = 5;
    assert_true(addr_is_equal(&a, &b));
    b.ip[3] = 2;
    assert_false(addr_is_same_ip(&a, &b));
    assert_false(addr_is_equal(&a, &b));
    assert_true(addr_parse_ip("c000:201::", &b));
    assert_memory_equal(a.ip, b.ip, 4);
    assert_false(addr_is_same_ip(&a, &b));
    assert_false(addr_is_same_ip(&a, &none));
}

static void test_scope(void **state)
{
    (void)state;
    struct addr a, b;
    char text[ADDR_TEXT_MAX];
    assert_true(addr_parse_ip_port("[fe80::1]:5", &a));
    b = a;
    a.scope = 2;
    assert_string_equal(addr_format_ip(&a, text), "fe80::1%2");
    assert_string_equal(addr_format(&a, text), "[fe80::1%2]:5");
    assert_true(addr_is_same_ip(&a, &b));
    assert_true(addr_is_same_ip(&b, &a));
    b.scope = 3;
    assert_false(addr_is_same_ip(&a, &b));
    assert_false(addr_is_equal(&a, &b));
    b.scope = 2;
    assert_true(addr_is_equal(&a, &b));
    memset(a.ip, 0xff, sizeof a.ip);
    a.scope = UINT32_MAX;
    a.port = 65535;
    assert_string_equal(addr_format(&a, text),
                        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535");
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_multicast, is_link_local, is_mapped;
    } rows[] = {
        {"192.0.2.1", false, false, false},
        {"224.0.0.1", true, false, false},
        {"255.255.255.255", true, false, false},
        {"254.128.0.1", true, false, false},
        {"2001:db8::1", false, false, false},
        {"ff02::1", true, false, false},
        {"fe80::1", false, true, false},
        {"febf::1", false, true, false},
        {"fec0::1", false, false, false},
        {"::ffff:192.0.2.1", false, false, true},
        {"::1", false, false, false},
        {"::192.0.2.1", false, false, false},
        {"e000::1", false, false, false},
    };
    struct addr none = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct addr addr;
        assert_true(addr_parse_ip(rows[i].text, &addr));
        assert_int_equal(addr_is_multicast(&addr), rows[i].is_multicast);
        assert_int_equal(addr_is_link_local(&addr), rows[i].is_link_local);
        assert_int_equal(addr_is_mapped(&addr), rows[i].is_mapped);
    }
    struct addr addr;
    assert_true(addr_parse_ip("127.9.9.9", &addr) && addr_is_loopback(&addr));
    assert_true(addr_parse_ip("::1", &addr) && addr_is_loopback(&addr));
    assert_true(addr_parse_ip("::2", &addr) && !addr_is_loopback(&addr));
    assert_true(addr_parse_ip("128.0.0.1", &addr) && !addr_is_loopback(&addr));
    assert_false(addr_is_multicast(&none) || addr_is_link_local(&none) || addr_is_mapped(&none));
}

static void test_collide(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool do_collide;
    } rows[] = {
        {"192.0.2.1:5", "192.0.2.1:5", true},  {"192.0.2.1:5", "192.0.2.1:6", false},
        {"192.0.2.1:5", "192.0.2.2:5", false}, {"0.0.0.0:5", "192.0.2.2:5", true},
        {"[::]:5", "[2001:db8::1]:5", true},   {"[::1]:5", "[2001:db8::1]:5", false},
        {"[::]:5", "0.0.0.0:5", false},        {"[::]:5", "192.0.2.1:5", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct addr a, b;
        assert_true(addr_parse_ip_port(rows[i].a, &a) && addr_parse_ip_port(rows[i].b, &b));
        assert_int_equal(addr_does_collide(&a, &b), rows[i].do_collide);
        assert_int_equal(addr_does_collide(&b, &a), rows[i].do_collide);
    }
}

static void test_is_any(void **state)
{
    (void)state;
    struct addr addr = {0};
    assert_false(addr_is_any(&addr));
    assert_true(addr_parse_ip_port("0.0.0.0:1967", &addr));
    assert_true(addr_is_any(&addr));
    assert_true(addr_parse_ip("::", &addr));
    assert_true(addr_is_any(&addr));
    assert_true(addr_parse_ip("0.0.0.1", &addr));
    assert_false(addr_is_any(&addr));
    assert_true(addr_parse_ip("::1", &addr));
    assert_false(addr_is_any(&addr));
}

static void test_prefix_contains(void **state)
{
    (void)state;
    static const struct {
        const char *prefix, *ip;
        bool contains;
    } rows[] = {
        {"192.0.2.0/24", "192.0.2.0", true},
        {"192.0.2.0/24", "192.0.2.255", true},
        {"192.0.2.0/24", "192.0.3.0", false},
        {"192.0.2.0/24", "192.0.1.255", false},
        {"192.0.2.64/26", "192.0.2.64", true},
        {"192.0.2.64/26", "192.0.2.127", true},
        {"192.0.2.64/26", "192.0.2.128", false},
        {"192.0.2.64/26", "192.0.2.63", false},
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.0", false},
        {"192.0.2.1/32", "192.0.2.1", true},
        {"192.0.2.0/31", "192.0.2.1", true},
        {"192.0.2.0/31", "192.0.2.2", false},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"0.0.0.0/0", "::", false},
        {"128.0.0.0/1", "127.255.255.255", false},
        {"128.0.0.0/1", "200.1.2.3", true},
        {"2001:db8::/32", "2001:db8:ffff::1", true},
        {"2001:db8::/32", "2001:db9::", false},
        {"2001:db8::/33", "2001:db8:8000::", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "192.0.2.1", false},
        {"2001:db8::1", "2001:db8::1", true},
        {"2001:db8::1", "2001:db8::2", false},
        {"2001:db8::/127", "2001:db8::1", true},
        {"2001:db8::/127", "2001:db8::2", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct addr_prefix prefix;
        struct addr addr;
        assert_true(addr_parse_prefix(rows[i].prefix, &prefix));
        assert_true(addr_parse_ip(rows[i].ip, &addr));
        addr.port = 9;
        if (addr_prefix_contains(&prefix, &addr) != rows[i].contains) {
            fail_msg("%s in %s: not %d", rows[i].ip, rows[i].prefix, rows[i].contains);
        }
    }
}

static void test_prefix_never_contains_no_address(void **state)
{
    (void)state;
    struct addr_prefix prefix;
    struct addr none = {0};
    assert_true(addr_parse_prefix("0.0.0.0/0", &prefix));
    assert_false(addr_prefix_contains(&prefix, &none));
}

static void test_prefix_junk(void **state)
{
    (void)state;
    static const char *const junk[] = {
        "",
        "/",
        "/24",
        "192.0.2.0/",
        "192.0.2.0/33",
        "192.0.2.0/-1",
        "192.0.2.0/24/24",
        "192.0.2.0/24 ",
        "192.0.2.0/ 24",
        "192.0.2.1/24",
        "192.0.2.128/24",
        "128.0.0.0/0",
        "2001:db8::1/64",
        "2001:db8::/129",
        "2001:db8::/999999",
        "192.0.2.0/255.255.255.0",
        "host/24",
        "1111111111111111111111111111111111111111111111111111111111111111111111111111/8",
    };
    for (size_t i = 0; i < COUNT(junk); i++) {
        struct addr_prefix prefix = {.length = 77};
        if (addr_parse_prefix(junk[i], &prefix)) {
            fail_msg("accepted '%s'", junk[i]);
        }
        assert_int_equal(prefix.length, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_ip),
        cmocka_unit_test(test_parse_ip_junk),
        cmocka_unit_test(test_parse_ip_port),
        cmocka_unit_test(test_parse_ip_port_junk),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_collide),
        cmocka_unit_test(test_is_any),
        cmocka_unit_test(test_prefix_contains),
        cmocka_unit_test(test_prefix_never_contains_no_address),
        cmocka_unit_test(test_prefix_junk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
