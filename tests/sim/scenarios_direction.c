/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* In which direction packets are lost, for everything that moves the responder's count without a
 * packet of ours: the table of docs/measurement.md, "Direction of loss", row by row. */
#include "sim/rig.h"
#include "sim/scenarios.h"

/* What happens to the nth packet of a class on its way from `node`. */
struct event {
    unsigned node;
    struct simnet_rule rule;
};
#define TO_RESPONDER(...)                                                                          \
    {                                                                                              \
        RIG_SENDER,                                                                                \
        {                                                                                          \
            SIMNET_PROBE, __VA_ARGS__                                                              \
        }                                                                                          \
    }
#define TO_SENDER(...)                                                                             \
    {                                                                                              \
        RIG_RESPONDER,                                                                             \
        {                                                                                          \
            SIMNET_PROBE, __VA_ARGS__                                                              \
        }                                                                                          \
    }
#define HELD (35 * NS_PER_MS) /* until the next but one has left: packets leave every 20 ms */

struct row {
    const char *name;
    struct event events[3];
    uint32_t sd, ds, unknown;
};

static const struct row rows[] = {
    {"lost on the way there", {TO_RESPONDER(3, SIMNET_DROP, 0)}, 1, 0, 0},
    {"lost on the way back", {TO_SENDER(3, SIMNET_DROP, 0)}, 0, 1, 0},
    {"lost after the last answer", {TO_SENDER(10, SIMNET_DROP, 0)}, 0, 0, 1},
    {"overtaken there, and one lost there",
     {TO_RESPONDER(2, SIMNET_DROP, 0), TO_RESPONDER(3, SIMNET_DELAY, HELD)},
     1,
     0,
     0},
    {"overtaken there, and one lost on the way back",
     {TO_RESPONDER(3, SIMNET_DELAY, HELD), TO_SENDER(6, SIMNET_DROP, 0)},
     0,
     1,
     0},
    {"the reply to the one that was overtaken is lost: or to a copy of the one that overtook it",
     {TO_RESPONDER(3, SIMNET_DELAY, HELD), TO_SENDER(4, SIMNET_DROP, 0)},
     0,
     0,
     1},
    {"sent twice by the network there, and the next one lost there",
     {TO_RESPONDER(5, SIMNET_DUPLICATE, NS_PER_MS), TO_RESPONDER(6, SIMNET_DROP, 0)},
     1,
     0,
     0},
    {"sent twice there, and a reply lost on the way back: or was it the copy's",
     {TO_RESPONDER(5, SIMNET_DUPLICATE, NS_PER_MS), TO_SENDER(8, SIMNET_DROP, 0)},
     0,
     0,
     1},
    {"a reply sent twice by the network, and one lost there",
     {TO_SENDER(5, SIMNET_DUPLICATE, NS_PER_MS), TO_RESPONDER(7, SIMNET_DROP, 0)},
     1,
     0,
     0},
    {"the control request comes once more during the train, and one is lost there",
     {{RIG_SENDER, {SIMNET_CONTROL, 1, SIMNET_DUPLICATE, 110 * NS_PER_MS}},
      TO_RESPONDER(8, SIMNET_DROP, 0)},
     0,
     0,
     1},
};

static void run_row(const struct row *row, bool is_us)
{
    struct rig rig;
    rig_init_default(&rig);
    for (size_t i = 0; i < sizeof row->events / sizeof row->events[0]; i++) {
        if (row->events[i].rule.nth > 0) {
            scenario_rule(&rig, row->events[i].node, row->events[i].rule);
        }
    }
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    if (is_us) {
        spec->packets.precision = PRECISION_MICROSECONDS;
        spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    }
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    if (round->sd.lost != row->sd || round->ds.lost != row->ds ||
        round->lost_unknown != row->unknown) {
        fail_msg("%s: sd %u ds %u unknown %u, must be %u %u %u", row->name, round->sd.lost,
                 round->ds.lost, round->lost_unknown, row->sd, row->ds, row->unknown);
    }
    assert_int_equal(round->sd.periods.count, row->sd);
    assert_int_equal(round->ds.periods.count, row->ds);
    rig_fini(&rig);
}

static void test_each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        run_row(&rows[i], false);
        run_row(&rows[i], true);
    }
}

/* Jitter above the packet interval with loss on one way: every loss is booked to that way. */
static void lose_and_reorder(unsigned node, struct way *sd, struct way *ds)
{
    struct rig rig;
    rig_init_default(&rig);
    struct simnet_link *link = &rig.world.net.links[RIG_SENDER][RIG_RESPONDER];
    link->spread_ns = 45 * NS_PER_MS;
    struct simnet_link *lossy =
        node == RIG_SENDER ? link : &rig.world.net.links[RIG_RESPONDER][RIG_SENDER];
    lossy->loss_ppm = 60000;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 300;
    spec->schedule.frequency_ns = 60 * NS_PER_SECOND;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 20 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_true(round->reordering.sd + round->reordering.both > 10);
    *sd = round->sd;
    *ds = round->ds;
    rig_fini(&rig);
}

static void test_loss_with_reordering(void **state)
{
    (void)state;
    struct way sd, ds;
    lose_and_reorder(RIG_SENDER, &sd, &ds);
    assert_true(sd.lost > 5);
    assert_int_equal(ds.lost, 0);
    lose_and_reorder(RIG_RESPONDER, &sd, &ds);
    assert_true(ds.lost > 5);
    assert_int_equal(sd.lost, 0);
}

int scenarios_direction(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row),
        cmocka_unit_test(test_loss_with_reordering),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
