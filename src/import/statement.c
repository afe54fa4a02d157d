/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/statement.h"

#include <assert.h>

static const struct import_param_row params[PARAM_COUNT] = {
    [PARAM_NONE] = {0},
    [PARAM_HOST] = {NULL, "host", UNIT_TEXT, NULL},
    [PARAM_PORT] = {NULL, "port", UNIT_COUNT, NULL},
    [PARAM_SERVER_PORT] = {NULL, "server_port", UNIT_COUNT, NULL},
    [PARAM_FREQUENCY] = {"frequency", "frequency", UNIT_SECONDS, "60"},
    [PARAM_PAUSE] = {NULL, NULL, UNIT_SECONDS, NULL},
    [PARAM_TIMEOUT] = {"timeout", "timeout", UNIT_MS, "5000"},
    [PARAM_THRESHOLD] = {"threshold", "threshold", UNIT_MS, "5000"},
    [PARAM_NUM_PACKETS] = {"num-packets", "num_packets", UNIT_COUNT, "10"},
    [PARAM_INTERVAL] = {"interval", "interval", UNIT_MS, "20"},
    [PARAM_SIZE] = {"request-data-size", "request_data_size", UNIT_COUNT, NULL},
    [PARAM_CODEC] = {"codec", "codec", UNIT_TEXT, NULL},
    [PARAM_CODEC_NUM_PACKETS] = {"codec-numpackets", "codec_num_packets", UNIT_COUNT, "1000"},
    [PARAM_CODEC_INTERVAL] = {"codec-interval", "codec_interval", UNIT_MS, "20"},
    [PARAM_CODEC_SIZE] = {"codec-size", "codec_size", UNIT_COUNT, NULL},
    [PARAM_ADVANTAGE] = {"advantage-factor", "advantage_factor", UNIT_COUNT, "0"},
    [PARAM_PRECISION] = {"precision", "precision", UNIT_TEXT, "milliseconds"},
    [PARAM_VERIFY] = {"verify-data", "verify_data", UNIT_SWITCH, NULL},
    [PARAM_PATTERN] = {"data-pattern", "data_pattern", UNIT_TEXT, NULL},
    [PARAM_TOS] = {"tos", "tos", UNIT_COUNT, "0"},
    [PARAM_DSCP] = {NULL, "dscp", UNIT_TEXT, NULL},
    [PARAM_TTL] = {NULL, "ttl", UNIT_COUNT, NULL},
    [PARAM_DF] = {NULL, "dont_fragment", UNIT_SWITCH, NULL},
    [PARAM_IP_VERSION] = {NULL, "ip_version", UNIT_COUNT, NULL},
    [PARAM_TOLERANCE_US] = {"clock-tolerance ntp oneway absolute", NULL, UNIT_COUNT, NULL},
    [PARAM_TOLERANCE_PERCENT] = {"clock-tolerance ntp oneway percent", NULL, UNIT_COUNT, NULL},
    [PARAM_SOURCE] = {"source-ip", "source_address", UNIT_TEXT, NULL},
    [PARAM_SOURCE_PORT] = {"source-port", "source_port", UNIT_COUNT, NULL},
    [PARAM_SOURCE_INTERFACE] = {"source-interface", NULL, UNIT_TEXT, NULL},
    [PARAM_VRF] = {"vrf", "vrf", UNIT_TEXT, NULL},
    [PARAM_CONTROL] = {"control", NULL, UNIT_SWITCH, "1"},
    [PARAM_CONTROL_RETRIES] = {"control retry", NULL, UNIT_COUNT, "3"},
    [PARAM_CONTROL_TIMEOUT] = {"control timeout", NULL, UNIT_SECONDS, "5"},
    [PARAM_START] = {"start-time", "start", UNIT_TEXT, "pending"},
    [PARAM_LIFE] = {"life", "life", UNIT_SECONDS, "3600"},
    [PARAM_AGEOUT] = {"ageout", NULL, UNIT_SECONDS, "0"},
    [PARAM_RECURRING] = {"recurring", NULL, UNIT_SWITCH, NULL},
    [PARAM_OWNER] = {"owner", "owner", UNIT_TEXT, NULL},
    [PARAM_TAG] = {"tag", "tag", UNIT_TEXT, NULL},
};

#define BLACKBOX(module) "a module of the blackbox_exporter with " module

static const struct import_kind_row kinds[KIND_COUNT] = {
    [KIND_NONE] = {"", NULL, NULL, NULL, "the entry has no type", NULL},
    [KIND_ICMP_ECHO] = {"icmp-echo", "echo protocol ipIcmpEcho", "icmp echo", "28", NULL, NULL},
    [KIND_ICMP_JITTER] = {"icmp-jitter", NULL, NULL, NULL, NULL, NULL},
    [KIND_UDP_ECHO] = {"udp-echo", "udpEcho", "udp echo", "16", NULL, NULL},
    [KIND_UDP_JITTER] = {"udp-jitter", "jitter", "udp jitter", "32", NULL, NULL},
    [KIND_TCP_CONNECT] = {"tcp-connect", "tcpConnect", NULL, NULL, NULL, NULL},
    [KIND_PATH_ECHO] = {"path-echo", "pathEcho protocol ipIcmpEcho", "icmp path-echo", "28",
                        "hops on the way are not measured", "icmp-echo to the destination"},
    [KIND_PATH_JITTER] = {"path-jitter", "pathJitter", "icmp path-jitter", NULL,
                          "hops on the way are not measured", "icmp-jitter to the destination"},
    [KIND_DNS] = {"dns", "dns", NULL, NULL, "it measures a name server", BLACKBOX("prober: dns")},
    [KIND_HTTP] = {"http", "http", NULL, NULL, "it measures a web server",
                   BLACKBOX("prober: http")},
    [KIND_FTP] = {"ftp", "ftp", NULL, NULL, "it measures a file server",
                  BLACKBOX("prober: tcp and port 21")},
    [KIND_DHCP] = {"dhcp", "dhcp", NULL, NULL, "it asks for an address lease", NULL},
    [KIND_DLSW] = {"dlsw", "dlsw", NULL, NULL, "DLSw peers exist on routers only", NULL},
    [KIND_FRAME_RELAY] = {"frame-relay", "frame-relay", NULL, NULL,
                          "frame relay circuits exist on routers only", NULL},
    [KIND_ETHERNET] = {"ethernet", NULL, NULL, NULL, "Ethernet CFM is not IP",
                       "Y.1731 of the switches themselves"},
    [KIND_MPLS] = {"mpls", NULL, "mpls lsp", NULL, "label paths begin on routers only", NULL},
    [KIND_TWAMP] = {"twamp", NULL, NULL, NULL, "sessions of TWAMP are not imported",
                    "a target with `operation: twamp`"},
    [KIND_VIDEO] = {"video", NULL, NULL, NULL, "synthetic video needs a router",
                    "udp-jitter with the same packet size and interval"},
    [KIND_VOIP] = {"voip", "voip", NULL, NULL, "it measures the set-up of calls", NULL},
    [KIND_RTP] = {"rtp", "rtp", NULL, NULL, "it needs the DSP of a voice router",
                  "udp-jitter with a codec"},
    [KIND_MULTICAST] = {"udp-jitter multicast", NULL, NULL, NULL,
                        "multicast groups are not measured", NULL},
    [KIND_TWAMP_SESSION] = {"twamp", NULL, NULL, NULL, NULL, NULL},
    [KIND_TWAMP_LIGHT] = {"twamp-light", NULL, NULL, NULL, NULL, NULL},
};

const struct import_param_row *import_param_row(enum import_param param)
{
    assert((unsigned)param < PARAM_COUNT);
    return &params[param];
}

const struct import_kind_row *import_kind_row(enum import_kind kind)
{
    assert((unsigned)kind < KIND_COUNT);
    return &kinds[kind];
}
