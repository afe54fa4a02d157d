/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys of the sections that a target can have. */
#include "base/time.h"
#include "config/schema.h"

#define MS NS_PER_MS
#define SECONDS NS_PER_SECOND
#define KEYS(table) .keys = (table), .count = sizeof(table) / sizeof((table)[0])

/* The order of each is that of the enum it names. */
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
