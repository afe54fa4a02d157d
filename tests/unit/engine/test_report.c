/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/report.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_references)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
