/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Wrong values and keys, as people write them: place, what is wrong, what to write instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/judge.h"

static const struct wrong_input wrong[] = {
    {"targets:\n"
     "- {name: a, host: h, port: 5, dscp: EF}\n",
     "f:2:37: targets[0].dscp: 'EF' is no DSCP; did you mean 'ef'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, dscp: AF41}\n",
     "f:2:37: targets[0].dscp: 'AF41' is no DSCP; did you mean 'af41'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, dscp: be}\n",
     "f:2:37: targets[0].dscp: 'be' is no DSCP; did you mean 'default'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, dscp: cs8}\n",
     "f:2:37: targets[0].dscp: 'cs8' is no DSCP; did you mean 'cs0'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, dscp: gold}\n",
     "f:2:37: targets[0].dscp: 'gold' is no DSCP; allowed: default, cs0 to cs7, af11 to af43, ef, "
     "va, le, 0 to 63\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, dscp: 64}\n",
     "f:2:37: targets[0].dscp: '64' is no DSCP; allowed: default, cs0 to cs7, af11 to af43, ef, "
     "va, le, 0 to 63\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, frequency: 30S}\n",
     "f:2:42: targets[0].frequency: '30S' has no known unit; these are us, ms, s, m, h and d, as "
     "in 20ms or 60s; did you mean '30s'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, frequency: 30 s}\n",
     "f:2:42: targets[0].frequency: '30 s' has a space; write number and unit together, as in 20ms "
     "or 60s; did you mean '30s'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, frequency: '30s '}\n",
     "f:2:42: targets[0].frequency: '30s ' has a space; write number and unit together, as in 20ms "
     "or 60s; did you mean '30s'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, frequency: 30sec}\n",
     "f:2:42: targets[0].frequency: '30sec' has no known unit; these are us, ms, s, m, h and d, as "
     "in 20ms or 60s; did you mean '30s'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, frequency: 1 minute}\n",
     "f:2:42: targets[0].frequency: '1 minute' has a space; write number and unit together, as in "
     "20ms or 60s; did you mean '1m'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, frequency: 1.5m}\n",
     "f:2:42: targets[0].frequency: '1.5m' has a fraction; use a smaller unit, as in 1500us or "
     "500ms; did you mean '90s'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, timeout: 0.5s}\n",
     "f:2:40: targets[0].timeout: '0.5s' has a fraction; use a smaller unit, as in 1500us or "
     "500ms; did you mean '500ms'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, timeout: '0,5s'}\n",
     "f:2:40: targets[0].timeout: '0,5s' has a fraction; use a smaller unit, as in 1500us or "
     "500ms; did you mean '500ms'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, frequency: 60}\n",
     "f:2:42: targets[0].frequency: '60' has no unit (us, ms, s, m, h or d), as in 20ms or 60s; "
     "allowed: 100ms to 7d\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, frequency: every minute}\n",
     "f:2:42: targets[0].frequency: 'every minute' is not a duration such as 20ms or 60s; allowed: "
     "100ms to 7d\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, frequency: 0.001us}\n",
     "f:2:42: targets[0].frequency: '0.001us' has a fraction; use a smaller unit, as in 1500us or "
     "500ms; allowed: 100ms to 7d\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, operation: udp_jitter}\n",
     "f:2:42: targets[0].operation: 'udp_jitter' is none of the choices; did you mean "
     "'udp-jitter'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, operation: UDP-JITTER}\n",
     "f:2:42: targets[0].operation: 'UDP-JITTER' is none of the choices; did you mean "
     "'udp-jitter'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, operation: ping}\n",
     "f:2:42: targets[0].operation: 'ping' is none of the choices; did you mean 'icmp-echo'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, operation: TWAMP}\n",
     "f:2:42: targets[0].operation: 'TWAMP' is none of the choices; did you mean 'twamp'?\n"},
    {"targets:\n"
     "- {name: a, host: h, operation: stamp, control: {version: 2}}\n",
     "f:2:40: targets[0].control: does not apply to stamp; allowed with: udp-jitter, udp-echo, "
     "tcp-connect, auto\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, operation: http}\n",
     "f:2:42: targets[0].operation: 'http' is none of the choices; allowed: udp-jitter, udp-echo, "
     "tcp-connect, icmp-echo, icmp-jitter, stamp, twamp-light, twamp, auto\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, operation: udpEcho}\n",
     "f:2:42: targets[0].operation: 'udpEcho' is none of the choices; did you mean 'udp-echo'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, codec: g729}\n",
     "f:2:38: targets[0].codec: 'g729' is none of the choices; did you mean 'g729a'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, codec: G711ULAW}\n",
     "f:2:38: targets[0].codec: 'G711ULAW' is none of the choices; did you mean 'g711ulaw'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, codec: g722}\n",
     "f:2:38: targets[0].codec: 'g722' is none of the choices; did you mean 'g729a'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, codec: g711}\n",
     "f:2:38: targets[0].codec: 'g711' is none of the choices; allowed: g711ulaw, g711alaw, "
     "g729a\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, codec: pcma}\n",
     "f:2:38: targets[0].codec: 'pcma' is none of the choices; did you mean 'g711alaw'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, precision: us}\n",
     "f:2:42: targets[0].precision: 'us' is none of the choices; did you mean 'microseconds'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, precision: micro}\n",
     "f:2:42: targets[0].precision: 'micro' is none of the choices; did you mean "
     "'microseconds'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, control: {version: v3}}\n",
     "f:2:50: targets[0].control.version: 'v3' is none of the choices; allowed: none, 1, 2\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, control: {version: V2}}\n",
     "f:2:50: targets[0].control.version: 'V2' is none of the choices; did you mean 'v2'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, control: 2}\n",
     "f:2:40: targets[0].control: this is a single value where a mapping is due; write control: "
     "{version: 2}\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, control: v2}\n",
     "f:2:40: targets[0].control: this is a single value where a mapping is due; write control: "
     "{version: 2}\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, ip_version: ipv6}\n",
     "f:2:43: targets[0].ip_version: 'ipv6' is none of the choices; did you mean '6'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, ip_version: 5}\n",
     "f:2:43: targets[0].ip_version: '5' is none of the choices; allowed: 4, 6\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, verify_data: yes, operation: udp-echo}\n",
     "f:2:44: targets[0].verify_data: 'yes' is none of the choices; did you mean 'true'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, verify_data: True, operation: udp-echo}\n",
     "f:2:44: targets[0].verify_data: 'True' is none of the choices; did you mean 'true'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, dont_fragment: maybe}\n",
     "f:2:46: targets[0].dont_fragment: 'maybe' is none of the choices; allowed: false, true\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, tos: 0xB8x}\n",
     "f:2:36: targets[0].tos: '0xB8x' is not a whole number in decimal, or in hexadecimal after "
     "0x; allowed: 0 to 255 or 0x00 to 0xff\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, tos: ef}\n",
     "f:2:36: targets[0].tos: 'ef' is not a whole number in decimal, or in hexadecimal after 0x; "
     "allowed: 0 to 255 or 0x00 to 0xff\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, ttl: 256}\n",
     "f:2:36: targets[0].ttl: '256' is out of range; allowed: 1 to 255\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, ttl: 1_0}\n",
     "f:2:36: targets[0].ttl: '1_0' is not a whole number in decimal digits; did you mean '10'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, num_packets: '1,000'}\n",
     "f:2:44: targets[0].num_packets: '1,000' is not a whole number in decimal digits; did you "
     "mean '1000'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, num_packets: 010}\n",
     "f:2:44: targets[0].num_packets: '010' has a leading zero; did you mean '10'?\n"},
    {"targets:\n"
     "- {name: a, host: h, codec: g729a, codec_num_packets: -1}\n",
     "f:2:55: targets[0].codec_num_packets: '-1' is not a whole number in decimal digits; allowed: "
     "1 "
     "to 60000\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, life: always}\n",
     "f:2:37: targets[0].life: 'always' is not a duration such as 20ms or 60s; did you mean "
     "'forever'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, life: 30 min}\n",
     "f:2:37: targets[0].life: '30 min' has a space; write number and unit together, as in 20ms or "
     "60s; did you mean '30m'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, start: 30m}\n",
     "f:2:38: targets[0].start: '30m' is no time to start; did you mean 'after 30m'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, start: Now}\n",
     "f:2:38: targets[0].start: 'Now' is no time to start; did you mean 'now'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, start: after 30 min}\n",
     "f:2:38: targets[0].start: 'after 30 min' has a space; write number and unit together, as in "
     "20ms or 60s; did you mean 'after 30m'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, start: tomorrow}\n",
     "f:2:38: targets[0].start: 'tomorrow' is no time to start; allowed: spread, now, after 0s to "
     "after 365d, pending\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, buckets: [1 ms]}\n",
     "f:2:41: targets[0].buckets[0]: '1 ms' has a space; write number and unit together, as in "
     "20ms or 60s; did you mean '1ms'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, buckets: 5ms}\n",
     "f:2:40: targets[0].buckets: this is a single value where a list is due; write buckets: "
     "[5ms]\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, labels: site=paris}\n",
     "f:2:39: targets[0].labels: this is a single value where a mapping is due; write labels: "
     "{site: paris}\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, labels: [a]}\n",
     "f:2:39: targets[0].labels: this is a list where a mapping is due; write labels: {site: "
     "paris}\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, labels: {a: [b]}}\n",
     "f:2:43: targets[0].labels.a: this is a list; allowed: a text\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, source_address: eth0}\n",
     "f:2:47: targets[0].source_address: 'eth0' is not an IP address; allowed: an IP address\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, interface: 'eth0 '}\n",
     "f:2:42: targets[0].interface: 'eth0 ' has a character that no device name has; did you mean "
     "'eth0'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, clock_tolerance: 5 %}\n",
     "f:2:48: targets[0].clock_tolerance: '5 %' is neither a duration nor a whole percentage; did "
     "you mean '5%'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, clock_tolerance: 5 ms}\n",
     "f:2:48: targets[0].clock_tolerance: '5 ms' has a space; write number and unit together, as "
     "in 20ms or 60s; did you mean '5ms'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, timestamps: software}\n",
     "f:2:43: targets[0].timestamps: 'software' is none of the choices; did you mean 'kernel'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, timestamp_format: PTP}\n",
     "f:2:49: targets[0].timestamp_format: 'PTP' is none of the choices; did you mean 'ptp'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, secret: x}\n",
     "f:2:31: targets[0].secret: unknown key; allowed: series, start, port and others, see "
     "ipsla.yml(5)\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, count: 5}\n",
     "f:2:31: targets[0].count: unknown key; did you mean 'num_packets'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, size: 5}\n",
     "f:2:31: targets[0].size: unknown key; did you mean 'request_data_size'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, labls: {a: b}}\n",
     "f:2:31: targets[0].labls: unknown key; did you mean 'labels'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, listen: [1967]}\n",
     "f:2:31: targets[0].listen: unknown key here; it belongs to responder\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, version: 2}\n",
     "f:2:31: targets[0].version: unknown key here; it belongs to control\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, vlan: 5}\n",
     "f:2:31: targets[0].vlan: unknown key; allowed: vrf, tag, name and others, see "
     "ipsla.yml(5)\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, source_port: '5000 '}\n",
     "f:2:44: targets[0].source_port: '5000 ' is not a whole number in decimal digits; did you "
     "mean '5000'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, threshold: [1s]}\n",
     "f:2:42: targets[0].threshold: this is a list; allowed: 0s to 1m\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, owner: {a: b}}\n",
     "f:2:38: targets[0].owner: this is a mapping; allowed: up to 255 bytes of text\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, module: voice}\n",
     "f:2:39: targets[0].module: no module 'voice'; write it under modules, or take one of: ping, "
     "tcp, echo\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, module: jiter}\n",
     "f:2:39: targets[0].module: no module 'jiter'; did you mean 'jitter'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, source: 1.2.3.4}\n",
     "f:2:31: targets[0].source: unknown key; did you mean 'source_address'?\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, control: {auth_layout: foo}}\n",
     "f:2:54: targets[0].control.auth_layout: 'foo' is none of the choices; allowed: auto, both, "
     "hmac and others, see ipsla.yml(5)\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, control: {auth_layout: prefixpadded}}\n",
     "f:2:54: targets[0].control.auth_layout: 'prefixpadded' is none of the choices; did you mean "
     "'prefix-padded'?\n"},
    {"targets:\n"
     "- {name: a, host: 'http://r1.example.net/x', port: 5}\n",
     "f:2:19: targets[0].host: 'http://r1.example.net/x' is a URL; write the name or address of "
     "the host alone; did you mean 'r1.example.net'?\n"},
    {"targets:\n"
     "- {name: a, host: '10.0.0.0/24', port: 5}\n",
     "f:2:19: targets[0].host: '10.0.0.0/24' is a network; one target is one address; allowed: an "
     "IP address or a host name\n"},
    {"targets:\n"
     "- {name: a, host: 'r1:5000', port: 5}\n",
     "f:2:19: targets[0].host: 'r1:5000' has a colon; the port stands in the key port; did you "
     "mean 'r1'?\n"},
    {"targets:\n"
     "- {name: a, host: '[::1]:5000', port: 5}\n",
     "f:2:19: targets[0].host: '[::1]:5000' has brackets; write the address alone; did you mean "
     "'::1'?\n"},
    {"targets:\n"
     "- {name: a, host: '[::1]', port: 5}\n",
     "f:2:19: targets[0].host: '[::1]' has brackets; write the address alone; did you mean "
     "'::1'?\n"},
    {"targets:\n"
     "- {name: a, host: 'r1 .net', port: 5}\n",
     "f:2:19: targets[0].host: 'r1 .net' is not a host name: it may have letters, digits, '-', '_' "
     "and '.'; allowed: an IP address or a host name\n"},
    {"targets:\n"
     "- {name: a, host: '10.0.0.256', port: 5}\n",
     "f:2:19: targets[0].host: '10.0.0.256' is not a valid IPv4 address; allowed: an IP address or "
     "a host name\n"},
    {"targets:\n"
     "- {name: a, host: '1.2.3', port: 5}\n",
     "f:2:19: targets[0].host: '1.2.3' is not a valid IPv4 address; allowed: an IP address or a "
     "host name\n"},
    {"targets:\n"
     "- {name: a, host: 'ro uter', port: 5}\n",
     "f:2:19: targets[0].host: 'ro uter' is not a host name: it may have letters, digits, '-', '_' "
     "and '.'; allowed: an IP address or a host name\n"},
    {"targets:\n"
     "- {name: a, host: '', port: 5}\n",
     "f:2:19: targets[0].host: '' is not a host name: it has an empty part; allowed: an IP address "
     "or a host name\n"},
    {"targets:\n"
     "- {name: a, host: '-a', port: 5}\n",
     "f:2:19: targets[0].host: '-a' is not a host name: a part begins or ends with '-'; allowed: "
     "an IP address or a host name\n"},
    {"targets:\n"
     "- {name: a, host: 'r1/24', port: 5}\n",
     "f:2:19: targets[0].host: 'r1/24' is not a host name: it may have letters, digits, '-', '_' "
     "and '.'; allowed: an IP address or a host name\n"},
    {"targets:\n"
     "- {name: a, host: '255.255.255.255', port: 5}\n",
     "f:2:19: targets[0].host: '255.255.255.255' is a multicast, reserved or broadcast address; "
     "allowed: an IP address or a host name\n"},
    {"targets:\n"
     "- {name: a, host: '::ffff:1.2.3.4', port: 5}\n",
     "f:2:19: targets[0].host: '::ffff:1.2.3.4' is an IPv4 address in IPv6 writing; write it as an "
     "IPv4 address; allowed: an IP address or a host name\n"},
    {"responder: {allow: [10.0.0.1/8]}\n", "f:1:21: responder.allow[0]: '10.0.0.1/8' has bits set "
                                           "behind its length; did you mean '10.0.0.0/8'?\n"},
    {"responder: {allow: [10.0.0.1/33]}\n",
     "f:1:21: responder.allow[0]: '10.0.0.1/33' is not a prefix such as 192.0.2.0/24; allowed: up "
     "to 64 IP prefixes\n"},
    {"responder: {allow: 10.0.0.0/8}\n", "f:1:20: responder.allow: this is a single value where a "
                                         "list is due; write allow: [10.0.0.0/8]\n"},
    {"responder: {allow: ['2001:db8::1/32']}\n",
     "f:1:21: responder.allow[0]: '2001:db8::1/32' has bits set behind its length; did you mean "
     "'2001:db8::/32'?\n"},
    {"responder: {allow: [10/8]}\n", "f:1:21: responder.allow[0]: '10/8' is not a prefix such as "
                                     "192.0.2.0/24; allowed: up to 64 IP prefixes\n"},
    {"responder: {allow: any}\n", "f:1:20: responder.allow: this is a single value where a list is "
                                  "due; write allow: [192.0.2.0/24]\n"},
    {"responder: {listen: 1967}\n", "f:1:21: responder.listen: this is a single value where a list "
                                    "is due; write listen: [1967]\n"},
    {"responder: {listen: [localhost]}\n", "f:1:22: responder.listen[0]: 'localhost' is no address "
                                           "and port; did you mean '127.0.0.1:1967'?\n"},
    {"responder: {listen: ['10.0.0.1']}\n", "f:1:22: responder.listen[0]: '10.0.0.1' has no port; "
                                            "write IP:port; did you mean '10.0.0.1:1967'?\n"},
    {"responder: {listen: ['::']}\n", "f:1:22: responder.listen[0]: '::' has no port; write "
                                      "[IPv6]:port; did you mean '[::]:1967'?\n"},
    {"responder: {ports: 5000-6000}\n", "f:1:20: responder.ports: this is a single value where a "
                                        "list is due; write ports: [5000-6000]\n"},
    {"responder: {ports: [6000-5000]}\n",
     "f:1:21: responder.ports[0]: '6000-5000' is a range that ends before it begins; allowed: up "
     "to 64 of port or first-last\n"},
    {"responder: {ports: [5000 - 6000]}\n",
     "f:1:21: responder.ports[0]: '5000 - 6000' is not a port or a range of ports such as "
     "5000-5999; did you mean '5000-6000'?\n"},
    {"responder: {refusal: none}\n", "f:1:22: responder.refusal: 'none' is none of the choices; "
                                     "allowed: status16, status32, silent\n"},
    {"responder: {refusal: Silent}\n",
     "f:1:22: responder.refusal: 'Silent' is none of the choices; did you mean 'silent'?\n"},
    {"responder: {keys: 5}\n",
     "f:1:19: responder.keys: this is a single value where a list is due; write keys: [5]\n"},
    {"responder: {reply: 24}\n",
     "f:1:20: responder.reply: '24' is none of the choices; allowed: long, short\n"},
    {"responder: {max_session: 5}\n",
     "f:1:13: responder.max_session: unknown key; did you mean 'max_sessions'?\n"},
    {"responder: {port: 5}\n", "f:1:13: responder.port: unknown key; did you mean 'ports'?\n"},
    {"responder: {max_sessions: many}\n", "f:1:27: responder.max_sessions: 'many' is not a whole "
                                          "number in decimal digits; allowed: 1 to 65536\n"},
    {"responder: {keys: [x]}\n", "f:1:20: responder.keys[0]: 'x' is not a whole number in decimal "
                                 "digits; allowed: up to 32 ids of keys\n"},
    {"defaults: {host: h}\n"
     "responder: {}\n",
     "f:1:12: defaults.host: unknown key here; it belongs to an entry of targets\n"},
    {"defaults: {frequency=30s}\n"
     "responder: {}\n",
     "f:1:12: defaults.frequency=30s: unknown key; write 'frequency: ...', with ':' and a space\n"},
    {"defaults: {frequency:30s}\n"
     "responder: {}\n",
     "f:1:12: defaults.frequency:30s: unknown key; write 'frequency: ...', with ':' and a space\n"},
    {"defaults: {frequncy: 3s}\n"
     "responder: {}\n",
     "f:1:12: defaults.frequncy: unknown key; did you mean 'frequency'?\n"},
    {"defaults: {zzz: 1}\n"
     "responder: {}\n",
     "f:1:12: defaults.zzz: unknown key; allowed: tos, ttl, vrf and others, see ipsla.yml(5)\n"},
    {"defaults: {control: [2]}\n"
     "responder: {}\n",
     "f:1:21: defaults.control: this is a list where a mapping is due; write control: {version: "
     "2}\n"},
    {"defaults: {nam: x}\n"
     "responder: {}\n",
     "f:1:12: defaults.nam: unknown key; allowed: tag, path, tos and others, see ipsla.yml(5)\n"},
    {"targets: [{host: 192.0.2.1, ecmp_ports: 2}]\n",
     "f:1:41: targets[0].ecmp_ports: a port that a control request opens is open to one source "
     "port; write control: {version: none} for a responder whose port is always open\n"},
    {"targets: [{host: 192.0.2.1, operation: stamp, ecmp_ports: 2, source_port: 65535}]\n",
     "f:1:59: targets[0].ecmp_ports: from source_port 65535 on there are not so many ports; "
     "allowed: up to 1\n"},
    {"targets: [{host: 192.0.2.1, source_ports: 40000-40003}]\n",
     "f:1:43: targets[0].source_ports: a port that a control request opens is open to one source "
     "port; write control: {version: none} for a responder whose port is always open\n"},
    {"targets: [{host: 192.0.2.1, operation: stamp, source_ports: 40000-40016}]\n",
     "f:1:61: targets[0].source_ports: '40000-40016' is too many ports; allowed: 1 to 16 ports as "
     "first-last\n"},
    {"targets: [{host: 192.0.2.1, operation: stamp, source_ports: 40003-40000}]\n",
     "f:1:61: targets[0].source_ports: '40003-40000' is a range that ends before it begins; "
     "allowed: 1 to 16 ports as first-last\n"},
    {"targets: [{host: 192.0.2.1, operation: stamp, source_ports: 40000 - 40003}]\n",
     "f:1:61: targets[0].source_ports: '40000 - 40003' is not a port or a range of ports such as "
     "5000-5999; did you mean '40000-40003'?\n"},
    {"targets: [{host: 192.0.2.1, operation: stamp, source_ports: 65530-65536}]\n",
     "f:1:61: targets[0].source_ports: '65530-65536' is not a port or a range of ports such as "
     "5000-5999; allowed: 1 to 16 ports as first-last\n"},
    {"targets: [{host: 192.0.2.1, operation: stamp, source_ports: 5000-5001, ecmp_ports: 2}]\n",
     "f:1:47: targets[0].source_ports: cannot stand beside 'ecmp_ports'; allowed: one of the "
     "two\n"},
    {"targets: [{host: 192.0.2.1, operation: stamp, source_port: 5000, source_ports: 5000-5001}]\n",
     "f:1:66: targets[0].source_ports: cannot stand beside 'source_port'; allowed: one of the "
     "two\n"},
    {"targets: [{host: 192.0.2.1, path: {frequency: 5s}}]\n",
     "f:1:47: targets[0].path.frequency: '5s' is out of range; allowed: 10s to 7d\n"},
    {"defaults: {name: x}\n"
     "responder: {}\n",
     "f:1:12: defaults.name: unknown key here; it belongs to an entry of targets\n"},
    {"targets: {name: a, host: b}\n", "f:1:10: targets: this is a mapping where a list is due; "
                                      "write targets: [{name: a, host: 192.0.2.1}]\n"},
    {"targets: x\n", "f:1:10: targets: this is a single value where a list is due; write targets: "
                     "[{name: a, host: 192.0.2.1}]\n"},
    {"targets: 5\n", "f:1:10: targets: this is a single value where a list is due; write targets: "
                     "[{name: a, host: 192.0.2.1}]\n"},
    {"- name: a\n", "f:1:1: this is a list; write 'targets:' above it\n"},
    {"- a\n", "f:1:1: this is a list; write 'targets:' above it\n"},
    {"hello\n", "f:1:1: this is a single value; write keys and values: {key: value}\n"},
    {"modules: [a]\n", "f:1:10: modules: this is a list where a mapping is due; write modules: "
                       "{voice: {codec: g729a}}\n"},
    {"modules: {m: 5}\n",
     "f:1:1: nothing to do: there are no targets and there is no responder; write targets: [{name: "
     "a, host: 192.0.2.1, port: 16384}]\n"
     "f:1:14: modules.m: this is a single value; write keys and values: {key: value}\n"},
    {"modules: {m: [a]}\n",
     "f:1:1: nothing to do: there are no targets and there is no responder; write targets: [{name: "
     "a, host: 192.0.2.1, port: 16384}]\n"
     "f:1:14: modules.m: this is a list; write keys and values: {key: value}\n"},
    {"responder: true\n",
     "f:1:12: responder: this is a single value where a mapping is due; write responder: {}\n"},
    {"responder: [a]\n",
     "f:1:12: responder: this is a list where a mapping is due; write responder: {}\n"},
    {"responder:\n", "f:1:11: responder: the value is missing; write responder: {}\n"},
    {"defaults: 1\n", "f:1:11: defaults: this is a single value where a mapping is due; write "
                      "defaults: {frequency: 30s}\n"},
    {"keys: {id: 1}\n", "f:1:7: keys: this is a mapping where a list is due; write keys: [{id: 1, "
                        "algorithm: md5, secret_file: FILE}]\n"},
    {"keys: [{id: 1, algorithm: md5, secret: hello}]\n"
     "responder: {}\n",
     "f:1:32: keys[0].secret: unknown key; did you mean 'secret_file'?\n"},
    {"keys: [{id: 1, algorithm: HMAC-SHA256, secret_file: /nonexistent}]\n"
     "responder: {}\n",
     "f:1:27: keys[0].algorithm: 'HMAC-SHA256' is none of the choices; did you mean "
     "'hmac-sha256'?\n"},
    {"keys: [{id: 1, algorithm: hmac, secret_file: /}]\n"
     "responder: {}\n",
     "f:1:27: keys[0].algorithm: 'hmac' is none of the choices; did you mean 'hmac-sha256'?\n"},
    {"target:\n"
     "- {name: a, host: h, port: 5}\n",
     "f:1:1: target: unknown key; did you mean 'targets'?\n"},
    {"host: x\n"
     "responder: {}\n",
     "f:1:1: host: unknown key here; it belongs to an entry of targets\n"},
    {"clock: true\n"
     "responder: {}\n",
     "f:1:8: clock: this is a single value where a mapping is due; write clock: "
     "{assume_synchronized: true}\n"},
    {"a: 1\n"
     "b: 2\n"
     "c: 3\n",
     "f:1:1: a: unknown key; allowed: defaults, modules, targets, target_files, keys, clock, "
     "max_packet_rate, "
     "evidence, responder, probe\n"
     "f:2:1: b: unknown key; allowed: defaults, modules, targets, target_files, keys, clock, "
     "max_packet_rate, "
     "evidence, responder, probe\n"
     "f:3:1: c: unknown key; allowed: defaults, modules, targets, target_files, keys, clock, "
     "max_packet_rate, "
     "evidence, responder, probe\n"},
    {"targets:\n"
     "- {nmae: a, host: h, port: 5}\n",
     "f:2:4: targets[0].nmae: unknown key; did you mean 'name'?\n"},
    {"x: &a 1\n"
     "y: *a\n"
     "z: {<<: *a}\n",
     "f:1:1: x: unknown key; allowed: defaults, modules, targets, target_files, keys, clock, "
     "max_packet_rate, "
     "evidence, responder, probe\n"
     "f:1:4: x: anchors and aliases (&name, *name) are not supported; write the value itself, and "
     "what targets share under defaults or in a module\n"
     "f:2:1: y: unknown key; allowed: defaults, modules, targets, target_files, keys, clock, "
     "max_packet_rate, "
     "evidence, responder, probe\n"
     "f:3:1: z: unknown key; allowed: defaults, modules, targets, target_files, keys, clock, "
     "max_packet_rate, "
     "evidence, responder, probe\n"},
    {"defaults: &d {timeout: 1s}\n"
     "targets:\n"
     "- {<<: *d, name: a, host: h, port: 5}\n"
     "- {<<: *d, name: b, host: h, port: 5}\n",
     "f:1:11: defaults: anchors and aliases (&name, *name) are not supported; write the value "
     "itself, and what targets share under defaults or in a module\n"},
    {"responder: {max_sessions: '100 000'}\n",
     "f:1:27: responder.max_sessions: '100 000' is not a whole number in decimal digits; allowed: "
     "1 to 65536\n"},
    {"responder: {min_duration: 2 seconds}\n",
     "f:1:27: responder.min_duration: '2 seconds' has a space; write number and unit together, as "
     "in 20ms or 60s; did you mean '2s'?\n"},
    {"responder: {max_duration: 1 Hour}\n",
     "f:1:27: responder.max_duration: '1 Hour' has a space; write number and unit together, as in "
     "20ms or 60s; did you mean '1h'?\n"},
    {"targets:\n"
     "- {name: \"a\\u2028b\", host: h, port: 5}\n",
     "f:2:10: targets[0].name: 'a\\xa8b' has a control character; allowed: 1 to 255 bytes of "
     "text\n"},
    {"targets:\n"
     "- {name: \"a\\Nb\", host: h, port: 5}\n",
     "f:2:10: targets[0].name: 'a\\x85b' has a control character; allowed: 1 to 255 bytes of "
     "text\n"},
    {"targets:\n"
     "- {name: \"a\\tb\", host: h, port: 5}\n",
     "f:2:10: targets[0].name: 'a\\x09b' has a control character; allowed: 1 to 255 bytes of "
     "text\n"},
    {"responder: {}\n"
     "responder: {}\n",
     "f:2:1: responder: duplicate key; it is set on line 1 already; remove one\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5}\n"
     "- {name: a, host: h, port: 5}\n",
     "f:3:10: targets[1].name: 'a' is the name of the target on line 2 already; names are "
     "unique\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, dscp: ef, tos: 1}\n",
     "f:2:41: targets[0].tos: cannot stand beside 'dscp'; allowed: one of the two\n"},
    {"targets:\n"
     "- {name: a, port: 5}\n",
     "f:2:3: targets[0].host: the key is missing; required: an IP address or a host name\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, labels: {target: x}}\n",
     "f:2:40: targets[0].labels.target: the exporter uses this label name itself; choose "
     "another\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, request_data_size: 32, precision: microseconds}\n",
     "f:2:50: targets[0].request_data_size: '32' is too small for precision 'microseconds'; "
     "allowed: 56 bytes or more\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, timeout: 90s}\n",
     "f:2:40: targets[0].timeout: '90s' is longer than frequency '60s' (the default); allowed: a "
     "timeout up to the frequency\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, timestamps: hardware}\n",
     "f:2:43: targets[0].timestamps: 'hardware' needs interface, the device whose adapter "
     "stamps\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, operation: tcp-connect, num_packets: 5}\n",
     "f:2:55: targets[0].num_packets: does not apply to tcp-connect; allowed with: udp-jitter, "
     "udp-echo, icmp-echo, icmp-jitter, stamp, twamp-light, twamp, auto\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, codec: g729a, num_packets: 5}\n",
     "f:2:45: targets[0].num_packets: does not go with a codec; allowed: codec_num_packets\n"},
    {"targets:\n"
     "- {name: a, host: h, port: 5, control: {key: 9}}\n",
     "f:2:46: targets[0].control.key: '9' is the id of no key; allowed: one of keys\n"},
};

static void what_is_wrong_is_explained(void **state)
{
    (void)state;
    JUDGE(wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
