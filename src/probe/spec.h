/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What to measure: the immutable, reference-counted description of one target, and a set of them.
 * Made by config (or the CLI), held by engines, reports and snapshots on any thread. */
#ifndef PROBE_SPEC_H
#define PROBE_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/pattern.h"
#include "base/time.h"
#include "probe/control.h"
#include "probe/io.h"
#include "stats/hist.h"
#include "stats/limit.h"
#include "stats/voice.h"
#include "wire/auth.h"
#include "wire/ntp.h"

struct choice;
struct operation;

/* When the first operation starts, counted from when the target was loaded. */
enum spec_start {
    SPEC_START_SPREAD, /* at the target's own moment within its frequency */
    SPEC_START_NOW,
    SPEC_START_PENDING, /* never */
    SPEC_START_AFTER, /* start_after_ns later */
};
#define SPEC_START_AFTER_MAX_NS (365 * MS_PER_DAY * NS_PER_MS)

#define SPEC_FOREVER INT64_C(0) /* a life without end */
#define SPEC_LIFE_MIN_NS NS_PER_SECOND
#define SPEC_LIFE_MAX_NS (24855 * MS_PER_DAY * NS_PER_MS)

enum precision { PRECISION_MILLISECONDS, PRECISION_MICROSECONDS };
#define PRECISION_COUNT 2

/* "milliseconds", "microseconds": the words of IOS. */
const char *precision_name(enum precision precision);

/* Whose times of sending and arrival a measurement may go by. */
enum timestamps {
    TIMESTAMPS_AUTO, /* the kernel's, and where it gives none the thread's own */
    TIMESTAMPS_USER, /* the thread's own */
    TIMESTAMPS_KERNEL, /* the kernel's; a packet without is counted, not timed */
    TIMESTAMPS_HARDWARE, /* the network adapter's, else as auto; only with options.device */
};
#define TIMESTAMPS_COUNT 4

/* "auto", "user", "kernel", "hardware". */
const char *timestamps_name(enum timestamps timestamps);

/* Whether a reflector of STAMP numbers its replies itself: only then a loss has a direction. */
enum reflector {
    REFLECTOR_AUTO, /* it is found out */
    REFLECTOR_STATEFUL, /* it counts them, from 0 for each session */
    REFLECTOR_STATELESS, /* it returns the sender's number */
};
#define REFLECTOR_COUNT 3

#define SPEC_FLOWS_MAX 16

struct label {
    char *name;
    char *value;
};

/* UDP payload of microsecond probes: the least, and the default. What IOS makes of its 32 bytes is
 * not known. */
#define SPEC_MICROSECONDS_BYTES_MIN 56
#define SPEC_LONG_SEQUENCE_BYTES_MIN 60
#define SPEC_MICROSECONDS_BYTES 64

/* Who it is: for people and for labels. */
struct spec_identity {
    char *name; /* unique in a set; the label `target` */
    char *host; /* as configured: an address or a name */
    struct label *labels;
    size_t label_count;
    char *owner, *tag; /* "" when not set */
    uint64_t hash; /* of the name, once it is in a set; see spec_hash */
};

/* When it is measured: read by the engine; the timeout also by the probe. */
struct spec_schedule {
    int64_t frequency_ns;
    int64_t timeout_ns; /* of each packet */
    enum spec_start start;
    int64_t start_after_ns; /* SPEC_START_AFTER */
    int64_t life_ns; /* from the first operation; SPEC_FOREVER */
    int64_t budget_ns; /* an operation that is not over by then is cut short; 0: none is */
};

/* Where the packets go, from where, and how: read by the probe and the host. */
struct spec_path {
    struct addr peer; /* IP and probe port; ADDR_NONE while the name has no address */
    uint16_t port; /* probe port; 0 with ICMP */
    enum addr_family ip_version; /* of the host's addresses; ADDR_NONE: IPv4 before IPv6 */
    struct addr source; /* IP (ADDR_NONE: the system chooses) and port (0: any) */
    uint8_t tos; /* of the probes; control has 0 */
    bool is_vrf; /* options.device was given as the VRF */
    bool is_alone; /* no other target is measured by this process: its port is its own */
    struct io_options options;
};

/* What one operation sends: read by the probe. */
struct spec_packets {
    int64_t interval_ns; /* between packets of a train */
    uint32_t count; /* 1..60000 */
    uint32_t bytes; /* request-data-size */
    enum voice_codec codec; /* udp-jitter: score voice; VOICE_CODEC_NONE: do not */
    uint8_t advantage_factor; /* 0..20, only with a codec */
    uint8_t flows; /* 2..SPEC_FLOWS_MAX: the train takes turns among so many source ports; else 0 */
    enum precision precision; /* udp-jitter: type 2 or type 3 probes */
    enum timestamp_format timestamp_format; /* of type 3 probes; of our times in STAMP */
    enum reflector reflector; /* STAMP */
    bool has_long_sequence; /* type 3 with 32-bit sequence numbers, as version 2 control opens it */
    bool verify_data; /* a reply whose data differ from what was sent fails the operation */
    struct pattern pattern; /* of the data */
};

/* How the responder is asked to open the port: read by the handshake. */
struct spec_control {
    enum control_version version;
    uint16_t port; /* UDP; of TWAMP, TCP */
    uint8_t tries; /* transmissions of the control request in all */
    int64_t timeout_ns;
    struct auth_key key; /* algorithm AUTH_NONE: no authentication; of STAMP: that of the packets,
                            which are not asked for */
    uint8_t mode; /* TWAMP: bit 1 << mode of its Modes (enum twamp_mode) */
    unsigned auth_layout; /* with an MD5 key: 0: try them in turn; else number + 1 of the layout */
};

/* How the path to the host is looked for beside the operations: read by the session. */
struct spec_trace {
    int64_t frequency_ns; /* from one time to the next; 0: it is not */
    int64_t timeout_ns; /* of each packet */
    uint16_t port; /* UDP, where nobody should listen */
    bool is_icmp; /* echoes instead of UDP */
    uint8_t flows, probes, max_hops; /* as in struct trace_settings */
};

/* Which times are believed: read by the host (timestamps) and the trust in one-way delays. */
struct spec_clocks {
    enum timestamps timestamps; /* of datagrams; a TCP connection is timed by the thread */
    int64_t tolerance_ns; /* of the clocks at both ends; or, when 0, */
    uint8_t tolerance_percent; /* the same as a share of the one-way delay; 0: none either */
    bool trusts_peer; /* STAMP: the reflector's clock, whatever its replies say */
    bool is_assumed_synchronized; /* the host's clock, whatever the system says */
};

/* How much of a target the metrics show. Each level has what the one before it has, and more. */
enum series_level {
    SERIES_MINIMAL = -1, /* is it up, what is lost, how long do round trips take */
    SERIES_DEFAULT = 0,
    SERIES_ALL = 1,
};

#define SPEC_HISTORY_MAX 1440 /* operations: a day of one a minute */

/* What is made of the results: read by the session; the level by the exposition. */
struct spec_results {
    enum series_level series;
    int64_t threshold_ns;
    const struct hist_layout *layout; /* set it by spec_set_layout */
    struct limit_set limits; /* the threshold is in them */
    enum hist_forms histograms;
    bool shows_created; /* lines with the start of counters in OpenMetrics 1.0 */
    uint32_t history; /* operations that are kept, 0..SPEC_HISTORY_MAX */
    bool keeps_packets; /* reports have those of the latest operation */
};

/* Ranges and defaults are those of config/schema.c; whoever builds a spec keeps to them. Each field
 * has a row in probe/spec_field.c. */
struct spec {
    struct spec_identity identity;
    const struct operation *operation; /* what is measured: operation/operation.h */
    const struct choice *choice; /* a reference, when auto chose it (probe/choice.h); else NULL */
    /* Each packet reads of these four. */
    struct spec_clocks clocks;
    struct spec_path path;
    struct spec_packets packets;
    struct spec_control control;
    struct spec_schedule schedule;
    struct spec_trace trace;
    struct spec_results results;
    unsigned references; /* use spec_ref and spec_unref only */
};

/* A zeroed spec with one reference; strings (name, host, labels, owner, tag) are malloc'ed and
 * belong to it. Change it only until it is shared. */
struct spec *spec_new(void);
/* Bounds like `layout`, which is copied; hist_layout_default, as at first, costs nothing. */
void spec_set_layout(struct spec *spec, const struct hist_layout *layout);
/* Chooses the layout of type 3 probes that goes with spec->control, and makes room for it. */
void spec_fit_layout(struct spec *spec);
/* `tolerance`: nanoseconds, or when negative a percentage times -1. */
void spec_set_tolerance(struct spec *spec, int64_t tolerance);
struct spec *spec_ref(const struct spec *spec);
void spec_unref(const struct spec *spec); /* NULL is fine */

/* A new spec like `spec` whose peer has the IP of `ip` (ADDR_NONE: no address) and the spec's port.
 */
struct spec *spec_with_ip(const struct spec *spec, const struct addr *ip);

/* Which addresses of the host may be taken: ip_version, else what the source address can reach. */
enum addr_family spec_ip_version(const struct spec *spec);

/* The probe port is one at which responders take control requests: no probe is answered there. */
bool spec_probes_control_port(const struct spec *spec);
/* The same of the spec with another probe port. */
bool spec_is_control_port(const struct spec *spec, uint16_t port);

/* A hash of the target's name, the same on every machine: start phase, shard, lookup. */
uint64_t spec_hash(const struct spec *spec);

/* A generation of targets, reference-counted as a whole; holds one reference on each member. */
struct spec_set {
    const struct spec **specs;
    size_t count;
    unsigned references;
};

/* Takes over the caller's reference on each of specs[0..count-1] (the array itself is copied).
 * Their names are hashed here, so that nobody who measures has to. */
struct spec_set *spec_set_new(struct spec *const *specs, size_t count);
struct spec_set *spec_set_ref(struct spec_set *set);
void spec_set_unref(struct spec_set *set); /* NULL is fine */

#endif
