/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* TCP as far as connecting and closing goes, done by the kernels of both ends: no process is needed
 * to answer a SYN. A segment is a byte that says what it is and the number of its connection; one
 * that was damaged on its way is dropped, as a checksum would see to. A listener knows a connection
 * (a half) for ever, so a copy that comes late opens nothing. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "sim/world_state.h"

#define FIRST_RETRY_NS NS_PER_SECOND

enum segment_kind { SEGMENT_SYN, SEGMENT_SYN_ACK, SEGMENT_ACK, SEGMENT_FIN, SEGMENT_RST };

enum half_state { HALF_OPEN, HALF_ACCEPTED, HALF_CLOSED };

struct world_half {
    uint64_t connection; /* the other end's name for it */
    enum half_state state;
    unsigned node;
    uint64_t listener; /* serial */
    unsigned process;
    struct addr local, peer;
    unsigned syn_acks; /* sent */
    bool was_closed_by_peer;
};

/* Unique in a world. */
static uint64_t connection_of(const struct world *world, const struct world_process *process,
                              const struct world_channel *channel)
{
    return (uint64_t)(process - world->processes) << 48 | channel->serial;
}

struct segment {
    enum segment_kind kind;
    const struct addr *from, *to;
    uint64_t connection;
};

static void send_segment_at(struct world *world, struct segment segment, int64_t at_ns)
{
    const struct addr *from = segment.from;
    uint8_t bytes[1 + sizeof(segment.connection)] = {(uint8_t)segment.kind};
    memcpy(bytes + 1, &segment.connection, sizeof(segment.connection));
    struct simnet_packet *packet = simnet_packet_new(bytes, sizeof(bytes));
    packet->class = SIMNET_TCP;
    packet->from = *from;
    packet->to = *segment.to;
    packet->ttl = 64;
    int node = simnet_node_find(&world->net, from);
    assert(node >= 0);
    simnet_send(&world->net, (unsigned)node, packet, at_ns);
}

/* Of a kernel, that is: at once. */
static void send_segment(struct world *world, enum segment_kind kind, const struct addr *from,
                         const struct addr *to, uint64_t connection)
{
    send_segment_at(world, (struct segment){kind, from, to, connection}, world->net.now_ns);
}

static struct addr address_of(const struct world *world, const struct world_process *process,
                              const struct world_channel *channel)
{
    struct addr address = world->net.nodes[process->node].address;
    address.port = channel->local.port;
    return address;
}

static unsigned tries_of(const struct world *world)
{
    return world->syn_tries == 0 ? WORLD_SYN_TRIES : world->syn_tries;
}

static int64_t retry_ns(unsigned tries)
{
    return FIRST_RETRY_NS << (tries - 1);
}

/* The connect() of a machine happens a moment after its poll: the SYN leaves with this timer. */
void world_tcp_connect(struct world *world, struct world_process *process,
                       struct world_channel *channel)
{
    int64_t at_ns = process->busy_until_ns + process->departure.connect_ns;
    channel->started = world_clock_at(world, process, at_ns);
    channel->tag = truth_sent(&world->truth, channel->run, 1, channel->started, at_ns);
    world_timer(world, process, TIMER_SYN, channel->serial, at_ns);
}

static struct world_channel *connecting(struct world_process *process, uint64_t serial)
{
    for (size_t i = 0; i < process->channel_count; i++) {
        struct world_channel *channel = &process->channels[i];
        if (channel->is_open && channel->serial == serial &&
            channel->transport == TRANSPORT_TCP_CONNECT) {
            return channel;
        }
    }
    return NULL;
}

static void end_connecting(struct world *world, struct world_process *process,
                           struct world_channel *channel, int error)
{
    channel->error = error;
    world_enqueue(world, process,
                  &(struct world_input){
                      .kind = INPUT_NOT_CONNECTED, .channel = channel->serial, .error = error});
}

static void send_syn(struct world *world, struct world_process *process, uint64_t serial)
{
    struct world_channel *channel = connecting(process, serial);
    if (channel == NULL || channel->is_connected || channel->error != 0) {
        return;
    }
    if (channel->syns == tries_of(world)) {
        end_connecting(world, process, channel, ETIMEDOUT);
        return;
    }
    struct addr from = address_of(world, process, channel);
    channel->syns++;
    send_segment(world, SEGMENT_SYN, &from, &channel->peer, connection_of(world, process, channel));
    world_timer(world, process, TIMER_SYN, serial, world->net.now_ns + retry_ns(channel->syns));
}

static void send_syn_ack(struct world *world, struct world_half *half)
{
    half->syn_acks++;
    send_segment(world, SEGMENT_SYN_ACK, &half->local, &half->peer, half->connection);
}

static void retry_syn_ack(struct world *world, struct world_process *process, uint64_t number)
{
    struct world_half *half = &world->halves[number];
    if (half->state != HALF_OPEN) {
        return;
    }
    if (half->syn_acks >= tries_of(world)) {
        half->state = HALF_CLOSED;
        return;
    }
    send_syn_ack(world, half);
    world_timer(world, process, TIMER_SYN_ACK, number,
                world->net.now_ns + retry_ns(half->syn_acks));
}

void world_tcp_timer(struct world *world, struct world_process *process, enum world_timer timer,
                     uint64_t generation)
{
    if (timer == TIMER_SYN) {
        send_syn(world, process, generation);
    } else {
        retry_syn_ack(world, process, generation);
    }
}

static struct world_half *half_find(struct world *world, unsigned node, uint64_t connection)
{
    for (size_t i = world->half_count; i > 0; i--) {
        struct world_half *half = &world->halves[i - 1];
        if (half->node == node && half->connection == connection) {
            return half;
        }
    }
    return NULL;
}

static uint64_t half_new(struct world *world, struct world_half half)
{
    if (world->half_count == world->half_capacity) {
        world->half_capacity = world->half_capacity ? world->half_capacity * 2 : 16;
        world->halves = mem_resize(world->halves, world->half_capacity, sizeof(*world->halves));
    }
    world->halves[world->half_count] = half;
    return world->half_count++;
}

static void on_syn(struct world *world, unsigned node, const struct simnet_packet *packet,
                   uint64_t connection)
{
    struct world_process *process;
    struct world_half *known = half_find(world, node, connection);
    const struct world_channel *listener =
        world_channel_at(world, node, packet->to.port, true, &process);
    if (known != NULL && known->state == HALF_OPEN) {
        send_syn_ack(world, known);
        return;
    }
    if (known != NULL && known->state == HALF_ACCEPTED) {
        return;
    }
    if (known != NULL || listener == NULL || listener->transport != TRANSPORT_TCP_LISTEN) {
        send_segment(world, SEGMENT_RST, &packet->to, &packet->from, connection);
        return;
    }
    struct world_half half = {
        .connection = connection,
        .node = node,
        .listener = listener->serial,
        .process = (unsigned)(process - world->processes),
        .local = packet->to,
        .peer = packet->from,
    };
    uint64_t number = half_new(world, half);
    send_syn_ack(world, &world->halves[number]);
    world_timer(world, process, TIMER_SYN_ACK, number, world->net.now_ns + retry_ns(1));
}

/* The third segment of the handshake, or one that stands for it, or the end of a connection. */
static void on_half(struct world *world, unsigned node, enum segment_kind kind, uint64_t connection)
{
    struct world_half *half = half_find(world, node, connection);
    if (half == NULL || half->state == HALF_CLOSED) {
        return;
    }
    if (kind == SEGMENT_RST) {
        half->state = half->state == HALF_OPEN ? HALF_CLOSED : half->state;
        return;
    }
    half->was_closed_by_peer |= kind == SEGMENT_FIN;
    if (half->state == HALF_OPEN) {
        half->state = HALF_ACCEPTED;
        world_enqueue(world, &world->processes[half->process],
                      &(struct world_input){.kind = INPUT_ACCEPTED,
                                            .channel = half->listener,
                                            .local = half->local,
                                            .peer = half->peer,
                                            .connection = (uint64_t)(half - world->halves)});
    }
}

/* A listener's process has taken the connection from its queue, and closes it at once. */
void world_tcp_accept(struct world *world, struct world_process *process, uint64_t connection)
{
    struct world_half *half = &world->halves[connection];
    half->state = HALF_CLOSED;
    process->connections++;
    process->closed_first += !half->was_closed_by_peer;
    struct segment fin = {SEGMENT_FIN, &half->local, &half->peer, half->connection};
    send_segment_at(world, fin, process->busy_until_ns);
}

/* A segment for the end that connects. */
static void on_connection(struct world *world, enum segment_kind kind,
                          const struct simnet_packet *packet, uint64_t connection)
{
    struct world_process *process = &world->processes[connection >> 48];
    struct world_channel *channel = connecting(process, connection & 0xffffffffffff);
    if (channel == NULL) {
        if (kind == SEGMENT_SYN_ACK) {
            send_segment(world, SEGMENT_RST, &packet->to, &packet->from, connection);
        }
        return;
    }
    if (channel->error != 0) {
        return;
    }
    if (kind == SEGMENT_RST && !channel->is_connected) {
        end_connecting(world, process, channel, ECONNREFUSED);
    } else if (kind == SEGMENT_FIN) {
        channel->is_peer_closed = true;
    } else if (kind == SEGMENT_SYN_ACK && !channel->is_connected) {
        channel->is_connected = true;
        world_enqueue(world, process,
                      &(struct world_input){.kind = INPUT_CONNECTED, .channel = channel->serial});
    }
    if (kind == SEGMENT_SYN_ACK) {
        send_segment(world, SEGMENT_ACK, &packet->to, &packet->from, connection);
    }
}

void world_tcp_segment(struct world *world, const struct simnet_event *event)
{
    const struct simnet_packet *packet = event->packet;
    uint64_t connection;
    enum segment_kind kind = (enum segment_kind)packet->bytes[0];
    if (packet->is_corrupt) {
        return;
    }
    memcpy(&connection, packet->bytes + 1, sizeof(connection));
    struct world_process *opener = &world->processes[connection >> 48];
    bool is_from_opener = addr_is_same_ip(&packet->from, &world->net.nodes[opener->node].address);
    if (!is_from_opener) {
        on_connection(world, kind, packet, connection);
    } else if (kind == SEGMENT_SYN) {
        on_syn(world, event->node, packet, connection);
    } else {
        on_half(world, event->node, kind, connection);
    }
}

void world_tcp_close(struct world *world, struct world_process *process,
                     const struct world_channel *channel)
{
    if (channel->transport == TRANSPORT_TCP_LISTEN) {
        for (size_t i = 0; i < world->half_count; i++) {
            struct world_half *half = &world->halves[i];
            bool is_mine =
                half->listener == channel->serial && &world->processes[half->process] == process;
            if (is_mine && half->state != HALF_CLOSED) {
                half->state = HALF_CLOSED;
                struct segment reset = {SEGMENT_RST, &half->local, &half->peer, half->connection};
                send_segment_at(world, reset, process->busy_until_ns);
            }
        }
        return;
    }
    if (channel->transport == TRANSPORT_TCP_CONNECT && channel->is_connected) {
        struct addr from = address_of(world, process, channel);
        process->left_to_peer += channel->is_peer_closed;
        process->closed_first += !channel->is_peer_closed;
        struct segment fin = {SEGMENT_FIN, &from, &channel->peer,
                              connection_of(world, process, channel)};
        send_segment_at(world, fin, process->busy_until_ns);
    }
}
