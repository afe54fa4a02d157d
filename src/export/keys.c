/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "export/export.h"

#define TOLD                                                                                       \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }
#define NOWHERE(why)                                                                               \
    {                                                                                              \
        why, why, why                                                                              \
    }
#define NOT_XR(why)                                                                                \
    {                                                                                              \
        NULL, NULL, why                                                                            \
    }

#define METRICS "is about the metrics of this host"
#define TIMES "is about the clock of this host; a router takes its own times"
#define NO_CODEC "the sender of IOS XR has no codec"
#define CHOOSES "a router chooses it itself"
#define UNKNOWN "no such line of a router is known"

static const struct export_key keys[] = {
    {SLOT_OPERATION, TOLD},
    {SLOT_HOST, TOLD},
    {SLOT_HOSTS, TOLD},
    {SLOT_PORT, TOLD},
    {SLOT_FREQUENCY, TOLD},
    {SLOT_TIMEOUT, TOLD},
    {SLOT_THRESHOLD, NOT_XR("IOS XR has it in `reaction operation`, where it acts")},
    {SLOT_NUM_PACKETS, TOLD},
    {SLOT_INTERVAL, TOLD},
    {SLOT_REQUEST_DATA_SIZE, TOLD},
    {SLOT_VERIFY_DATA, TOLD},
    {SLOT_DATA_PATTERN, NOT_XR(UNKNOWN)},
    {SLOT_CODEC, TOLD},
    {SLOT_CODEC_NUM_PACKETS, TOLD},
    {SLOT_CODEC_INTERVAL, TOLD},
    {SLOT_CODEC_SIZE, TOLD},
    {SLOT_ADVANTAGE_FACTOR, NOT_XR(NO_CODEC)},
    {SLOT_PRECISION, NOT_XR(UNKNOWN)},
    {SLOT_CLOCK_TOLERANCE, {NULL, UNKNOWN, UNKNOWN}},
    {SLOT_SOURCE_PORT, TOLD},
    {SLOT_DSCP, TOLD},
    {SLOT_TOS, TOLD},
    {SLOT_VRF, TOLD},
    {SLOT_START, TOLD},
    {SLOT_LIFE, TOLD},
    {SLOT_TAG, TOLD},
    {SLOT_OWNER, NOT_XR(UNKNOWN)},
    {SLOT_CONTROL_VERSION, TOLD},
    {SLOT_CONTROL_RETRIES, {NULL, UNKNOWN, UNKNOWN}},
    {SLOT_CONTROL_TIMEOUT, {NULL, UNKNOWN, UNKNOWN}},
    {SLOT_CONTROL_KEY, NOWHERE("a router signs with its own key chain, for all operations: see "
                               "ipsla export without --sender")},
    {SLOT_CONTROL_PORT, NOWHERE("a router asks at port 1967 (version 2: 1167) only")},
    {SLOT_CONTROL_AUTH_LAYOUT, NOWHERE("a router computes the digest in one way only")},
    {SLOT_CONTROL, TOLD}, /* its keys have rows of their own */
    {SLOT_NAME, TOLD}, /* as a comment */
    {SLOT_LABELS, NOWHERE("a router has no labels; ip_sla is the number")},
    {SLOT_MODULE, TOLD}, /* its keys are the target's */
    {SLOT_SOURCE_ADDRESS, NOWHERE("is an address of this host; a router has its own")},
    {SLOT_INTERFACE, NOWHERE("is a device of this host")},
    {SLOT_IP_VERSION, NOWHERE("a router takes the address that its resolver gives")},
    {SLOT_TTL, NOWHERE(CHOOSES)},
    {SLOT_DONT_FRAGMENT, NOWHERE(UNKNOWN)},
    {SLOT_TIMESTAMPS, NOWHERE(TIMES)},
    {SLOT_TIMESTAMP_FORMAT, NOWHERE("a router has one format")},
    {SLOT_BUCKETS, NOWHERE(METRICS)},
    {SLOT_SERIES, NOWHERE(METRICS)},
    {SLOT_HISTOGRAMS, NOWHERE(METRICS)},
    {SLOT_CREATED, NOWHERE(METRICS)},
    {SLOT_HISTORY, NOWHERE(METRICS)},
    {SLOT_REFLECTOR, NOWHERE("is of operations that are not of `ip sla`")},
    {SLOT_AUTH_KEY, NOWHERE("is of operations that are not of `ip sla`")},
    {SLOT_PROTOCOLS, NOWHERE("is of operations that are not of `ip sla`")},
    {SLOT_STAMP_PORT, NOWHERE("is of operations that are not of `ip sla`")},
    {SLOT_MODE, NOWHERE("is of operations that are not of `ip sla`")},
    {SLOT_SERVER_PORT, NOWHERE("is of operations that are not of `ip sla`")},
    {SLOT_TRUST_PEER_CLOCK, NOWHERE(TIMES)},
    {SLOT_SOURCE_PORTS, TOLD}, /* as source_port and ecmp_ports */
    {SLOT_ECMP_PORTS, NOWHERE("a router sends all from one port")},
    {SLOT_PATH, NOWHERE("is found from this host; a router has path-echo, another operation")},
    {SLOT_LIMITS, NOWHERE("are judged here; a router has reaction-configuration, which acts")},
};

bool export_is_ip_sla(const struct operation *operation)
{
    return operation == &operation_udp_jitter || operation == &operation_udp_echo ||
           operation == &operation_tcp_connect || operation == &operation_icmp_echo ||
           operation == &operation_icmp_jitter;
}

const struct export_key *export_key_find(enum slot slot)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].slot == slot) {
            return &keys[i];
        }
    }
    return NULL;
}
