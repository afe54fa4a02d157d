/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "operation/operation.h"
#include "sim/soak.h"

static int64_t between(struct soak_world *world, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(&world->rng, (uint64_t)(high - low + 1));
}

static bool chance(struct soak_world *world, unsigned percent)
{
    return rng_below(&world->rng, 100) < percent;
}

static unsigned add_node(struct soak_world *world, const char *network, unsigned number)
{
    char ip[48];
    snprintf(ip, sizeof(ip), "%s%s.%u", world->is_ipv6 ? "2001:db8::" : "", network, number + 1);
    unsigned node = simnet_node_add(&world->rig.world.net, ip);
    struct simnet_clock *clock = &world->rig.world.net.nodes[node].clock;
    clock->mono_start_ns = between(world, 0, 100 * 86400 * NS_PER_SECOND);
    clock->drift_ppb = between(world, -200000, 200000);
    clock->wall_start_ns += between(world, -7200 * NS_PER_SECOND, 7200 * NS_PER_SECOND);
    if (chance(world, 10)) {
        int64_t day_ns = 86400 * NS_PER_SECOND;
        clock->wall_start_ns = floor_div(clock->wall_start_ns, day_ns) * day_ns + day_ns -
                               between(world, 0, 20 * NS_PER_SECOND);
    }
    while (chance(world, 20) && clock->step_count < SIMNET_STEPS_MAX) {
        clock->steps[clock->step_count++] =
            (struct simnet_step){between(world, 0, 20 * NS_PER_SECOND),
                                 between(world, -600 * NS_PER_SECOND, 600 * NS_PER_SECOND)};
    }
    return node;
}

static void shape_link(struct soak_world *world, unsigned from, unsigned to)
{
    struct simnet_link *link = simnet_link(&world->rig.world.net, from, to);
    *link = (struct simnet_link){.is_up = true, .delay_ns = between(world, 0, 80 * NS_PER_MS)};
    link->delay_ns = chance(world, 20) ? between(world, 0, 200000) : link->delay_ns;
    link->spread_ns = chance(world, 60) ? between(world, 1, 25 * NS_PER_MS) : 0;
    link->loss_ppm = chance(world, 60) ? (uint32_t)between(world, 1000, 200000) : 0;
    link->duplicate_ppm = chance(world, 25) ? (uint32_t)between(world, 1000, 80000) : 0;
    link->duplicate_ns = between(world, 0, 60 * NS_PER_MS);
    link->reorder_ppm = chance(world, 25) ? (uint32_t)between(world, 1000, 80000) : 0;
    link->reorder_ns = chance(world, 30) ? between(world, NS_PER_MS, 3 * NS_PER_SECOND)
                                         : between(world, NS_PER_MS, 90 * NS_PER_MS);
    if (chance(world, 15)) {
        link->rate_bps = between(world, 20000, 200000);
        link->queue_ns = between(world, 10, 400) * NS_PER_MS;
    }
    if (world->is_corrupt) {
        link->corrupt_ppm = (uint32_t)between(world, 1000, 200000);
    }
}

static struct world_timing random_timing(struct soak_world *world)
{
    return (struct world_timing){
        .poll_ns = chance(world, 80) ? between(world, 100, 20000) : 0,
        .input_ns = between(world, 0, 300000),
        .input_spread_ns = chance(world, 70) ? between(world, 1, 4 * NS_PER_MS) : 0,
        .late_ns = chance(world, 80) ? between(world, 1, 2 * NS_PER_MS) : 0,
        .user_stamps = chance(world, 25),
    };
}

static struct world_departure random_departure(struct soak_world *world)
{
    return (struct world_departure){
        .delay_ns = chance(world, 50) ? between(world, 0, 300000) : 0,
        .delay_spread_ns = chance(world, 60) ? between(world, 1, 5 * NS_PER_MS) : 0,
        .connect_ns = between(world, 0, 200000),
        .tells = chance(world, 70),
        .notice_ns = between(world, 0, 3 * NS_PER_MS),
        .late_ppm = chance(world, 50) ? (uint32_t)between(world, 1000, 500000) : 0,
        .late_ns = between(world, 0, 500 * NS_PER_MS),
        .never_ppm = chance(world, 50) ? (uint32_t)between(world, 1000, 500000) : 0,
        .nonsense_ppm = chance(world, 50) ? (uint32_t)between(world, 1000, 500000) : 0,
    };
}

/* The ports for those who do not ask: apart from all that are asked for. */
static void add_permanent(struct reflect_settings *settings)
{
    for (uint16_t i = 0; i < SOAK_TARGETS_MAX; i++) {
        struct addr address = settings->listen[0];
        address.port = (uint16_t)(SOAK_PERMANENT_PORT + i);
        settings->permanent[settings->permanent_count++] = address;
        settings->permanent_tcp[settings->permanent_tcp_count++] = address;
    }
}

static void add_stamp(struct soak_world *world, struct reflect_settings *settings)
{
    struct reflect_stamp *stamp = &settings->stamp;
    stamp->is_stateless = chance(world, 30);
    for (uint16_t i = 0; i < SOAK_TARGETS_MAX; i++) {
        struct addr address = settings->listen[0];
        address.port = (uint16_t)(WORLD_STAMP_PORT + i);
        stamp->ports[stamp->port_count++] = address;
    }
}

static void add_responder(struct soak_world *world, unsigned number)
{
    struct reflect_settings settings;
    unsigned node = add_node(world, "198.51.100", number);
    rig_settings(&settings);
    settings.listen[0].family = world->is_ipv6 ? ADDR_IPV6 : ADDR_IPV4;
    settings.reply = chance(world, 50) ? REPLY_LONG : REPLY_SHORT;
    settings.refusal = (enum reflect_refusal)between(world, 0, REFUSAL_SILENT);
    settings.max_sessions = chance(world, 10) ? 3 : 1000;
    settings.min_duration_ns = between(world, 0, 2 * NS_PER_SECOND);
    if (chance(world, 20)) {
        settings.permanent[0] = settings.listen[0];
        settings.permanent[0].port = RIG_PORT;
        settings.permanent_count = 1;
    }
    if (chance(world, 75)) {
        add_permanent(&settings);
    }
    add_stamp(world, &settings);
    world->is_stateless[number] = settings.stamp.is_stateless;
    unsigned reflect = rig_add_reflect(&world->rig, node, &settings);
    struct world_process *process =
        &world->rig.world.processes[world->rig.reflect_processes[reflect]];
    process->timing = random_timing(world);
    world->responders[world->responder_count++] = node;
}

static void random_precision(struct soak_world *world, struct spec *spec)
{
    if (chance(world, 40)) {
        spec->packets.precision = PRECISION_MICROSECONDS;
        spec->packets.bytes = (uint32_t)between(world, SPEC_MICROSECONDS_BYTES_MIN, 200);
    }
}

static void random_codec(struct soak_world *world, struct spec *spec)
{
    spec->packets.codec = (enum voice_codec)between(world, 1, VOICE_CODEC_COUNT - 1);
    spec->packets.advantage_factor = (uint8_t)between(world, 0, 20);
    spec->packets.bytes = voice_codec_packet_bytes(spec->packets.codec);
}

static void make_jitter(struct soak_world *world, struct spec *spec)
{
    spec->packets.count = (uint32_t)between(world, 1, 50);
    spec->packets.interval_ns = between(world, 4, 40) * NS_PER_MS;
    spec->packets.bytes = (uint32_t)between(world, 16, 200);
    if (chance(world, 25)) {
        random_codec(world, spec);
    } else {
        random_precision(world, spec);
    }
}

static void make_plain(struct soak_world *world, struct spec *spec)
{
    bool is_echo = chance(world, 50);
    spec->operation = is_echo ? &operation_udp_echo : &operation_tcp_connect;
    spec->packets.count = 1;
    spec->packets.bytes = (uint32_t)between(world, 4, 200);
    if (is_echo && chance(world, 60)) {
        spec->packets.count = (uint32_t)between(world, 2, REFLECT_ECHO_BURST);
        spec->packets.interval_ns = between(world, 4, 40) * NS_PER_MS;
        spec->packets.bytes += spec->operation->bytes_min_with_nonce;
    }
}

/* It is configured how the reflector numbers, or to be found out. */
static void make_stamp(struct soak_world *world, struct spec *spec, unsigned number,
                       bool is_stateless)
{
    enum reflector reflector = is_stateless ? REFLECTOR_STATELESS : REFLECTOR_STATEFUL;
    bool is_light = chance(world, 30);
    spec->operation = is_light ? &operation_twamp_light : &operation_stamp;
    spec->packets.reflector = chance(world, 60) ? reflector : REFLECTOR_AUTO;
    spec->packets.precision = PRECISION_MICROSECONDS;
    spec->packets.count = (uint32_t)between(world, 1, 50);
    spec->packets.interval_ns = between(world, 4, 40) * NS_PER_MS;
    spec->packets.bytes = (uint32_t)between(world, is_light ? 14 : 44, 200);
    spec->packets.timestamp_format = (enum timestamp_format)between(world, 0, 1);
    spec->control.version = CONTROL_NONE;
    spec->path.port = (uint16_t)(WORLD_STAMP_PORT + number);
    spec->path.peer.port = spec->path.port;
}

static struct spec *random_spec(struct soak_world *world, unsigned number)
{
    char name[32];
    char ip[ADDR_TEXT_MAX];
    size_t responder = rng_below(&world->rng, world->responder_count);
    unsigned node = world->responders[responder];
    snprintf(name, sizeof(name), "target-%u", number);
    addr_format_ip(&world->rig.world.net.nodes[node].address, ip);
    struct spec *spec = rig_spec(name, ip, (uint16_t)(RIG_PORT + number));
    bool is_stamp = chance(world, 20);
    if (is_stamp) {
        make_stamp(world, spec, number, world->is_stateless[responder]);
    } else if (chance(world, 60)) {
        make_jitter(world, spec);
    } else {
        make_plain(world, spec);
    }
    if (!is_stamp && chance(world, 25)) {
        spec->control.version = CONTROL_NONE;
        spec->path.port = (uint16_t)(SOAK_PERMANENT_PORT + number);
        spec->path.peer.port = spec->path.port;
    }
    spec->schedule.frequency_ns = between(world, 1000, 5000) * NS_PER_MS;
    spec->schedule.timeout_ns = between(world, 20, 2000) * NS_PER_MS;
    spec->results.threshold_ns = between(world, 1, 200) * NS_PER_MS;
    spec->control.tries = (uint8_t)between(world, 1, 5);
    spec->control.timeout_ns = between(world, 150, 1500) * NS_PER_MS;
    return spec;
}

static void add_engine(struct soak_world *world, unsigned number)
{
    struct soak_engine *soak = &world->engines[number];
    bool is_shared = number > 0 && chance(world, 25);
    unsigned node = is_shared ? world->senders[0] : add_node(world, "192.0.2", number);
    world->senders[number] = node;
    rig_add_engine(&world->rig, node, chance(world, 30));
    struct world_process *process = &world->rig.world.processes[world->rig.engines[number].process];
    process->timing = random_timing(world);
    process->departure = random_departure(world);
    process->drop_ppm = chance(world, 20) ? (uint32_t)between(world, 1000, 300000) : 0;
    process->fail_send_ppm = chance(world, 20) ? (uint32_t)between(world, 1000, 100000) : 0;
    soak->world = world;
    soak->number = number;
    soak->is_stepped = world->rig.world.net.nodes[node].clock.step_count > 0;
    soak->target_count = (size_t)between(world, 1, SOAK_TARGETS_MAX);
}

void soak_build(struct soak_world *world, uint64_t seed)
{
    *world = (struct soak_world){.rng = {seed}};
    rig_init(&world->rig, rng_u64(&world->rng));
    world->rig.world.seed = seed;
    world->is_ipv6 = seed % 4 == 3;
    world->rig.world.sends_icmp = chance(world, 30);
    world->is_corrupt = chance(world, 10);
    world->duration_ns = between(world, 6, 15) * NS_PER_SECOND;
    unsigned responders = (unsigned)between(world, 1, 3);
    unsigned engines = (unsigned)between(world, 1, RIG_ENGINES_MAX);
    for (unsigned i = 0; i < responders; i++) {
        add_responder(world, i);
    }
    for (unsigned i = 0; i < engines; i++) {
        add_engine(world, i);
    }
    for (unsigned i = 0; i < engines; i++) {
        for (unsigned j = 0; j < responders; j++) {
            shape_link(world, world->senders[i], world->responders[j]);
            shape_link(world, world->responders[j], world->senders[i]);
        }
    }
    soak_watch(world);
    for (unsigned i = 0; i < engines; i++) {
        struct spec *specs[SOAK_TARGETS_MAX];
        for (unsigned j = 0; j < world->engines[i].target_count; j++) {
            specs[j] = random_spec(world, j);
        }
        rig_apply(&world->rig, i, specs, world->engines[i].target_count);
    }
}
