/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys of the sections that a target can have, and of those beside the targets. */
#include "base/time.h"
#include "config/evidence.h"
#include "config/prober.h"
#include "config/schema.h"
#include "config/spec_text.h"
#include "reflect/reflect.h"
#include "trace/trace.h"

#define MS NS_PER_MS
#define SECONDS NS_PER_SECOND
#define HOURS (3600 * NS_PER_SECOND)
#define KEYS(table) .keys = (table), .count = sizeof(table) / sizeof((table)[0])

#define SETTING(member)                                                                            \
    .setting = {offsetof(struct reflect_settings, member),                                         \
                sizeof(((struct reflect_settings *)NULL)->member)}

/* The order of each is that of the enum it names. */
static const char *const refusals[] = {"status16", "status32", "silent", NULL};
static const char *const replies[] = {"long", "short", NULL};
static const char *const stamp_reflectors[] = {"stateful", "stateless", NULL};
static const char *const stamp_tlvs[] = {"auto", "on", "off", NULL};
static const char *const algorithms[] = {"md5", "sha256", "hmac-sha256", "twamp", NULL};
static const char *const path_protocols[] = {"udp", "icmp", NULL};
static const char *const switches[] = {"false", "true", NULL};
static const char *const timestamp_formats[] = {"ntp", "ptp", NULL};
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
     .write = spec_text_version,
     .doc = "Version of the control protocol, also written v1 and v2; 2 is RFC 6812; none: no "
            "request, the port is always open."},
    {"port", SLOT_CONTROL_PORT, SCHEMA_INTEGER, .min = 1, .max = 65535, .sets = {"control.port"},
     .doc = "UDP port of the control protocol; without it 1967 for version 1, 1167 for version 2."},
    {"key", SLOT_CONTROL_KEY, SCHEMA_INTEGER, .min = 1, .max = 65535, .sets = {"control.key"},
     .write = spec_text_control_key,
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

static const struct schema_key path_keys[] = {
    {"frequency", SLOT_PATH_FREQUENCY, SCHEMA_DURATION, .min = 10 * SECONDS,
     .max = 604800 * SECONDS, .sets = {"trace.frequency_ns"}, .write = spec_text_path_frequency,
     .doc = "Time from one search to the next; without it the path is not looked for."},
    {"protocol", SLOT_PATH_PROTOCOL, SCHEMA_CHOICE, .choices = path_protocols,
     .default_text = "udp", .sets = {"trace.is_icmp"},
     .doc = "What is sent with rising TTL: UDP packets or ICMP echoes."},
    {"port", SLOT_PATH_PORT, SCHEMA_INTEGER, .min = 1, .max = 65535, .default_text = "33434",
     .sets = {"trace.port"},
     .doc = "UDP port that these packets go to; nobody should listen there."},
    {"flows", SLOT_PATH_FLOWS, SCHEMA_INTEGER, .min = 1, .max = TRACE_FLOWS_MAX,
     .default_text = "4", .sets = {"trace.flows"},
     .doc = "How many flows, each from a port of its own, so that equal paths show."},
    {"probes", SLOT_PATH_PROBES, SCHEMA_INTEGER, .min = 1, .max = TRACE_PROBES_MAX,
     .default_text = "1", .sets = {"trace.probes"},
     .doc = "Packets of each flow to each hop; routers limit how many they answer."},
    {"max_hops", SLOT_PATH_MAX_HOPS, SCHEMA_INTEGER, .min = 1, .max = TRACE_HOPS_MAX,
     .default_text = "30", .sets = {"trace.max_hops"}, .doc = "The highest TTL."},
    {"timeout", SLOT_PATH_TIMEOUT, SCHEMA_DURATION, .min = 10 * MS, .max = 60 * SECONDS,
     .default_text = "1s", .sets = {"trace.timeout_ns"},
     .doc = "How long to wait for the answer to each packet."},
};
const struct schema_scope schema_path = {"path", KEYS(path_keys)};

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
     .sets = {"results.limits"}, .write = spec_text_limit_for,
     .doc = "Operations in a row after which a limit counts as exceeded, and after which it does "
            "not any more."},
};
const struct schema_scope schema_limit = {"limits", KEYS(limit_keys)};

static const struct schema_key responder_keys[] = {
    {"listen", SLOT_LISTEN, SCHEMA_ENDPOINTS, .min = 1, .max = REFLECT_LISTEN_MAX,
     .default_text = "[1967, 1167]",
     .doc = "Where control requests and probes are taken; a port alone is every IPv4 and "
            "IPv6 address."},
    {"vrf", SLOT_RESPONDER_VRF, SCHEMA_DEVICE, .doc = "Answer in this VRF only."},
    {"allow", SLOT_ALLOW, SCHEMA_PREFIXES, .max = REFLECT_ALLOW_MAX, .default_text = "[]",
     .doc = "Who may ask and send probes; an empty list is everybody."},
    {"permanent_ports", SLOT_PERMANENT_PORTS, SCHEMA_ENDPOINTS, .max = REFLECT_PERMANENT_MAX,
     .default_text = "[]", .doc = "Probe ports that are always open, without a control request."},
    {"permanent_tcp_ports", SLOT_PERMANENT_TCP_PORTS, SCHEMA_ENDPOINTS,
     .max = REFLECT_PERMANENT_MAX, .default_text = "[]",
     .doc = "TCP ports that are always open; each connection is closed at once."},
    {"stamp_ports", SLOT_STAMP_PORTS, SCHEMA_ENDPOINTS, .max = REFLECT_PERMANENT_MAX,
     .default_text = "[]",
     .doc = "UDP ports that reflect STAMP and TWAMP Light, whose port is 862; nobody has to ask "
            "for them, so allow should say who may send."},
    {"stamp_reflector", SLOT_STAMP_REFLECTOR, SCHEMA_CHOICE, .choices = stamp_reflectors,
     .default_text = "stateful", SETTING(stamp.is_stateless),
     .doc = "Count the replies of each session, so that its sender knows in which direction a "
            "packet was lost; or return the sender's numbers."},
    {"stamp_tlv", SLOT_STAMP_TLV, SCHEMA_CHOICE, .choices = stamp_tlvs, .default_text = "auto",
     SETTING(stamp.tlv),
     .doc = "What follows the base of a packet: TLVs (on), padding (off), or TLVs when they are "
            "whole, as STAMP writes them."},
    {"stamp_key", SLOT_STAMP_KEY, SCHEMA_INTEGER, .min = 1, .max = 65535,
     .doc = "Id of the key, of algorithm hmac-sha256, that each packet must be authenticated "
            "with; without it the mode is unauthenticated."},
    {"twamp_ports", SLOT_TWAMP_PORTS, SCHEMA_ENDPOINTS, .max = REFLECT_PERMANENT_MAX,
     .default_text = "[]",
     .doc = "Ports of a TWAMP server, which is 862: TCP for its control connections, UDP for test "
            "packets; allow says who may connect."},
    {"twamp_keys", SLOT_TWAMP_KEYS, SCHEMA_IDS, .max = REFLECT_KEYS_MAX, .default_text = "[]",
     .doc = "Ids of the keys, of algorithm twamp, one of which each TWAMP client must have; "
            "without any the mode is unauthenticated."},
    {"workers", SLOT_RESPONDER_WORKERS, SCHEMA_INTEGER, .min = 1, .max = REFLECT_WORKERS_MAX,
     .default_text = "1", SETTING(workers),
     .doc = "Threads that answer; all that one source sends is answered by one of them."},
    {"max_sessions", SLOT_MAX_SESSIONS, SCHEMA_INTEGER, .min = 1, .max = 65536,
     .default_text = "1000", SETTING(max_sessions),
     .doc = "Sessions at one time; further requests are refused."},
    {"max_sessions_per_source", SLOT_MAX_SESSIONS_PER_SOURCE, SCHEMA_INTEGER, .min = 0,
     .max = 65536, .default_text = "0", SETTING(max_sessions_per_source),
     .doc = "Sessions of one IPv4 address or IPv6 /64; 0: as many as are free, or 16."},
    {"requests_per_source", SLOT_REQUESTS_PER_SOURCE, SCHEMA_INTEGER, .min = 0, .max = 1000000,
     .default_text = "1000", SETTING(requests_per_source),
     .doc = "Control requests a second of one IPv4 address or IPv6 /64; 0: any number."},
    {"reserve_for", SLOT_RESERVE_FOR, SCHEMA_PREFIXES, .max = REFLECT_ALLOW_MAX,
     .default_text = "[]", .doc = "Senders without these two limits, who have a reserve."},
    {"reserved_sessions", SLOT_RESERVED_SESSIONS, SCHEMA_INTEGER, .min = 0, .max = 65536,
     .default_text = "100", SETTING(reserved_sessions),
     .doc = "Sessions that only senders in reserve_for can have, up to half of max_sessions."},
    {"min_duration", SLOT_MIN_DURATION, SCHEMA_DURATION, .min = 0, .max = 60 * SECONDS,
     .default_text = "1s", SETTING(min_duration_ns),
     .doc = "A port stays open at least this long."},
    {"max_duration", SLOT_MAX_DURATION, SCHEMA_DURATION, .min = 60 * SECONDS, .max = 24 * HOURS,
     .default_text = "5m", SETTING(max_duration_ns),
     .doc = "A longer duration is granted as this; probes double it at most."},
    {"ports", SLOT_PORTS, SCHEMA_PORTS, .max = 64, .default_text = "[1024-65535]",
     .doc = "Ports that requests may name, but for those that the system reserves; TCP ports "
            "only for senders in allow or with a key, and for this host itself."},
    {"min_source_port", SLOT_MIN_SOURCE_PORT, SCHEMA_INTEGER, .min = 0, .max = 65535,
     .default_text = "1024", SETTING(min_source_port),
     .doc = "Nothing is answered to ports below: they are of services."},
    {"refusal", SLOT_REFUSAL, SCHEMA_CHOICE, .choices = refusals, .default_text = "status16",
     SETTING(refusal),
     .doc = "How a refusal is written: a 16-bit status, a 32-bit status, or no answer."},
    {"reply", SLOT_REPLY, SCHEMA_CHOICE, .choices = replies, .default_text = "long", SETTING(reply),
     .doc = "Shape of the answer to a request: 24 bytes as current IOS sends it, or 8."},
    {"reflect_tos", SLOT_REFLECT_TOS, SCHEMA_CHOICE, .choices = switches, .default_text = "true",
     SETTING(reflect_tos), .doc = "Answers have the TOS byte of what they answer; false: TOS 0."},
    {"timestamp_format", SLOT_RESPONDER_TIMESTAMP_FORMAT, SCHEMA_CHOICE,
     .choices = timestamp_formats, .default_text = "ntp", SETTING(timestamp_format),
     .doc = "Timestamps in replies to microsecond probes; the senders must use the same."},
    {"keys", SLOT_RESPONDER_KEYS, SCHEMA_IDS, .max = REFLECT_KEYS_MAX, .default_text = "[]",
     .doc = "Keys of which each request must use one; an empty list takes unsigned requests only."},
    {"replay_window", SLOT_REPLAY_WINDOW, SCHEMA_DURATION, .min = 0, .max = 24 * HOURS,
     .default_text = "5m", SETTING(replay_window_ns),
     .doc = "How far the time in a signed request of version 2 may be off; 0s is not checked."},
    {"impair", SLOT_IMPAIR, SCHEMA_SECTION, .inner = &schema_impair,
     .doc = "What it does wrong on purpose, for trying dashboards and alerts; on loopback only."},
};
const struct schema_scope schema_responder = {"responder", KEYS(responder_keys)};

static const struct schema_key probe_keys[] = {
    {"modules", SLOT_PROBE_MODULES, SCHEMA_NAMES, .is_required = true, .min = 1,
     .max = PROBER_MODULES_MAX,
     .doc = "Modules, built in or one under modules, that clients may name."},
    {"allow", SLOT_PROBE_ALLOW, SCHEMA_PREFIXES, .is_required = true, .min = 1,
     .max = PROBER_ALLOW_MAX,
     .doc = "Which addresses may be measured, also of names; never a link-local or multicast one."},
    {"max_concurrent", SLOT_MAX_CONCURRENT, SCHEMA_INTEGER, .min = 1, .max = 1000,
     .default_text = "20", .doc = "Operations at one time; further requests get status 503."},
};
const struct schema_scope schema_probe = {"probe", KEYS(probe_keys)};

static const struct schema_key key_keys[] = {
    {"id", SLOT_KEY_ID, SCHEMA_INTEGER, .is_required = true, .min = 1, .max = 65535,
     .sets = {"control.key"},
     .doc = "What requests name the key by; IOS has 1 to 5 for version 1."},
    {"algorithm", SLOT_KEY_ALGORITHM, SCHEMA_CHOICE, .is_required = true, .choices = algorithms,
     .sets = {"control.key"},
     .doc = "md5 for version 1, sha256 and hmac-sha256 for version 2; hmac-sha256 for stamp, twamp "
            "for a pass-phrase of TWAMP."},
    {"name", SLOT_KEY_NAME, SCHEMA_TEXT, .min = 1, .max = AUTH_NAME_MAX, .sets = {"control.key"},
     .doc = "What a TWAMP server knows the key by, the KeyID or user; without it the id. Only of "
            "algorithm twamp."},
    {"secret_file", SLOT_KEY_SECRET_FILE, SCHEMA_TEXT, .is_required = true, .min = 1, .max = 4095,
     .sets = {"control.key"},
     .doc = "File whose one line is the secret: a credential of that name (LoadCredential= of "
            "systemd), or a path; in a configuration file, a relative path starts at that file."},
};
const struct schema_scope schema_key = {"key", KEYS(key_keys)};

static const struct schema_key clock_keys[] = {
    {"assume_synchronized", SLOT_ASSUME_SYNCHRONIZED, SCHEMA_CHOICE, .choices = switches,
     .default_text = "false", .sets = {"clocks.is_assumed_synchronized"},
     .doc = "The clock of this host counts as synchronized, whatever the system says; for hosts "
            "whose clock the hypervisor keeps."},
};
const struct schema_scope schema_clock = {"clock", KEYS(clock_keys)};

static const struct schema_key evidence_keys[] = {
    {"size", SLOT_EVIDENCE_SIZE, SCHEMA_BYTES, .min = 0, .max = CONFIG_EVIDENCE_BYTES_MAX,
     .default_text = "16777216",
     .doc = "Memory for all of it, the oldest goes first; 0: none is kept, and no packet is looked "
            "at."},
    {"loss", SLOT_EVIDENCE_LOSS, SCHEMA_CHOICE, .choices = switches, .default_text = "true",
     .doc = "Operations with lost or late packets."},
    {"failed", SLOT_EVIDENCE_FAILED, SCHEMA_CHOICE, .choices = switches, .default_text = "true",
     .doc = "Operations that failed."},
    {"limit", SLOT_EVIDENCE_LIMIT, SCHEMA_CHOICE, .choices = switches, .default_text = "true",
     .doc = "Operations that exceed one of the limits of their target, the threshold among them."},
};
const struct schema_scope schema_evidence = {"evidence", KEYS(evidence_keys)};
