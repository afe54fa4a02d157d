/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/report.h"

#include <pthread.h>

#include "base/mem.h"
#include "support/build.h"
#include "support/cm.h"

static struct report *report_of(struct spec *spec)
{
    struct report *report = mem_alloc(1, sizeof *report);
    report->references = 1;
    report->spec = spec;
    return report;
}

/* A snapshot keeps its reports, and a report its spec, for as long as anybody holds on to them. */
static void test_references(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("berlin", "198.51.100.20");
    struct report *report = report_of(spec_ref(spec));
    struct snapshot *first = snapshot_new(2), *second = snapshot_new(1);
    assert_int_equal(first->count, 2);
    assert_null(first->reports[0]);
    first->reports[0] = report_ref(report);
    second->reports[0] = report_ref(report);
    report_unref(report);
    assert_int_equal(report->references, 2);
    assert_ptr_equal(snapshot_ref(first), first);
    snapshot_unref(first);
    assert_int_equal(report->references, 2);
    snapshot_unref(first);
    assert_int_equal(report->references, 1);
    assert_string_equal(second->reports[0]->spec->identity.name, "berlin");
    snapshot_unref(second);
    assert_int_equal(spec->references, 1);
    spec_unref(spec);
    report_unref(NULL);
    snapshot_unref(NULL);
    snapshot_unref(snapshot_new(0));
}

static struct report *yard_report(struct report_yard *yard, struct spec *spec)
{
    struct report *report = report_alloc(yard);
    report->spec = spec_ref(spec);
    return report;
}

/* What comes back is not freed by who brings it (else the sanitizer would not let it be read), but
 * with the next report that is made. */
static void test_a_yard_frees_what_comes_back(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("berlin", "198.51.100.20");
    struct report_yard *yard = report_yard_new();
    struct report *first = yard_report(yard, spec), *second = yard_report(yard, spec);
    struct report *out = yard_report(yard, spec);
    report_unref(first);
    report_unref(second);
    assert_ptr_equal(second->next, first);
    assert_int_equal(first->references, 0);
    assert_int_equal(spec->references, 2);
    report_unref_own(yard_report(yard, spec));
    assert_int_equal(spec->references, 2);
    report_yard_close(yard);
    assert_ptr_equal(out->spec, spec);
    report_unref(out);
    assert_int_equal(spec->references, 1);
    spec_unref(spec);
}

#define HANDED 20000

struct hand {
    struct report *report; /* NULL: taken */
    bool has_ended;
};

static void *drop(void *context)
{
    struct hand *hand = context;
    while (!__atomic_load_n(&hand->has_ended, __ATOMIC_ACQUIRE)) {
        report_unref(__atomic_exchange_n(&hand->report, NULL, __ATOMIC_ACQ_REL));
    }
    report_unref(hand->report);
    return NULL;
}

static void test_a_yard_takes_from_another_thread(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("berlin", "198.51.100.20");
    struct report_yard *yard = report_yard_new();
    struct hand hand = {0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, drop, &hand), 0);
    for (unsigned i = 0; i < HANDED; i++) {
        struct report *report = yard_report(yard, spec);
        report_unref_own(__atomic_exchange_n(&hand.report, report, __ATOMIC_ACQ_REL));
    }
    report_yard_close(yard);
    __atomic_store_n(&hand.has_ended, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    assert_int_equal(spec->references, 1);
    spec_unref(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_a_yard_frees_what_comes_back),
        cmocka_unit_test(test_a_yard_takes_from_another_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
