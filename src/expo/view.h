/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What an exposition is made from: snapshots and the figures of the program around them. Plain
 * values; whoever fills a view keeps what it points to alive while it is rendered. */
#ifndef EXPO_VIEW_H
#define EXPO_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/report.h"
#include "expo/filter.h"
#include "stats/one_way.h"

/* A figure that could not be read: it has no series. */
#define EXPO_UNKNOWN UINT64_MAX

/* Figures of the process, as the Prometheus client libraries name them. */
struct expo_process {
    double cpu_seconds;
    uint64_t resident_bytes, virtual_bytes;
    uint64_t virtual_max_bytes; /* EXPO_UNKNOWN: also when there is no limit */
    uint64_t open_fds, max_fds;
    double start_time_seconds;
};

/* The responder's counters in the words of the metrics (the program fills them in, so that
 * the exposition needs to know only names and numbers). */
struct expo_count {
    const char *label; /* a label value of static lifetime */
    uint64_t value;
};

struct expo_responder {
    const struct expo_count *requests; /* by result */
    size_t request_count;
    const struct expo_count *requests_v2; /* the same of version 2 */
    size_t request_v2_count;
    const struct expo_count *requests_twamp; /* of a TWAMP server; 0 of them: there is none */
    size_t request_twamp_count;
    const struct expo_count *probes; /* by kind */
    size_t probe_count;
    const struct expo_count *drops; /* by reason */
    size_t drop_count;
    uint64_t impair_rules; /* of what it does wrong on purpose */
    const struct expo_count *impairments; /* by kind */
    size_t impairment_count;
    uint64_t socket_drops;
    uint32_t sessions, max_sessions;
    const uint16_t *control_ports; /* where control requests are taken, each once */
    size_t control_port_count;
    uint32_t permanent_ports; /* UDP and TCP */
    struct hist processing; /* hist_layout_default */
};

/* A file with targets. */
struct expo_file {
    const char *path;
    bool is_good; /* what it holds is in force */
    unsigned line, column; /* of the first error; 0: of the file as a whole */
    uint64_t targets; /* in force */
    struct wall good_at; /* when those were read; 0: never */
};

/* Why a scrape got no answer, or not to its end. */
enum expo_rejection {
    EXPO_REJECTION_BUSY, /* too many at once: status 503 */
    EXPO_REJECTION_LIMITED, /* more than a rate allows: 429 */
    EXPO_REJECTION_UNAUTHORIZED, /* 401 */
    EXPO_REJECTION_TIMEOUT, /* the client took too long to read it: cut off */
    EXPO_REJECTION_CROWDED, /* others needed the connection or the place: cut off */
};
#define EXPO_REJECTION_COUNT 5

struct expo_rejections {
    uint64_t of[EXPO_REJECTION_COUNT];
};

/* One operation that a client asked for. */
struct expo_probe {
    bool is_successful;
    int64_t duration_ns; /* from the request to the result */
    int64_t timeout_ns; /* how long it could have taken */
    int64_t lookup_ns; /* of the host name; 0: it is an address */
};

/* How such operations ended. */
enum expo_probe_result {
    EXPO_PROBE_SUCCESS,
    EXPO_PROBE_FAILURE,
    EXPO_PROBE_TIMEOUT, /* there was no time for all of it */
    EXPO_PROBE_CANCELLED, /* the client left, or the exporter stopped */
};
#define EXPO_PROBE_RESULT_COUNT 4

/* Why others were not begun. */
enum expo_probe_refusal {
    EXPO_PROBE_OFF, /* the configuration has no section probe: status 404 */
    EXPO_PROBE_INVALID, /* 400 */
    EXPO_PROBE_FORBIDDEN, /* the address is not allowed: 403 */
    EXPO_PROBE_BUSY, /* as many run as may: 503 */
};
#define EXPO_PROBE_REFUSAL_COUNT 4

struct expo_probes {
    uint64_t running;
    uint64_t ended[EXPO_PROBE_RESULT_COUNT];
    uint64_t refused[EXPO_PROBE_REFUSAL_COUNT];
};

/* The latest time that the host name of a target was resolved. */
struct expo_lookup {
    int64_t duration_ns;
    struct wall at; /* 0: never, or the host is an address */
};

/* The file that keeps the latest operations over a restart. */
struct expo_history {
    const char *file;
    bool is_write_successful; /* the latest one, or none was tried */
    struct wall written; /* the latest successful one; 0: none */
};

struct expo_view {
    const char *version, *revision;
    struct expo_filter filter;
    struct wall now; /* when the view was made */
    struct snapshot *const *snapshots; /* one a worker; NULL: this program does not measure */
    size_t snapshot_count;
    const struct expo_lookup *lookups; /* one for each report, in their order; NULL: no names */
    const struct expo_responder *responder; /* NULL: none hosted */
    const struct expo_file *files;
    size_t file_count;
    struct expo_process process;
    struct clock_state clock; /* what the system says of our clock now */
    bool is_realtime; /* the measuring threads have real-time priority */
    struct expo_rejections rejections;
    const struct expo_probe *probe; /* this is about one operation; NULL: about the program */
    struct expo_probes probes; /* so far */
    const struct expo_history *history; /* NULL: there is no such file */
    const char *config_hash; /* of the configuration in force, hexadecimal; NULL: there is none */
    bool reload_successful;
    struct wall reload_success; /* when a configuration was last loaded */
    bool has_web_config;
    bool web_config_successful; /* what is in force is what its files say */
    struct wall web_config_success; /* when they were last taken over */
    uint64_t resolve_failures, names_waiting, failovers;
    uint64_t protocol_changes; /* of targets of operation auto */
    uint64_t log_lines_dropped;
    double scrape_seconds; /* of the previous scrape; negative: there was none */
};

#endif
