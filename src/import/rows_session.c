/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lint: table
 * Sessions of TWAMP and TWAMP Light, and who answers them: Juniper, Huawei, Nokia. */
#include "import/tables.h"

#define MAPPED(...) .fate = FATE_MAPPED, .params = {__VA_ARGS__}
#define KEPT(...) .fate = FATE_KEPT, .params = {__VA_ARGS__}
#define TURNED(what) .fate = FATE_TURNED, .why = (what)
#define NOT(reason, other) .fate = FATE_UNSUPPORTED, .why = (reason), .instead = (other)
#define TYPE(kind_of) .fate = FATE_MAPPED, .kind = (kind_of), .action = ACTION_TYPE
#define OTHER(kind_of) .fate = FATE_UNSUPPORTED, .kind = (kind_of), .action = ACTION_TYPE
#define PORT(kind_of) TURNED("a target of `--towards`"), .kind = (kind_of), .action = ACTION_PORT
#define AS_IS(what) .fate = FATE_MAPPED, .why = (what)
#define HISTORY NOT("statistics kept on the router", "Prometheus keeps every operation")
#define TRAP NOT("a trap of the router", "`limits`, and alert rules")
#define STAMPS NOT("where a router stamps", "the key `timestamps`")
#define ADMITS TURNED("whom it answers: this host must be among them")
#define SHUT .fate = FATE_REFUSED, .why = "it does not answer", .action = ACTION_SHUT
#define LIMIT NOT("a limit of the server", NULL)
#define PADDING NOT("what fills a packet is chosen here", NULL)

/* Of a session, and of a control connection for all its sessions. */
#define JUNIPER_BOTH                                                                               \
    {"target-address H", MAPPED(PARAM_HOST)}, {"target H", MAPPED(PARAM_HOST)},                    \
        {"target address H", MAPPED(PARAM_HOST)},                                                  \
        {"target url R", NOT("a URL is no host to measure", "`host`")},                            \
        {"local-link I", KEPT(PARAM_SOURCE_INTERFACE), .why = "the label device_interface"},       \
        {"source-address H", KEPT(PARAM_SOURCE), .why = "as source-ip of IOS"},                    \
        {"routing-instance W", KEPT(PARAM_VRF), .why = "as vrf of IOS"},                           \
        {"destination-interface I", KEPT(PARAM_SOURCE_INTERFACE),                                  \
         .why = "the label device_interface"},                                                     \
        {"data-size N", MAPPED(PARAM_SIZE)},                                                       \
        {"data-fill-with-zeros", AS_IS("the padding is zeros")},                                   \
        {"data-fill-with zeros", AS_IS("the padding is zeros")},                                   \
        {"dscp-code-points W", MAPPED(PARAM_DSCP)}, {"ttl N", MAPPED(PARAM_TTL)},                  \
        {"probe-count N", MAPPED(PARAM_NUM_PACKETS)},                                              \
        {"probe-interval N", MAPPED(PARAM_INTERVAL)},                                              \
        {"test-interval N", MAPPED(PARAM_PAUSE),                                                   \
         .why = "`frequency`: the time of the packets "                                            \
                "and this pause (60 s without it, 6 s at least)"},                                 \
        {"iteration-interval N", MAPPED(PARAM_PAUSE), .why = "as test-interval"},                  \
        {"history-size N", HISTORY}, {"moving-average-size N", HISTORY},                           \
        {"persistent-results", HISTORY}, {"thresholds R", TRAP}, {"traps R", TRAP},                \
        {"delegate-probes", STAMPS}, {"hardware-timestamping", STAMPS},                            \
    {                                                                                              \
        "offload-type W", STAMPS                                                                   \
    }

static const struct import_row juniper_connection[] = {
    JUNIPER_BOTH,
    {"control-type managed", TYPE(KIND_TWAMP_SESSION)},
    {"control-type light", TYPE(KIND_TWAMP_LIGHT)},
    {"destination-port N", MAPPED(PARAM_SERVER_PORT), .why = "`server_port`; of light: `port`"},
    {"authentication-mode none", AS_IS("`mode: unauthenticated`, the default")},
    {"authentication-mode R", NOT("secrets are not imported", "`mode` and `auth_key`")},
    {"test-count 0", AS_IS("`life: forever`, the default")},
    {"test-count N", NOT("it ends after so many tests", "`life`")},
    {"test-start auto", AS_IS("`start: spread`, the default")},
    {"test-start manual", MAPPED(PARAM_START), .value = -1, .why = "`start: pending`"},
    {"tcp-keepcnt N", NOT("a timer of TCP", NULL)},
    {"tcp-keepidle N", NOT("a timer of TCP", NULL)},
    {"tcp-keepintvl N", NOT("a timer of TCP", NULL)},
    {"source-routing R", NOT("source routes are not sent", NULL)},
};
const struct import_table import_juniper_connection =
    IMPORT_TABLE("Juniper: lines of `services rpm twamp client control-connection`, and of "
                 "`services monitoring twamp`",
                 juniper_connection);

static const struct import_row juniper_session[] = {
    JUNIPER_BOTH,
    {"destination-port N", MAPPED(PARAM_PORT)},
};
const struct import_table import_juniper_session =
    IMPORT_TABLE("Juniper: lines of `test-session`", juniper_session);

static const struct import_row juniper_server[] = {
    {"port N", PORT(KIND_TWAMP_SESSION)},
    {"managed", AS_IS("as without it")},
    {"light", PORT(KIND_TWAMP_LIGHT)},
    {"light port N", PORT(KIND_TWAMP_LIGHT)},
    {"client-list R", ADMITS},
    {"stateful-sequence", AS_IS("the direction of losses is known then")},
    {"authentication-mode none", AS_IS("`mode: unauthenticated`, the default")},
    {"authentication-mode R", NOT("secrets are not imported", "`mode` and `auth_key`")},
    {"offload-type W", STAMPS},
    {"inactivity-timeout N", LIMIT},
    {"server-inactivity-timeout N", LIMIT},
    {"reflector-inactivity-timeout N", LIMIT},
    {"control-inactivity-timeout N", LIMIT},
    {"control-maximum-duration N", LIMIT},
    {"control-per-client-limit N", LIMIT},
    {"client-limit N", LIMIT},
    {"test-per-client-limit N", LIMIT},
    {"max-connection-duration N", LIMIT},
    {"maximum-connections N", LIMIT},
    {"maximum-connections-per-client N", LIMIT},
    {"maximum-sessions N", LIMIT},
    {"maximum-sessions-per-connection N", LIMIT},
    {"tcp-keepcnt N", NOT("a timer of TCP", NULL)},
    {"tcp-keepidle N", NOT("a timer of TCP", NULL)},
    {"tcp-keepintvl N", NOT("a timer of TCP", NULL)},
};
const struct import_table import_juniper_server =
    IMPORT_TABLE("Juniper: lines of `twamp server`", juniper_server);

static const struct import_row huawei_client[] = {
    {"reflector-ip H", MAPPED(PARAM_HOST)},
    {"reflector-ipv6 H", MAPPED(PARAM_HOST)},
    {"reflector-port N", MAPPED(PARAM_PORT)},
    {"sender-ip H", KEPT(PARAM_SOURCE), .why = "as source-ip of IOS"},
    {"sender-ipv6 H", KEPT(PARAM_SOURCE), .why = "as source-ip of IOS"},
    {"sender-port N", MAPPED(PARAM_SOURCE_PORT)},
    {"vpn-instance W", KEPT(PARAM_VRF), .why = "as vrf of IOS"},
    {"link-bundle-interface I", KEPT(PARAM_SOURCE_INTERFACE), .why = "the label device_interface"},
    {"dscp W", MAPPED(PARAM_DSCP)},
    {"padding N", MAPPED(PARAM_SIZE), .why = "`request_data_size`, 14 more"},
    {"padding-type W", PADDING},
    {"description W", MAPPED(PARAM_TAG)},
};
const struct import_table import_huawei_client = IMPORT_TABLE(
    "Huawei: behind `test-session N` in the view `client` of `nqa twamp-light`", huawei_client);

#define STREAM_WHY "`interval`; `num_packets`: as many as go into 50 s of each minute"
static const struct import_row huawei_sender[] = {
    {"period N", MAPPED(PARAM_INTERVAL), .why = STREAM_WHY},
    {"time-out N", MAPPED(PARAM_TIMEOUT)},
};
const struct import_table import_huawei_sender = IMPORT_TABLE(
    "Huawei: behind `test start-continual test-session N` in the view `sender`", huawei_sender);

static const struct import_row huawei_responder[] = {
    {"local-ip H", TURNED("a target of `--towards`")},
    {"local-ipv6 H", TURNED("a target of `--towards`")},
    {"local-port N", TURNED("its `port`")},
    {"remote-ip H", ADMITS},
    {"remote-ipv6 H", ADMITS},
    {"remote-port N", TURNED("`source_port` that it answers: write it into the target")},
    {"vpn-instance W", NOT("the address is one of this VPN", "`vrf`")},
    {"description W", NOT("a text about the other end", "`tag`")},
};
const struct import_table import_huawei_responder =
    IMPORT_TABLE("Huawei: behind `test-session N` in the view `responder`", huawei_responder);

static const struct import_row nokia_session[] = {
    {"test-family ip", AS_IS("`operation: twamp-light`")},
    {"test-family ethernet", OTHER(KIND_ETHERNET)},
    {"ethernet |R", OTHER(KIND_ETHERNET)},
    {"mpls |R", OTHER(KIND_MPLS)},
    {"session-type W", AS_IS("it runs always")},
    {"create", AS_IS("as without it")},
    {"description W", MAPPED(PARAM_TAG)},
    {"bin-group W |R", NOT("buckets of the router", "the key `buckets`")},
    {"meas-interval R", HISTORY},
    {"measurement-interval R", HISTORY},
};
const struct import_table import_nokia_session =
    IMPORT_TABLE("Nokia: lines of `oam-pm session`", nokia_session);

static const struct import_row nokia_ip[] = {
    {"destination H", MAPPED(PARAM_HOST)},
    {"dest-udp-port N", MAPPED(PARAM_PORT)},
    {"destination-udp-port N", MAPPED(PARAM_PORT)},
    {"source H", KEPT(PARAM_SOURCE), .why = "as source-ip of IOS"},
    {"source-udp-port N", MAPPED(PARAM_SOURCE_PORT)},
    {"dscp W", MAPPED(PARAM_DSCP)},
    {"fc W", NOT("a forwarding class of the router", "`dscp`")},
    {"profile W", NOT("a forwarding class of the router", "`dscp`")},
    {"allow-egress-remark-dscp R", NOT("a forwarding class of the router", "`dscp`")},
    {"router W", KEPT(PARAM_VRF), .why = "as vrf of IOS"},
    {"router service-name W", KEPT(PARAM_VRF), .why = "as vrf of IOS"},
    {"router-instance W", KEPT(PARAM_VRF), .why = "as vrf of IOS"},
    {"ttl N", MAPPED(PARAM_TTL)},
    {"do-not-fragment true", MAPPED(PARAM_DF), .value = 1},
    {"do-not-fragment |W", AS_IS("`dont_fragment: false`, the default")},
    {"forwarding R", NOT("a way out of the router", NULL)},
    {"pattern W", PADDING},
    {"tunnel R", NOT("tunnels begin on routers only", NULL)},
};
const struct import_table import_nokia_ip =
    IMPORT_TABLE("Nokia: lines of `ip` of such a session", nokia_ip);

static const struct import_row nokia_light[] = {
    {"test-id N", AS_IS("a number of the router")},
    {"create", AS_IS("as without it")},
    {"interval N", MAPPED(PARAM_INTERVAL), .why = STREAM_WHY},
    {"pad-size N", MAPPED(PARAM_SIZE), .why = "`request_data_size`"},
    {"pad-tlv-size N", NOT("padding of STAMP", "`operation: stamp` and `request_data_size`")},
    {"timestamp-format ntp", AS_IS("`timestamp_format: ntp`, the default")},
    {"timestamp-format W", NOT("times of another form", "`timestamp_format: ptp`")},
    {"test-duration N", NOT("it ends after this time", "`life`")},
    {"record-stats W", AS_IS("delay and loss are always measured")},
    {"loss |R", TRAP},
    {"loss-events |R", TRAP},
    {"delay-events |R", TRAP},
    {"delay-event |R", TRAP},
    {"statistics |R", HISTORY},
    {"allow-ipv6-udp-checksum-zero R", NOT("UDP without a checksum is not sent", NULL)},
    {"no shutdown", AS_IS("it runs")},
    {"shutdown", MAPPED(PARAM_START), .value = -1, .why = "`start: pending`"},
    {"admin-state enable", AS_IS("it runs")},
    {"admin-state disable", MAPPED(PARAM_START), .value = -1, .why = "`start: pending`"},
};
const struct import_table import_nokia_light =
    IMPORT_TABLE("Nokia: lines of `twamp-light` of such a session", nokia_light);

static const struct import_row nokia_reflector[] = {
    {"udp-port N", PORT(KIND_TWAMP_LIGHT)},
    {"create", AS_IS("as without it")},
    {"prefix R", ADMITS},
    {"type W", AS_IS("both are answered")},
    {"description R", NOT("a text about the reflector", "`tag`")},
    {"allow-ipv6-udp-checksum-zero R", NOT("UDP without a checksum is not sent", NULL)},
    {"no shutdown", AS_IS("it answers")},
    {"shutdown", SHUT},
    {"admin-state enable", AS_IS("it answers")},
    {"admin-state disable", SHUT},
};
const struct import_table import_nokia_reflector =
    IMPORT_TABLE("Nokia: behind `twamp-light reflector` of a router or a VPRN", nokia_reflector);

static const struct import_row nokia_server[] = {
    {"prefix R", ADMITS},
    {"inactivity-timeout N", LIMIT},
    {"max-conn-server N", LIMIT},
    {"max-sess-server N", LIMIT},
    {"max-connections N", LIMIT},
    {"max-sessions N", LIMIT},
    {"enforce-test-session-start-time R", LIMIT},
    {"allow-ipv6-udp-checksum-zero R", NOT("UDP without a checksum is not sent", NULL)},
    {"no shutdown", AS_IS("it answers")},
    {"shutdown", SHUT},
    {"admin-state enable", AS_IS("it answers")},
    {"admin-state disable", SHUT},
};
const struct import_table import_nokia_server =
    IMPORT_TABLE("Nokia: lines of `test-oam twamp server`", nokia_server);
