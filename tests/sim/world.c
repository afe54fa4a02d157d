/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A process is a single server. A datagram that arrives is stamped and waits in the process's queue
 * until the process has slept `input_ns` and is done with what it does; then it is input, and the
 * machine is drained, each poll costing poll_ns. A deadline is a timer event. So one local time, W,
 * walks through each turn of a process, and W of one turn is never before W of the turn before. */
#include "sim/world.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/allocs.h"
#include "sim/world_state.h"
#include "wire/ipsla.h"

#define POLLS_MAX 1000000
#define FIRST_PORT 40000
#define TTL_START 255

/* Offsets on the wire, spelled out here so that the truth does not lean on the codec under test. */
#define REQUEST_PORT_AT 20
#define REQUEST_IPV6_PORT_AT 32
#define REQUEST_V2_PORT_AT 166
#define REQUEST_V2_BYTES 172
#define JITTER_SEQ_AT 12
#define JITTER_US_SEQ_AT 52
#define ICMP_SEQ_AT 6

static bool is_tcp_transport(enum transport transport)
{
    return transport == TRANSPORT_TCP_CONNECT || transport == TRANSPORT_TCP_LISTEN;
}

_Noreturn void world_broken(const struct world *world, const char *rule, int line)
{
    fprintf(stderr, "world.c:%d: seam rule broken: %s (seed %llu, t = %lld ns)\n", line, rule,
            (unsigned long long)world->seed, (long long)world->net.now_ns);
    abort();
}

void world_init(struct world *world, uint64_t seed)
{
    *world = (struct world){.seed = seed};
    simnet_init(&world->net, seed);
}

void world_fini(struct world *world)
{
    for (size_t i = 0; i < world->process_count; i++) {
        struct world_process *process = &world->processes[i];
        while (process->inputs != NULL) {
            struct world_input *input = process->inputs;
            process->inputs = input->next;
            free(input->packet);
            free(input);
        }
        free(process->channels);
    }
    free(world->halves);
    free(world->notices);
    truth_fini(&world->truth);
    simnet_fini(&world->net);
}

struct instant world_clock_at(const struct world *world, const struct world_process *process,
                              int64_t at_ns)
{
    return simnet_clock_read(&world->net.nodes[process->node].clock, at_ns);
}

struct instant world_now(const struct world *world, unsigned number)
{
    const struct world_process *process = &world->processes[number];
    int64_t now_ns = world->net.now_ns;
    return world_clock_at(world, process,
                          process->busy_until_ns > now_ns ? process->busy_until_ns : now_ns);
}

unsigned world_process_add(struct world *world, enum world_role role, unsigned node,
                           struct machine machine)
{
    assert(world->process_count < WORLD_PROCESSES_MAX && node < world->net.node_count);
    struct world_process *process = &world->processes[world->process_count];
    process->machine = machine;
    process->role = role;
    process->node = node;
    process->next_port = (uint16_t)(FIRST_PORT + 1000 * world->process_count);
    simnet_timer(&world->net, world->process_count, 0, world->net.now_ns);
    return (unsigned)world->process_count++;
}

static struct world_channel *channel_find(struct world_process *process, struct channel_id id)
{
    for (size_t i = 0; i < process->channel_count; i++) {
        struct world_channel *channel = &process->channels[i];
        if (channel->is_open && channel->id.owner == id.owner &&
            channel->id.channel == id.channel) {
            return channel;
        }
    }
    return NULL;
}

size_t world_open_channels(const struct world *world, unsigned process)
{
    size_t open = 0;
    for (size_t i = 0; i < world->processes[process].channel_count; i++) {
        open += world->processes[process].channels[i].is_open;
    }
    return open;
}

const struct world_channel *world_channel_on(const struct world *world, unsigned process,
                                             uint16_t port)
{
    for (size_t i = 0; i < world->processes[process].channel_count; i++) {
        const struct world_channel *channel = &world->processes[process].channels[i];
        if (channel->is_open && channel->local.port == port) {
            return channel;
        }
    }
    return NULL;
}

static bool is_reached(const struct world_channel *channel, uint16_t port, bool is_tcp)
{
    return channel->is_open && channel->local.port == port &&
           is_tcp_transport(channel->transport) == is_tcp;
}

struct world_channel *world_channel_at(struct world *world, unsigned node, uint16_t port,
                                       bool is_tcp, struct world_process **out)
{
    for (size_t i = 0; i < world->process_count; i++) {
        struct world_process *process = &world->processes[i];
        for (size_t j = 0; process->node == node && j < process->channel_count; j++) {
            if (is_reached(&process->channels[j], port, is_tcp)) {
                *out = process;
                return &process->channels[j];
            }
        }
    }
    return NULL;
}

static struct instant turn_now(const struct world *world, const struct world_process *process)
{
    return world_clock_at(world, process, process->busy_until_ns);
}

static void input(struct world *world, struct world_process *process, const struct ev *ev)
{
    allocs_resume(&process->allocs);
    process->machine.ops->input(process->machine.self, ev, turn_now(world, process));
    allocs_pause(&process->allocs);
}

static void input_error(struct world *world, struct world_process *process, const struct fx *fx,
                        int error)
{
    struct ev ev = {
        .kind = EV_ERROR, .id = fx->id, .peer = fx->peer, .tag = fx->tag, .error = error};
    if (fx->kind == FX_SEND && fx->may_wait && process->late_error_count < WORLD_LATE_ERRORS_MAX) {
        process->late_errors[process->late_error_count++] = ev;
        return;
    }
    input(world, process, &ev);
}

/* Rule 5: whether any was told. */
static bool input_late_errors(struct world *world, struct world_process *process)
{
    size_t count = process->late_error_count;
    process->late_error_count = 0;
    for (size_t i = 0; i < count; i++) {
        input(world, process, &process->late_errors[i]);
    }
    return count > 0;
}

/* Binds as an operating system does: 0, or an errno value. */
static int bind_address(struct world *world, struct world_process *process, const struct fx *fx,
                        struct addr *out)
{
    struct addr local = fx->local;
    struct world_process *other;
    bool is_tcp = is_tcp_transport(fx->transport);
    if (process->fail_open_count > 0 && process->fail_open[--process->fail_open_count] != 0) {
        return process->fail_open[process->fail_open_count];
    }
    if (local.family == ADDR_NONE) {
        local = (struct addr){.family = ADDR_IPV4, .port = fx->local.port};
    }
    if (!addr_is_any(&local) && simnet_node_find(&world->net, &local) != (int)process->node) {
        return EADDRNOTAVAIL;
    }
    if (local.port == 0) {
        do {
            local.port = process->next_port++;
        } while (world_channel_at(world, process->node, local.port, is_tcp, &other) != NULL);
    } else if (world_channel_at(world, process->node, local.port, is_tcp, &other) != NULL) {
        return EADDRINUSE;
    }
    *out = local;
    return 0;
}

static struct world_channel *channel_new(struct world_process *process)
{
    for (size_t i = 0; i < process->channel_count; i++) {
        if (!process->channels[i].is_open) {
            return &process->channels[i];
        }
    }
    if (process->channel_count == process->channel_capacity) {
        process->channel_capacity = process->channel_capacity ? process->channel_capacity * 2 : 8;
        process->channels =
            mem_resize(process->channels, process->channel_capacity, sizeof(*process->channels));
    }
    return &process->channels[process->channel_count++];
}

/* One operation of a target at a time: an owner of an engine has one channel. */
static bool owner_is_idle(const struct world_process *process, uint32_t owner)
{
    for (size_t i = 0; i < process->channel_count; i++) {
        if (process->channels[i].is_open && process->channels[i].id.owner == owner) {
            return false;
        }
    }
    return true;
}

/* An operation has one run; that of a connection follows on that of its control request. */
static uint32_t run_new(struct world *world, struct world_process *process, const struct fx *fx)
{
    unsigned number = (unsigned)(process - world->processes);
    uint32_t run = truth_run_new(&world->truth, number, fx->id, turn_now(world, process));
    if (fx->transport == TRANSPORT_TCP_CONNECT) {
        world->truth.runs[run]->target = fx->peer;
        world->truth.runs[run]->has_target = true;
    }
    return run;
}

static void run_end(struct world *world, struct world_process *process, uint32_t number)
{
    truth_run_end(&world->truth, number, turn_now(world, process));
}

static void note_unopened(struct world *world, struct world_process *process, const struct fx *fx)
{
    if (process->role == WORLD_SENDER && fx->transport == TRANSPORT_TCP_CONNECT) {
        uint32_t run = run_new(world, process, fx);
        truth_unsent(&world->truth, truth_sent(&world->truth, run, 1, turn_now(world, process),
                                               process->busy_until_ns));
        run_end(world, process, run);
    }
}

static void perform_open(struct world *world, struct world_process *process, const struct fx *fx)
{
    struct addr local;
    WORLD_CHECK(world, channel_find(process, fx->id) == NULL);
    WORLD_CHECK(world, process->role == WORLD_RESPONDER || owner_is_idle(process, fx->id.owner));
    int error = bind_address(world, process, fx, &local);
    if (error != 0) {
        note_unopened(world, process, fx);
        input_error(world, process, fx, error);
        return;
    }
    struct world_channel *channel = channel_new(process);
    process->opens++;
    *channel = (struct world_channel){
        .id = fx->id,
        .transport = fx->transport,
        .local = local,
        .peer = fx->peer,
        .options = fx->options,
        .is_open = true,
        .serial = process->opens,
    };
    if (process->role == WORLD_SENDER) {
        channel->run = run_new(world, process, fx);
    }
    if (fx->transport == TRANSPORT_TCP_CONNECT) {
        WORLD_CHECK(world, process->role == WORLD_SENDER && !addr_is_any(&fx->peer));
        WORLD_CHECK(world, fx->peer.family != ADDR_NONE && fx->peer.port != 0);
        world_tcp_connect(world, process, channel);
        return;
    }
    struct ev ev = {.kind = EV_OPENED, .id = fx->id, .local = local};
    input(world, process, &ev);
}

static void channel_end(struct world *world, struct world_process *process,
                        struct world_channel *channel)
{
    channel->is_open = false;
    process->closes++;
    if (process->role == WORLD_SENDER) {
        run_end(world, process, channel->run);
    }
}

static void perform_close(struct world *world, struct world_process *process, const struct fx *fx)
{
    input_late_errors(world, process);
    struct world_channel *channel = channel_find(process, fx->id);
    WORLD_CHECK(world, channel != NULL);
    if (channel->dropped > 0) {
        struct ev ev = {.kind = EV_DROPPED, .id = fx->id, .dropped = channel->dropped};
        world->truth.runs[channel->run]->dropped = channel->dropped;
        input(world, process, &ev);
    }
    world_tcp_close(world, process, channel);
    channel_end(world, process, channel);
}

static uint16_t wire_u16(const uint8_t *bytes, size_t at)
{
    return (uint16_t)(bytes[at] << 8 | bytes[at + 1]);
}

/* Echoes have none on the wire; that of STAMP is from 0. */
static uint32_t sequence_of(const struct fx *fx, const struct truth_run *run)
{
    uint16_t port = fx->peer.port;
    if (port >= WORLD_STAMP_PORT && port < WORLD_STAMP_PORT + WORLD_STAMP_PORTS) {
        return ((uint32_t)wire_u16(fx->bytes, 0) << 16 | wire_u16(fx->bytes, 2)) + 1;
    }
    switch (wire_u16(fx->bytes, 0)) {
    case 2:
        return wire_u16(fx->bytes, JITTER_SEQ_AT);
    case 3:
        return wire_u16(fx->bytes, JITTER_US_SEQ_AT);
    default:
        return run->probe_count + 1;
    }
}

/* A sender's datagram leaves: writes it down, returns its tag (a control request's is its run + 1).
 */
static uint32_t note_request(struct world *world, struct world_process *process,
                             const struct world_channel *channel, const struct fx *fx)
{
    struct truth_run *run = world->truth.runs[channel->run];
    if (fx->peer.port == IPSLA_CONTROL_PORT) {
        bool is_ipv6 = fx->peer.family == ADDR_IPV6;
        size_t size = is_ipv6 ? IPSLA_REQUEST_IPV6_BYTES : IPSLA_REQUEST_BYTES;
        size_t port_at = is_ipv6 ? REQUEST_IPV6_PORT_AT : REQUEST_PORT_AT;
        bool is_v2 = fx->bytes[0] == 2;
        WORLD_CHECK(world, fx->size == (is_v2 ? REQUEST_V2_BYTES : size));
        run->target = fx->peer;
        run->target.port = wire_u16(fx->bytes, is_v2 ? REQUEST_V2_PORT_AT : port_at);
        run->has_target = true;
        run->control_requests++;
        return channel->run + 1;
    }
    bool has_ports = channel->transport == TRANSPORT_UDP;
    WORLD_CHECK(world, fx->size >= (has_ports ? 4 : 8));
    uint32_t seq = has_ports ? sequence_of(fx, run) : wire_u16(fx->bytes, ICMP_SEQ_AT);
    if (!run->has_target) {
        run->target = fx->peer;
        run->has_target = true;
    }
    process->probes_sent++;
    return truth_sent(&world->truth, channel->run, seq, turn_now(world, process),
                      process->busy_until_ns);
}

static void perform_send(struct world *world, struct world_process *process, const struct fx *fx)
{
    const struct world_channel *channel = channel_find(process, fx->id);
    WORLD_CHECK(world, channel != NULL && !is_tcp_transport(channel->transport));
    WORLD_CHECK(world, fx->size <= IO_DATAGRAM_MAX && fx->bytes != NULL);
    WORLD_CHECK(world, fx->peer.family != ADDR_NONE);
    WORLD_CHECK(world, (fx->peer.port != 0) == (channel->transport == TRANSPORT_UDP));
    WORLD_CHECK(world, !addr_is_any(&fx->peer));
    struct simnet_packet *packet = simnet_packet_new(fx->bytes, fx->size);
    bool is_sender = process->role == WORLD_SENDER;
    uint16_t control_side = is_sender ? fx->peer.port : channel->local.port;
    packet->class = control_side == IPSLA_CONTROL_PORT ? SIMNET_CONTROL : SIMNET_PROBE;
    packet->from = world->net.nodes[process->node].address;
    packet->from.port = channel->local.port;
    packet->to = fx->peer;
    packet->tos = fx->tos;
    packet->ttl = channel->options.ttl == 0 ? TTL_START : channel->options.ttl;
    if (is_sender) {
        packet->tag = note_request(world, process, channel, fx);
    } else if (packet->class == SIMNET_PROBE && process->cause != 0) {
        packet->tag = truth_answered(&world->truth, process->cause, process->cause_received,
                                     turn_now(world, process), process->busy_until_ns);
    }
    bool is_too_long = channel->options.dont_fragment && fx->size > WORLD_UNFRAGMENTED_MAX;
    if (is_too_long || world_send_fails(world, process, packet->class)) {
        if (is_sender && packet->class == SIMNET_PROBE) {
            truth_unsent(&world->truth, packet->tag);
        }
        free(packet);
        input_error(world, process, fx, is_too_long ? EMSGSIZE : ENOBUFS);
        return;
    }
    if (world_left_drops(process, packet)) {
        return;
    }
    packet->is_too_big = world_is_too_big(world, channel, packet);
    int64_t left_ns = world_left_ns(world, process);
    world_left_tell(world, process, channel, fx, packet->tag);
    simnet_send(&world->net, process->node, packet, left_ns);
}

static void perform(struct world *world, struct world_process *process, const struct fx *fx)
{
    simnet_trace(&world->net, (uint64_t)fx->kind << 32 | fx->id.owner);
    switch (fx->kind) {
    case FX_OPEN:
        perform_open(world, process, fx);
        break;
    case FX_SEND:
        perform_send(world, process, fx);
        break;
    case FX_CLOSE:
        perform_close(world, process, fx);
        break;
    }
}

static void arm(struct world *world, struct world_process *process, struct mono deadline)
{
    int64_t at_ns = simnet_clock_when(&world->net.nodes[process->node].clock, deadline);
    process->generation++;
    if (at_ns == INT64_MAX) {
        return;
    }
    if (process->timing.late_ns > 0) {
        at_ns += (int64_t)rng_below(&world->net.rng, (uint64_t)process->timing.late_ns);
    }
    at_ns = at_ns > process->busy_until_ns ? at_ns : process->busy_until_ns;
    uint64_t number = (uint64_t)(process - world->processes);
    simnet_timer(&world->net, number, process->generation, at_ns);
}

/* Rules 1 and 2 of the seam. */
static void drain(struct world *world, struct world_process *process)
{
    const struct machine *machine = &process->machine;
    struct fx fx;
    struct instant now;
    for (unsigned polls = 0;; polls++) {
        WORLD_CHECK(world, polls < POLLS_MAX);
        now = turn_now(world, process);
        memset(&fx, 0, sizeof(fx));
        process->polls++;
        allocs_resume(&process->allocs);
        bool has_effect = machine->ops->poll(machine->self, now, &fx);
        allocs_pause(&process->allocs);
        if (!has_effect && !input_late_errors(world, process)) {
            break;
        }
        if (!has_effect) {
            continue;
        }
        perform(world, process, &fx);
        process->busy_until_ns += process->timing.poll_ns;
    }
    struct mono deadline = machine->ops->deadline(machine->self);
    WORLD_CHECK(world, mono_is_before(now.mono, deadline));
    arm(world, process, deadline);
    if (process->after != NULL) {
        process->after(process->after_context, now);
    }
}

static void turn_begin(struct world *world, struct world_process *process)
{
    if (process->busy_until_ns < world->net.now_ns) {
        process->busy_until_ns = world->net.now_ns;
    }
}

void world_kick(struct world *world, unsigned number)
{
    turn_begin(world, &world->processes[number]);
    drain(world, &world->processes[number]);
}

void world_timer(struct world *world, const struct world_process *process, enum world_timer timer,
                 uint64_t generation, int64_t at_ns)
{
    uint64_t number = (uint64_t)(process - world->processes);
    simnet_timer(&world->net, (uint64_t)timer * WORLD_PROCESSES_MAX + number, generation, at_ns);
}

static void wake_at(struct world *world, struct world_process *process, int64_t at_ns)
{
    world_timer(world, process, TIMER_READABLE, 0,
                at_ns > process->busy_until_ns ? at_ns : process->busy_until_ns);
}

void world_enqueue(struct world *world, struct world_process *process,
                   const struct world_input *from)
{
    struct world_input *item = mem_alloc(1, sizeof(*item));
    *item = *from;
    item->arrived_ns = world->net.now_ns;
    if (process->inputs == NULL) {
        process->inputs = item;
    } else {
        process->inputs_end->next = item;
    }
    process->inputs_end = item;
    int64_t delay_ns = process->timing.input_ns;
    if (process->timing.input_spread_ns > 0) {
        delay_ns += (int64_t)rng_below(&world->net.rng, (uint64_t)process->timing.input_spread_ns);
    }
    wake_at(world, process, world->net.now_ns + delay_ns);
}

static struct stamp stamp_of(const struct world *world, const struct world_process *process,
                             const struct world_input *item)
{
    if (process->timing.user_stamps) {
        return (struct stamp){turn_now(world, process), STAMP_USER, 0};
    }
    return (struct stamp){world_clock_at(world, process, item->arrived_ns), STAMP_KERNEL, 0};
}

static void note_input(struct world *world, struct world_process *process,
                       const struct world_channel *channel, const struct simnet_packet *packet,
                       struct stamp stamp)
{
    bool is_probe = packet->class == SIMNET_PROBE && packet->tag != 0;
    process->cause = 0;
    if (process->role == WORLD_RESPONDER) {
        process->cause = is_probe ? packet->tag : 0;
        process->cause_received = stamp.at;
        if (packet->class == SIMNET_CONTROL && packet->tag != 0) {
            truth_control_arrived(&world->truth, packet->tag - 1, process->busy_until_ns);
        }
    } else if (is_probe && world->truth.tags[packet->tag - 1].run == channel->run) {
        truth_returned(&world->truth, packet->tag, stamp.at.mono);
    } else if (packet->class == SIMNET_CONTROL) {
        world->truth.runs[channel->run]->control_replies++;
    }
}

static void input_datagram(struct world *world, struct world_process *process,
                           const struct world_channel *channel, const struct world_input *item)
{
    struct simnet_packet *packet = item->packet;
    struct stamp stamp = stamp_of(world, process, item);
    note_input(world, process, channel, packet, stamp);
    uint8_t *bytes = mem_alloc(1, packet->size);
    memcpy(bytes, packet->bytes, packet->size);
    struct ev ev = {
        .kind = EV_DATA,
        .id = channel->id,
        .local = packet->to,
        .peer = packet->from,
        .bytes = bytes,
        .size = packet->size,
        .received = stamp,
        .tos = packet->tos,
        .ttl = (uint8_t)(packet->ttl - 1),
    };
    process->data++;
    input(world, process, &ev);
    free(bytes);
}

static void input_icmp(struct world *world, struct world_process *process,
                       const struct world_channel *channel, const struct world_input *item)
{
    struct ev ev = {.kind = EV_ERROR,
                    .id = channel->id,
                    .peer = item->packet->to,
                    .bytes = item->packet->bytes,
                    .size = item->packet->size,
                    .error = item->packet->is_too_big ? EMSGSIZE : ECONNREFUSED,
                    .is_icmp = true};
    if (process->role == WORLD_SENDER && !item->packet->is_too_big) {
        world->truth.runs[channel->run]->is_unreachable = true;
    }
    input(world, process, &ev);
}

static void input_sent(struct world *world, struct world_process *process,
                       const struct world_channel *channel, const struct world_input *item)
{
    struct ev ev = {.kind = EV_SENT, .id = channel->id, .tag = item->tag, .left = item->left};
    ev.called = item->called;
    if (item->truth_tag != 0) {
        truth_noticed(&world->truth, item->truth_tag, item->left.at.mono);
    }
    input(world, process, &ev);
}

/* Nobody but the process stamps the end of a handshake. */
static void input_connected(struct world *world, struct world_process *process,
                            const struct world_channel *channel)
{
    struct ev ev = {
        .kind = EV_OPENED,
        .id = channel->id,
        .local = channel->local,
        .started = channel->started,
        .received = {turn_now(world, process), STAMP_USER, 0},
    };
    truth_returned(&world->truth, channel->tag, ev.received.at.mono);
    input(world, process, &ev);
}

/* Rule 5: there is nothing to close. */
static void input_not_connected(struct world *world, struct world_process *process,
                                struct world_channel *channel, int error)
{
    struct ev ev = {.kind = EV_ERROR, .id = channel->id, .local = channel->local, .error = error};
    world->truth.runs[channel->run]->error = error;
    channel_end(world, process, channel);
    input(world, process, &ev);
}

static void input_accepted(struct world *world, struct world_process *process,
                           const struct world_channel *channel, const struct world_input *item)
{
    struct ev ev = {
        .kind = EV_DATA,
        .id = channel->id,
        .local = item->local,
        .peer = item->peer,
        .received = {turn_now(world, process), STAMP_USER, 0},
    };
    world_tcp_accept(world, process, item->connection);
    process->data++;
    input(world, process, &ev);
}

static struct world_channel *channel_of_input(const struct world_process *process,
                                              const struct world_input *item)
{
    for (size_t i = 0; i < process->channel_count; i++) {
        if (process->channels[i].is_open && process->channels[i].serial == item->channel) {
            return &process->channels[i];
        }
    }
    return NULL;
}

static void input_item(struct world *world, struct world_process *process,
                       struct world_channel *channel, const struct world_input *item)
{
    switch (item->kind) {
    case INPUT_DATAGRAM:
        input_datagram(world, process, channel, item);
        break;
    case INPUT_ICMP:
        input_icmp(world, process, channel, item);
        break;
    case INPUT_SENT:
        input_sent(world, process, channel, item);
        break;
    case INPUT_CONNECTED:
        input_connected(world, process, channel);
        break;
    case INPUT_NOT_CONNECTED:
        input_not_connected(world, process, channel, item->error);
        break;
    case INPUT_ACCEPTED:
        input_accepted(world, process, channel, item);
        break;
    }
}

/* The head of the queue becomes an input, unless its channel has gone meanwhile (rule 4). */
static void on_readable(struct world *world, struct world_process *process)
{
    struct world_input *item = process->inputs;
    turn_begin(world, process);
    assert(item != NULL);
    process->inputs = item->next;
    struct world_channel *channel = channel_of_input(process, item);
    if (channel == NULL) {
        process->inputs_dropped++;
    } else {
        process->cause = 0;
        input_item(world, process, channel, item);
        drain(world, process);
    }
    process->cause = 0;
    free(item->packet);
    free(item);
}

/* The socket is full. */
static bool is_dropped(struct world *world, const struct world_process *process)
{
    return process->drop_ppm > 0 && rng_below(&world->net.rng, 1000000) < process->drop_ppm;
}

static void on_packet(struct world *world, const struct simnet_event *event)
{
    struct world_process *process = NULL;
    if (event->packet->class == SIMNET_TCP) {
        world_tcp_segment(world, event);
        free(event->packet);
        return;
    }
    bool is_icmp = event->kind == SIMNET_ICMP;
    uint16_t port = is_icmp ? event->packet->from.port : event->packet->to.port;
    if (event->packet->is_too_big && !is_icmp) {
        simnet_send_icmp(&world->net, event->node, event->packet);
        return;
    }
    if (port == 0 && !is_icmp) {
        world_icmp_answer(world, event);
        return;
    }
    struct world_channel *channel = world_channel_at(world, event->node, port, false, &process);
    if (channel != NULL && !is_icmp && is_dropped(world, process)) {
        channel->dropped++;
        free(event->packet);
    } else if (channel != NULL && channel->transport == TRANSPORT_ICMP_ECHO &&
               event->packet->is_corrupt && event->packet->to.family == ADDR_IPV6) {
        free(event->packet); /* by its checksum, which kernels verify and machines cannot */
    } else if (channel != NULL) {
        world_enqueue(world, process,
                      &(struct world_input){.kind = is_icmp ? INPUT_ICMP : INPUT_DATAGRAM,
                                            .channel = channel->serial,
                                            .packet = event->packet});
    } else if (world->sends_icmp && !is_icmp) {
        simnet_send_icmp(&world->net, event->node, event->packet);
    } else {
        free(event->packet);
    }
}

static void on_deadline(struct world *world, struct world_process *process, uint64_t generation)
{
    if (generation == process->generation) {
        turn_begin(world, process);
        drain(world, process);
    }
}

static void on_wake(struct world *world, struct world_process *process)
{
    if (process->busy_until_ns > world->net.now_ns) {
        wake_at(world, process, world->net.now_ns);
    } else {
        on_readable(world, process);
    }
}

static void on_timer(struct world *world, const struct simnet_event *event)
{
    struct world_process *process = &world->processes[event->timer % WORLD_PROCESSES_MAX];
    enum world_timer timer = (enum world_timer)(event->timer / WORLD_PROCESSES_MAX);
    switch (timer) {
    case TIMER_DEADLINE:
        on_deadline(world, process, event->generation);
        break;
    case TIMER_READABLE:
        on_wake(world, process);
        break;
    case TIMER_SYN:
    case TIMER_SYN_ACK:
        world_tcp_timer(world, process, timer, event->generation);
        break;
    case TIMER_NOTICE:
        world_left_timer(world, process, event->generation);
        break;
    }
}

void world_run(struct world *world, int64_t ns)
{
    int64_t until_ns = world->net.now_ns + ns;
    struct simnet_event event;
    while (simnet_next(&world->net, until_ns, &event)) {
        if (event.kind == SIMNET_TIMER) {
            on_timer(world, &event);
        } else {
            on_packet(world, &event);
        }
    }
}
