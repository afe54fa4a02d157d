/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of metrics: our public interface. A metric is one row: how it is described, for whom it
 * is written, and the function that writes its values. A name or label changes only with an entry
 * in the change log; docs/metrics.md lists the same metrics (a test compares).
 *
 * The rows are kept by subject, one family_*.c each. To add a metric: a row, and a function when
 * none of those below reads such a value. */
#ifndef EXPO_FAMILY_H
#define EXPO_FAMILY_H

#include <stddef.h>

#include "engine/report.h"
#include "expo/format.h"
#include "expo/view.h"

/* For whom a family is written. */
enum family_scope {
    FAMILY_TARGET, /* once for each target */
    FAMILY_SCHEDULE, /* once for each target that is measured again and again */
    FAMILY_JITTER, /* once for each target with timestamps in its probes: udp-jitter, icmp-jitter */
    FAMILY_DATAGRAMS, /* once for each target whose probes are datagrams */
    FAMILY_CONTROL, /* once for each target with a control handshake */
    FAMILY_FLOWS, /* once for each target whose packets left from several ports */
    FAMILY_PATH, /* once for each target whose path was looked for */
    FAMILY_EXPORTER, /* once, when this program measures */
    FAMILY_RESPONDER, /* once, when this program has a responder */
    FAMILY_RESPONDER_ALONE, /* once, when this program is a responder and nothing else */
    FAMILY_PROCESS, /* once */
    FAMILY_PROBE, /* once, and then nothing else that is once: a client asked for one operation */
};

/* What the values are read from. */
struct family_source {
    const struct expo_view *view;
    const struct report *report; /* of the target; NULL for the exporter and the responder */
    const struct expo_lookup *lookup; /* of the target's name; NULL: not known */
    const struct hist_layout *layout; /* the report's; one address for equal ones in a row */
};

struct family {
    struct metric metric;
    enum family_scope scope;
    /* Writes the series, none when there is no value now. When it is called the labels are those of
     * the target, or none. */
    void (*emit)(struct series *series, const struct family_source *source, size_t offset);
    size_t offset; /* of the value in the struct that `emit` reads */
    enum series_level
        level; /* of a target: written from this level on; docs/metrics.md has the list */
};

/* Families one after the other, NULL beyond the last. Each has a name of its own. */
const struct family *family_at(size_t index);

/* The rows of one subject. */
struct family_part {
    const struct family *rows;
    size_t count;
};
extern const struct family_part family_of_operation; /* how operations ended */
extern const struct family_part family_of_state; /* how targets are, by their limits */
extern const struct family_part family_of_packets; /* what became of the probe packets */
extern const struct family_part family_of_delay; /* round trips, one-way delays, jitter */
extern const struct family_part family_of_latest; /* round trips, delays, loss of the latest one */
extern const struct family_part family_of_voice; /* scores of a call */
extern const struct family_part family_of_reply; /* control handshake and replies */
extern const struct family_part family_of_flow; /* packets by source port */
extern const struct family_part family_of_path; /* the hops on the way */
extern const struct family_part family_of_responder; /* the responder in this program */
extern const struct family_part family_of_exporter; /* this program and its host */
extern const struct family_part family_of_files; /* files with targets */
extern const struct family_part family_of_process; /* this process */
extern const struct family_part family_of_probe; /* operations that clients ask for */

/* The value at `offset` of the struct at `base`, for emit. */
static inline const void *family_value(const void *base, size_t offset)
{
    return (const char *)base + offset;
}

/* Functions for `emit` that rows of several subjects use: a counter of struct tally, a histogram of
 * struct tally, the version of this program. */
void family_emit_count(struct series *series, const struct family_source *source, size_t offset);
void family_emit_hist(struct series *series, const struct family_source *source, size_t offset);
void family_emit_build(struct series *series, const struct family_source *source, size_t offset);

/* The same for what struct expo_view holds: an integer or EXPO_UNKNOWN; seconds as a double,
 * negative when there are none. */
void family_emit_view_count(struct series *series, const struct family_source *source,
                            size_t offset);
void family_emit_view_seconds(struct series *series, const struct family_source *source,
                              size_t offset);

/* The two directions of a path, their label values, and what is known of each. */
#define FAMILY_DIRECTIONS 2
extern const char *const family_directions[FAMILY_DIRECTIONS];
const struct way_tally *family_tally_way(const struct report *report, unsigned direction);
const struct way *family_latest_way(const struct report *report, unsigned direction);

#endif
