/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A third host speaks to each of two responders in the name of the other. Whatever port on the one
 * side meets whatever port on the other: what leaves is bounded, and it ends. */
#include <string.h>

#include "sim/scenarios.h"
#include "wire/ipsla.h"
#include "wire/ipsla2.h"
#include "wire/jitter_us.h"

enum end { END_SESSION, END_PERMANENT, END_SAME_PERMANENT, END_CONTROL, END_CUSTOM, END_COUNT };
static const char *const end_names[END_COUNT] = {"session", "permanent port", "same permanent port",
                                                 "control port", "control port of its own"};

enum { LEFT, RIGHT, FORGER };
static const char *const ips[] = {"192.0.2.1", "198.51.100.2", "203.0.113.3"};

/* Echo probes, all different, of each start. */
#define ECHOES 8
#define ECHO_BYTES 64

/* Each side: a burst of echoes and some of the second after it, one answer to each other datagram,
 * and those to the two requests that made a session. */
#define FIRST_SECOND_MAX (2 * (REFLECT_ECHO_BURST + 2 + 4 + 2))

struct duel {
    struct rig rig;
    struct addr ends[2];
    bool is_v2;
};

static void set_settings(struct reflect_settings *settings, unsigned side)
{
    reflect_settings_default(settings);
    settings->listen[settings->listen_count++] =
        (struct addr){.family = ADDR_IPV4, .port = (uint16_t)(2967 + 1000 * side)};
    settings->permanent[0] =
        (struct addr){.family = ADDR_IPV4, .port = (uint16_t)(5000 + 1000 * side)};
    settings->permanent[1] = (struct addr){.family = ADDR_IPV4, .port = 7000};
    settings->permanent_count = 2;
}

static uint16_t port_of(enum end end, unsigned side, bool is_v2)
{
    switch (end) {
    case END_SESSION:
        return (uint16_t)(16001 + side);
    case END_PERMANENT:
        return (uint16_t)(5000 + 1000 * side);
    case END_SAME_PERMANENT:
        return 7000;
    case END_CONTROL:
        return is_v2 ? 1167 : 1967;
    default:
        return (uint16_t)(2967 + 1000 * side);
    }
}

/* `bytes` to `to`, as if from `from`. */
static void forge(struct duel *duel, struct addr to, struct addr from, const void *bytes,
                  size_t size)
{
    struct simnet_packet *packet = simnet_packet_new(bytes, size);
    packet->class = SIMNET_PROBE;
    packet->from = from;
    packet->to = to;
    packet->ttl = 255;
    simnet_send(&duel->rig.world.net, FORGER, packet, duel->rig.world.net.now_ns);
}

static void forge_request(struct duel *duel, struct addr to, struct addr from, uint16_t port)
{
    uint8_t bytes[IPSLA2_BYTES];
    size_t size;
    if (duel->is_v2) {
        const struct ipsla2_message message = {
            .sequence = 9,
            .has_auth = true,
            .has_command = true,
            .family = ADDR_IPV4,
            .role = 1,
            .session_id = 0x11223344,
            .destination = {.family = ADDR_IPV4, .port = port},
            .duration_ms = 60000,
        };
        size = ipsla2_encode(&message, bytes);
    } else {
        const struct ipsla_request request = {
            .id = 9, .command = IPSLA_COMMAND_ECHO, .port = port, .duration_ms = 60000};
        size = ipsla_request_encode(&request, bytes);
    }
    forge(duel, to, from, bytes, size);
}

static void forge_probes(struct duel *duel, struct addr to, struct addr from)
{
    uint8_t bytes[ECHO_BYTES];
    for (uint8_t i = 0; i < ECHOES; i++) {
        ipsla_echo_encode(bytes, sizeof bytes);
        bytes[ECHO_BYTES - 1] = i;
        forge(duel, to, from, bytes, sizeof bytes);
    }
    const struct ipsla_jitter_ms ms = {.send_ms = 43200000, .sender_seq = 1};
    ipsla_jitter_ms_encode(&ms, bytes, sizeof bytes);
    forge(duel, to, from, bytes, sizeof bytes);
    const struct jitter_us us = {.sender_seq = 1};
    jitter_us_encode(duel->is_v2 ? JITTER_US_SEQ32 : JITTER_US_SEQ16, &us, bytes, sizeof bytes);
    forge(duel, to, from, bytes, sizeof bytes);
    forge_request(duel, to, from, 20000);
}

static uint64_t answers(const struct duel *duel)
{
    uint64_t sum = 0;
    for (unsigned side = LEFT; side <= RIGHT; side++) {
        const struct reflect_stats *stats = reflect_stats(duel->rig.reflects[side]);
        sum += stats->echo_probes + stats->jitter_probes + stats->jitter_us_probes;
        for (unsigned i = 0; i < REFLECT_RESULT_COUNT; i++) {
            sum += stats->requests[i] + stats->requests_v2[i];
        }
    }
    return sum;
}

static void duel_begin(struct duel *duel, const enum end ends[2], bool is_v2, int64_t delay_ns)
{
    *duel = (struct duel){.is_v2 = is_v2};
    rig_init(&duel->rig, 1);
    for (unsigned i = 0; i < 3; i++) {
        simnet_node_add(&duel->rig.world.net, ips[i]);
    }
    simnet_connect(&duel->rig.world.net, LEFT, RIGHT, delay_ns);
    for (unsigned side = LEFT; side <= RIGHT; side++) {
        struct reflect_settings settings;
        simnet_connect(&duel->rig.world.net, FORGER, side, 1000);
        set_settings(&settings, side);
        rig_add_reflect(&duel->rig, side, &settings);
        duel->ends[side] = duel->rig.world.net.nodes[side].address;
        duel->ends[side].port = port_of(ends[side], side, is_v2);
    }
    world_run(&duel->rig.world, NS_PER_MS);
    for (unsigned side = LEFT; side <= RIGHT; side++) {
        struct addr control = duel->ends[side];
        control.port = 1967;
        if (ends[side] == END_SESSION) {
            forge_request(duel, control, duel->ends[1 - side], duel->ends[side].port);
        }
    }
    world_run(&duel->rig.world, NS_PER_MS);
}

static void fight(const enum end ends[2], bool is_v2, int64_t delay_ns)
{
    struct duel duel;
    duel_begin(&duel, ends, is_v2, delay_ns);
    forge_probes(&duel, duel.ends[LEFT], duel.ends[RIGHT]);
    forge_probes(&duel, duel.ends[RIGHT], duel.ends[LEFT]);
    world_run(&duel.rig.world, NS_PER_SECOND);
    uint64_t first = answers(&duel);
    uint64_t later = 0;
    if (first <= FIRST_SECOND_MAX) {
        world_run(&duel.rig.world, 4 * NS_PER_SECOND);
        uint64_t soon = answers(&duel);
        world_run(&duel.rig.world, 50 * NS_PER_SECOND);
        later = answers(&duel) - soon;
    }
    if (first > FIRST_SECOND_MAX || later > 0) {
        fail_msg("%s against %s, version %d: %llu answers in the first second, %llu much later",
                 end_names[ends[LEFT]], end_names[ends[RIGHT]], is_v2 ? 2 : 1,
                 (unsigned long long)first, (unsigned long long)later);
    }
    rig_fini(&duel.rig);
}

static void fight_all(int64_t delay_ns)
{
    for (unsigned version = 1; version <= 2; version++) {
        for (unsigned left = 0; left < END_COUNT; left++) {
            for (unsigned right = 0; right < END_COUNT; right++) {
                fight((const enum end[]){left, right}, version == 2, delay_ns);
            }
        }
    }
}

static void test_no_pair_of_ports_loops(void **state)
{
    (void)state;
    fight_all(50 * NS_PER_US);
}

/* Slow enough for each side to get new tokens between two rounds. */
static void test_nor_over_a_slow_path(void **state)
{
    (void)state;
    fight_all(100 * NS_PER_MS);
}

int scenarios_loops(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_pair_of_ports_loops),
        cmocka_unit_test(test_nor_over_a_slow_path),
    };
    return cmocka_run_group_tests_name("loops", tests, NULL, NULL);
}
