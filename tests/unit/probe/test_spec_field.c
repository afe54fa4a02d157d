/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Every field of struct spec has a row, and every row does what its rule says. */
#include "probe/spec_field.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probe/choice.h"
#include "support/build.h"
#include "support/cm.h"

#ifndef __has_builtin
#define __has_builtin(name) 0
#endif

/* No byte but padding is without a row, and none has two; the rows are in the order of the struct.
 */
static void test_every_byte_has_a_row(void **state)
{
    (void)state;
#if __has_builtin(__builtin_clear_padding)
    struct spec spec;
    uint8_t is_field[sizeof spec];
    memset(&spec, 0xff, sizeof spec);
    __builtin_clear_padding(&spec);
    memcpy(is_field, &spec, sizeof spec);
    for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
        const struct spec_field *field = &spec_fields[i];
        assert_ptr_equal(spec_field_find(field->name), field);
        assert_true(field->size > 0 && field->offset + field->size <= sizeof spec);
        assert_true(i == 0 || field->offset > spec_fields[i - 1].offset);
        for (size_t at = field->offset; at < field->offset + field->size; at++) {
            if (is_field[at] == 1) {
                fail_msg("%s has a byte of another row", field->name);
            }
            is_field[at] = 1;
        }
    }
    for (size_t at = 0; at < sizeof spec; at++) {
        if (is_field[at] == 0xff) {
            fail_msg("byte %zu of struct spec belongs to a field without a row in spec_field.c",
                     at);
        }
    }
#else
    skip(); /* where padding is cannot be asked */
#endif
}

/* Not faster by leaving out: what a size has no case for is not compared whole. */
static void test_numbers_have_sizes_that_are_compared(void **state)
{
    (void)state;
    for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
        size_t size = spec_fields[i].size;
        if (spec_fields[i].kind == FIELD_NUMBER) {
            assert_true(size == 1 || size == 2 || size == 4 || size == 8);
        }
    }
}

static void set_string(char **place, const char *text)
{
    free(*place);
    *place = mem_string(text);
}

static bool change_labels(struct spec_identity *identity, unsigned way)
{
    switch (way) {
    case 0:
        set_string(&identity->labels[0].name, "x");
        return true;
    case 1:
        set_string(&identity->labels[1].value, "x");
        return true;
    case 2:
        free(identity->labels[1].name);
        free(identity->labels[1].value);
        identity->label_count = 1;
        return true;
    default:
        return false;
    }
}

static bool change_addr(struct addr *addr, unsigned way)
{
    switch (way) {
    case 0:
        *addr = build_addr("192.0.2.10");
        return true;
    case 1:
        addr->port++;
        return true;
    case 2:
        addr->scope++;
        return true;
    default:
        return false;
    }
}

static bool change_key(struct auth_key *key, unsigned way)
{
    switch (way) {
    case 0:
        key->id++;
        return true;
    case 1:
        key->algorithm = AUTH_SHA256;
        return true;
    case 2:
        key->size++;
        return true;
    case 3:
        key->size = 1;
        key->secret[0]++;
        return true;
    default:
        return false;
    }
}

static bool change_pattern(struct pattern *pattern, unsigned way)
{
    pattern->size = way == 0 ? 1 : 2;
    pattern->bytes[pattern->size - 1] = 0x5a;
    return way < 2;
}

static bool change_layout(struct spec *spec, unsigned way)
{
    struct hist_layout layout = *spec->results.layout;
    if (way == 0) {
        layout.count--;
    } else {
        layout.bounds_ns[2]++;
    }
    spec_set_layout(spec, &layout);
    return way < 2;
}

static bool change_limits(struct limit_set *limits, unsigned way)
{
    switch (way) {
    case 0:
        limits->is_set[SEVERITY_CRITICAL][LIMIT_MOS] = true;
        return true;
    case 1:
        limits->value[SEVERITY_WARNING][LIMIT_LOSS] = 0.5;
        return true;
    case 2:
        limits->consecutive++;
        return true;
    default:
        return false;
    }
}

/* Changes the field in one of the ways there are, from 0 on; false when there is no such way. */
static bool change_field(struct spec *spec, const struct spec_field *field, unsigned way)
{
    char *at = (char *)spec + field->offset;
    switch (field->kind) {
    case FIELD_NUMBER:
        at[way < field->size ? way : 0] ^= 1;
        return way < field->size;
    case FIELD_STRING:
        set_string((char **)(void *)at, "x");
        return way == 0;
    case FIELD_TEXT:
        strcpy(at, "x");
        return way == 0;
    case FIELD_LABELS:
        return change_labels(&spec->identity, way);
    case FIELD_ADDR:
        return change_addr((struct addr *)(void *)at, way);
    case FIELD_PATTERN:
        return change_pattern((struct pattern *)(void *)at, way);
    case FIELD_KEY:
        return change_key((struct auth_key *)(void *)at, way);
    case FIELD_LAYOUT:
        return change_layout(spec, way);
    case FIELD_LIMITS:
        return change_limits((struct limit_set *)(void *)at, way);
    case FIELD_CHOICE:
        spec->choice = way == 0 ? choice_new() : NULL;
        return way == 0;
    }
    return false;
}

/* The verdicts on `spec` with one field changed. False when there is no such way to change it. */
static bool judge(const struct spec *spec, const struct spec_field *field, unsigned way)
{
    struct spec *other = build_labelled_spec();
    bool is_changed = change_field(other, field, way);
    if (is_changed && spec_is_same_target(spec, other) != (field->rule != FIELD_RESETS)) {
        fail_msg("%s, way %u: not the verdict of its rule", field->name, way);
    }
    if (is_changed && spec_is_equal(spec, other) != (field->rule == FIELD_INTERNAL)) {
        fail_msg("%s, way %u: its change is not seen", field->name, way);
    }
    other->references = 1;
    spec_unref(other);
    return is_changed;
}

static void test_every_field_has_the_verdict_of_its_rule(void **state)
{
    (void)state;
    struct spec *spec = build_labelled_spec(), *same = build_labelled_spec();
    assert_true(spec_is_same_target(spec, same) && spec_is_equal(spec, same));
    for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
        unsigned way = 0;
        while (judge(spec, &spec_fields[i], way)) {
            way++;
        }
        assert_true(way > 0);
    }
    spec_unref(same);
    spec_unref(spec);
}

/* What a change of may reset counters: what is measured, and over which path. */
static bool is_what_is_measured(const char *name)
{
    static const char *const names[] = {
        "identity.name",
        "identity.host",
        "operation",
        "path.port",
        "path.ip_version",
        "path.source",
        "path.is_vrf",
        "path.options.device",
        "packets.interval_ns",
        "packets.count",
        "packets.bytes",
        "packets.codec",
        "packets.flows",
        "packets.precision",
        "packets.timestamp_format",
        "packets.has_long_sequence",
        "packets.pattern",
        "control.version",
        "results.layout",
        "results.histograms",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void test_only_what_is_measured_resets(void **state)
{
    (void)state;
    for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
        const struct spec_field *field = &spec_fields[i];
        assert_int_equal(field->rule == FIELD_RESETS, is_what_is_measured(field->name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_has_a_row),
        cmocka_unit_test(test_numbers_have_sizes_that_are_compared),
        cmocka_unit_test(test_every_field_has_the_verdict_of_its_rule),
        cmocka_unit_test(test_only_what_is_measured_resets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
