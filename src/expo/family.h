/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of metric families: our public interface. A name or label changes only with an entry in
 * the change log; docs/metrics.md lists the same families (a test compares). */
#ifndef EXPO_FAMILY_H
#define EXPO_FAMILY_H

#include <stddef.h>

#include "engine/report.h"
#include "expo/text.h"
#include "expo/view.h"

/* For whom a family is written. */
enum family_scope {
    FAMILY_TARGET, /* once for each target */
    FAMILY_JITTER, /* once for each target whose probes are stamped: udp-jitter, icmp-jitter */
    FAMILY_DATAGRAMS, /* once for each target whose probes are datagrams */
    FAMILY_CONTROL, /* once for each target that asks its responder first */
    FAMILY_EXPORTER, /* once */
    FAMILY_RESPONDER, /* once, when a responder is hosted */
};

/* What the series are taken from. */
struct family_source {
    const struct expo_view *view;
    const struct report *report; /* NULL beyond the scopes of targets */
    const struct hist_layout *layout; /* the report's; one address for equal ones in a row */
};

struct family {
    struct text_family text;
    enum family_scope scope;
    /* Writes the series. The labels are those of the target, or none, when it is called. */
    void (*emit)(struct text *text, const struct family_source *source, size_t offset);
    size_t offset; /* of the value in the struct that `emit` reads */
};

/* Families one after the other, NULL beyond the last. A name that stands twice in a row is one
 * family with series of two scopes. */
const struct family *family_at(size_t index);

/* The parts of the table: family_target.c, family_self.c. */
extern const struct family family_of_targets[];
extern const size_t family_of_targets_count;
extern const struct family family_of_self[];
extern const size_t family_of_self_count;

/* The last of the first part and the first of the second: both tell t3 - t2. */
#define FAMILY_PROCESSING_HELP                                                                     \
    "Processing time in the responder, t3 - t2 of its stamps; without the label target: the "      \
    "responder in this program."

/* The value at `offset` of the struct at `base`, for emit. */
static inline const void *family_value(const void *base, size_t offset)
{
    return (const char *)base + offset;
}

/* The word of ipsla_exporter_targets{state}. */
enum family_state { FAMILY_STATE_OK, FAMILY_STATE_FAILED, FAMILY_STATE_PENDING };
#define FAMILY_STATE_COUNT 3
enum family_state family_state(const struct report *report);
const char *family_state_name(enum family_state state);

#endif
