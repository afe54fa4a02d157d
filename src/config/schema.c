/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "config/address.h"
#include "config/duration.h"
#include "config/file_pattern.h"
#include "config/limit.h"
#include "config/spec_text.h"
#include "reflect/reflect.h"

#define MS NS_PER_MS
#define SECONDS NS_PER_SECOND
#define HOURS (3600 * NS_PER_SECOND)
#define KEYS(table) .keys = (table), .count = sizeof(table) / sizeof((table)[0])

/* The order of each is that of the enum it names. */
static const char *const switches[] = {"false", "true", NULL};
static const char *const codecs[] = {"g711ulaw", "g711alaw", "g729a", NULL};
static const char *const histograms[] = {"both", "native", "classic", NULL};
static const char *const precisions[] = {"milliseconds", "microseconds", NULL};
static const char *const timestamps[] = {"auto", "user", "kernel", "hardware", NULL};
static const char *const timestamp_formats[] = {"ntp", "ptp", NULL};
static const char *const reflectors[] = {"auto", "stateful", "stateless", NULL};
static const char *const modes[] = {"unauthenticated", "authenticated", "encrypted", "mixed", NULL};
static const char *const ip_versions[] = {"4", "6", NULL};
static const char *const levels[] = {"minimal", "default", "all", NULL};

const struct schema_module schema_modules[SCHEMA_MODULE_COUNT] = {
    {"echo", "udp-echo", VOICE_CODEC_NONE},
    {"jitter", "udp-jitter", VOICE_CODEC_NONE},
    {"ping", "icmp-echo", VOICE_CODEC_NONE},
    {"tcp", "tcp-connect", VOICE_CODEC_NONE},
    {"voice_g711a", "udp-jitter", VOICE_CODEC_G711ALAW},
    {"voice_g711u", "udp-jitter", VOICE_CODEC_G711ULAW},
    {"voice_g729a", "udp-jitter", VOICE_CODEC_G729A},
};

static const struct schema_key operation_keys[] = {
    {"operation", SLOT_OPERATION, SCHEMA_OPERATION, .default_text = "udp-jitter",
     .sets = {"operation"}, .doc = "What to measure with, in the words of IOS."},
    {"protocols", SLOT_PROTOCOLS, SCHEMA_CHOICES, .is_by_operation = true, .min = 1,
     .max = PROTOCOL_COUNT, .choices = spec_text_protocol_words,
     .default_text = "[ipsla-v2, ipsla-v1, stamp, icmp-echo]", .sets = {"choice"},
     .write = spec_text_protocols,
     .doc = "What auto may measure with, the most wanted first; what works is kept."},
    {"frequency", SLOT_FREQUENCY, SCHEMA_DURATION, .min = 100 * MS, .max = 604800 * SECONDS,
     .default_text = "60s", .sets = {"schedule.frequency_ns"},
     .doc = "Time from the start of one operation to the start of the next."},
    {"timeout", SLOT_TIMEOUT, SCHEMA_DURATION, .min = MS, .max = HOURS, .default_text = "5s",
     .sets = {"schedule.timeout_ns"},
     .doc = "How long each packet waits for its reply, not longer than frequency; where no timeout "
            "is written it is half the frequency if that is shorter."},
    {"port", SLOT_PORT, SCHEMA_INTEGER, .is_by_operation = true, .min = 1, .max = 65535,
     .default_text = "16384", .sets = {"path.port", "path.peer"},
     .doc =
         "UDP or TCP port the probes go to, of STAMP and TWAMP Light 862; the responder opens it "
         "when asked."},
    {"stamp_port", SLOT_STAMP_PORT, SCHEMA_INTEGER, .is_by_operation = true, .min = 1, .max = 65535,
     .default_text = "862", .sets = {"choice"}, .write = spec_text_stamp_port,
     .doc = "UDP port of a reflector of STAMP or TWAMP Light; port is that of IP SLA probes."},
    {"threshold", SLOT_THRESHOLD, SCHEMA_DURATION, .min = 0, .max = 60 * SECONDS,
     .default_text = "5s", .sets = {"results.threshold_ns"},
     .doc = "A slower round trip is counted as over threshold; an icmp-jitter with more average "
            "jitter too."},
    {"num_packets", SLOT_NUM_PACKETS, SCHEMA_INTEGER, .is_by_operation = true, .min = 1,
     .max = 60000, .default_text = "10", .sets = {"packets.count"},
     .doc = "Packets in one operation; of echoes not from defaults, but from module or target."},
    {"interval", SLOT_INTERVAL, SCHEMA_DURATION, .is_by_operation = true, .min = 4 * MS,
     .max = 60 * SECONDS, .default_text = "20ms", .sets = {"packets.interval_ns"},
     .doc = "Time between two packets; of echoes 200ms, and not from defaults either."},
    {"request_data_size", SLOT_REQUEST_DATA_SIZE, SCHEMA_BYTES, .is_by_operation = true, .min = 0,
     .max = 17512, .sets = {"packets.bytes"},
     .doc =
         "Payload of each packet: of UDP, or what follows 8 bytes of ICMP header and 8 of time."},
    {"verify_data", SLOT_VERIFY_DATA, SCHEMA_CHOICE, .is_by_operation = true, .max = 1,
     .choices = switches, .default_text = "false", .sets = {"packets.verify_data"},
     .doc = "The reply must equal what was sent, else the operation fails."},
    {"data_pattern", SLOT_DATA_PATTERN, SCHEMA_PATTERN, .is_by_operation = true,
     .default_text = "ABCD", .sets = {"packets.pattern"},
     .doc = "What the packet is filled with, over and over."},
    {"codec", SLOT_CODEC, SCHEMA_CHOICE, .is_by_operation = true, .choices = codecs,
     .sets = {"packets.codec"}, .write = spec_text_codec,
     .doc = "Send the packets of a call with this codec and score it; codec_num_packets, "
            "codec_interval and codec_size then stand for num_packets, interval and "
            "request_data_size."},
    {"codec_num_packets", SLOT_CODEC_NUM_PACKETS, SCHEMA_INTEGER, .is_by_operation = true, .min = 1,
     .max = 60000, .default_text = "1000", .sets = {"packets.count"},
     .doc = "Packets in one operation with a codec."},
    {"codec_interval", SLOT_CODEC_INTERVAL, SCHEMA_DURATION, .is_by_operation = true, .min = 4 * MS,
     .max = 60 * SECONDS, .default_text = "20ms", .sets = {"packets.interval_ns"},
     .doc = "Time between two packets of an operation with a codec."},
    {"codec_size", SLOT_CODEC_SIZE, SCHEMA_BYTES, .is_by_operation = true, .min = 16, .max = 16384,
     .sets = {"packets.bytes"},
     .doc = "UDP payload of each packet with a codec, 12 bytes of RTP included; without it 172 for "
            "g711ulaw and g711alaw, 32 for g729a."},
    {"advantage_factor", SLOT_ADVANTAGE_FACTOR, SCHEMA_INTEGER, .is_by_operation = true, .min = 0,
     .max = 20, .default_text = "0", .sets = {"packets.advantage_factor"},
     .doc = "What users forgive for convenience: 0 wired, 5 mobile in a building, 10 in a region, "
            "20 hard to reach."},
    {"precision", SLOT_PRECISION, SCHEMA_CHOICE, .is_by_operation = true, .max = 1,
     .choices = precisions, .default_text = "milliseconds",
     .sets = {"packets.precision", "packets.bytes", "packets.has_long_sequence"},
     .doc = "Which probes to send: with timestamps in milliseconds, or finer ones."},
    {"timestamp_format", SLOT_TIMESTAMP_FORMAT, SCHEMA_CHOICE, .is_by_operation = true, .max = 1,
     .choices = timestamp_formats, .default_text = "ntp", .sets = {"packets.timestamp_format"},
     .doc = "Timestamps of precision microseconds; the responder must use the same. Of STAMP and "
            "TWAMP our own; the reflector's say what they are."},
    {"reflector", SLOT_REFLECTOR, SCHEMA_CHOICE, .is_by_operation = true, .max = 2,
     .choices = reflectors, .default_text = "auto", .sets = {"packets.reflector"},
     .doc = "Whether the reflector counts its replies (stateful) or returns our numbers "
            "(stateless), so that the direction of a loss is not known; auto finds out."},
    {"auth_key", SLOT_AUTH_KEY, SCHEMA_INTEGER, .is_by_operation = true, .min = 1, .max = 65535,
     .sets = {"control.key", "choice"}, .write = spec_text_auth_key,
     .doc = "Id of the key that authenticates each packet of stamp (hmac-sha256; without it the "
            "mode is unauthenticated), or a twamp session (twamp)."},
    {"mode", SLOT_MODE, SCHEMA_CHOICE, .is_by_operation = true, .max = 3, .choices = modes,
     .default_text = "unauthenticated", .sets = {"control.mode"},
     .doc = "How the control connection and the test packets of TWAMP are protected; mixed "
            "encrypts the connection and leaves the packets open (RFC 5618). All but "
            "unauthenticated need auth_key."},
    {"server_port", SLOT_SERVER_PORT, SCHEMA_INTEGER, .is_by_operation = true, .min = 1,
     .max = 65535, .default_text = "862", .sets = {"control.port"},
     .doc = "TCP port of the TWAMP server; port is the UDP port that is proposed to it for the "
            "test packets."},
    {"timestamps", SLOT_TIMESTAMPS, SCHEMA_CHOICE, .is_by_operation = true, .max = 3,
     .choices = timestamps, .default_text = "auto", .sets = {"clocks.timestamps"},
     .doc =
         "Who stamps packets: the kernel, the program itself (user), the network adapter "
         "(hardware; needs interface), or whoever can (auto); with kernel a packet that it did not "
         "stamp is counted but not timed."},
    {"clock_tolerance", SLOT_CLOCK_TOLERANCE, SCHEMA_TOLERANCE, .is_by_operation = true,
     .min = -100, .max = 100 * MS, .default_text = "0%",
     .sets = {"clocks.tolerance_ns", "clocks.tolerance_percent"}, .write = spec_text_tolerance,
     .doc =
         "Error of both clocks together that a one-way delay may have; 0% leaves it to the round "
         "trip."},
    {"trust_peer_clock", SLOT_TRUST_PEER_CLOCK, SCHEMA_CHOICE, .is_by_operation = true, .max = 1,
     .choices = switches, .default_text = "false", .sets = {"clocks.trusts_peer"},
     .doc = "The reflector's clock is on UTC, whatever the error estimate in its replies says; "
            "else one-way delays need an estimate that is believable."},
    {"source_address", SLOT_SOURCE_ADDRESS, SCHEMA_SOURCE, .sets = {"path.source"},
     .write = spec_text_source_address,
     .doc = "Address to send from; without it the system chooses."},
    {"source_port", SLOT_SOURCE_PORT, SCHEMA_INTEGER, .is_by_operation = true, .min = 1,
     .max = 65535, .sets = {"path.source"}, .write = spec_text_source_port,
     .doc = "Port to send from; without it any free port, a new one for each operation."},
    {"source_ports", SLOT_SOURCE_PORTS, SCHEMA_PORT_RANGE, .is_by_operation = true, .min = 1,
     .max = SPEC_FLOWS_MAX, .sets = {"path.source", "packets.flows"},
     .write = spec_text_source_ports,
     .doc = "Ports that the packets of a train leave from in turn, first-last: source_port and "
            "ecmp_ports in one, for a firewall that lets a range through."},
    {"ecmp_ports", SLOT_ECMP_PORTS, SCHEMA_INTEGER, .is_by_operation = true, .min = 1,
     .max = SPEC_FLOWS_MAX, .default_text = "1", .sets = {"packets.flows"},
     .write = spec_text_ecmp_ports,
     .doc = "From how many source ports the packets of a train leave in turn, so that one bad of "
            "several equal paths shows; with source_port from that one and those after it."},
    {"ip_version", SLOT_IP_VERSION, SCHEMA_CHOICE, .choices = ip_versions,
     .sets = {"path.ip_version"}, .write = spec_text_ip_version,
     .doc = "Which address of a host name to take; without it IPv4 if there is one, else IPv6."},
    {"control", SLOT_CONTROL, SCHEMA_SECTION, .is_by_operation = true, .inner = &schema_control,
     .doc = "How to ask the responder to open the port."},
    {"path", SLOT_PATH, SCHEMA_SECTION, .inner = &schema_path,
     .doc = "Which way packets go: the hops are looked for now and then, beside the operations."},
    {"limits", SLOT_LIMITS, SCHEMA_SECTION, .inner = &schema_limit,
     .doc = "What an operation may measure before the target counts as degraded."},
    {"buckets", SLOT_BUCKETS, SCHEMA_BOUNDS, .min = 1, .max = HIST_BOUNDS_MAX,
     .default_text = "[100us, 250us, 500us, 1ms, 2500us, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, "
                     "500ms, 1s, 2500ms, 5s]",
     .sets = {"results.layout"},
     .doc = "Upper bounds of the histogram buckets; every value is counted exactly."},
    {"series", SLOT_SERIES, SCHEMA_CHOICE, .choices = levels, .default_text = "default",
     .sets = {"results.series"}, .write = spec_text_series,
     .doc =
         "How many metrics the target has: minimal is at most 25 series and no histogram, all is "
         "everything."},
    {"histograms", SLOT_HISTOGRAMS, SCHEMA_CHOICE, .choices = histograms, .default_text = "both",
     .sets = {"results.histograms"},
     .doc =
         "Which histograms a scraper that can read both gets: native ones (exponential buckets), "
         "classic ones (those of buckets) or both. The text formats that know no native ones "
         "always have the classic ones."},
    {"created", SLOT_CREATED, SCHEMA_CHOICE, .choices = switches, .default_text = "false",
     .sets = {"results.shows_created"},
     .doc = "Whether OpenMetrics 1.0 has a line _created for each counter and histogram: when it "
            "began. An OpenTelemetry collector needs it, other scrapers store it as one more "
            "series."},
    {"history", SLOT_HISTORY, SCHEMA_INTEGER, .min = 0, .max = SPEC_HISTORY_MAX,
     .default_text = "60", .sets = {"results.history"},
     .doc = "How many of the latest operations are kept for the pages and /api/v1."},
    {"dscp", SLOT_DSCP, SCHEMA_DSCP, .default_text = "default", .sets = {"path.tos"},
     .write = spec_text_dscp, .doc = "DSCP of the probes; control requests have none."},
    {"tos", SLOT_TOS, SCHEMA_TOS, .sets = {"path.tos"}, .write = spec_text_tos,
     .doc = "The whole TOS byte of the probes, instead of dscp."},
    {"ttl", SLOT_TTL, SCHEMA_INTEGER, .min = 1, .max = 255, .default_text = "255",
     .sets = {"path.options.ttl"}, .doc = "TTL of probes and control requests."},
    {"dont_fragment", SLOT_DONT_FRAGMENT, SCHEMA_CHOICE, .choices = switches,
     .default_text = "false", .sets = {"path.options.dont_fragment"},
     .doc = "Set DF; a packet above the path MTU is counted as unsent instead of fragmented."},
    {"interface", SLOT_INTERFACE, SCHEMA_DEVICE, .sets = {"path.options.device", "path.is_vrf"},
     .write = spec_text_interface, .doc = "Send and receive through this network device only."},
    {"vrf", SLOT_VRF, SCHEMA_DEVICE, .sets = {"path.options.device", "path.is_vrf"},
     .write = spec_text_vrf,
     .doc = "Send and receive in this VRF, on Linux a network device; instead of interface."},
    {"start", SLOT_START, SCHEMA_START, .default_text = "spread",
     .sets = {"schedule.start", "schedule.start_after_ns"}, .write = spec_text_start,
     .doc = "When the first operation starts, counted from when the target is loaded."},
    {"life", SLOT_LIFE, SCHEMA_LIFE, .default_text = "forever", .sets = {"schedule.life_ns"},
     .doc = "How long after the first operation others are started."},
    {"owner", SLOT_OWNER, SCHEMA_TEXT, .max = 255, .default_text = "''", .sets = {"identity.owner"},
     .doc = "Who is responsible; a label of ipsla_target_info."},
    {"tag", SLOT_TAG, SCHEMA_TEXT, .max = 128, .default_text = "''", .sets = {"identity.tag"},
     .doc = "A free text; a label of ipsla_target_info."},
    {"labels", SLOT_LABELS, SCHEMA_LABELS, .max = SCHEMA_LABELS_MAX, .sets = {"identity.labels"},
     .doc = "Labels of your own on every series of the target; those of defaults, module and "
            "target are put together."},
};
const struct schema_scope schema_operation = {"operation", KEYS(operation_keys)};

static const struct schema_key defaults_keys[] = {
    {"module", SLOT_MODULE, SCHEMA_TEXT, .min = 1, .max = SCHEMA_MODULE_NAME_MAX,
     .doc = "Name of the module whose keys apply: built in, or one under modules; in defaults, "
            "that of every target that names none."},
};
const struct schema_scope schema_defaults = {"defaults", KEYS(defaults_keys),
                                             .base = &schema_operation};

static const struct schema_key target_keys[] = {
    {"name", SLOT_NAME, SCHEMA_TEXT, .min = 1, .max = 255, .sets = {"identity.name"},
     .doc = "The label target on every series; unique, and what a reload recognises a target by; "
            "without it the host."},
    {"host", SLOT_HOST, SCHEMA_HOST, .is_required = true, .sets = {"identity.host", "path.peer"},
     .doc = "The responder; a name is resolved at start and again later."},
    {"hosts", SLOT_HOSTS, SCHEMA_HOSTS, .min = 1, .max = SCHEMA_TARGETS_MAX,
     .sets = {"identity.name", "identity.host", "path.peer"},
     .doc = "Several responders instead of host: a target for each, called NAME-HOST, or HOST "
            "without a name."},
};
const struct schema_scope schema_target = {"target", KEYS(target_keys), .base = &schema_defaults};

static const struct schema_key root_keys[] = {
    {"defaults", SLOT_DEFAULTS, SCHEMA_MAPPING, .doc = "Keys that apply to every target."},
    {"modules", SLOT_MODULES, SCHEMA_MAPPING, .max = SCHEMA_MODULES_MAX,
     .doc = "Named sets of keys for targets to refer to."},
    {"targets", SLOT_TARGETS, SCHEMA_LIST, .max = SCHEMA_TARGETS_MAX, .doc = "What to measure."},
    {"target_files", SLOT_TARGET_FILES, SCHEMA_FILES, .min = 1, .max = SCHEMA_FILES_MAX,
     .doc = "Files with more targets, which are watched; a relative path starts at this file."},
    {"keys", SLOT_KEYS, SCHEMA_LIST, .max = SCHEMA_KEYS_MAX,
     .doc = "Secrets that sign control requests, for targets and the responder to refer to."},
    {"clock", SLOT_CLOCK, SCHEMA_SECTION, .inner = &schema_clock,
     .doc = "What is known of the clock of this host."},
    {"max_packet_rate", SLOT_MAX_PACKET_RATE, SCHEMA_INTEGER, .min = 1, .max = 100000000,
     .doc = "Packets a second that all targets together may send, control requests included; a "
            "file with more is refused."},
    {"evidence", SLOT_EVIDENCE, SCHEMA_SECTION, .inner = &schema_evidence,
     .doc = "Which operations have their packets kept, for /api/v1/targets/NAME/evidence."},
    {"responder", SLOT_RESPONDER, SCHEMA_MAPPING,
     .doc = "Answer others too; {} is a responder with the defaults below."},
    {"probe", SLOT_PROBE, SCHEMA_MAPPING,
     .doc = "Measure what HTTP clients name at /probe; without it nobody may."},
};
const struct schema_scope schema_root = {"", KEYS(root_keys)};

const struct schema_key *schema_find(const struct schema_scope *scope, const char *name)
{
    for (; scope != NULL; scope = scope->base) {
        for (size_t i = 0; i < scope->count; i++) {
            if (strcmp(scope->keys[i].name, name) == 0) {
                return &scope->keys[i];
            }
        }
    }
    return NULL;
}

bool schema_applies(const struct schema_key *key, const struct operation *operation)
{
    return operation == NULL || !key->is_by_operation ||
           operation_key(operation, key->name) != NULL;
}

const struct schema_key *schema_row(enum slot slot, const struct operation *operation)
{
    const struct schema_scope *scopes[] = {&schema_operation, &schema_control};
    for (size_t s = 0; s < sizeof scopes / sizeof scopes[0]; s++) {
        for (size_t i = 0; i < scopes[s]->count; i++) {
            const struct schema_key *key = &scopes[s]->keys[i];
            if (key->slot == slot) {
                return schema_applies(key, operation) ? key : NULL;
            }
        }
    }
    return NULL;
}

struct schema_limits schema_limits(const struct schema_key *key, const struct operation *operation)
{
    struct schema_limits limits = {key->min, key->max, key->default_text};
    const struct operation_key *own =
        key->is_by_operation && operation != NULL ? operation_key(operation, key->name) : NULL;
    if (own != NULL && own->max > 0) {
        limits.min = own->min;
        limits.max = own->max;
    }
    if (own != NULL && own->default_text != NULL) {
        limits.default_text = own->default_text;
    }
    return limits;
}

struct schema_train schema_train(bool has_codec)
{
    struct schema_train with = {SLOT_CODEC_NUM_PACKETS, SLOT_CODEC_INTERVAL, SLOT_CODEC_SIZE};
    struct schema_train without = {SLOT_NUM_PACKETS, SLOT_INTERVAL, SLOT_REQUEST_DATA_SIZE};
    return has_codec ? with : without;
}

static void add_choices(const struct schema_key *key, struct buf *out)
{
    for (size_t i = 0; key->choices[i] != NULL; i++) {
        buf_printf(out, "%s%s", i > 0 ? ", " : "", key->choices[i]);
    }
}

static void add_operations(struct buf *out)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        buf_printf(out, "%s%s", i > 0 ? ", " : "", operation_at(i)->name);
    }
}

static void add_durations(const struct schema_limits *limits, struct buf *out)
{
    char min[DURATION_TEXT_MAX], max[DURATION_TEXT_MAX];
    buf_printf(out, "%s to %s", duration_format(limits->min, min),
               duration_format(limits->max, max));
}

/* "1 to 8 of WHAT", "up to 64 of WHAT". */
static void add_count(const struct schema_limits *limits, const char *what, struct buf *out)
{
    if (limits->min > 0) {
        buf_printf(out, "%" PRId64 " to %" PRId64 " %s", limits->min, limits->max, what);
    } else if (limits->max > 0) {
        buf_printf(out, "up to %" PRId64 " %s", limits->max, what);
    } else {
        buf_add_string(out, what);
    }
}

/* What every key of the kind allows. */
static const char *const fixed_ranges[] = {
    [SCHEMA_HOST] = "an IP address or a host name",
    [SCHEMA_SOURCE] = "an IP address",
    [SCHEMA_DSCP] = "default, cs0 to cs7, af11 to af43, ef, va, le, 0 to 63",
    [SCHEMA_TOS] = "0 to 255 or 0x00 to 0xff",
    [SCHEMA_DEVICE] = "a device name of up to 15 bytes",
    [SCHEMA_START] = "spread, now, after 0s to after 365d, pending",
    [SCHEMA_TOLERANCE] = "0us to 100ms, or 0% to 100%",
    [SCHEMA_LIFE] = "1s to 24855d, or forever",
    [SCHEMA_WHICH] = "a percentage such as 2% or every N, both also in bursts of N",
    [SCHEMA_OFFSET] = "-24h to 24h",
    [SCHEMA_DRIFT] = "-1000ppm to 1000ppm",
    [SCHEMA_PATTERN] = "1 to 8 bytes of two hexadecimal digits each",
    [SCHEMA_SECTION] = "a mapping",
};

void schema_add_range(const struct schema_key *key, const struct operation *operation,
                      struct buf *out)
{
    const struct schema_limits limits = schema_limits(key, operation);
    if (key->kind < sizeof fixed_ranges / sizeof fixed_ranges[0] &&
        fixed_ranges[key->kind] != NULL) {
        buf_add_string(out, fixed_ranges[key->kind]);
        return;
    }
    switch (key->kind) {
    case SCHEMA_DURATION:
        add_durations(&limits, out);
        break;
    case SCHEMA_INTEGER:
        buf_printf(out, "%" PRId64 " to %" PRId64, limits.min, limits.max);
        break;
    case SCHEMA_BYTES:
        add_count(&limits, "bytes", out);
        break;
    case SCHEMA_CHOICE:
        add_choices(key, out);
        break;
    case SCHEMA_OPERATION:
        add_operations(out);
        break;
    case SCHEMA_PORT_RANGE:
        add_count(&limits, "ports as first-last", out);
        break;
    case SCHEMA_TEXT:
        add_count(&limits, "bytes of text", out);
        break;
    case SCHEMA_LIMIT:
        limit_add_range((enum limit)(key->slot - SLOT_LIMIT), out);
        break;
    case SCHEMA_LABELS:
        add_count(&limits, "labels (name: value)", out);
        break;
    case SCHEMA_BOUNDS:
        add_count(&limits, "rising durations from 1us to 1h", out);
        break;
    case SCHEMA_HOSTS:
        add_count(&limits, "IP addresses or host names", out);
        break;
    case SCHEMA_ENDPOINTS:
        add_count(&limits, "of " ADDRESS_ENDPOINT, out);
        break;
    case SCHEMA_PORTS:
        add_count(&limits, "of port or first-last", out);
        break;
    case SCHEMA_PREFIXES:
        add_count(&limits, "IP prefixes", out);
        break;
    case SCHEMA_IDS:
        add_count(&limits, "ids of keys", out);
        break;
    case SCHEMA_NAMES:
        add_count(&limits, "names of modules", out);
        break;
    case SCHEMA_CHOICES:
        add_count(&limits, "of ", out);
        add_choices(key, out);
        break;
    case SCHEMA_FILES:
        add_count(&limits, "of " FILE_PATTERN_ALLOWED, out);
        break;
    case SCHEMA_MAPPING:
        add_count(&limits, key->max > 0 ? "entries (name: keys)" : "a mapping", out);
        break;
    case SCHEMA_LIST:
        add_count(&limits, "entries", out);
        break;
    default:
        break;
    }
}

bool schema_has_own_ranges(const struct schema_key *key)
{
    for (size_t i = 0; i < OPERATION_COUNT && key->is_by_operation; i++) {
        const struct operation_key *own = operation_key(operation_at(i), key->name);
        if (own != NULL && own->max > 0) {
            return true;
        }
    }
    return false;
}

void schema_add_ranges(const struct schema_key *key, struct buf *out)
{
    if (!schema_has_own_ranges(key)) {
        schema_add_range(key, NULL, out);
        return;
    }
    const char *separator = "";
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        if (schema_applies(key, operation_at(i))) {
            buf_add_string(out, separator);
            schema_add_range(key, operation_at(i), out);
            buf_printf(out, " for %s", operation_at(i)->name);
            separator = ", ";
        }
    }
}

void schema_add_defaults(const struct schema_scope *scope, const struct operation *operation,
                         struct buf *out)
{
    const char *separator = "";
    buf_add_char(out, '{');
    for (size_t i = 0; i < scope->count; i++) {
        const struct schema_key *key = &scope->keys[i];
        const char *default_text = schema_limits(key, operation).default_text;
        bool has_default = default_text != NULL || key->inner != NULL;
        if (!has_default || !schema_applies(key, operation)) {
            continue;
        }
        buf_printf(out, "%s%s: ", separator, key->name);
        separator = ", ";
        if (key->inner != NULL) {
            schema_add_defaults(key->inner, operation, out);
        } else {
            buf_add_string(out, default_text);
        }
    }
    buf_add_char(out, '}');
}
