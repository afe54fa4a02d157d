/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What leaves the engine: immutable, reference-counted reports of sessions, and snapshots of all of
 * them. Readers on any thread need no lock. Unchanged reports are shared between snapshots. */
#ifndef ENGINE_REPORT_H
#define ENGINE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/history.h"
#include "engine/state.h"
#include "probe/probe.h"
#include "probe/spec.h"
#include "stats/round.h"
#include "stats/tally.h"

struct report {
    const struct spec *spec; /* a reference */
    struct tally tally;
    uint64_t unmatched[UNMATCHED_COUNT]; /* datagrams that answered nothing, since the session began
                                          */
    struct wall created; /* when the session began to count: at its first plan */
    bool is_inactive; /* no further operation will be started */
    struct mono first_start; /* when the first operation is due; MONO_NEVER: not at all */
    struct wall next_start; /* of the next one, as planned when the report was made; 0: none */
    bool has_run; /* an operation has ended: `latest` and `last_run` are set */
    bool has_succeeded; /* `last_success` is set */
    struct round latest; /* the latest operation */
    struct wall last_run; /* its end */
    struct wall last_success;
    struct condition condition; /* ok, degraded, failed..., since when, and by which limits */
    uint64_t unearned; /* replies to the latest operation without its random bytes */
    uint32_t failed_in_a_row; /* operations that this address did not answer; 0: it did */
    bool was_cut; /* the latest operation, by the spec's budget; perhaps without a result */
    struct sample *packets; /* of the latest operation; NULL: the spec does not keep them */
    uint32_t packet_count;
    struct history *history; /* a reference, to what goes on: it may have newer operations by now.
                                NULL: none was kept */
    unsigned references; /* what stands above is what a report says */
    struct report_yard *yard; /* NULL: whoever drops the last reference frees it */
    struct report *next; /* in the yard */
};

/* Where the reports of one thread go when nobody needs them any more, be that on another thread: it
 * frees them itself, some with each report that it makes. So no reader holds a lock of malloc that
 * the thread waits for. */
struct report_yard;
struct report_yard *report_yard_new(void);
/* No more are made. Those that are out are freed by whoever drops the last reference. */
void report_yard_close(struct report_yard *yard);

/* A zeroed report with one reference. A yard is for one thread; NULL: none. */
struct report *report_alloc(struct report_yard *yard);
struct report *report_ref(struct report *report);
void report_unref(struct report *report); /* NULL is fine */
/* The same on the thread of the yard: what is not needed any more is freed at once. */
void report_unref_own(struct report *report);

/* The first operation of the target is due at `now`, and has not ended. */
bool report_is_awaited(const struct report *report, struct mono now);

/* What an engine counts beside its sessions. */
struct engine_stats {
    uint64_t unmatched[UNMATCHED_COUNT];
    uint64_t tx_stamps[STAMP_SOURCE_COUNT], rx_stamps[STAMP_SOURCE_COUNT];
    struct io_stats io; /* the host's, filled in by it */
    /* hist_layout_default, each packet sent: from its due time to the system call, and from there
     * until it left, where the kernel told. */
    struct hist send_lateness, send_queueing;
    struct hist start_lateness; /* each operation: from its due time to its start */
};

struct snapshot {
    struct report **reports; /* in the order of the spec set; one reference each */
    size_t count;
    struct engine_stats stats;
    unsigned references;
};

/* A snapshot with one reference and room for `count` reports, all NULL. */
struct snapshot *snapshot_new(size_t count);
/* A new one with the same reports. */
struct snapshot *snapshot_copy(const struct snapshot *snapshot);
/* The report of the target of that name; NULL: there is none. */
const struct report *snapshot_find(const struct snapshot *snapshot, const char *name);
struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot); /* NULL is fine */

#endif
