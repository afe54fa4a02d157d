/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "config/labels.h"

static const struct expectation wrong[] = {
    {"names",
     "targets:\n- name: a\n  host: h\n  port: 5\n  labels:\n    9a: x\n    a-b: x\n    '': x\n"
     "    __a: x\n    le: x\n    version: x\n    instance: x\n    _ok: x\n    Site: x\n",
     "f:6:5: targets[0].labels.9a: not a label name; allowed: letters, digits and '_', no digit "
     "first\n"
     "f:7:5: targets[0].labels.a-b: not a label name; allowed: letters, digits and '_', no digit "
     "first\n"
     "f:8:5: targets[0].labels.: not a label name; allowed: letters, digits and '_', no digit "
     "first\n"
     "f:9:5: targets[0].labels.__a: label names that begin with '__' belong to Prometheus; choose "
     "another\n"
     "f:10:5: targets[0].labels.le: the exporter uses this label name itself; choose another\n"
     "f:11:5: targets[0].labels.version: the exporter uses this label name itself; choose "
     "another\n"
     "f:12:5: warning: targets[0].labels.instance: Prometheus sets this label at each scrape and "
     "renames yours to exported_instance\n"},
    {"values", "targets: [{name: a, host: h, port: 5, labels: {a: [], b: {}, c: }}]\n",
     "f:1:51: targets[0].labels.a: this is a list; allowed: a text\n"
     "f:1:58: targets[0].labels.b: this is a mapping; allowed: a text\n"
     "f:1:65: targets[0].labels.c: the value is missing; allowed: a text ('' is an empty one)\n"},
    {"job", "targets: [{name: a, host: h, port: 5, labels: {job: x}}]\n",
     "f:1:48: warning: targets[0].labels.job: Prometheus sets this label at each scrape and "
     "renames "
     "yours to exported_job\n"},
    {"no mapping", "targets: [{name: a, host: h, port: 5, labels: [x]}]\n",
     "f:1:47: targets[0].labels: this is a list where a mapping is due; write labels: {site: "
     "paris}\n"},
    {"duplicate", "targets: [{name: a, host: h, port: 5, labels: {x: y, x: z}}]\n",
     "f:1:54: targets[0].labels.x: duplicate key; it is set on line 1 already; remove one\n"},
};

static void wrong_labels_have_their_place(void **state)
{
    (void)state;
    EXPECT_FINDINGS(wrong);
}

/* What the exporter writes itself beside user labels. */
static void names_of_our_labels_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "target",  "direction", "reason", "le",     "quantile", "operation",
        "host",    "address",   "port",   "source", "owner",    "method",
        "control", "precision", "point",  "state",  "tag",      "version",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buf keys = {0}, findings = {0};
        buf_printf(&keys, "labels: {%s: x}", names[i]);
        char *text = target_text(buf_string(&keys));
        assert_null(parse_text(text, &findings));
        free(text);
        buf_fini(&keys);
        buf_fini(&findings);
    }
}

static void labels_are_copied_in_order_of_name(void **state)
{
    (void)state;
    char *text = target_text("labels: {b: \"x\\ny\", a: '', c: caf\xc3\xa9}");
    struct config *config = parse_good(text);
    const struct spec *spec = config->targets->specs[0];
    assert_int_equal(spec->identity.label_count, 3);
    assert_string_equal(spec->identity.labels[0].name, "a");
    assert_string_equal(spec->identity.labels[0].value, "");
    assert_string_equal(spec->identity.labels[1].name, "b");
    assert_string_equal(spec->identity.labels[1].value, "x\ny");
    assert_string_equal(spec->identity.labels[2].value, "caf\xc3\xa9");
    config_free(config);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_labels_have_their_place),
        cmocka_unit_test(names_of_our_labels_are_refused),
        cmocka_unit_test(labels_are_copied_in_order_of_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
