/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether starts are spread evenly, at the size where chance no longer does it. */
#include "engine/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "support/build.h"
#include "support/cm.h"

enum { TARGETS = 10000, PACKETS = 10, MINUTE_MS = 60000, PARTS = 8 };
#define PART_NS (NS_PER_MS / PARTS)

static struct spec *target(unsigned number)
{
    char name[32];
    snprintf(name, sizeof name, "router-%05u", number);
    return build_jitter_spec(name, "198.51.100.1");
}

static int64_t phase_of(const struct spec *spec)
{
    return calendar_phase_ns(&(struct calendar){0}, spec);
}

/* The most packets in any millisecond, wherever it begins. */
static unsigned fullest(const uint8_t *parts)
{
    unsigned highest = 0;
    for (unsigned i = 0; i < MINUTE_MS * PARTS; i++) {
        unsigned sum = 0;
        for (unsigned k = 0; k < PARTS; k++) {
            sum += parts[(i + k) % (MINUTE_MS * PARTS)];
        }
        highest = sum > highest ? sum : highest;
    }
    return highest;
}

static void add_train(uint8_t *parts, int64_t start_ns)
{
    parts[start_ns / PART_NS % (MINUTE_MS * PARTS)]++; /* the control request */
    for (int64_t k = 0; k < PACKETS; k++) {
        parts[(start_ns + k * 20 * NS_PER_MS) / PART_NS % (MINUTE_MS * PARTS)]++;
    }
}

/* The moment follows from name and key: neither does alone. */
static void test_phase(void **state)
{
    (void)state;
    const struct calendar calendars[] = {{.key = {{1, 2}}}, {.key = {{1, 3}}}};
    struct spec *specs[] = {target(1), target(2)};
    int64_t phase = calendar_phase_ns(&calendars[0], specs[0]);
    assert_in_range(phase, 0, specs[0]->schedule.frequency_ns - 1);
    assert_true(calendar_phase_ns(&calendars[0], specs[0]) == phase);
    assert_true(calendar_phase_ns(&calendars[0], specs[1]) != phase);
    assert_true(calendar_phase_ns(&calendars[1], specs[0]) != phase);
    assert_true(spec_hash(specs[0]) % (uint64_t)specs[0]->schedule.frequency_ns != (uint64_t)phase);
    spec_unref(specs[0]);
    spec_unref(specs[1]);
}

/* Ten thousand targets with the defaults of IOS: no millisecond has more than three times the
 * average and three packets; the hash alone does not keep that. Most starts stay where it puts
 * them, and none goes far. */
static void test_ten_thousand_targets(void **state)
{
    (void)state;
    const unsigned most = 3 * TARGETS * (PACKETS + 1) / MINUTE_MS + 3;
    uint8_t *hashed = mem_alloc(MINUTE_MS * PARTS, 1), *spread = mem_alloc(MINUTE_MS * PARTS, 1);
    struct calendar calendar = {0};
    unsigned moved = 0;
    for (unsigned i = 0; i < TARGETS; i++) {
        struct spec *spec = target(i);
        int64_t phase_ns = phase_of(spec);
        int64_t later_ns = calendar_book(&calendar, spec);
        assert_in_range(later_ns, 0, CALENDAR_DELAY_MAX_NS);
        moved += later_ns > 0;
        add_train(hashed, phase_ns);
        add_train(spread, phase_ns + later_ns);
        spec_unref(spec);
    }
    printf("fullest millisecond: %u by hash alone, %u with the calendar; %u of %u give way\n",
           fullest(hashed), fullest(spread), moved, (unsigned)TARGETS);
    assert_true(fullest(hashed) > most);
    assert_in_range(fullest(spread), 1, most);
    assert_in_range(moved, 1, TARGETS / 5);
    calendar_fini(&calendar);
    free(hashed);
    free(spread);
}

/* What was taken back makes room again. */
static void test_cancel(void **state)
{
    (void)state;
    struct calendar calendar = {0};
    struct spec *spec = target(1);
    unsigned before = 0;
    while (calendar_book(&calendar, spec) == 0) {
        before++;
    }
    assert_int_equal(before, 1); /* with its control request it is two packets; three are allowed */
    calendar_cancel(&calendar, spec, 0);
    assert_int_equal(calendar_book(&calendar, spec), 0);
    spec_unref(spec);
    calendar_fini(&calendar);
}

/* Schedules that never repeat within a minute, and dense trains, are left alone. */
static void test_what_it_does_not_know(void **state)
{
    (void)state;
    struct calendar calendar = {0};
    struct spec *odd = target(1), *dense = target(2);
    odd->schedule.frequency_ns = 7 * NS_PER_SECOND;
    dense->packets.count = 5000;
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(calendar_book(&calendar, odd), 0);
        assert_int_equal(calendar_book(&calendar, dense), 0);
    }
    calendar_cancel(&calendar, odd, 0);
    assert_int_equal(calendar.packets, 0);
    spec_unref(odd);
    spec_unref(dense);
    calendar_fini(&calendar);
}

/* Each second or each five minutes: what comes around counts each time, within the minute. */
static void test_frequencies(void **state)
{
    (void)state;
    struct calendar calendar = {0};
    struct spec *fast = target(1), *slow = target(2);
    fast->schedule.frequency_ns = NS_PER_SECOND;
    slow->schedule.frequency_ns = 300 * NS_PER_SECOND;
    calendar_book(&calendar, fast);
    assert_int_equal(calendar.packets, 60 * (PACKETS + 1));
    calendar_book(&calendar, slow);
    assert_int_equal(calendar.packets, 61 * (PACKETS + 1));
    spec_unref(fast);
    spec_unref(slow);
    calendar_fini(&calendar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phase),       cmocka_unit_test(test_ten_thousand_targets),
        cmocka_unit_test(test_cancel),      cmocka_unit_test(test_what_it_does_not_know),
        cmocka_unit_test(test_frequencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
