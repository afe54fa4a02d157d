/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* With each report that is made, so many are freed: more than one, so that they become fewer. */
#define FREED_AT_ONCE 2

struct report_yard {
    struct report *returned; /* the latest first; the yard's own address: it is closed */
    struct report *waiting; /* for the thread only */
    unsigned references; /* of the thread and of each report */
};

static struct report *closed_mark(struct report_yard *yard)
{
    return (struct report *)(void *)yard;
}

struct report_yard *report_yard_new(void)
{
    struct report_yard *yard = mem_alloc(1, sizeof *yard);
    yard->references = 1;
    return yard;
}

static void yard_unref(struct report_yard *yard)
{
    if (yard != NULL && __atomic_sub_fetch(&yard->references, 1, __ATOMIC_ACQ_REL) == 0) {
        free(yard);
    }
}

static void report_free(struct report *report)
{
    yard_unref(report->yard);
    history_unref(report->history);
    tally_fini(&report->tally);
    free(report->packets);
    free(report);
}

/* Of a list, at most `max`; returns the rest. */
static struct report *free_some(struct report *list, size_t max)
{
    for (size_t i = 0; i < max && list != NULL; i++) {
        struct report *next = list->next;
        report_free(list);
        list = next;
    }
    return list;
}

void report_yard_close(struct report_yard *yard)
{
    struct report *returned =
        __atomic_exchange_n(&yard->returned, closed_mark(yard), __ATOMIC_ACQ_REL);
    free_some(returned, SIZE_MAX);
    free_some(yard->waiting, SIZE_MAX);
    yard_unref(yard);
}

/* False: the yard is closed. */
static bool give_back(struct report_yard *yard, struct report *report)
{
    struct report *latest = __atomic_load_n(&yard->returned, __ATOMIC_ACQUIRE);
    do {
        if (latest == closed_mark(yard)) {
            return false;
        }
        report->next = latest;
    } while (!__atomic_compare_exchange_n(&yard->returned, &latest, report, true, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    return true;
}

struct report *report_alloc(struct report_yard *yard)
{
    struct report *report = mem_alloc(1, sizeof *report);
    report->references = 1;
    report->yard = yard;
    if (yard != NULL) {
        __atomic_fetch_add(&yard->references, 1, __ATOMIC_RELAXED);
        if (yard->waiting == NULL) {
            yard->waiting = __atomic_exchange_n(&yard->returned, NULL, __ATOMIC_ACQ_REL);
        }
        yard->waiting = free_some(yard->waiting, FREED_AT_ONCE);
    }
    return report;
}

struct report *report_ref(struct report *report)
{
    __atomic_fetch_add(&report->references, 1, __ATOMIC_RELAXED);
    return report;
}

/* True: it was the last reference; what remains is the memory. */
static bool is_unneeded(struct report *report)
{
    if (report == NULL || __atomic_sub_fetch(&report->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return false;
    }
    spec_unref(report->spec);
    return true;
}

void report_unref(struct report *report)
{
    if (is_unneeded(report) && (report->yard == NULL || !give_back(report->yard, report))) {
        report_free(report);
    }
}

void report_unref_own(struct report *report)
{
    if (is_unneeded(report)) {
        report_free(report);
    }
}

bool report_is_awaited(const struct report *report, struct mono now)
{
    return !report->has_run && !mono_is_before(now, report->first_start);
}

struct snapshot *snapshot_new(size_t count)
{
    struct snapshot *snapshot = mem_alloc(1, sizeof *snapshot);
    snapshot->reports = mem_alloc(count, sizeof snapshot->reports[0]);
    snapshot->count = count;
    snapshot->references = 1;
    return snapshot;
}

struct snapshot *snapshot_copy(const struct snapshot *snapshot)
{
    struct snapshot *copy = snapshot_new(snapshot->count);
    copy->stats = snapshot->stats;
    for (size_t i = 0; i < snapshot->count; i++) {
        copy->reports[i] = report_ref(snapshot->reports[i]);
    }
    return copy;
}

const struct report *snapshot_find(const struct snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        if (strcmp(snapshot->reports[i]->spec->identity.name, name) == 0) {
            return snapshot->reports[i];
        }
    }
    return NULL;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
    __atomic_fetch_add(&snapshot->references, 1, __ATOMIC_RELAXED);
    return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
    if (snapshot == NULL || __atomic_sub_fetch(&snapshot->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    for (size_t i = 0; i < snapshot->count; i++) {
        report_unref(snapshot->reports[i]);
    }
    free(snapshot->reports);
    free(snapshot);
}
