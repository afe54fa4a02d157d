/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "config/address.h"

static void hosts_are_addresses_or_names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"192.0.2.1", NULL},
        {"router-1.example.net", NULL},
        {"router.", NULL},
        {"no", NULL},
        {"_under_score", NULL},
        {"3com", NULL},
        {"", "is not a host name: it has an empty part"},
        {".", "is not a host name: it has an empty part"},
        {"a..b", "is not a host name: it has an empty part"},
        {"-a", "is not a host name: a part begins or ends with '-'"},
        {"a.b-", "is not a host name: a part begins or ends with '-'"},
        {"a b", "is not a host name: it may have letters, digits, '-', '_' and '.'"},
        {"10.0.0.0/8", "is a network; one target is one address"},
        {"http://h/", "is a URL; write the name or address of the host alone"},
        {"caf\xc3\xa9", "is not a host name: it may have letters, digits, '-', '_' and '.'"},
        {"256.0.0.1", "is not a valid IPv4 address"},
        {"10.1", "is not a valid IPv4 address"},
        {"1.2.3.4.", "is not a valid IPv4 address"},
        {"42", "is not a valid IPv4 address"},
        {"fe80::1%eth0", NULL},
        {"fe80::1", "is a link-local address; say by which interface, as in fe80::1%eth0"},
        {"fe80::1%", "does not name an interface behind '%'"},
        {"fe80::1%a/b", "does not name an interface behind '%'"},
        {"fe80::1%sixteen-letters-", "does not name an interface behind '%'"},
        {"2001:db8::1%eth0", "names an interface, which only link-local addresses (fe80::/10) do"},
        {"router%eth0", "names an interface, which only link-local addresses (fe80::/10) do"},
        {"[2001:db8::1]", "has brackets; write the address alone"},
        {"2001:db8::1::2", "is not a valid IPv6 address"},
        {"::", "is no address of one host"},
        {"ff02::1", "is a multicast address"},
        {"::ffff:192.0.2.1", "is an IPv4 address in IPv6 writing; write it as an IPv4 address"},
        {"router:16384", "has a colon; the port stands in the key port"},
        {"0.0.0.0", "is no address of one host"},
        {"224.0.0.1", "is a multicast, reserved or broadcast address"},
        {"255.255.255.255", "is a multicast, reserved or broadcast address"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct addr addr = {.port = 7};
        const char *problem = address_parse_host(cases[i].text, &addr);
        if (cases[i].problem == NULL) {
            assert_null(problem);
            assert_int_equal(addr.port, 0);
            assert_int_equal(addr.family, i == 0 ? ADDR_IPV4 : ADDR_NONE);
        } else {
            assert_non_null(problem);
            assert_string_equal(problem, cases[i].problem);
            assert_int_equal(addr.port, 7);
        }
    }
}

static void host_names_are_bounded(void **state)
{
    (void)state;
    char name[400];
    struct addr addr;
    memset(name, 'a', sizeof name);
    for (size_t i = 49; i < sizeof name; i += 50) {
        name[i] = '.';
    }
    name[253] = '\0';
    assert_null(address_parse_host(name, &addr));
    name[253] = 'a';
    name[254] = '\0';
    assert_non_null(address_parse_host(name, &addr));
}

static void endpoints_are_an_address_and_a_port(void **state)
{
    (void)state;
    struct addr addr;
    assert_null(address_parse_endpoint("127.0.0.1:1967", &addr));
    assert_int_equal(addr.ip[0], 127);
    assert_int_equal(addr.port, 1967);
    assert_null(address_parse_endpoint(":5", &addr));
    assert_true(addr_is_any(&addr));
    static const char *const wrong[] = {
        "",       "-1",          "127.0.0.1", "::1", "::1:5", "127.0.0.1:0", "127.0.0.1:65536",
        "host:5", "127.0.0.1:5x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_non_null(address_parse_endpoint(wrong[i], &addr));
    }
}

static void endpoints_may_be_a_port_alone(void **state)
{
    (void)state;
    struct addr addr;
    assert_null(address_parse_endpoint("5000", &addr));
    assert_true(addr_is_any(&addr));
    assert_int_equal(addr.port, 5000);
    assert_null(address_parse_endpoint("127.0.0.1:7", &addr));
    assert_int_equal(addr.port, 7);
    assert_non_null(address_parse_endpoint("0", &addr));
    assert_non_null(address_parse_endpoint("65536", &addr));
    assert_non_null(address_parse_endpoint("18446744073709551617", &addr));
    assert_non_null(address_parse_endpoint("", &addr));
}

static void prefixes_have_no_host_bits(void **state)
{
    (void)state;
    struct addr_prefix prefix;
    assert_null(address_parse_prefix("10.0.0.0/8", &prefix));
    assert_int_equal(prefix.length, 8);
    assert_null(address_parse_prefix("10.0.0.1", &prefix));
    assert_int_equal(prefix.length, 32);
    assert_non_null(address_parse_prefix("10.0.0.1/8", &prefix));
    assert_non_null(address_parse_prefix("10.0.0.0/33", &prefix));
    assert_null(address_parse_prefix("2001:db8::/32", &prefix));
    assert_int_equal(prefix.family, ADDR_IPV6);
    assert_null(address_parse_prefix("::/0", &prefix));
    assert_null(address_parse_prefix("fe80::/10", &prefix));
    assert_non_null(address_parse_prefix("2001:db8::1/32", &prefix));
    assert_string_equal(address_parse_prefix("::ffff:10.0.0.0/104", &prefix),
                        "is an IPv4 address in IPv6 writing; write it as an IPv4 address");
}

static void ipv6_addresses_are_taken(void **state)
{
    (void)state;
    struct addr addr;
    assert_null(address_parse_host("2001:db8::1", &addr));
    assert_int_equal(addr.family, ADDR_IPV6);
    assert_null(address_parse_host("::1", &addr));
    assert_null(address_parse_source("2001:db8::2", &addr));
    assert_null(address_parse_source("fe80::2", &addr));
    assert_int_equal(addr.family, ADDR_IPV6);
    assert_non_null(address_parse_source("fe80::2%eth0", &addr));
    assert_null(address_parse_endpoint("[::]:1967", &addr));
    assert_int_equal(addr.family, ADDR_IPV6);
    assert_int_equal(addr.port, 1967);
    assert_null(address_parse_endpoint("[::1]:7000", &addr));
    assert_int_equal(addr.family, ADDR_IPV6);
    assert_non_null(address_parse_endpoint("::1", &addr));
    assert_non_null(address_parse_endpoint("[::1]", &addr));
    assert_non_null(address_parse_endpoint("[fe80::1]:1967", &addr));
    assert_non_null(address_parse_endpoint("[::ffff:10.0.0.1]:1967", &addr));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_addresses_or_names),
        cmocka_unit_test(host_names_are_bounded),
        cmocka_unit_test(endpoints_are_an_address_and_a_port),
        cmocka_unit_test(endpoints_may_be_a_port_alone),
        cmocka_unit_test(prefixes_have_no_host_bits),
        cmocka_unit_test(ipv6_addresses_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
