/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lint: table
 * The lines of an operation of IOS, IOS XE, NX-OS and ASA. */
#include "import/tables.h"

#define MAPPED(...) .fate = FATE_MAPPED, .params = {__VA_ARGS__}
#define KEPT(...) .fate = FATE_KEPT, .params = {__VA_ARGS__}
#define TYPE(kind_of, ...)                                                                         \
    .fate = FATE_MAPPED, .params = {__VA_ARGS__}, .kind = (kind_of), .action = ACTION_TYPE
#define OTHER(kind_of) .fate = FATE_UNSUPPORTED, .kind = (kind_of), .action = ACTION_TYPE
#define NOT(reason, other) .fate = FATE_UNSUPPORTED, .why = (reason), .instead = (other)

static const struct import_row types[] = {
    {"icmp-echo H", TYPE(KIND_ICMP_ECHO, PARAM_HOST)},
    {"icmp-jitter H", TYPE(KIND_ICMP_JITTER, PARAM_HOST)},
    {"udp-echo H|N", TYPE(KIND_UDP_ECHO, PARAM_HOST, PARAM_PORT)},
    {"udp-jitter H|N", TYPE(KIND_UDP_JITTER, PARAM_HOST, PARAM_PORT)},
    {"tcp-connect H|N", TYPE(KIND_TCP_CONNECT, PARAM_HOST, PARAM_PORT)},
    {"path-echo H", OTHER(KIND_PATH_ECHO)},
    {"path-jitter H|R", OTHER(KIND_PATH_JITTER)},
    {"dns R", OTHER(KIND_DNS)},
    {"http R", OTHER(KIND_HTTP)},
    {"ftp R", OTHER(KIND_FTP)},
    {"dhcp |R", OTHER(KIND_DHCP)},
    {"dlsw R", OTHER(KIND_DLSW)},
    {"frame-relay R", OTHER(KIND_FRAME_RELAY)},
    {"ethernet R", OTHER(KIND_ETHERNET)},
    {"mpls R", OTHER(KIND_MPLS)},
    {"twamp |R", OTHER(KIND_TWAMP)},
    {"video R", OTHER(KIND_VIDEO)},
    {"voip R", OTHER(KIND_VOIP)},
};
const struct import_table import_types = IMPORT_TABLE("The type of `ip sla N`", types);

static const struct import_row types_legacy[] = {
    {"type echo protocol ipIcmpEcho H", TYPE(KIND_ICMP_ECHO, PARAM_HOST)},
    {"type udpEcho dest-ipaddr H", TYPE(KIND_UDP_ECHO, PARAM_HOST)},
    {"type jitter dest-ipaddr H", TYPE(KIND_UDP_JITTER, PARAM_HOST)},
    {"type tcpConnect dest-ipaddr H", TYPE(KIND_TCP_CONNECT, PARAM_HOST)},
    {"type pathEcho protocol ipIcmpEcho H", OTHER(KIND_PATH_ECHO)},
    {"type pathJitter dest-ipaddr H|R", OTHER(KIND_PATH_JITTER)},
    {"type dns R", OTHER(KIND_DNS)},
    {"type http R", OTHER(KIND_HTTP)},
    {"type ftp R", OTHER(KIND_FTP)},
    {"type dhcp |R", OTHER(KIND_DHCP)},
    {"type dlsw R", OTHER(KIND_DLSW)},
    {"type frame-relay R", OTHER(KIND_FRAME_RELAY)},
    {"type voip R", OTHER(KIND_VOIP)},
    {"type rtp R", OTHER(KIND_RTP)},
    {"type slm R", OTHER(KIND_FRAME_RELAY)},
};
const struct import_table import_types_legacy =
    IMPORT_TABLE("The type of `rtr N`, `ip sla monitor N` and `sla monitor N`", types_legacy);

#define SOURCE_WHY "`--from device` keeps it; otherwise this host's own address is used, and the "
static const struct import_row options[] = {
    {"source-ip H", KEPT(PARAM_SOURCE), .why = SOURCE_WHY "router's is the label device_source"},
    {"source-ipaddr H", KEPT(PARAM_SOURCE),
     .why = SOURCE_WHY "router's is the label device_source"},
    {"source-interface I", KEPT(PARAM_SOURCE_INTERFACE),
     .why = "the address of its `interface` block, as source-ip"},
    {"interface I", KEPT(PARAM_SOURCE_INTERFACE),
     .why = "ASA: the address of the interface with this `nameif`, as source-ip"},
    {"source-port N", MAPPED(PARAM_SOURCE_PORT)},
    {"dest-port N", MAPPED(PARAM_PORT)},
    {"dest-ipaddr H", MAPPED(PARAM_HOST)},
    {"control enable", MAPPED(PARAM_CONTROL), .value = 1, .why = "`control.version: 1`"},
    {"control disable", MAPPED(PARAM_CONTROL), .value = 0, .why = "`control.version: none`"},
    {"num-packets N", MAPPED(PARAM_NUM_PACKETS)},
    {"interval N", MAPPED(PARAM_INTERVAL)},
    {"codec W", MAPPED(PARAM_CODEC)},
    {"codec-numpackets N", MAPPED(PARAM_CODEC_NUM_PACKETS)},
    {"codec-interval N", MAPPED(PARAM_CODEC_INTERVAL)},
    {"codec-size N", MAPPED(PARAM_CODEC_SIZE)},
    {"advantage-factor N", MAPPED(PARAM_ADVANTAGE)},
    {"endpoint-list W", .kind = KIND_MULTICAST, .action = ACTION_TYPE,
     NOT("a multicast operation to a list of responders", "a target for each responder")},
    {"ssm", NOT("source-specific multicast", NULL)},
    {"targetOnly", NOT("part of path-jitter", NULL)},
};
const struct import_table import_options =
    IMPORT_TABLE("Words behind the type, or on lines of their own", options);

#define HISTORY NOT("statistics kept on the router", "Prometheus keeps every operation")
static const struct import_row lines[] = {
    {"frequency N", MAPPED(PARAM_FREQUENCY)},
    {"timeout N", MAPPED(PARAM_TIMEOUT)},
    {"threshold N", MAPPED(PARAM_THRESHOLD)},
    {"tos X", MAPPED(PARAM_TOS)},
    {"vrf W", KEPT(PARAM_VRF),
     .why = "`--from device` keeps it as `vrf`; otherwise it is the label device_vrf"},
    {"owner R", MAPPED(PARAM_OWNER)},
    {"tag R", MAPPED(PARAM_TAG)},
    {"request-data-size N", MAPPED(PARAM_SIZE)},
    {"verify-data", MAPPED(PARAM_VERIFY), .value = 1},
    {"data-pattern W", MAPPED(PARAM_PATTERN)},
    {"precision W", MAPPED(PARAM_PRECISION)},
    {"clock-tolerance ntp oneway absolute N", MAPPED(PARAM_TOLERANCE_US),
     .why = "`clock_tolerance`"},
    {"clock-tolerance ntp oneway percent N", MAPPED(PARAM_TOLERANCE_PERCENT),
     .why = "`clock_tolerance`"},
    {"control retry N", MAPPED(PARAM_CONTROL_RETRIES), .why = "`control.retries`"},
    {"control timeout N", MAPPED(PARAM_CONTROL_TIMEOUT), .why = "`control.timeout`"},
    {"history hours-of-statistics-kept N", HISTORY},
    {"history distributions-of-statistics-kept N", HISTORY},
    {"history statistics-distribution-interval N",
     NOT("buckets of the router", "the key `buckets`")},
    {"history lives-kept N", HISTORY},
    {"history buckets-kept N", HISTORY},
    {"history filter W", HISTORY},
    {"history enhanced |R", HISTORY},
    {"hours-of-statistics-kept N", HISTORY},
    {"distributions-of-statistics-kept N", HISTORY},
    {"statistics-distribution-interval N", NOT("buckets of the router", "the key `buckets`")},
    {"lives-of-history-kept N", HISTORY},
    {"buckets-of-history-kept N", HISTORY},
    {"filter-for-history W", HISTORY},
    {"enhanced-history |R", HISTORY},
    {"samples-of-history-kept N", HISTORY},
    {"hops-of-statistics-kept N", NOT("part of path-echo", NULL)},
    {"paths-of-statistics-kept N", NOT("part of path-echo", NULL)},
    {"lsr-path R", NOT("source routes are not sent", NULL)},
    {"response-data-size N", NOT("answers have the size of the request", "request-data-size")},
    {"traffic-class X", MAPPED(PARAM_TOS)},
    {"flow-label X", NOT("the system chooses the flow label", NULL)},
    {"operation-packet priority W",
     NOT("packets of a router's own queue", "kernel timestamps, which exclude our own delay")},
    {"optimize timestamp", NOT("a way to stamp inside a router", "kernel timestamps, always on")},
    {"percentile W N",
     NOT("percentiles that the router computes", "histogram_quantile() over the histograms")},
    {"secondary-frequency W N",
     NOT("another frequency after a failure", "a shorter `frequency`, always")},
    {"http-raw-request", .action = ACTION_RAW,
     NOT("the text of a web request", "a module of the blackbox_exporter with prober: http")},
    {"cos N", NOT("part of an Ethernet operation", NULL)},
    {"exp N", NOT("part of an MPLS operation", NULL)},
    {"ttl N", NOT("part of an MPLS operation", NULL)},
    {"reply R", NOT("part of an MPLS operation", NULL)},
    {"aggregate R", NOT("part of an Ethernet operation", NULL)},
    {"distribution R", NOT("part of an Ethernet operation", NULL)},
    {"frame R", NOT("part of an Ethernet operation", NULL)},
    {"max-delay N", NOT("part of an Ethernet operation", NULL)},
    {"clock R", NOT("part of an Ethernet operation", NULL), .needs_indent = true},
    {"duration R", NOT("part of a video operation", NULL)},
    {"availability R", NOT("part of an Ethernet operation", NULL)},
    {"owamp R", NOT("part of a TWAMP operation", NULL)},
};
const struct import_table import_lines = IMPORT_TABLE("Lines of an operation", lines);
