/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "base/buf.h"
#include "base/time.h"
#include "config/schema.h"

static void absent_and_empty_sections(void **state)
{
    (void)state;
    char *text = target_text("");
    struct config *config = parse_good(text);
    assert_false(config->has_responder);
    config_free(config);
    free(text);
    struct reflect_settings settings;
    reflect_settings_default(&settings);
    config = parse_good("responder: {}\n");
    assert_true(config->has_responder);
    assert_int_equal(config->targets->count, 0);
    assert_memory_equal(&config->responder, &settings, sizeof settings);
    config_free(config);
}

static void every_key_is_taken(void **state)
{
    (void)state;
    struct config *config =
        parse_good("responder:\n  listen: ['127.0.0.1:1967', '127.0.0.2:1968']\n"
                   "  allow: [127.0.0.0/8, 10.1.2.3]\n  permanent_ports: [5000, '127.0.0.1:5001']\n"
                   "  max_sessions: 7\n  min_duration: 2s\n  refusal: silent\n  reply: short\n"
                   "  timestamp_format: ptp\n");
    const struct reflect_settings *settings = &config->responder;
    assert_int_equal(settings->listen_count, 2);
    assert_int_equal(settings->listen[1].ip[3], 2);
    assert_int_equal(settings->listen[1].port, 1968);
    assert_int_equal(settings->allow_count, 2);
    assert_int_equal(settings->allow[0].length, 8);
    assert_int_equal(settings->allow[1].length, 32);
    assert_int_equal(settings->permanent_count, 2);
    assert_true(addr_is_any(&settings->permanent[0]));
    assert_int_equal(settings->permanent[0].port, 5000);
    assert_int_equal(settings->permanent[1].ip[0], 127);
    assert_int_equal(settings->max_sessions, 7);
    assert_int_equal(settings->min_duration_ns, 2 * NS_PER_SECOND);
    assert_int_equal(settings->refusal, REFUSAL_SILENT);
    assert_int_equal(settings->reply, REPLY_SHORT);
    assert_int_equal(settings->timestamp_format, TIMESTAMP_PTP);
    config_free(config);
}

static void a_port_alone_is_of_both_families(void **state)
{
    (void)state;
    struct config *config =
        parse_good("responder: {listen: [5, '127.0.0.1:6', ':7', '0.0.0.0:8', '[::]:9']}\n");
    assert_int_equal(config->responder.listen_count, 5);
    assert_int_equal(config->responder.listen_both, 1 | 4);
    config_free(config);
}

/* One change each, and each makes another responder: a reload must not overlook it. */
static void every_key_makes_a_difference(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "listen: ['127.0.0.1:1967']",
        "allow: [127.0.0.0/8]",
        "vrf: red",
        "permanent_ports: [5000]",
        "permanent_tcp_ports: [5000]",
        "stamp_ports: [862]",
        "stamp_reflector: stateless",
        "stamp_tlv: off",
        "twamp_ports: [862]",
        "workers: 2",
        "max_sessions: 7",
        "max_sessions_per_source: 7",
        "requests_per_source: 7",
        "reserve_for: [127.0.0.1]",
        "reserved_sessions: 7",
        "min_duration: 2s",
        "max_duration: 2m",
        "ports: [5000-5999]",
        "min_source_port: 0",
        "refusal: silent",
        "reply: short",
        "reflect_tos: false",
        "timestamp_format: ptp",
        "replay_window: 1m",
        "impair: {rules: [{loss_sd: 5%}]}",
    };
    enum { COUNT = sizeof changes / sizeof changes[0] };
    assert_int_equal(COUNT + 3, schema_responder.count); /* but for those that need files of keys */
    struct config *before = parse_good("responder: {}\n");
    for (size_t i = 0; i < COUNT; i++) {
        struct buf text = {0};
        buf_printf(&text, "responder:\n  %s\n", changes[i]);
        struct config *after = parse_good(buf_string(&text));
        struct config *again = parse_good(buf_string(&text));
        assert_false(reflect_settings_are_equal(&before->responder, &after->responder));
        assert_true(reflect_settings_are_equal(&after->responder, &again->responder));
        config_free(after);
        config_free(again);
        buf_fini(&text);
    }
    config_free(before);
}

static const struct expectation wrong[] = {
    {"each kind",
     "responder:\n  listen: ['[fe80::1]:1', '1.2.3.4', '127.0.0.1:0']\n  allow: [10.0.0.1/8, "
     "'::1/0', "
     "x]\n"
     "  permanent_ports: [0, 70000, y]\n  refusal: none\n  reply: 8\n",
     "f:2:12: responder.listen[0]: '[fe80::1]:1' is a link-local address; listen on [::] to serve "
     "these; allowed: 1 to 8 of port, IP:port or [IPv6]:port\n"
     "f:2:27: responder.listen[1]: '1.2.3.4' has no port; write IP:port; did you mean "
     "'1.2.3.4:1967'?\n"
     "f:2:38: responder.listen[2]: '127.0.0.1:0' has port 0; ports are 1 to 65535; allowed: 1 to 8 "
     "of port, IP:port or [IPv6]:port\n"
     "f:3:11: responder.allow[0]: '10.0.0.1/8' has bits set behind its length; did you mean "
     "'10.0.0.0/8'?\n"
     "f:3:23: responder.allow[1]: '::1/0' has bits set behind its length; did you mean '::/0'?\n"
     "f:3:32: responder.allow[2]: 'x' is not a prefix such as 192.0.2.0/24; allowed: up to 64 IP "
     "prefixes\n"
     "f:4:21: responder.permanent_ports[0]: '0' has port 0; ports are 1 to 65535; allowed: up "
     "to 64 of port, IP:port or [IPv6]:port\n"
     "f:4:24: responder.permanent_ports[1]: '70000' is out of range; ports are 1 to 65535; "
     "allowed: up to 64 of port, IP:port or [IPv6]:port\n"
     "f:4:31: responder.permanent_ports[2]: 'y' is no address and port; allowed: up to 64 "
     "of port, IP:port or [IPv6]:port\n"
     "f:5:12: responder.refusal: 'none' is none of the choices; allowed: status16, status32, "
     "silent\n"
     "f:6:10: responder.reply: '8' is none of the choices; allowed: long, short\n"},
    {"ports", "responder: {ports: [5000, 9-8, x]}\n",
     "f:1:27: responder.ports[1]: '9-8' is a range that ends before it begins; allowed: up to 64 "
     "of "
     "port or first-last\n"
     "f:1:32: responder.ports[2]: 'x' is not a port or a range of ports such as 5000-5999; "
     "allowed: "
     "up to 64 of port or first-last\n"},
    {"no open door by accident", "responder:\n  allow:\n",
     "f:2:9: responder.allow: the value is missing; write allow: [192.0.2.0/24]\n"},
    {"taken",
     "responder:\n  listen: ['127.0.0.1:9', '127.0.0.1:9']\n  permanent_ports: [9, 10, "
     "'127.0.0.2:10']\n",
     "f:2:27: responder.listen[1]: 127.0.0.1:9 is taken by line 2 already; each address and port "
     "stands once\n"
     "f:3:21: responder.permanent_ports[0]: 0.0.0.0:9 is taken by line 2 already; each address and "
     "port stands once\n"
     "f:3:28: responder.permanent_ports[2]: 127.0.0.2:10 is taken by line 3 already; each address "
     "and port stands once\n"},
    {"the default listen address", "responder: {permanent_ports: [1967]}\n",
     "f:1:31: responder.permanent_ports[0]: 0.0.0.0:1967 is taken by the default of listen; write "
     "listen without it\n"},
    {"the same for STAMP", "responder: {stamp_ports: [862, 1967]}\n",
     "f:1:32: responder.stamp_ports[1]: 0.0.0.0:1967 is taken by the default of listen; write "
     "listen without it\n"},
    {"networks without a length",
     "responder: {allow: [10.0.0.0, 10.0.0.1, 10.0.0.0/32, '2001:db8::', '::1'], reserve_for: "
     "[192.0.2.0]}\n",
     "f:1:21: warning: responder.allow[0]: 10.0.0.0 is one address; a network is written with its "
     "length, as in 10.0.0.0/24\n"
     "f:1:54: warning: responder.allow[3]: 2001:db8:: is one address; a network is written with "
     "its length, as in 2001:db8::/64\n"
     "f:1:90: warning: responder.reserve_for[0]: 192.0.2.0 is one address; a network is written "
     "with its length, as in 192.0.2.0/24\n"},
};

static void wrong_settings_have_their_place(void **state)
{
    (void)state;
    EXPECT_FINDINGS(wrong);
}

static void a_key_for_nothing_is_told(void **state)
{
    (void)state;
    char path[] = "/tmp/ipsla-secret-XXXXXX";
    struct buf text = {0}, found = {0};
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_true(write(file, "xyzone\n", 7) == 7);
    close(file);
    buf_printf(&text,
               "keys: [{id: 7, algorithm: hmac-sha256, secret_file: %s}]\n"
               "responder: {stamp_key: 7}\n",
               path);
    struct config *config = parse_text(buf_string(&text), &found);
    assert_non_null(config);
    assert_string_equal(buf_string(&found),
                        "f:2:24: warning: responder.stamp_key: has no effect without stamp_ports: "
                        "no port takes STAMP\n");
    unlink(path);
    config_free(config);
    buf_fini(&found);
    buf_fini(&text);
}

/* Each way to write an address and port is understood in each list. */
static void endpoints_have_one_syntax(void **state)
{
    (void)state;
    static const char *const keys[] = {"listen", "permanent_ports", "permanent_tcp_ports"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct buf text = {0};
        buf_printf(&text,
                   "responder: {%s: [5000, ':5001', '192.0.2.1:5002', '[2001:db8::1]:5003']}",
                   keys[i]);
        struct config *config = parse_good(buf_string(&text));
        const struct addr *lists[] = {config->responder.listen, config->responder.permanent,
                                      config->responder.permanent_tcp};
        for (uint16_t k = 0; k < 4; k++) {
            assert_int_equal(lists[i][k].port, 5000 + k);
            assert_int_equal(lists[i][k].family, k == 3 ? ADDR_IPV6 : ADDR_IPV4);
            assert_int_equal(addr_is_any(&lists[i][k]), k < 2);
        }
        config_free(config);
        buf_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_and_empty_sections),
        cmocka_unit_test(every_key_is_taken),
        cmocka_unit_test(a_port_alone_is_of_both_families),
        cmocka_unit_test(every_key_makes_a_difference),
        cmocka_unit_test(wrong_settings_have_their_place),
        cmocka_unit_test(a_key_for_nothing_is_told),
        cmocka_unit_test(endpoints_have_one_syntax),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
