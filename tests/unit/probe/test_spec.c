/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/spec_field.h"

#include "support/build.h"
#include "support/cm.h"

static void test_references(void **state)
{
    (void)state;
    struct spec *spec = build_labelled_spec();
    assert_int_equal(spec->references, 1);
    assert_ptr_equal(spec_ref(spec), spec);
    assert_int_equal(spec->references, 2);
    spec_unref(spec);
    assert_int_equal(spec->references, 1);
    assert_string_equal(spec->identity.labels[1].value, "a");
    spec_unref(spec);
    spec_unref(NULL);
}

static void test_set_references(void **state)
{
    (void)state;
    struct spec *specs[] = {build_labelled_spec(), build_echo_spec("paris", "198.51.100.21")};
    struct spec *kept = spec_ref(specs[0]);
    struct spec_set *set = spec_set_new(specs, 2);
    specs[0] = NULL; /* the array was copied */
    assert_int_equal(set->count, 2);
    assert_ptr_equal(set->specs[0], kept);
    assert_int_equal(kept->references, 2);
    assert_ptr_equal(spec_set_ref(set), set);
    spec_set_unref(set);
    assert_string_equal(set->specs[1]->identity.name, "paris");
    spec_set_unref(set);
    spec_set_unref(NULL);
    assert_int_equal(kept->references, 1);
    spec_unref(kept);
    spec_set_unref(spec_set_new(NULL, 0));
}

static void test_with_ip(void **state)
{
    (void)state;
    struct spec *spec = build_labelled_spec();
    struct addr ip = build_addr("203.0.113.9:77"), none = {0};
    struct spec *moved = spec_with_ip(spec, &ip);
    assert_ptr_not_equal(moved, spec);
    assert_int_equal(moved->references, 1);
    assert_true(addr_is_same_ip(&moved->path.peer, &ip));
    assert_int_equal(moved->path.peer.port, 16384);
    assert_string_equal(moved->identity.labels[0].name, "site");
    assert_ptr_not_equal(moved->identity.labels, spec->identity.labels);
    assert_true(spec_is_same_target(spec, moved));
    struct spec *lost = spec_with_ip(spec, &none);
    assert_int_equal(lost->path.peer.family, ADDR_NONE);
    assert_int_equal(lost->path.port, 16384);
    assert_true(spec_is_same_target(lost, spec));
    struct spec *found = spec_with_ip(lost, &ip);
    assert_int_equal(found->path.peer.port, 16384);
    spec_unref(spec);
    assert_string_equal(moved->identity.name, "berlin");
    spec_unref(moved);
    spec_unref(lost);
    spec_unref(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_set_references),
        cmocka_unit_test(test_with_ip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
