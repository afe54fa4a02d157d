/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* An engine whose target wants a path: searches beside the operations, in the report. */
#include "engine/tracing.h"

#include "engine/engine.h"
#include "operation/operation.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"

#define SECONDS(value) ((value)*NS_PER_SECOND)
#define FREQUENCY_NS SECONDS(300)

static struct engine *engine;
static struct drive drive;

static struct spec *spec_with_path(const char *host, int64_t frequency_ns)
{
    struct spec *spec = build_echo_spec("a", host);
    spec->schedule.start = SPEC_START_NOW;
    spec->trace = (struct spec_trace){
        .frequency_ns = frequency_ns,
        .timeout_ns = SECONDS(1),
        .port = 33434,
        .flows = 2,
        .probes = 1,
        .max_hops = 10,
    };
    return spec;
}

static void apply(struct spec *spec)
{
    struct spec_set *set = build_set(&spec, spec == NULL ? 0 : 1);
    engine_apply(engine, set, drive.now);
    spec_set_unref(set);
    drive_poll(&drive);
}

static int set_up(void **state)
{
    (void)state;
    const struct engine_options options = {.seed = {1}};
    engine = engine_new(&options);
    drive_init(&drive, engine_machine(engine), build_at(0));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    apply(NULL);
    assert_int_equal(drive.opened, drive.closed);
    engine_free(engine);
    return 0;
}

static struct instant later(int64_t ns)
{
    return (struct instant){mono_add(drive.now.mono, ns), wall_add(drive.now.wall, ns)};
}

/* The latest packet of the search; NULL: none since drive_forget. */
static const struct drive_effect *latest_packet(void)
{
    const struct drive_effect *latest = NULL, *effect;
    for (size_t i = 0; (effect = drive_find(&drive, FX_SEND, i)) != NULL; i++) {
        latest = effect->fx.ttl > 0 ? effect : latest;
    }
    return latest;
}

/* The first hop is 192.0.2.1, the second the host. */
static void answer(const struct drive_effect *packet)
{
    struct ev ev = {
        .kind = EV_ERROR,
        .id = packet->fx.id,
        .is_icmp = true,
        .icmp = {build_addr("192.0.2.1"), 11, 0},
        .peer = packet->fx.peer,
        .bytes = packet->bytes,
        .size = packet->fx.size,
    };
    if (packet->fx.ttl == 2) {
        ev.icmp = (struct icmp_error){packet->fx.peer, 3, 3};
    }
    drive_forget(&drive);
    drive_input(&drive, ev);
}

/* Answers everything that is sent until nothing more comes. Returns how many packets there were. */
static unsigned search(void)
{
    unsigned count = 0;
    for (unsigned idle = 0; idle < 3; idle++) {
        const struct drive_effect *packet = latest_packet();
        if (packet != NULL) {
            answer(packet);
            count++;
            idle = 0;
        }
        drive_until(&drive, later(TRACE_INTERVAL_NS));
    }
    return count;
}

static const struct trace_result *path_of_report(void)
{
    static struct trace_result copy;
    struct snapshot *snapshot = engine_snapshot(engine);
    const struct trace_result *path = snapshot->reports[0]->path;
    const struct trace_result *result = NULL;
    if (path != NULL) {
        copy = *path;
        result = &copy;
    }
    snapshot_unref(snapshot);
    return result;
}

static void a_path_is_looked_for_with_the_first_operation_and_then_regularly(void **state)
{
    (void)state;
    apply(spec_with_path("198.51.100.7", FREQUENCY_NS));
    assert_null(path_of_report());
    assert_int_equal(search(), 4);
    const struct trace_result *path = path_of_report();
    assert_non_null(path);
    assert_int_equal(path->hop_count, 2);
    assert_true(path->is_reached);
    assert_int_equal(path->runs, 1);
    drive_forget(&drive);
    drive_until(&drive, later(FREQUENCY_NS - SECONDS(2)));
    assert_null(latest_packet());
    assert_int_equal(path_of_report()->runs, 1); /* operations keep it in their reports */
    for (unsigned i = 0; i < SECONDS(2) / TRACE_INTERVAL_NS && latest_packet() == NULL; i++) {
        drive_until(&drive, later(TRACE_INTERVAL_NS));
    }
    assert_int_equal(search(), 4);
    assert_int_equal(path_of_report()->runs, 2);
}

static void channels_are_closed_when_the_target_goes(void **state)
{
    (void)state;
    apply(spec_with_path("198.51.100.7", FREQUENCY_NS));
    assert_non_null(latest_packet());
    apply(NULL);
    assert_int_equal(drive.open_count, 0);
    assert_int_equal(drive.opened, drive.closed);
}

/* Another address is another path; what was under way to the old one says nothing. */
static void another_address_is_looked_for_at_once(void **state)
{
    (void)state;
    apply(spec_with_path("198.51.100.7", FREQUENCY_NS));
    assert_int_equal(search(), 4);
    struct spec *old = spec_with_path("198.51.100.7", FREQUENCY_NS);
    const struct addr ip = build_addr("198.51.100.8");
    struct spec *moved = spec_with_ip(old, &ip);
    spec_unref(old);
    drive_forget(&drive);
    apply(moved);
    assert_non_null(latest_packet());
    assert_true(addr_is_same_ip(&latest_packet()->fx.peer, &ip));
    assert_int_equal(search(), 4);
    assert_int_equal(path_of_report()->runs, 2);
    assert_int_equal(path_of_report()->changes, 1);
}

static void a_path_comes_and_goes_with_a_reload(void **state)
{
    (void)state;
    apply(spec_with_path("198.51.100.7", 0));
    assert_null(latest_packet());
    drive_until(&drive, later(SECONDS(10)));
    assert_null(latest_packet());
    apply(spec_with_path("198.51.100.7", FREQUENCY_NS));
    assert_int_equal(search(), 4);
    assert_non_null(path_of_report());
    apply(spec_with_path("198.51.100.7", 0));
    assert_null(path_of_report());
    drive_forget(&drive);
    drive_until(&drive, later(2 * FREQUENCY_NS));
    assert_null(latest_packet());
}

static void a_search_that_is_given_up_has_no_result(void **state)
{
    (void)state;
    apply(spec_with_path("198.51.100.7", FREQUENCY_NS));
    assert_non_null(latest_packet());
    apply(spec_with_path("198.51.100.7", 0));
    drive_until(&drive, later(SECONDS(20)));
    assert_null(path_of_report());
}

/* A name without an address has no path; a budget means one operation on request. */
static void some_have_no_path(void **state)
{
    (void)state;
    struct spec *nowhere = spec_with_path("198.51.100.7", FREQUENCY_NS);
    nowhere->path.peer = (struct addr){0};
    apply(nowhere);
    drive_until(&drive, later(SECONDS(2)));
    assert_null(latest_packet());
    apply(NULL);
    struct spec *once = spec_with_path("198.51.100.7", FREQUENCY_NS);
    once->schedule.budget_ns = SECONDS(1);
    apply(once);
    drive_until(&drive, later(SECONDS(2)));
    assert_null(latest_packet());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_path_is_looked_for_with_the_first_operation_and_then_regularly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(channels_are_closed_when_the_target_goes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_address_is_looked_for_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_comes_and_goes_with_a_reload, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_search_that_is_given_up_has_no_result, set_up, tear_down),
        cmocka_unit_test_setup_teardown(some_have_no_path, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
