/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A train that takes turns among several source ports. */
#include <errno.h>

#include "operation/operation.h"
#include "probe/phase.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/sender.h"

#define MS(value) ((value)*NS_PER_MS)
#define FLOWS 3
#define SOURCE_PORT 40000

static struct spec *spreading_spec(const struct operation *operation)
{
    struct spec *spec = build_jitter_spec("a", "198.51.100.20");
    spec->operation = operation;
    spec->control.version = CONTROL_NONE;
    spec->packets.flows = FLOWS;
    spec->packets.bytes = 64;
    return spec;
}

/* Each flow has a channel and a port of its own, all are open before the first packet, and packets
 * leave in turn. */
static void test_in_turn(void **state)
{
    (void)state;
    struct spec *spec = spreading_spec(&operation_udp_jitter);
    spec->path.source.port = SOURCE_PORT;
    sender_set_up(spec);
    assert_int_equal(sender.drive.open_count, FLOWS);
    for (unsigned i = 0; i < FLOWS; i++) {
        const struct drive_effect *opened = drive_find(&sender.drive, FX_OPEN, i);
        assert_int_equal(opened->fx.id.channel, PROBE_CHANNEL + i);
        assert_int_equal(opened->fx.local.port, SOURCE_PORT + i);
    }
    drive_until(&sender.drive, build_at(MS(200)));
    assert_int_equal(sender.drive.sent, 10);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(sender_sent(i)->fx.id.channel, i % FLOWS);
    }
    assert_int_equal(sender.drive.opened, FLOWS);
    drive_until(&sender.drive, build_at(20 * NS_PER_SECOND));
    assert_int_equal(sender.drive.closed, FLOWS);
    sender_tear_down();
}

/* The ports are the system's where none is given: no packet of one flow leaves from another's. */
static void test_any_ports(void **state)
{
    (void)state;
    sender_set_up(spreading_spec(&operation_udp_jitter));
    assert_int_equal(sender.drive.open_count, FLOWS);
    assert_int_equal(drive_find(&sender.drive, FX_OPEN, 1)->fx.local.port, 0);
    drive_until(&sender.drive, build_at(20 * NS_PER_SECOND));
    sender_tear_down();
}

/* The query of STAMP has one channel, which is closed before the train has several. */
static void test_stamp(void **state)
{
    (void)state;
    sender_set_up(spreading_spec(&operation_stamp));
    assert_int_equal(sender.drive.open_count, 1);
    drive_until(&sender.drive, build_at(PROBE_QUERY_NS));
    assert_int_equal(sender.drive.closed, 1);
    assert_int_equal(sender.drive.open_count, FLOWS);
    drive_until(&sender.drive, build_at(20 * NS_PER_SECOND));
    sender_tear_down();
}

/* A port that cannot be had ends the operation; what is open is closed. */
static void test_cannot_open(void **state)
{
    (void)state;
    struct fx fx;
    sender_prepare(spreading_spec(&operation_udp_jitter), build_at(0));
    probe_start(&sender.probe, build_at(0), MONO_NEVER);
    assert_true(probe_poll(&sender.probe, build_at(0), &fx, sender.scratch));
    struct ev opened = {.kind = EV_OPENED, .id = fx.id, .local = build_addr("192.0.2.10:40000")};
    probe_input(&sender.probe, &opened, build_at(0));
    assert_true(probe_poll(&sender.probe, build_at(0), &fx, sender.scratch));
    assert_int_equal(fx.kind, FX_OPEN);
    assert_int_equal(fx.id.channel, 1);
    struct ev refused = {.kind = EV_ERROR, .id = fx.id, .error = EADDRINUSE};
    probe_input(&sender.probe, &refused, build_at(0));
    assert_true(probe_poll(&sender.probe, build_at(0), &fx, sender.scratch));
    assert_int_equal(fx.kind, FX_CLOSE);
    assert_int_equal(fx.id.channel, 0);
    assert_false(probe_poll(&sender.probe, build_at(0), &fx, sender.scratch));
    assert_true(probe_is_idle(&sender.probe));
    assert_int_equal(sender.probe.round->outcome, OUTCOME_LOCAL);
    sender_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_turn),
        cmocka_unit_test(test_any_ports),
        cmocka_unit_test(test_stamp),
        cmocka_unit_test(test_cannot_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
