/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"
#include "support/build.h"
#include "support/cm.h"

static struct spec *labelled_spec(void)
{
    struct spec *spec = build_jitter_spec("berlin", "198.51.100.20");
    spec->identity.label_count = 2;
    spec->identity.labels = mem_alloc(2, sizeof *spec->identity.labels);
    spec->identity.labels[0] = (struct label){mem_string("site"), mem_string("berlin")};
    spec->identity.labels[1] = (struct label){mem_string("link"), mem_string("a")};
    return spec;
}

static void test_references(void **state)
{
    (void)state;
    struct spec *spec = labelled_spec();
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
    struct spec *specs[] = {labelled_spec(), build_echo_spec("paris", "198.51.100.21")};
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
    struct spec *spec = labelled_spec();
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

static void set_string(char **place, const char *text)
{
    free(*place);
    *place = mem_string(text);
}

/* The fields about packets and schedule. */
static bool change_option(struct spec *spec, unsigned field)
{
    switch (field) {
    case 0:
        spec->path.tos = 184;
        return true;
    case 1:
        spec->path.options.ttl = 7;
        return true;
    case 2:
        spec->path.options.dont_fragment = true;
        return true;
    case 3:
        strcpy(spec->path.options.device, "eth1");
        return true;
    case 4:
        spec->path.is_vrf = true;
        return true;
    case 5:
        spec->schedule.start = SPEC_START_NOW;
        return true;
    case 6:
        spec->schedule.start_after_ns = 1;
        return true;
    case 7:
        spec->schedule.life_ns = 1;
        return true;
    default:
        return false;
    }
}

/* Changes field number `field`; false when there is none of this number. */
static bool change_field(struct spec *spec, unsigned field)
{
    switch (field) {
    case 0:
        set_string(&spec->identity.name, "x");
        return true;
    case 1:
        set_string(&spec->identity.host, "x");
        return true;
    case 2:
        set_string(&spec->identity.owner, "x");
        return true;
    case 3:
        set_string(&spec->identity.tag, "x");
        return true;
    case 4:
        set_string(&spec->identity.labels[0].name, "x");
        return true;
    case 5:
        set_string(&spec->identity.labels[1].value, "x");
        return true;
    case 6:
        spec->operation = &operation_udp_echo;
        return true;
    case 7:
        spec->path.port++;
        return true;
    case 8:
        spec->path.source = build_addr("192.0.2.10");
        return true;
    case 9:
        spec->path.source.port = 4243;
        return true;
    case 10:
        spec->schedule.frequency_ns++;
        return true;
    case 11:
        spec->schedule.timeout_ns++;
        return true;
    case 12:
        spec->results.threshold_ns++;
        return true;
    case 13:
        spec->packets.interval_ns++;
        return true;
    case 14:
        spec->packets.count++;
        return true;
    case 15:
        spec->packets.bytes++;
        return true;
    case 16:
        spec->control.port++;
        return true;
    case 17:
        spec->control.tries++;
        return true;
    case 18:
        spec->control.timeout_ns++;
        return true;
    case 19:
        spec->results.layout.count--;
        return true;
    case 20:
        spec->results.layout.bounds_ns[2]++;
        return true;
    case 21:
        spec->path.ip_version = ADDR_IPV6;
        return true;
    default:
        return change_option(spec, field - 21);
    }
}

static void test_every_field_makes_another_target(void **state)
{
    (void)state;
    struct spec *spec = labelled_spec();
    struct spec *same = labelled_spec();
    assert_true(spec_is_same_target(spec, same));
    same->path.peer = build_addr("203.0.113.9:16384");
    assert_true(spec_is_same_target(spec, same));
    for (unsigned field = 0;; field++) {
        struct spec *other = labelled_spec();
        bool is_changed = change_field(other, field);
        if (is_changed && spec_is_same_target(spec, other)) {
            fail_msg("field %u makes no difference", field);
        }
        spec_unref(other);
        if (!is_changed) {
            break;
        }
    }
    spec_unref(same);
    spec_unref(spec);
}

static void test_voice_makes_another_target(void **state)
{
    (void)state;
    struct spec *spec = labelled_spec(), *codec = labelled_spec(), *factor = labelled_spec();
    codec->packets.codec = VOICE_CODEC_G711ALAW;
    factor->packets.advantage_factor = 5;
    assert_false(spec_is_same_target(spec, codec));
    assert_false(spec_is_same_target(spec, factor));
    spec_unref(spec);
    spec_unref(codec);
    spec_unref(factor);
}

static void test_label_count_makes_another_target(void **state)
{
    (void)state;
    struct spec *spec = labelled_spec();
    struct spec *none = build_jitter_spec("berlin", "198.51.100.20");
    assert_false(spec_is_same_target(spec, none));
    assert_false(spec_is_same_target(none, spec));
    spec_unref(spec);
    spec_unref(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_set_references),
        cmocka_unit_test(test_with_ip),
        cmocka_unit_test(test_every_field_makes_another_target),
        cmocka_unit_test(test_voice_makes_another_target),
        cmocka_unit_test(test_label_count_makes_another_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
