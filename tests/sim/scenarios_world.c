/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/scenarios.h"

static uint64_t trace_of(uint64_t seed)
{
    struct rig rig;
    struct reflect_settings settings;
    rig_init(&rig, seed);
    unsigned a = simnet_node_add(&rig.world.net, RIG_SENDER_IP);
    unsigned b = simnet_node_add(&rig.world.net, RIG_RESPONDER_IP);
    struct simnet_link *link = simnet_connect(&rig.world.net, a, b, 10 * NS_PER_MS);
    link->loss_ppm = 100000;
    link->spread_ns = 5 * NS_PER_MS;
    rig_add_engine(&rig, a, true);
    reflect_settings_default(&settings);
    rig_add_reflect(&rig, b, &settings);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 30 * NS_PER_SECOND);
    uint64_t trace = rig.world.net.trace;
    rig_fini(&rig);
    return trace;
}

static void test_same_seed_same_trace(void **state)
{
    (void)state;
    assert_true(trace_of(5) == trace_of(5));
    assert_true(trace_of(5) != trace_of(6));
}

static void test_clock_and_its_inverse_agree(void **state)
{
    (void)state;
    struct rng rng = {3};
    const int64_t drifts_ppb[] = {0, 1, -1, 200000, -200000, 50000000, -50000000};
    for (size_t i = 0; i < 7; i++) {
        struct simnet_clock clock = {.mono_start_ns = 77, .drift_ppb = drifts_ppb[i]};
        for (int k = 0; k < 2000; k++) {
            int64_t wanted_ns = 78 + (int64_t)rng_below(&rng, 1000000 * (uint64_t)NS_PER_SECOND);
            int64_t at_ns = simnet_clock_when(&clock, (struct mono){wanted_ns});
            assert_true(simnet_clock_read(&clock, at_ns).mono.ns >= wanted_ns);
            assert_true(simnet_clock_read(&clock, at_ns - 1).mono.ns < wanted_ns);
        }
    }
    assert_true(simnet_clock_when(&(struct simnet_clock){0}, MONO_NEVER) == INT64_MAX);
}

static void test_wall_clock_steps_and_the_other_does_not(void **state)
{
    (void)state;
    struct simnet_clock clock = {.steps = {{1000, -500}, {3000, 70}}, .step_count = 2};
    assert_int_equal(simnet_clock_read(&clock, 999).wall.ns, 999);
    assert_int_equal(simnet_clock_read(&clock, 1000).wall.ns, 500);
    assert_int_equal(simnet_clock_read(&clock, 3000).wall.ns, 2570);
    assert_int_equal(simnet_clock_read(&clock, 3000).mono.ns, 3000);
}

static struct simnet_packet *packet_to(const struct simnet *net, unsigned node, uint8_t mark)
{
    struct simnet_packet *packet = simnet_packet_new(&mark, 1);
    packet->to = net->nodes[node].address;
    packet->class = SIMNET_PROBE;
    return packet;
}

static void test_links_delay_and_keep_order(void **state)
{
    (void)state;
    struct simnet net;
    struct simnet_event event;
    simnet_init(&net, 1);
    unsigned a = simnet_node_add(&net, "10.0.0.1");
    unsigned b = simnet_node_add(&net, "10.0.0.2");
    simnet_connect(&net, a, b, 500);
    for (uint8_t i = 0; i < 20; i++) {
        simnet_send(&net, a, packet_to(&net, b, i), 100);
    }
    for (uint8_t i = 0; i < 20; i++) {
        assert_true(simnet_next(&net, 10000, &event));
        assert_int_equal(event.at_ns, 600);
        assert_int_equal(event.packet->bytes[0], i);
        free(event.packet);
    }
    assert_false(simnet_next(&net, 10000, &event));
    assert_int_equal(net.now_ns, 10000);
    simnet_fini(&net);
}

static void test_rates_are_what_they_say(void **state)
{
    (void)state;
    enum { PACKETS = 20000 };
    struct simnet net;
    struct simnet_event event;
    simnet_init(&net, 9);
    unsigned a = simnet_node_add(&net, "10.0.0.1");
    unsigned b = simnet_node_add(&net, "10.0.0.2");
    struct simnet_link *link = simnet_connect(&net, a, b, 0);
    link->loss_ppm = 250000;
    link->duplicate_ppm = 100000;
    link->corrupt_ppm = 50000;
    for (int i = 0; i < PACKETS; i++) {
        simnet_send(&net, a, packet_to(&net, b, 0), 0);
    }
    unsigned changed = 0;
    unsigned arrived = 0;
    while (simnet_next(&net, 1, &event)) {
        arrived++;
        changed += event.packet->bytes[0] != 0;
        free(event.packet);
    }
    assert_in_range(net.lost, 4700, 5300);
    assert_int_equal(arrived, PACKETS - net.lost + net.duplicated);
    assert_in_range(net.duplicated, 1350, 1650);
    assert_in_range(net.corrupted, 650, 850);
    assert_in_range(changed, 400, 950);
    simnet_fini(&net);
}

/* Machines that break a rule of the seam: the world must not let them pass. */
enum sin {
    SIN_PAST_DEADLINE,
    SIN_ENDLESS_POLL,
    SIN_SEND_ON_CLOSED,
    SIN_CLOSE_UNOPENED,
    SIN_OPEN_TWICE,
    SIN_LEAVE_OPEN,
    SIN_TWO_RUNS,
    SIN_SEND_ON_TCP,
    SIN_CLOSE_REFUSED,
    SIN_COUNT,
};

struct sinner {
    enum sin sin;
    unsigned polls;
    bool is_refused;
};

static void sinner_input(void *self, const struct ev *ev, struct instant now)
{
    struct sinner *sinner = self;
    (void)now;
    sinner->is_refused |= ev->kind == EV_ERROR;
}

static bool sinner_poll(void *self, struct instant now, struct fx *fx)
{
    struct sinner *sinner = self;
    (void)now;
    unsigned poll = sinner->polls++;
    *fx = (struct fx){.kind = FX_OPEN, .local = {.family = ADDR_IPV4}};
    addr_parse_ip("10.0.0.2", &fx->peer);
    fx->peer.port = 7;
    fx->bytes = (const uint8_t *)"....";
    fx->size = 4;
    switch (sinner->sin) {
    case SIN_PAST_DEADLINE:
    case SIN_COUNT:
        return false;
    case SIN_ENDLESS_POLL:
        fx->kind = poll % 2 == 0 ? FX_OPEN : FX_CLOSE;
        return true;
    case SIN_SEND_ON_CLOSED:
        fx->kind = FX_SEND;
        return true;
    case SIN_CLOSE_UNOPENED:
        fx->kind = FX_CLOSE;
        return true;
    case SIN_OPEN_TWICE:
        return poll < 2;
    case SIN_LEAVE_OPEN:
        return poll < 1;
    case SIN_SEND_ON_TCP:
        fx->transport = TRANSPORT_TCP_CONNECT;
        fx->kind = poll == 0 ? FX_OPEN : FX_SEND;
        return poll < 2;
    case SIN_CLOSE_REFUSED:
        fx->transport = TRANSPORT_TCP_CONNECT;
        fx->kind = poll == 0 ? FX_OPEN : FX_CLOSE;
        return poll == 0 || sinner->is_refused;
    case SIN_TWO_RUNS:
        fx->id.channel = poll;
        return poll < 2;
    }
    return false;
}

static struct mono sinner_deadline(const void *self)
{
    const struct sinner *sinner = self;
    return sinner->sin == SIN_PAST_DEADLINE ? (struct mono){1} : MONO_NEVER;
}

static _Noreturn void commit(enum sin sin)
{
    static const struct machine_ops ops = {sinner_input, sinner_poll, sinner_deadline};
    struct sinner sinner = {.sin = sin};
    struct rig rig;
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(SIGABRT, SIG_DFL);
    rig_init(&rig, 1);
    unsigned node = simnet_node_add(&rig.world.net, "10.0.0.1");
    simnet_connect(&rig.world.net, node, simnet_node_add(&rig.world.net, "10.0.0.2"), 1000);
    rig.engines[rig.engine_count++] = (struct rig_engine){
        .engine = engine_new(&(struct engine_options){0}),
        .process =
            world_process_add(&rig.world, WORLD_SENDER, node, (struct machine){&ops, &sinner}),
    };
    world_run(&rig.world, NS_PER_SECOND);
    rig_fini(&rig);
    _exit(0);
}

static void test_broken_rules_of_the_seam_are_noticed(void **state)
{
    (void)state;
    for (unsigned sin = 0; sin < SIN_COUNT; sin++) {
        int status = 0;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(STDERR_FILENO);
            commit((enum sin)sin);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {
            fail_msg("rule %u went unnoticed", sin);
        }
    }
}

/* What ten operations allocate. */
static uint64_t allocs_of_ten(enum hist_forms forms)
{
    struct rig rig;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->results.histograms = forms;
    rig_init_default(&rig);
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 15 * NS_PER_SECOND);
    const struct world_process *sender = &rig.world.processes[rig.engines[0].process];
    const struct world_process *responder = &rig.world.processes[rig.reflect_processes[0]];
    uint64_t sender_before = sender->allocs;
    uint64_t responder_before = responder->allocs;
    world_run(&rig.world, 100 * NS_PER_SECOND);
    uint64_t allocs = sender->allocs - sender_before;
    assert_int_equal(responder->allocs - responder_before, 0);
    rig_fini(&rig);
    return allocs;
}

static void test_steady_state_allocates_reports_only(void **state)
{
    (void)state;
    assert_int_equal(allocs_of_ten(HIST_CLASSIC), 10);
    /* and the native buckets of round trips, processing and jitter, which are there by then */
    assert_int_equal(allocs_of_ten(HIST_BOTH), 10 + 4 * 10);
}

int scenarios_world(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_trace),
        cmocka_unit_test(test_clock_and_its_inverse_agree),
        cmocka_unit_test(test_wall_clock_steps_and_the_other_does_not),
        cmocka_unit_test(test_links_delay_and_keep_order),
        cmocka_unit_test(test_rates_are_what_they_say),
        cmocka_unit_test(test_broken_rules_of_the_seam_are_noticed),
        cmocka_unit_test(test_steady_state_allocates_reports_only),
    };
    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
