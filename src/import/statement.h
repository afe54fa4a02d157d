/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a router can be told about one operation, apart from how each generation spells it: the
 * parameters, and the kinds of operations. Readers and writers of configurations share these
 * tables. Sources: Cisco's command references, CISCO-RTTMON-MIB. */
#ifndef IMPORT_STATEMENT_H
#define IMPORT_STATEMENT_H

#include <stddef.h>
#include <stdint.h>

/* In the order in which the keys of a target are written. */
enum import_param {
    PARAM_NONE,
    PARAM_HOST,
    PARAM_PORT,
    PARAM_SERVER_PORT,
    PARAM_FREQUENCY,
    PARAM_PAUSE, /* between two operations */
    PARAM_TIMEOUT,
    PARAM_THRESHOLD,
    PARAM_NUM_PACKETS,
    PARAM_INTERVAL,
    PARAM_SIZE,
    PARAM_CODEC,
    PARAM_CODEC_NUM_PACKETS,
    PARAM_CODEC_INTERVAL,
    PARAM_CODEC_SIZE,
    PARAM_ADVANTAGE,
    PARAM_PRECISION,
    PARAM_VERIFY,
    PARAM_PATTERN,
    PARAM_TOS,
    PARAM_DSCP,
    PARAM_TTL,
    PARAM_DF,
    PARAM_IP_VERSION,
    PARAM_TOLERANCE_US,
    PARAM_TOLERANCE_PERCENT,
    PARAM_SOURCE,
    PARAM_SOURCE_PORT,
    PARAM_SOURCE_INTERFACE,
    PARAM_VRF,
    PARAM_CONTROL,
    PARAM_CONTROL_RETRIES,
    PARAM_CONTROL_TIMEOUT,
    PARAM_START,
    PARAM_LIFE,
    PARAM_AGEOUT,
    PARAM_RECURRING,
    PARAM_OWNER,
    PARAM_TAG,
    PARAM_COUNT
};

/* What the number of a parameter is on a router. */
enum import_unit {
    UNIT_TEXT,
    UNIT_COUNT, /* a plain number */
    UNIT_SECONDS,
    UNIT_MS,
    UNIT_SWITCH, /* 0 or 1 */
};

struct import_param_row {
    const char *ios; /* the words of IOS and IOS XE; NULL: no statement of its own */
    const char *key; /* of a target here; NULL: written in another way, or not at all */
    enum import_unit unit;
    const char *standard; /* what a router does without the statement, in its unit; NULL: nothing,
                             or it depends on the operation */
};

/* The row of a parameter. */
const struct import_param_row *import_param_row(enum import_param param);

enum import_kind {
    KIND_NONE,
    KIND_ICMP_ECHO,
    KIND_ICMP_JITTER,
    KIND_UDP_ECHO,
    KIND_UDP_JITTER,
    KIND_TCP_CONNECT,
    KIND_PATH_ECHO,
    KIND_PATH_JITTER,
    KIND_DNS,
    KIND_HTTP,
    KIND_FTP,
    KIND_DHCP,
    KIND_DLSW,
    KIND_FRAME_RELAY,
    KIND_ETHERNET,
    KIND_MPLS,
    KIND_TWAMP,
    KIND_VIDEO,
    KIND_VOIP,
    KIND_RTP,
    KIND_MULTICAST,
    KIND_TWAMP_SESSION,
    KIND_TWAMP_LIGHT,
    KIND_COUNT
};

struct import_kind_row {
    const char *name; /* as IOS calls it, and as this project does where it has the operation */
    const char *legacy; /* the words behind `type` of `rtr` and `ip sla monitor`; NULL: none */
    const char *xr; /* the words behind `type` of IOS XR; NULL: none */
    const char *standard_size; /* bytes of request-data-size; NULL: the kind has none */
    const char *why; /* it cannot be measured from here; NULL: it can */
    const char *instead; /* what would do it; NULL: nothing is known */
};

const struct import_kind_row *import_kind_row(enum import_kind kind);

#endif
