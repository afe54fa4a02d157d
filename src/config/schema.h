/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of the configuration as a table: kind, range, default, meaning. The reader, the
 * built-in defaults, the CLI and the tests of docs/configuration.md and config/ipsla.example.yml
 * live on it. */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "operation/operation.h"
#include "probe/spec.h"

/* Where a value goes. Two keys never share one. */
enum slot {
    SLOT_DEFAULTS,
    SLOT_MODULES,
    SLOT_TARGETS,
    SLOT_RESPONDER,
    SLOT_OPERATION,
    SLOT_FREQUENCY,
    SLOT_TIMEOUT,
    SLOT_THRESHOLD,
    SLOT_NUM_PACKETS,
    SLOT_INTERVAL,
    SLOT_REQUEST_DATA_SIZE,
    SLOT_CODEC,
    SLOT_CODEC_NUM_PACKETS,
    SLOT_CODEC_INTERVAL,
    SLOT_CODEC_SIZE,
    SLOT_ADVANTAGE_FACTOR,
    SLOT_SOURCE_ADDRESS,
    SLOT_SOURCE_PORT,
    SLOT_SOURCE_PORTS,
    SLOT_ECMP_PORTS,
    SLOT_IP_VERSION,
    SLOT_CONTROL,
    SLOT_VERIFY_DATA,
    SLOT_DATA_PATTERN,
    SLOT_BUCKETS,
    SLOT_SERIES,
    SLOT_HISTOGRAMS,
    SLOT_CREATED,
    SLOT_HISTORY,
    SLOT_DSCP,
    SLOT_TOS,
    SLOT_TTL,
    SLOT_DONT_FRAGMENT,
    SLOT_INTERFACE,
    SLOT_VRF,
    SLOT_START,
    SLOT_LIFE,
    SLOT_OWNER,
    SLOT_TAG,
    SLOT_CONTROL_VERSION,
    SLOT_CONTROL_PORT,
    SLOT_CONTROL_RETRIES,
    SLOT_CONTROL_TIMEOUT,
    SLOT_NAME,
    SLOT_HOST,
    SLOT_PORT,
    SLOT_MODULE,
    SLOT_LABELS,
    SLOT_LISTEN,
    SLOT_RESPONDER_VRF,
    SLOT_ALLOW,
    SLOT_PERMANENT_PORTS,
    SLOT_PERMANENT_TCP_PORTS,
    SLOT_RESPONDER_WORKERS,
    SLOT_MAX_SESSIONS,
    SLOT_MAX_SESSIONS_PER_SOURCE,
    SLOT_REQUESTS_PER_SOURCE,
    SLOT_RESERVE_FOR,
    SLOT_RESERVED_SESSIONS,
    SLOT_MIN_DURATION,
    SLOT_MAX_DURATION,
    SLOT_PORTS,
    SLOT_MIN_SOURCE_PORT,
    SLOT_REFUSAL,
    SLOT_REFLECT_TOS,
    SLOT_REPLY,
    SLOT_PRECISION,
    SLOT_TIMESTAMPS,
    SLOT_TIMESTAMP_FORMAT,
    SLOT_RESPONDER_TIMESTAMP_FORMAT,
    SLOT_KEYS,
    SLOT_KEY_ID,
    SLOT_KEY_ALGORITHM,
    SLOT_KEY_SECRET_FILE,
    SLOT_CONTROL_KEY,
    SLOT_CONTROL_AUTH_LAYOUT,
    SLOT_AUTH_KEY,
    SLOT_REFLECTOR,
    SLOT_STAMP_PORTS,
    SLOT_STAMP_REFLECTOR,
    SLOT_STAMP_TLV,
    SLOT_STAMP_KEY,
    SLOT_TWAMP_PORTS,
    SLOT_TWAMP_KEYS,
    SLOT_MODE,
    SLOT_SERVER_PORT,
    SLOT_KEY_NAME,
    SLOT_TRUST_PEER_CLOCK,
    SLOT_PROTOCOLS,
    SLOT_STAMP_PORT,
    SLOT_RESPONDER_KEYS,
    SLOT_REPLAY_WINDOW,
    SLOT_CLOCK_TOLERANCE,
    SLOT_CLOCK,
    SLOT_ASSUME_SYNCHRONIZED,
    SLOT_TARGET_FILES,
    SLOT_GROUP_TARGETS,
    SLOT_GROUP_LABELS,
    SLOT_HOSTS,
    SLOT_PROBE,
    SLOT_PROBE_MODULES,
    SLOT_PROBE_ALLOW,
    SLOT_MAX_CONCURRENT,
    SLOT_MAX_PACKET_RATE,
    SLOT_EVIDENCE,
    SLOT_EVIDENCE_SIZE,
    SLOT_EVIDENCE_LOSS,
    SLOT_EVIDENCE_FAILED,
    SLOT_EVIDENCE_LIMIT,
    SLOT_PATH,
    SLOT_PATH_FREQUENCY,
    SLOT_PATH_PROTOCOL,
    SLOT_PATH_PORT,
    SLOT_PATH_FLOWS,
    SLOT_PATH_PROBES,
    SLOT_PATH_MAX_HOPS,
    SLOT_PATH_TIMEOUT,
    SLOT_IMPAIR,
    SLOT_IMPAIR_SEED,
    SLOT_IMPAIR_RULES,
    SLOT_RULE_PORTS,
    SLOT_RULE_CLIENTS,
    SLOT_RULE_AFTER,
    SLOT_RULE_FOR,
    SLOT_RULE_EVERY,
    SLOT_RULE_LOSS_SD,
    SLOT_RULE_LOSS_DS,
    SLOT_RULE_DELAY_SD,
    SLOT_RULE_DELAY_DS,
    SLOT_RULE_JITTER_SD,
    SLOT_RULE_JITTER_DS,
    SLOT_RULE_DUPLICATE_SD,
    SLOT_RULE_DUPLICATE_DS,
    SLOT_RULE_REORDER_SD,
    SLOT_RULE_REORDER_DS,
    SLOT_RULE_REORDER_BY,
    SLOT_RULE_DSCP_SD,
    SLOT_RULE_DSCP_DS,
    SLOT_RULE_TTL_DS,
    SLOT_RULE_CLOCK_OFFSET,
    SLOT_RULE_CLOCK_DRIFT,
    SLOT_RULE_REFUSE,
    SLOT_RULE_REFUSE_WITH,
    SLOT_RULE_SILENCE,
    SLOT_LIMITS,
    SLOT_LIMIT, /* and one for each enum limit: SLOT_LIMIT + LIMIT_... */
    SLOT_LIMIT_FOR = SLOT_LIMIT + LIMIT_COUNT,
};
#define SLOT_COUNT (SLOT_LIMIT_FOR + 1)

enum schema_kind {
    SCHEMA_DURATION, /* min, max in ns */
    SCHEMA_INTEGER, /* min, max */
    SCHEMA_BYTES, /* min, max */
    SCHEMA_CHOICE, /* choices */
    SCHEMA_OPERATION, /* the name of an operation; its number is its place among them */
    SCHEMA_TEXT, /* min, max length in bytes; no control characters */
    SCHEMA_HOST, /* IP address or host name */
    SCHEMA_SOURCE, /* IP address of this machine */
    SCHEMA_DSCP, /* a name or number of base/dscp.h */
    SCHEMA_TOS, /* the whole byte, decimal or 0x.. */
    SCHEMA_DEVICE, /* the name of a network device */
    SCHEMA_PORT_RANGE, /* "first-last", as config/port_range.h has it in a number; max ports */
    SCHEMA_START, /* spread, now, after DURATION, pending */
    SCHEMA_TOLERANCE, /* a duration or a percentage: config/tolerance.h; min, max of its number */
    SCHEMA_LIMIT, /* what config/limit.h reads, or [warning, critical]; either may be none */
    SCHEMA_LIFE, /* a duration or forever */
    SCHEMA_WHICH, /* config/impair_value.h, as the next two */
    SCHEMA_OFFSET,
    SCHEMA_DRIFT,
    SCHEMA_LABELS, /* max entries */
    SCHEMA_BOUNDS, /* min, max entries */
    SCHEMA_HOSTS, /* min, max entries, each as SCHEMA_HOST */
    SCHEMA_ENDPOINTS, /* min, max entries: ADDRESS_ENDPOINT */
    SCHEMA_PREFIXES, /* max entries */
    SCHEMA_PORTS, /* max entries: port or first-last */
    SCHEMA_PATTERN, /* bytes in hexadecimal digits */
    SCHEMA_IDS, /* max entries: ids of keys */
    SCHEMA_CHOICES, /* min, max entries: choices, each once, in an order that counts */
    SCHEMA_NAMES, /* min, max entries: names of modules */
    SCHEMA_FILES, /* min, max entries: config/file_pattern.h */
    SCHEMA_SECTION, /* a mapping with the keys of `inner` */
    SCHEMA_MAPPING, /* a mapping whose contents are read elsewhere */
    SCHEMA_LIST, /* min, max entries, read elsewhere */
};

#define SCHEMA_SETS_MAX 3

struct schema_key {
    const char *name;
    enum slot slot;
    enum schema_kind kind;
    bool is_by_operation; /* only operations that name it (struct operation_key) have it */
    bool is_required;
    int64_t min, max;
    const char *const *choices; /* ends with NULL; the number of a choice is its place */
    const char *const *synonyms; /* other words for the choices, in their order; NULL: none */
    const char *default_text; /* as in the file; NULL: none */
    const struct schema_scope *inner;
    const char *sets[SCHEMA_SETS_MAX]; /* rows of probe/spec_field.h: what of a target it sets */
    /* The inverse, in config/spec_text.h; NULL: as config/written.c does with its kind. */
    void (*write)(const struct spec *spec, struct buf *out);
    struct {
        size_t offset, size; /* bytes; size 0: it is no number */
    } setting; /* of struct reflect_settings, where the value of a key of the responder goes, or of
                  struct impair_acts */
    const char *doc; /* one sentence */
};

struct schema_scope {
    const char *name;
    const struct schema_key *keys;
    size_t count;
    const struct schema_scope *base; /* its keys are allowed too; NULL: none */
};

extern const struct schema_scope schema_root, schema_operation, schema_control, schema_path,
    schema_limit, schema_defaults, schema_target, schema_responder, schema_key, schema_clock,
    schema_group, schema_probe, schema_evidence, schema_impair, schema_impair_rule;

/* Modules that need not be written. */
struct schema_module {
    const char *name;
    const char *operation;
    enum voice_codec codec;
};
#define SCHEMA_MODULE_COUNT 7
extern const struct schema_module schema_modules[SCHEMA_MODULE_COUNT];

#define SCHEMA_MODULES_MAX 1000
#define SCHEMA_TARGETS_MAX 100000
#define SCHEMA_KEYS_MAX 64
#define SCHEMA_FILES_MAX 64
#define SCHEMA_MODULE_NAME_MAX 64
#define SCHEMA_LABELS_MAX 32
#define SCHEMA_LABEL_BYTES_MAX 1024
#define SCHEMA_BOUND_MIN_NS INT64_C(1000)
#define SCHEMA_BOUND_MAX_NS INT64_C(3600000000000)

/* The (first) row of a key by its name; NULL when the scope has no such key. */
const struct schema_key *schema_find(const struct schema_scope *scope, const char *name);

/* The row of a slot of schema_operation or schema_control; NULL when `operation` (NULL: any) does
 * not have the key. */
const struct schema_key *schema_row(enum slot slot, const struct operation *operation);

/* Whether `operation` (NULL: any) has the key. */
bool schema_applies(const struct schema_key *key, const struct operation *operation);

/* What the key is with one operation (NULL: whatever the operation). */
struct schema_limits {
    int64_t min, max;
    const char *default_text; /* NULL: none */
};
struct schema_limits schema_limits(const struct schema_key *key, const struct operation *operation);

/* Where the packets, the interval and the size of a udp-jitter train stand. */
struct schema_train {
    enum slot num_packets, interval, size;
};
struct schema_train schema_train(bool has_codec);

/* Some operation has a range of its own. */
bool schema_has_own_ranges(const struct schema_key *key);

/* Appends what the key allows with one operation (NULL: whatever the operation), for example
 * "100ms to 7d". */
void schema_add_range(const struct schema_key *key, const struct operation *operation,
                      struct buf *out);

/* The same for all operations, named where they differ. */
void schema_add_ranges(const struct schema_key *key, struct buf *out);

/* A YAML mapping of every key of `scope` and its sections that has a default for `operation`. */
void schema_add_defaults(const struct schema_scope *scope, const struct operation *operation,
                         struct buf *out);

#endif
