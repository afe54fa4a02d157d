/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Findings that come from several values or several targets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#define HEAD "targets:\n- {name: a, host: h, port: 5"

static const struct expectation times[] = {
    {"timeout as long as frequency", HEAD ", timeout: 5s, frequency: 5201ms}\n", ""},
    {"timeout above frequency", HEAD ", timeout: 6s, frequency: 5s}\n",
     "f:2:40: targets[0].timeout: '6s' is longer than frequency '5s'; allowed: a timeout up to the "
     "frequency\n"},
    {"default timeout", HEAD ", frequency: 4s}\n", ""},
    {"threshold above the default timeout", HEAD ", frequency: 4s, threshold: 3s}\n",
     "f:2:57: warning: targets[0].threshold: '3s' is longer than timeout '2s' (the default) and "
     "can "
     "never be exceeded\n"},
    {"inherited", "defaults:\n  timeout: 2m\n" HEAD "}\n",
     "f:4:3: targets[0].timeout: '2m' (line 2) is longer than frequency '60s' (the default); "
     "allowed: a timeout up to the frequency\n"},
    {"run as long as frequency", HEAD ", frequency: 10s, num_packets: 250}\n",
     "f:2:42: warning: targets[0].frequency: an operation without answers takes 10s (num_packets x "
     "interval + "
     "timeout), frequency '10s' is not longer; starts will be skipped\n"},
    {"echo run", HEAD ", module: echo, timeout: 5s, frequency: 5s}\n",
     "f:2:69: warning: targets[0].frequency: an operation without answers takes 5s (timeout), "
     "frequency '5s' is not longer; starts will be skipped\n"},
    {"echo below", HEAD ", module: echo, timeout: 5s, frequency: 5001ms}\n", ""},
    {"train longer than the port", HEAD ", num_packets: 700, interval: 200ms, frequency: 5m}\n",
     "f:2:44: targets[0].num_packets: sending takes 140s, but a control request of version 1 over "
     "IPv4 can ask for the port for 65535ms at most; allowed: a shorter train, ip_version 6, "
     "control.version 2 or none\n"},
    {"train as long as the port", HEAD ", num_packets: 4369, interval: 15ms, frequency: 5m}\n", ""},
    {"long train over IPv6",
     HEAD ", ip_version: 6, num_packets: 700, interval: 200ms, frequency: 5m}\n", ""},
    {"long train of version 2",
     HEAD ", num_packets: 700, interval: 200ms, frequency: 5m, control: {version: 2}}\n", ""},
    {"long train to an open port",
     HEAD ", num_packets: 700, interval: 200ms, frequency: 5m, control: {version: none}}\n", ""},
    {"threshold", HEAD ", threshold: 6s}\n",
     "f:2:42: warning: targets[0].threshold: '6s' is longer than timeout '5s' (the default) and "
     "can never be exceeded\n"},
    {"default threshold", HEAD ", timeout: 1s}\n", ""},
    {"broken values are not compared", HEAD ", timeout: 6, frequency: 5s, threshold: 60s}\n",
     "f:2:40: targets[0].timeout: '6' has no unit (us, ms, s, m, h or d), as in 20ms or 60s; "
     "allowed: 1ms to 1h\n"},
};

static const struct expectation operations[] = {
    {"own keys", HEAD ", operation: tcp-connect, num_packets: 5, interval: 20ms}\n",
     "f:2:55: targets[0].num_packets: does not apply to tcp-connect; allowed with: udp-jitter, "
     "udp-echo, icmp-echo, icmp-jitter, stamp, twamp-light, twamp, auto\n"
     "f:2:71: targets[0].interval: does not apply to tcp-connect; allowed with: udp-jitter, "
     "udp-echo, icmp-echo, icmp-jitter, stamp, twamp-light, twamp, auto\n"},
    {"own keys by module", HEAD ", module: tcp, interval: 20ms}\n",
     "f:2:44: targets[0].interval: does not apply to tcp-connect; allowed with: udp-jitter, "
     "udp-echo, icmp-echo, icmp-jitter, stamp, twamp-light, twamp, auto\n"},
    {"keys of defaults", "defaults: {num_packets: 5, interval: 5ms}\n" HEAD ", module: tcp}\n", ""},
    {"keys of a module",
     "modules: {m: {num_packets: 5}}\n" HEAD ", module: m, operation: tcp-connect}\n", ""},
    {"module against itself",
     "modules:\n  m: {operation: tcp-connect, num_packets: 5}\n  tcp: {interval: 1s}\n"
     "  jitter: {interval: 1s}\nresponder: {}\n",
     "f:2:31: modules.m.num_packets: does not apply to tcp-connect; allowed with: udp-jitter, "
     "udp-echo, icmp-echo, icmp-jitter, stamp, twamp-light, twamp, auto\n"
     "f:3:9: modules.tcp.interval: does not apply to tcp-connect; allowed with: udp-jitter, "
     "udp-echo, icmp-echo, icmp-jitter, stamp, twamp-light, twamp, auto\n"},
    {"defaults of trains and echoes", "defaults: {num_packets: 500}\n" HEAD ", module: echo}\n",
     ""},
    {"number of echoes", HEAD ", module: echo, num_packets: 21}\n",
     "f:2:58: targets[0].num_packets: '21' is out of range for udp-echo; allowed: 1 to 20\n"},
    {"echoes without room for a nonce",
     HEAD ", module: echo, num_packets: 2, request_data_size: 11}\n",
     "f:2:80: targets[0].request_data_size: '11' is too small for num_packets "
     "'2': a late reply would pass for the next one; allowed: 12 bytes or more\n"},
    {"one echo without room for a nonce", HEAD ", module: echo, request_data_size: 4}\n", ""},
    {"size of echo", HEAD ", module: echo, request_data_size: 1501}\n",
     "f:2:64: targets[0].request_data_size: '1501' is out of range for udp-echo; "
     "allowed: 4 to 1500 bytes\n"},
    {"size of jitter", HEAD ", request_data_size: 15}\n",
     "f:2:50: targets[0].request_data_size: '15' is out of range for udp-jitter; "
     "allowed: 16 to 17512 bytes\n"},
    {"inherited size",
     "defaults:\n  request_data_size: 2000\n" HEAD "}\n- {name: b, host: h, "
     "port: 5, module: echo}\n",
     "f:5:3: targets[1].request_data_size: '2000' (line 2) is out of range for "
     "udp-echo; allowed: 4 to 1500 bytes\n"},
    {"times of which adapter", HEAD ", timestamps: hardware}\n",
     "f:2:43: targets[0].timestamps: 'hardware' needs interface, the device whose adapter "
     "stamps\n"},
    {"times of that adapter", HEAD ", timestamps: hardware, interface: lo}\n", ""},
    {"size of microseconds", HEAD ", precision: microseconds, request_data_size: 55}\n",
     "f:2:75: targets[0].request_data_size: '55' is too small for precision 'microseconds'; "
     "allowed: 56 bytes or more\n"},
    {"inherited size of microseconds",
     "defaults:\n  request_data_size: 32\n" HEAD ", precision: microseconds}\n",
     "f:4:42: targets[0].precision: request_data_size '32' (line 2) is too small for precision "
     "'microseconds'; allowed: 56 bytes or more\n"},
    {"size of an echo from a fixed port",
     HEAD ", module: echo, source_port: 4000, request_data_size: 11}\n",
     "f:2:83: targets[0].request_data_size: '11' is too small for source_port '4000': a late reply "
     "would pass for the next one; allowed: 12 bytes or more\n"},
    {"size that is enough from a fixed port",
     HEAD ", module: echo, source_port: 4000, request_data_size: 12}\n", ""},
    {"size of jitter from a fixed port", HEAD ", source_port: 4000, request_data_size: 16}\n", ""},
    {"sizes that are enough", HEAD ", precision: microseconds, request_data_size: 56}\n", ""},
    {"size of a codec in microseconds",
     HEAD ", codec: g729a, codec_size: 55, precision: microseconds}\n",
     "f:2:57: targets[0].codec_size: '55' is too small for precision 'microseconds'; allowed: 56 "
     "bytes or more\n"},
    {"default size of microseconds", HEAD ", precision: microseconds}\n", ""},
    {"precision of an echo", "defaults: {precision: microseconds}\n" HEAD ", module: echo}\n", ""},
    {"precision of an echo of its own", HEAD ", module: echo, precision: milliseconds}\n",
     "f:2:45: targets[0].precision: does not apply to udp-echo; allowed with: udp-jitter, auto\n"},
    {"icmp-echo over IPv6", "targets:\n- {name: a, host: '::1', operation: icmp-echo}\n", ""},
    {"icmp-jitter over IPv6", "targets:\n- {name: a, host: '::1', operation: icmp-jitter}\n",
     "f:2:3: targets[0].host: icmp-jitter is for IPv4 only: ICMPv6 has no timestamp messages\n"},
    {"unknown operation", HEAD ", operation: ping, request_data_size: 5, num_packets: 3}\n",
     "f:2:42: targets[0].operation: 'ping' is none of the choices; did you mean 'icmp-echo'?\n"},
};

#define T(name, rest) "- {name: " name ", host: h, port: 5" rest "}\n"
static const struct expectation claims[] = {
    {"names", "targets:\n" T("a", "") T("b", "") T("a", "") T("a", ""),
     "f:4:10: targets[2].name: 'a' is the name of the target on line 2 already; names are unique\n"
     "f:5:10: targets[3].name: 'a' is the name of the target on line 2 already; names are "
     "unique\n"},
    {"case", "targets:\n" T("a", "") T("A", ""), ""},
    {"name of a broken target", "targets:\n- {name: a}\n" T("a", ""),
     "f:2:3: targets[0].host: the key is missing; required: an IP address or a host name\n"
     "f:3:10: targets[1].name: 'a' is the name of the target on line 2 already; names are "
     "unique\n"},
    {"source ports",
     "targets:\n" T("a", ", source_port: 9") T("b", ", source_port: 10") T("c", ", source_port: 9"),
     "f:4:44: targets[2].source_port: 9 is the source port of the target on line 2 too; allowed: "
     "each port once on an address\n"},
    {"two addresses",
     "targets:\n" T("a", ", source_address: 127.0.0.1, source_port: 9")
         T("b", ", source_address: 127.0.0.2, source_port: 9"),
     ""},
    {"one address",
     "targets:\n" T("a", ", source_address: 127.0.0.1, source_port: 9")
         T("b", ", source_address: 127.0.0.2, source_port: 9")
             T("c", ", source_address: 127.0.0.1, source_port: 9"),
     "f:4:71: targets[2].source_port: 9 is the source port of the target on line 2 too; allowed: "
     "each port once on an address\n"},
    {"every address",
     "targets:\n" T("a", ", source_address: 127.0.0.1, source_port: 9") T("b", ", source_port: 9"),
     "f:3:44: targets[1].source_port: 9 is the source port of the target on line 2 too; allowed: "
     "each port once on an address\n"},
    {"two VRFs",
     "targets:\n" T("a", ", vrf: red, source_port: 9") T("b", ", vrf: blue, source_port: 9")
         T("c", ", interface: eth1, source_port: 9"),
     ""},
    {"one VRF",
     "targets:\n" T("a", ", vrf: red, source_port: 9") T("b", ", vrf: blue, source_port: 9")
         T("c", ", vrf: blue, source_port: 9"),
     "f:4:55: targets[2].source_port: 9 is the source port of the target on line 3 too; allowed: "
     "each port once on an address\n"},
    {"a VRF and every one",
     "targets:\n" T("a", ", vrf: red, source_port: 9") T("b", ", source_port: 9"),
     "f:3:44: targets[1].source_port: 9 is the source port of the target on line 2 too; allowed: "
     "each port once on an address\n"},
    {"ranges that meet",
     "targets:\n" T("a", ", operation: stamp, source_ports: 5000-5015")
         T("b", ", source_port: 5016") T("c", ", source_port: 5015"),
     "f:4:44: targets[2].source_port: 5015 is the source port of the target on line 2 too; "
     "allowed: each port once on an address\n"},
    {"a range over a port",
     "targets:\n" T("a", ", operation: stamp, source_port: 5003")
         T("b", ", operation: stamp, source_ports: 5000-5003"),
     "f:2:62: targets[0].source_port: 5003 is the source port of the target on line 3 too; "
     "allowed: each port once on an address\n"},
    {"flows from a port on",
     "targets:\n" T("a", ", operation: stamp, source_port: 5000, ecmp_ports: 4")
         T("b", ", source_port: 5003"),
     "f:3:44: targets[1].source_port: 5003 is the source port of the target on line 2 too; "
     "allowed: each port once on an address\n"},
    {"a range of defaults, a port of its own",
     "defaults: {operation: stamp, source_ports: 5000-5001}\ntargets:\n" T("a", "")
         T("b", ", source_port: 5002, ecmp_ports: 1"),
     ""},
    {"inherited port", "defaults:\n  source_port: 9\ntargets:\n" T("a", "") T("b", ""),
     "f:5:3: targets[1].source_port: 9 is the source port of the target on line 4 too; allowed: "
     "each port once on an address\n"},
};

static void times_are_compared(void **state)
{
    (void)state;
    EXPECT_FINDINGS(times);
}

static void keys_must_fit_the_operation(void **state)
{
    (void)state;
    EXPECT_FINDINGS(operations);
}

static const struct expectation versions[] = {
    {"agreement",
     "targets:\n- {name: a, host: '2001:db8::1', port: 1, ip_version: 6, source_address: '::1'}\n"
     "- {name: b, host: 192.0.2.1, port: 1, ip_version: 4}\n"
     "- {name: c, host: h, port: 1, ip_version: 6, source_address: '2001:db8::2'}\n"
     "- {name: d, host: fe80::1%eth0, port: 1, source_address: 'fe80::2'}\n",
     ""},
    {"host and version",
     "targets:\n- {name: a, host: 192.0.2.1, port: 1, ip_version: 6}\n"
     "- {name: b, host: fe80::1%eth0, port: 1, ip_version: 4}\n",
     "f:2:51: targets[0].ip_version: ip_version '6' asks for an IPv6 address, host '192.0.2.1' for "
     "an IPv4 address; allowed: one IP version\n"
     "f:3:54: targets[1].ip_version: ip_version '4' asks for an IPv4 address, host 'fe80::1%eth0' "
     "for an IPv6 address; allowed: one IP version\n"},
    {"inherited source",
     "defaults: {source_address: 192.0.2.9}\n"
     "targets:\n- {name: a, host: '2001:db8::1', port: 1}\n",
     "f:3:3: targets[0].source_address: source_address '192.0.2.9' (line 1) asks for an IPv4 "
     "address, host '2001:db8::1' for an IPv6 address; allowed: one IP version\n"},
    {"neither", "targets:\n- {name: a, host: h, port: 1, ip_version: 5}\n",
     "f:2:43: targets[0].ip_version: '5' is none of the choices; allowed: 4, 6\n"},
    {"long run over IPv6",
     "defaults: {frequency: 10m, num_packets: 6000}\n"
     "targets:\n- {name: a, host: '2001:db8::1', port: 1}\n"
     "- {name: b, host: h, ip_version: 6, port: 1}\n",
     ""},
};

static void ip_versions_agree(void **state)
{
    (void)state;
    EXPECT_FINDINGS(versions);
}

static void names_and_sources_are_unique(void **state)
{
    (void)state;
    EXPECT_FINDINGS(claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_compared),
        cmocka_unit_test(keys_must_fit_the_operation),
        cmocka_unit_test(ip_versions_agree),
        cmocka_unit_test(names_and_sources_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
