/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lint: table
 * The sections of `ipsla` of IOS XR. */
#include "import/tables.h"

#define MAPPED(...) .fate = FATE_MAPPED, .params = {__VA_ARGS__}
#define KEPT(...) .fate = FATE_KEPT, .params = {__VA_ARGS__}
#define TURNED(what) .fate = FATE_TURNED, .why = (what)
#define NOT(reason, other) .fate = FATE_UNSUPPORTED, .why = (reason), .instead = (other)
#define TYPE(kind_of) .fate = FATE_MAPPED, .kind = (kind_of), .action = ACTION_TYPE
#define OTHER(kind_of) .fate = FATE_UNSUPPORTED, .kind = (kind_of), .action = ACTION_TYPE
#define HISTORY NOT("statistics kept on the router", "Prometheus keeps every operation")

static const struct import_row top[] = {
    {"operation N", .fate = FATE_MAPPED, .action = ACTION_ENTRY, .why = "a target"},
    {"schedule operation N", .fate = FATE_MAPPED, .action = ACTION_SCHEDULE,
     .why = "`start` and `life`"},
    {"reaction operation N", TURNED("`limits`, and alert rules with `--rules`"),
     .action = ACTION_REACTION},
    {"reaction trigger N N", NOT("one operation starts another", "both run always")},
    {"responder", TURNED("a target of `--towards`"), .action = ACTION_RESPONDER},
    {"key-chain W", TURNED("control requests must be signed: write `keys` and `control.key`"),
     .action = ACTION_KEY_CHAIN},
    {"low-memory N", NOT("memory of the router", NULL)},
    {"hw-timestamp disable", NOT("a way to stamp inside a router", "the key `timestamps`")},
    {"mpls |R", .action = ACTION_BLOCK, NOT("label paths begin on routers only", NULL)},
    {"server twamp|R", .action = ACTION_BLOCK,
     NOT("a TWAMP server", "a target with `operation: twamp` and its port")},
};
const struct import_table import_xr_top = IMPORT_TABLE("IOS XR: behind `ipsla`", top);

static const struct import_row operation[] = {
    {"type icmp echo", TYPE(KIND_ICMP_ECHO)},
    {"type udp echo", TYPE(KIND_UDP_ECHO)},
    {"type udp jitter", TYPE(KIND_UDP_JITTER)},
    {"type icmp path-echo", OTHER(KIND_PATH_ECHO)},
    {"type icmp path-jitter", OTHER(KIND_PATH_JITTER)},
    {"type mpls R", OTHER(KIND_MPLS)},
    {"destination address H", MAPPED(PARAM_HOST)},
    {"destination port N", MAPPED(PARAM_PORT)},
    {"source address H", KEPT(PARAM_SOURCE), .why = "as source-ip of IOS"},
    {"source port N", MAPPED(PARAM_SOURCE_PORT)},
    {"packet count N", MAPPED(PARAM_NUM_PACKETS)},
    {"packet interval N", MAPPED(PARAM_INTERVAL)},
    {"datasize request N", MAPPED(PARAM_SIZE)},
    {"datasize response N", NOT("answers have the size of the request", "datasize request")},
    {"frequency N", MAPPED(PARAM_FREQUENCY)},
    {"timeout N", MAPPED(PARAM_TIMEOUT)},
    {"tos X", MAPPED(PARAM_TOS)},
    {"tag R", MAPPED(PARAM_TAG)},
    {"vrf W", KEPT(PARAM_VRF), .why = "as vrf of IOS"},
    {"verify-data", MAPPED(PARAM_VERIFY), .value = 1},
    {"control disable", MAPPED(PARAM_CONTROL), .value = 0, .why = "`control.version: none`"},
    {"control enable", MAPPED(PARAM_CONTROL), .value = 1, .why = "`control.version: 1`"},
    {"secondary-frequency W N",
     NOT("another frequency after a failure", "a shorter `frequency`, always")},
    {"statistics hourly", HISTORY},
    {"statistics interval N", HISTORY},
    {"buckets N", HISTORY},
    {"distribution count N", HISTORY},
    {"distribution interval N", NOT("buckets of the router", "the key `buckets`")},
    {"maximum hops N", HISTORY},
    {"maximum paths N", HISTORY},
    {"history", HISTORY},
    {"history lives N", HISTORY},
    {"history filter W", HISTORY},
    {"history buckets N", HISTORY},
    {"history samples N", HISTORY},
    {"lives N", HISTORY},
    {"filter W", HISTORY},
    {"samples N", HISTORY},
    {"lsr-path R", NOT("source routes are not sent", NULL)},
};
const struct import_table import_xr_operation =
    IMPORT_TABLE("IOS XR: lines of `operation`", operation);

static const struct import_row schedule[] = {
    {"start-time now", .params = {PARAM_START}, .value = 0, .why = "`start: spread`, the default"},
    {"start-time pending", .params = {PARAM_START}, .value = -1, .why = "`start: pending`"},
    {"start-time after W", .why = "`start: spread`, the default: that moment is over"},
    {"start-time W", .why = "`start: spread`, the default: that moment is over"},
    {"life forever", .params = {PARAM_LIFE}, .value = -1},
    {"life N", .params = {PARAM_LIFE}},
    {"ageout N", .params = {PARAM_AGEOUT}, .fate = FATE_UNSUPPORTED,
     .why = "entries of a file are not removed by time", .instead = "`life`"},
    {"recurring", .params = {PARAM_RECURRING}, .value = 1, .fate = FATE_UNSUPPORTED,
     .why = "a life that begins again each day", .instead = "a target that runs always"},
};
const struct import_table import_xr_schedule =
    IMPORT_TABLE("IOS XR: lines of `schedule operation`", schedule);

static const struct import_row reaction[] = {
    {"react W", TURNED("`limits`, and an alert rule with `--rules`"), .value = 'e'},
    {"react packet-loss W", TURNED("`limits`, and an alert rule with `--rules`"), .value = 'P'},
    {"react jitter-average W", TURNED("`limits`, and an alert rule with `--rules`"), .value = 'J'},
    {"action W", TURNED("the alert rule itself"), .value = 't'},
    {"threshold lower-limit N upper-limit N", TURNED("the limit"), .value = 'l'},
    {"threshold upper-limit N lower-limit N", TURNED("the limit"), .value = 'u'},
    {"threshold type immediate", TURNED("`for` of the limit"), .value = 'i'},
    {"threshold type consecutive N", TURNED("`for` of the limit"), .value = 'c'},
    {"threshold type xofy N N", TURNED("`for` of the limit"), .value = 'x'},
    {"threshold type average N", TURNED("the average in the alert rule"), .value = 'a'},
};
const struct import_table import_xr_reaction =
    IMPORT_TABLE("IOS XR: lines of `reaction operation`", reaction);

static const struct import_row responder[] = {
    {"type udp ipv4 address H port N", TURNED("a target of `--towards`"), .action = ACTION_PORT},
    {"type udp address H port N", TURNED("a target of `--towards`"), .action = ACTION_PORT},
    {"twamp |R", NOT("a TWAMP responder", "a responder with `type udp`")},
    {"timeout N", NOT("part of a TWAMP responder", NULL)},
};
const struct import_table import_xr_responder =
    IMPORT_TABLE("IOS XR: lines of `responder`", responder);
