/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys of the sections that a target can have, and of the clock. */
#include "base/time.h"
#include "config/schema.h"

#define MS NS_PER_MS
#define SECONDS NS_PER_SECOND
#define KEYS(table) .keys = (table), .count = sizeof(table) / sizeof((table)[0])

/* The order of each is that of the enum it names. */
static const char *const switches[] = {"false", "true", NULL};
static const char *const control_versions[] = {"none", "1", "2", NULL};
static const char *const control_version_words[] = {"none", "v1", "v2", NULL};
static const char *const layouts[] = {"auto",           "prefix",
                                      "prefix-padded",  "suffix",
                                      "suffix-padded",  "both",
                                      "both-padded",    "hmac",
                                      "prefix-omitted", "prefix-padded-omitted",
                                      "suffix-omitted", "suffix-padded-omitted",
                                      "both-omitted",   "both-padded-omitted",
                                      "hmac-omitted",   NULL};

static const struct schema_key control_keys[] = {
    {"version", SLOT_CONTROL_VERSION, SCHEMA_CHOICE, .choices = control_versions,
     .synonyms = control_version_words, .default_text = "1",
     .sets = {"control.version", "control.port", "packets.has_long_sequence"},
     .doc = "Version of the control protocol, also written v1 and v2; 2 is RFC 6812; none: no "
            "request, the port is always open."},
    {"port", SLOT_CONTROL_PORT, SCHEMA_INTEGER, .min = 1, .max = 65535, .sets = {"control.port"},
     .doc = "UDP port of the control protocol; without it 1967 for version 1, 1167 for version 2."},
    {"key", SLOT_CONTROL_KEY, SCHEMA_INTEGER, .min = 1, .max = 65535, .sets = {"control.key"},
     .doc = "Id of the key that signs the requests; without it they are not signed."},
    {"auth_layout", SLOT_CONTROL_AUTH_LAYOUT, SCHEMA_CHOICE, .choices = layouts,
     .default_text = "auto", .sets = {"control.auth_layout"},
     .doc = "How the MD5 digest of version 1 is computed; auto tries all until one is accepted."},
    {"retries", SLOT_CONTROL_RETRIES, SCHEMA_INTEGER, .min = 1, .max = 5, .default_text = "3",
     .sets = {"control.tries"},
     .doc = "How often the control request is sent in all before the operation fails."},
    {"timeout", SLOT_CONTROL_TIMEOUT, SCHEMA_DURATION, .min = 100 * MS, .max = 10 * SECONDS,
     .default_text = "2s", .sets = {"control.timeout_ns"},
     .doc = "How long to wait for the answer to each control request."},
};
const struct schema_scope schema_control = {"control", KEYS(control_keys)};

static const struct schema_key limit_keys[] = {
    {"loss", SLOT_LIMIT + LIMIT_LOSS, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc =
         "Share of the packets sent that were lost or came too late, in both directions together."},
    {"loss_sd", SLOT_LIMIT + LIMIT_LOSS_SD, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "Share of the packets sent that were lost on the way to the responder."},
    {"loss_ds", SLOT_LIMIT + LIMIT_LOSS_DS, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "The same on the way back."},
    {"rtt", SLOT_LIMIT + LIMIT_RTT, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "Average round trip; without it, a threshold below timeout is the warning."},
    {"jitter", SLOT_LIMIT + LIMIT_JITTER, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "Average jitter of the worse direction; with icmp-jitter a threshold is the warning, "
            "as for rtt."},
    {"jitter_sd", SLOT_LIMIT + LIMIT_JITTER_SD, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "Average jitter on the way to the responder."},
    {"jitter_ds", SLOT_LIMIT + LIMIT_JITTER_DS, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "The same on the way back."},
    {"one_way", SLOT_LIMIT + LIMIT_ONE_WAY, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "Average one-way delay of the slower direction; only while the clocks can be trusted."},
    {"one_way_sd", SLOT_LIMIT + LIMIT_ONE_WAY_SD, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "Average delay on the way to the responder."},
    {"one_way_ds", SLOT_LIMIT + LIMIT_ONE_WAY_DS, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "The same on the way back."},
    {"mos", SLOT_LIMIT + LIMIT_MOS, SCHEMA_LIMIT, .sets = {"results.limits"},
     .doc = "Mean opinion score of the ICPIF, which must not be lower; needs codec."},
    {"for", SLOT_LIMIT_FOR, SCHEMA_INTEGER, .min = 1, .max = 100, .default_text = "1",
     .sets = {"results.limits"},
     .doc = "Operations in a row after which a limit counts as exceeded, and after which it does "
            "not any more."},
};
const struct schema_scope schema_limit = {"limits", KEYS(limit_keys)};

static const struct schema_key clock_keys[] = {
    {"assume_synchronized", SLOT_ASSUME_SYNCHRONIZED, SCHEMA_CHOICE, .choices = switches,
     .default_text = "false", .sets = {"clocks.is_assumed_synchronized"},
     .doc = "The clock of this host counts as synchronized, whatever the system says; for hosts "
            "whose clock the hypervisor keeps."},
};
const struct schema_scope schema_clock = {"clock", KEYS(clock_keys)};
