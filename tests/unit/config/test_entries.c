/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A configuration without repetition: entries that make several targets, and what they inherit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "base/time.h"
#include "config/packet_rate.h"

/* "name host port" of each target, and its labels. */
static void assert_targets(const char *text, const char *wanted)
{
    struct config *config = parse_good(text);
    struct buf found = {0};
    for (size_t i = 0; i < config->targets->count; i++) {
        const struct spec *spec = config->targets->specs[i];
        buf_printf(&found, "%s %s %u", spec->identity.name, spec->identity.host,
                   (unsigned)spec->path.port);
        for (size_t k = 0; k < spec->identity.label_count; k++) {
            buf_printf(&found, " %s=%s", spec->identity.labels[k].name,
                       spec->identity.labels[k].value);
        }
        buf_add_char(&found, '\n');
    }
    assert_string_equal(buf_string(&found), wanted);
    buf_fini(&found);
    config_free(config);
}

static void a_host_is_a_target(void **state)
{
    (void)state;
    assert_targets("targets:\n- rtr1.example.net\n- 192.0.2.1\n- '2001:db8::1'\n- {host: a}\n",
                   "rtr1.example.net rtr1.example.net 16384\n192.0.2.1 192.0.2.1 16384\n"
                   "2001:db8::1 2001:db8::1 16384\na a 16384\n");
}

static void each_host_of_an_entry_is_a_target(void **state)
{
    (void)state;
    assert_targets("targets:\n- {name: n, hosts: [a, 192.0.2.1], port: 5}\n- {hosts: [b, c]}\n",
                   "n-a a 5\nn-192.0.2.1 192.0.2.1 5\nb b 16384\nc c 16384\n");
}

static void defaults_and_modules_have_port_labels_and_module(void **state)
{
    (void)state;
    assert_targets("defaults: {port: 1, labels: {net: d, site: d}, module: m}\n"
                   "modules:\n"
                   "  m: {port: 2, labels: {site: m, rack: m}}\n"
                   "  n: {labels: {rack: n}}\n"
                   "  p: {operation: icmp-echo}\n"
                   "targets:\n"
                   "- a\n"
                   "- {host: b, labels: {rack: t, unit: t}, port: 3}\n"
                   "- {host: c, module: n}\n"
                   "- {host: d, module: p}\n",
                   "a a 2 net=d rack=m site=m\n"
                   "b b 3 net=d rack=t site=m unit=t\n"
                   "c c 1 net=d rack=n site=d\n"
                   "d d 0 net=d site=d\n");
}

#define LABELS_20(letter)                                                                          \
    letter "1: x, " letter "2: x, " letter "3: x, " letter "4: x, " letter "5: x, " letter         \
           "6: x, " letter "7: x, " letter "8: x, " letter "9: x, " letter "10: x, " letter        \
           "11: x, " letter "12: x, " letter "13: x, " letter "14: x, " letter "15: x, " letter    \
           "16: x, " letter "17: x, " letter "18: x, " letter "19: x, " letter "20: x"

static const struct expectation wrong[] = {
    {"same host", "targets:\n- {hosts: [a, b, a]}\n- b\n",
     "f:2:18: targets[0].hosts[2]: 'a' is the name of the target on line 2 already; names are "
     "unique\n"
     "f:3:3: targets[1]: 'b' is the name of the target on line 2 already; names are unique\n"},
    {"host and hosts", "targets:\n- {host: a, hosts: [b]}\n",
     "f:2:13: targets[0].hosts: cannot stand beside 'host'; allowed: one of the two\n"},
    {"no hosts", "targets:\n- {hosts: []}\n",
     "f:2:11: targets[0].hosts: this list is empty; allowed: 1 to 100000 IP addresses or host "
     "names\n"},
    {"one host in hosts", "targets:\n- {hosts: a}\n",
     "f:2:11: targets[0].hosts: this is a single value where a list is due; write hosts: [a]\n"},
    {"wrong host in hosts", "targets:\n- {name: x, hosts: [a, b_/c]}\n",
     "f:2:24: targets[0].hosts[1]: 'b_/c' is not a host name: it may have letters, digits, '-', "
     "'_' and '.'; allowed: 1 to 100000 IP addresses or host names\n"},
    {"no host alone", "targets:\n- x y\n",
     "f:2:3: targets[0]: 'x y' is not a host name: it may have letters, digits, '-', '_' and '.'; "
     "allowed: an IP address or a host name\n"},
    {"a fault that all hosts have in common", "targets:\n- {hosts: [a, b, c], timeout: 2m}\n",
     "f:2:31: targets[0].timeout: '2m' is longer than frequency '60s' (the default); allowed: a "
     "timeout up to the frequency\n"},
    {"a fault of one host", "targets:\n- {hosts: [192.0.2.1, '2001:db8::1'], ip_version: 4}\n",
     "f:2:51: targets[0].ip_version: ip_version '4' asks for an IPv4 address, host '2001:db8::1' "
     "for an IPv6 "
     "address; allowed: one IP version\n"},
    {"a source port for two", "targets:\n- {hosts: [a, b], source_port: 5000}\n",
     "f:2:32: targets[0].source_port: 5000 is the source port of the target on line 2 too; "
     "allowed: each port once on an address\n"},
    {"module of defaults", "defaults: {module: jiter}\ntargets: [a, {host: b, module: echo}]\n",
     "f:1:20: defaults.module: no module 'jiter'; did you mean 'jitter'?\n"},
    {"module of a module", "modules: {m: {module: echo}}\ntargets: [a]\n",
     "f:1:15: modules.m.module: unknown key here; it belongs to defaults or an entry of "
     "targets\n"},
    {"port of ICMP", "targets: [{host: a, module: ping, port: 5}]\n",
     "f:1:35: targets[0].port: does not apply to icmp-echo; allowed with: udp-jitter, udp-echo, "
     "tcp-connect, stamp, twamp-light, twamp, auto\n"},
    {"labels together",
     "defaults: {labels: {" LABELS_20("a") "}}\ntargets: [{host: h, labels: {" LABELS_20(
         "b") "}}]\n",
     "f:2:11: targets[0].labels: these are 40 labels with the inherited ones; allowed: up to "
     "32\n"},
    {"labels of defaults", "defaults: {labels: {target: x}}\ntargets: [h]\n",
     "f:1:21: defaults.labels.target: the exporter uses this label name itself; choose another\n"},
};

static void wrong_entries_are_explained(void **state)
{
    (void)state;
    EXPECT_FINDINGS(wrong);
}

static void a_name_with_its_host_has_a_bound(void **state)
{
    (void)state;
    struct buf text = {0}, findings = {0};
    buf_printf(&text, "targets:\n- {name: %0*d, hosts: [ab, abc]}\n", 252, 0);
    config_free(parse_text(buf_string(&text), &findings));
    assert_string_equal(buf_string(&findings),
                        "f:2:276: targets[0].hosts[1]: the name with this host has 256 bytes; "
                        "allowed: up to 255\n");
    buf_fini(&text);
    buf_fini(&findings);
}

static void hosts_do_not_make_more_targets_than_a_file_may_have(void **state)
{
    (void)state;
    struct buf text = {0}, findings = {0};
    buf_add_string(&text, "targets:\n- {hosts: [h0");
    for (unsigned i = 1; i < SCHEMA_TARGETS_MAX; i++) {
        buf_printf(&text, ",h%u", i);
    }
    buf_add_string(&text, "]}\n- one.more\n- and.another\n");
    config_free(parse_text(buf_string(&text), &findings));
    assert_string_equal(buf_string(&findings),
                        "f:3:3: targets[1]: this makes more than 100000 targets; allowed: no more "
                        "in a file\n"
                        "f:4:3: targets[2]: this makes more than 100000 targets; allowed: no more "
                        "in a file\n");
    buf_fini(&text);
    buf_fini(&findings);
}

static int64_t timeout_of(const char *text)
{
    struct config *config = parse_good(text);
    int64_t timeout_ns = config->targets->specs[0]->schedule.timeout_ns;
    config_free(config);
    return timeout_ns;
}

static void the_timeout_follows_the_frequency(void **state)
{
    (void)state;
    assert_int_equal(timeout_of("targets: [h]\n"), 5 * NS_PER_SECOND);
    assert_int_equal(timeout_of("targets: [{host: h, frequency: 10s}]\n"), 5 * NS_PER_SECOND);
    assert_int_equal(timeout_of("targets: [{host: h, frequency: 2s}]\n"), NS_PER_SECOND);
    assert_int_equal(timeout_of("targets: [{host: h, module: echo, frequency: 100ms}]\n"),
                     50 * NS_PER_MS);
    assert_int_equal(timeout_of("defaults: {frequency: 4s}\ntargets: [h]\n"), 2 * NS_PER_SECOND);
    assert_int_equal(timeout_of("modules: {m: {frequency: 4s}}\ntargets: [{host: h, module: m}]\n"),
                     2 * NS_PER_SECOND);
    assert_int_equal(timeout_of("defaults: {timeout: 3s}\ntargets: [{host: h, frequency: 4s}]\n"),
                     3 * NS_PER_SECOND);
}

#define CONTROL(port)                                                                              \
#port " is where responders take control requests, not probes; leave it out for 16384, or "    \
          "write another port: the responder opens it when asked\n"

static const struct expectation ports[] = {
    {"version 1", "targets: [{host: h, port: 1967}]\n", "f:1:27: targets[0].port: " CONTROL(1967)},
    {"version 2", "targets: [{host: h, module: echo, port: 1167}]\n",
     "f:1:41: targets[0].port: " CONTROL(1167)},
    {"another control port", "targets: [{host: h, port: 7, control: {port: 7}}]\n",
     "f:1:27: targets[0].port: " CONTROL(7)},
    {"inherited", "defaults: {port: 1967}\ntargets: [h, {host: i, port: 5}]\n",
     "f:2:11: targets[0].port: " CONTROL(1967)},
    {"of a reflector", "targets: [{host: h, operation: stamp, port: 1967}]\n",
     "f:1:45: targets[0].port: 1967 is where responders take control requests, not probes; leave "
     "it "
     "out for 862, or write the port of the reflector\n"},
    {"TCP", "targets: [{host: h, module: tcp, port: 1967}]\n", ""},
    {"no control", "targets: [{host: h, port: 7, control: {port: 7, version: none}}]\n", ""},
};

static void a_control_port_is_no_probe_port(void **state)
{
    (void)state;
    EXPECT_FINDINGS(ports);
}

#define THREE                                                                                      \
    "targets:\n"                                                                                   \
    "- {host: a, frequency: 1s}\n"                                                                 \
    "- {host: b, module: ping, frequency: 3s}\n"                                                   \
    "- {host: c, module: echo, frequency: 3s, control: {version: none}}\n"                         \
    "- {host: d, frequency: 100ms, module: echo, start: pending}\n"

static void packets_are_counted(void **state)
{
    (void)state;
    struct config *config = parse_good(THREE);
    assert_int_equal(packet_rate(config->targets), 12); /* 11 + 1/3 + 1/3 */
    config_free(config);
    config = parse_good("targets: [{host: a, frequency: 11s}]\n");
    assert_int_equal(packet_rate(config->targets), 1);
    config_free(config);
    config_free(parse_good("max_packet_rate: 12\n" THREE));
}

static const struct expectation rates[] = {
    {"too many", "max_packet_rate: 11\n" THREE,
     "f:1:18: max_packet_rate: the targets send 12 packets a second; allowed: a number from 12, or "
     "a longer frequency, fewer packets\n"},
    {"one fault at a time", "max_packet_rate: 1\ntargets: [{host: a, ttl: 0, frequency: 1s}]\n",
     "f:2:26: targets[0].ttl: '0' is out of range; allowed: 1 to 255\n"},
};

static void more_packets_than_allowed_are_refused(void **state)
{
    (void)state;
    EXPECT_FINDINGS(rates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_a_target),
        cmocka_unit_test(each_host_of_an_entry_is_a_target),
        cmocka_unit_test(defaults_and_modules_have_port_labels_and_module),
        cmocka_unit_test(wrong_entries_are_explained),
        cmocka_unit_test(a_name_with_its_host_has_a_bound),
        cmocka_unit_test(hosts_do_not_make_more_targets_than_a_file_may_have),
        cmocka_unit_test(the_timeout_follows_the_frequency),
        cmocka_unit_test(a_control_port_is_no_probe_port),
        cmocka_unit_test(packets_are_counted),
        cmocka_unit_test(more_packets_than_allowed_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
