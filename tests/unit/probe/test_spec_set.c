/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/spec_set.h"

#include <stdio.h>

#include "support/build.h"
#include "support/cm.h"

static struct spec *target(unsigned number)
{
    char name[32];
    snprintf(name, sizeof name, "t%u", number);
    return build_echo_spec(name, "198.51.100.1");
}

static struct spec_set *targets(unsigned first, unsigned count)
{
    struct spec *specs[1000];
    assert_true(count <= 1000);
    for (unsigned i = 0; i < count; i++) {
        specs[i] = target(first + i);
    }
    return build_set(specs, count);
}

static void test_hash_is_of_the_name(void **state)
{
    (void)state;
    struct spec *spec = target(1);
    uint64_t hash = spec_hash(spec);
    assert_int_equal(spec->identity.hash, 0);
    struct spec_set *set = build_set(&spec, 1);
    assert_int_equal(set->specs[0]->identity.hash, hash);
    assert_int_equal(spec_hash(set->specs[0]), hash);
    spec_set_unref(set);
}

static void test_renew_keeps_what_is_the_same(void **state)
{
    (void)state;
    struct spec_set *before = targets(0, 100);
    struct spec *specs[5] = {target(7), target(8), target(9), target(500), target(10)};
    specs[1]->schedule.timeout_ns += 1; /* another target of that name */
    specs[2]->path.peer = build_addr("198.51.100.2:50000"); /* moved */
    specs[4]->clocks.is_assumed_synchronized = true; /* of this host */
    struct spec_set *set = build_set(specs, 5);
    spec_set_renew(set, before);
    assert_ptr_equal(set->specs[0], before->specs[7]);
    assert_ptr_equal(set->specs[1], specs[1]);
    assert_ptr_equal(set->specs[2], specs[2]);
    assert_ptr_equal(set->specs[3], specs[3]);
    assert_ptr_equal(set->specs[4], specs[4]);
    assert_int_equal(set->specs[0]->references, 2);
    assert_int_equal(set->specs[1]->references, 1);
    spec_set_renew(set, NULL);
    spec_set_unref(before);
    spec_set_unref(set);
}

/* Every target is in exactly one part, and the parts keep the order. */
static void test_parts(void **state)
{
    (void)state;
    struct spec_set *set = targets(0, 1000);
    const struct spec_division division = {.count = 3, .salt = 5};
    size_t at[3] = {0}, total = 0;
    struct spec_set *parts[3];
    for (unsigned i = 0; i < 3; i++) {
        parts[i] = spec_set_part(set, &division, i);
        total += parts[i]->count;
        assert_true(parts[i]->count > 250);
    }
    assert_int_equal(total, 1000);
    for (size_t i = 0; i < set->count; i++) {
        unsigned part = spec_part(set->specs[i], &division);
        assert_ptr_equal(parts[part]->specs[at[part]++], set->specs[i]);
    }
    for (unsigned i = 0; i < 3; i++) {
        spec_set_unref(parts[i]);
    }
    spec_set_unref(set);
}

/* The targets of one shard are shared out among workers, not all with one. */
static void test_salts_are_independent(void **state)
{
    (void)state;
    const struct spec_division shards = {.count = 2}, workers = {.count = 2, .salt = 1};
    struct spec_set *set = targets(0, 1000);
    struct spec_set *shard = spec_set_part(set, &shards, 0);
    struct spec_set *work = spec_set_part(shard, &workers, 0);
    assert_in_range(work->count, shard->count * 40 / 100, shard->count * 60 / 100);
    spec_set_unref(work);
    spec_set_unref(shard);
    spec_set_unref(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_is_of_the_name),
        cmocka_unit_test(test_renew_keeps_what_is_the_same),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_salts_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
