/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong on purpose around the responder, step by step. (With a sender, in virtual time:
 * tests/sim/scenarios_impair.c.) */
#include <errno.h>

#include "impair/hold.h"
#include "impair/which.h"
#include "reflect/reflect.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/responder.h"

#define PORT 16384
#define DELAY_NS (30 * NS_PER_MS)

static struct impair_acts *prepare(void)
{
    responder_prepare();
    responder.settings.impair.rule_count = 1;
    responder.settings.impair.rules[0] = impair_rule_default();
    return &responder.settings.impair.rules[0].acts;
}

static void set_up(void)
{
    responder_set_up();
    responder_ask(RESPONDER_PEER, PORT, 5000);
    drive_forget(&responder.drive);
}

/* Without the balance of responder_tear_down, which losses upset. */
static void tear_down(void)
{
    reflect_stop(responder.reflect);
    drive_poll(&responder.drive);
    assert_int_equal(responder.drive.open_count, 0);
    reflect_free(responder.reflect);
}

static uint64_t count_of(unsigned kind)
{
    return reflect_stats(responder.reflect)->impairments[kind];
}

static void pass(int64_t ns)
{
    struct instant now = responder.drive.now;
    drive_until(&responder.drive, (struct instant){mono_add(now.mono, ns), wall_add(now.wall, ns)});
}

static int64_t every(uint32_t count)
{
    return which_pack((struct which){.every = count});
}

/* The count of the responder does not move for what it never saw; for a lost reply it does. */
static void test_loss_and_the_count(void **state)
{
    (void)state;
    for (unsigned way = 0; way < IMPAIR_WAYS; way++) {
        prepare()->loss[way] = every(2);
        set_up();
        responder_send_jitter(PORT, RESPONDER_PEER, 1);
        assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 1);
        drive_forget(&responder.drive);
        responder_send_jitter(PORT, RESPONDER_PEER, 2);
        assert_int_equal(responder.drive.effect_count, 0);
        responder_send_jitter(PORT, RESPONDER_PEER, 3);
        assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq,
                         way == IMPAIR_SD ? 2 : 3);
        assert_int_equal(count_of(IMPAIR_LOSS + way), 1);
        assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, way == IMPAIR_SD ? 2 : 3);
        tear_down();
    }
}

/* A held packet arrives later by its time of receipt, too; a held reply is the one that was made at
 * its time. */
static void test_delay_and_the_times(void **state)
{
    (void)state;
    for (unsigned way = 0; way < IMPAIR_WAYS; way++) {
        struct impair_acts *acts = prepare();
        acts->delay_ns[way] = DELAY_NS;
        acts->clock_offset_ns = 5 * NS_PER_MS;
        acts->dscp[way] = 46;
        set_up();
        uint32_t arrival_ms = wall_ms_of_day(responder.drive.now.wall);
        responder_send_jitter(PORT, RESPONDER_PEER, 1);
        pass(DELAY_NS - 1);
        assert_int_equal(responder.drive.effect_count, 0);
        pass(1);
        const struct drive_effect *effect = responder_last(RESPONDER_PEER);
        struct ipsla_jitter_ms reply = responder_last_jitter(RESPONDER_PEER);
        assert_int_equal(reply.receive_ms, arrival_ms + 5 + (way == IMPAIR_SD ? 30 : 0));
        assert_int_equal(reply.delta_ms, 0);
        assert_int_equal(effect->fx.tos >> 2, 46);
        assert_int_equal(responder.drive.effect_count, 1);
        tear_down();
    }
}

static void test_what_comes_twice(void **state)
{
    (void)state;
    for (unsigned way = 0; way < IMPAIR_WAYS; way++) {
        prepare()->duplicate[way] = every(1);
        set_up();
        responder_send_jitter(PORT, RESPONDER_PEER, 1);
        assert_int_equal(drive_count(&responder.drive, FX_SEND), 2);
        assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq,
                         way == IMPAIR_SD ? 2 : 1);
        tear_down();
    }
}

/* A reply was counted as answered when it was held back; that it did not leave is told apart. */
static void test_a_held_reply_that_cannot_leave(void **state)
{
    (void)state;
    prepare()->delay_ns[IMPAIR_DS] = DELAY_NS;
    set_up();
    responder_send_jitter(PORT, RESPONDER_PEER, 1);
    responder.drive.send_error = ENOBUFS;
    pass(DELAY_NS);
    responder.drive.send_error = 0;
    assert_int_equal(count_of(IMPAIR_SEND_FAILED), 1);
    assert_int_equal(responder_dropped(DROP_SEND_FAILED), 0);
    assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, 1);
    tear_down();
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    prepare()->delay_ns[IMPAIR_SD] = DELAY_NS;
    set_up();
    for (unsigned i = 0; i < HOLD_PACKETS_MAX + 3; i++) {
        responder_send_jitter(PORT, RESPONDER_PEER, (uint16_t)i);
    }
    assert_int_equal(count_of(IMPAIR_TOO_MANY_HELD), 3);
    tear_down();
}

static enum reflect_result ask(void)
{
    uint64_t before[REFLECT_RESULT_COUNT];
    for (unsigned i = 0; i < REFLECT_RESULT_COUNT; i++) {
        before[i] = responder_results((enum reflect_result)i);
    }
    responder_ask(RESPONDER_OTHER, PORT, 5000);
    for (unsigned i = 0; i < REFLECT_RESULT_COUNT; i++) {
        if (responder_results((enum reflect_result)i) > before[i]) {
            return (enum reflect_result)i;
        }
    }
    return REFLECT_RESULT_COUNT;
}

/* Other rules begin anew; the same rules go on, also when something else has changed. */
static void test_changes(void **state)
{
    (void)state;
    struct impair_acts *acts = prepare();
    acts->refuse = every(2);
    acts->refuse_with = IMPAIR_REFUSE_AUTH;
    responder_set_up();
    assert_int_equal(ask(), RESULT_ACCEPTED);
    responder.settings.max_sessions = 7;
    reflect_change(responder.reflect, &responder.settings);
    drive_poll(&responder.drive);
    assert_int_equal(ask(), RESULT_AUTH);
    assert_int_equal(ask(), RESULT_ACCEPTED);
    acts->refuse_with = IMPAIR_REFUSE_PORT_IN_USE;
    reflect_change(responder.reflect, &responder.settings);
    drive_poll(&responder.drive);
    assert_int_equal(ask(), RESULT_ACCEPTED);
    assert_int_equal(ask(), RESULT_PORT_IN_USE);
    acts->is_silent = 1;
    reflect_change(responder.reflect, &responder.settings);
    drive_poll(&responder.drive);
    assert_int_equal(ask(), REFLECT_RESULT_COUNT);
    assert_int_equal(reflect_stats(responder.reflect)->impair_rules, 1);
    responder.settings.impair.rule_count = 0;
    reflect_change(responder.reflect, &responder.settings);
    drive_poll(&responder.drive);
    assert_int_equal(ask(), RESULT_ACCEPTED);
    assert_int_equal(ask(), RESULT_ACCEPTED);
    assert_int_equal(reflect_stats(responder.reflect)->impair_rules, 0);
    assert_int_equal(count_of(IMPAIR_REFUSE), 2);
    assert_int_equal(count_of(IMPAIR_SILENCE), 1);
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loss_and_the_count),
        cmocka_unit_test(test_delay_and_the_times),
        cmocka_unit_test(test_what_comes_twice),
        cmocka_unit_test(test_a_held_reply_that_cannot_leave),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_changes),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
