/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Between the poll and the wire: a queue that holds packets up without changing their order, and a
 * kernel whose notices of departure are right, late, missing or wrong. */
#include <stdlib.h>

#include "base/mem.h"
#include "sim/world_state.h"

#define PPM UINT64_C(1000000)

struct world_notice {
    struct world_input input;
};

static int64_t below(struct world *world, int64_t bound_ns)
{
    return bound_ns > 0 ? (int64_t)rng_below(&world->net.rng, (uint64_t)bound_ns) : 0;
}

static bool happens(struct world *world, uint32_t ppm)
{
    return ppm > 0 && rng_below(&world->net.rng, PPM) < ppm;
}

int64_t world_left_ns(struct world *world, struct world_process *process)
{
    const struct world_departure *departure = &process->departure;
    int64_t at_ns = process->busy_until_ns + departure->call_ns + departure->delay_ns +
                    below(world, departure->delay_spread_ns);
    process->left_ns = at_ns > process->left_ns ? at_ns : process->left_ns;
    return process->left_ns;
}

bool world_send_fails(struct world *world, const struct world_process *process,
                      enum simnet_class class)
{
    if (class == SIMNET_CONTROL) {
        return process->role == WORLD_SENDER && process->fail_control;
    }
    for (size_t i = 0; i < WORLD_SCRIPT_MAX; i++) {
        if (process->fail_probe[i] != 0 && process->fail_probe[i] == process->probes_sent) {
            return true;
        }
    }
    return process->fail_send_ppm > 0 && process->role == WORLD_SENDER &&
           rng_below(&world->net.rng, PPM) < process->fail_send_ppm;
}

/* What no kernel should say of a packet that was polled at `polled`, but clocks that were stepped,
 * or another packet's key, make it say. */
static void make_nonsense(struct world *world, struct world_input *item, struct mono polled)
{
    struct mono *left = &item->left.at.mono;
    switch (rng_below(&world->net.rng, 6)) {
    case 0:
        left->ns = polled.ns - 1 - below(world, 5 * NS_PER_SECOND);
        break;
    case 1:
        left->ns = polled.ns + 60 * NS_PER_SECOND + 1 + below(world, 9 * NS_PER_SECOND);
        break;
    case 2: /* perhaps after the answer */
        left->ns = polled.ns + below(world, NS_PER_SECOND + 1);
        break;
    case 3:
        left->ns = polled.ns - 1 + below(world, 2);
        break;
    case 4:
        left->ns = polled.ns + 60 * NS_PER_SECOND + below(world, 2);
        break;
    default:
        item->tag = below(world, 2) == 0 ? 0 : item->tag + 1000000;
        item->truth_tag = 0;
        break;
    }
}

bool world_left_drops(const struct world_process *process, struct simnet_packet *packet)
{
    const uint64_t *drops = process->departure.drops;
    for (size_t i = 0; i < WORLD_SCRIPT_MAX && drops[i] != 0; i++) {
        if (packet->class == SIMNET_PROBE && drops[i] == process->probes_sent) {
            free(packet);
            return true;
        }
    }
    return false;
}

void world_left_tell(struct world *world, struct world_process *process,
                     const struct world_channel *channel, const struct fx *fx, uint32_t truth_tag)
{
    const struct world_departure *departure = &process->departure;
    if (!fx->wants_stamp || !departure->tells || happens(world, departure->never_ppm)) {
        return;
    }
    struct world_input item = {
        .kind = INPUT_SENT,
        .channel = channel->serial,
        .tag = fx->tag,
        .truth_tag = truth_tag,
        .left = {world_clock_at(world, process, process->left_ns), STAMP_KERNEL, 0},
        .called = world_clock_at(world, process, process->busy_until_ns + departure->call_ns).mono,
    };
    if (happens(world, departure->nonsense_ppm)) {
        make_nonsense(world, &item, world_clock_at(world, process, process->busy_until_ns).mono);
    }
    int64_t at_ns = process->left_ns + below(world, departure->notice_ns);
    at_ns += happens(world, departure->late_ppm) ? departure->late_ns : 0;
    if (world->notice_count == world->notice_capacity) {
        world->notice_capacity = world->notice_capacity ? world->notice_capacity * 2 : 64;
        world->notices =
            mem_resize(world->notices, world->notice_capacity, sizeof(*world->notices));
    }
    world->notices[world->notice_count].input = item;
    world_timer(world, process, TIMER_NOTICE, world->notice_count++, at_ns);
}

void world_left_timer(struct world *world, struct world_process *process, uint64_t notice)
{
    world_enqueue(world, process, &world->notices[notice].input);
}
