/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The inside of the world, shared by world.c (processes), world_tcp.c (connections) and
 * world_left.c (when packets left, and how that is told). Nobody else includes it. */
#ifndef SIM_WORLD_STATE_H
#define SIM_WORLD_STATE_H

#include "sim/world.h"

enum world_input_kind {
    INPUT_DATAGRAM,
    INPUT_ICMP,
    INPUT_SENT,
    INPUT_CONNECTED,
    INPUT_NOT_CONNECTED,
    INPUT_ACCEPTED,
};

/* What waits for a process to read it. */
struct world_input {
    struct world_input *next;
    enum world_input_kind kind;
    uint64_t channel; /* serial of the channel whose socket holds it */
    int64_t arrived_ns;
    struct simnet_packet *packet; /* owned; NULL: none */
    int error; /* NOT_CONNECTED */
    struct addr local, peer; /* ACCEPTED */
    uint64_t connection; /* ACCEPTED: number of its half */
    uint32_t tag, truth_tag; /* SENT: the machine's, and the truth's when it is the right one */
    struct stamp left; /* SENT */
    struct mono called; /* SENT */
};

/* Timers of a process: which one is number / WORLD_PROCESSES_MAX, whose is the rest. */
enum world_timer { TIMER_DEADLINE, TIMER_READABLE, TIMER_SYN, TIMER_SYN_ACK, TIMER_NOTICE };

#define WORLD_CHECK(world, condition)                                                              \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            world_broken(world, #condition, __LINE__);                                             \
        }                                                                                          \
    } while (0)

_Noreturn void world_broken(const struct world *world, const char *rule, int line);

struct instant world_clock_at(const struct world *world, const struct world_process *process,
                              int64_t at_ns);

/* Wakes a process with one of its timers. */
void world_timer(struct world *world, const struct world_process *process, enum world_timer timer,
                 uint64_t generation, int64_t at_ns);

/* A copy of `item` waits for the process from now on; its packet, if any, goes along. */
void world_enqueue(struct world *world, struct world_process *process,
                   const struct world_input *item);

/* The process and channel on `node` that a packet to `port` reaches: of UDP, or of TCP. */
struct world_channel *world_channel_at(struct world *world, unsigned node, uint16_t port,
                                       bool is_tcp, struct world_process **out);

/* world_tcp.c: what kernels do. */
void world_tcp_connect(struct world *world, struct world_process *process,
                       struct world_channel *channel);
void world_tcp_close(struct world *world, struct world_process *process,
                     const struct world_channel *channel);
void world_tcp_accept(struct world *world, struct world_process *process, uint64_t connection);
void world_tcp_segment(struct world *world, const struct simnet_event *event);
void world_tcp_timer(struct world *world, struct world_process *process, enum world_timer timer,
                     uint64_t generation);

/* world_left.c: when a packet polled now leaves. */
int64_t world_left_ns(struct world *world, struct world_process *process);
/* Whether the kernel refuses the datagram at once. */
bool world_send_fails(struct world *world, const struct world_process *process,
                      enum simnet_class class);
/* Whether its own host drops the packet after the system took it; then it is freed. */
bool world_left_drops(const struct world_process *process, struct simnet_packet *packet);
/* The kernel will tell (or not, or not the truth) that the datagram left then. */
void world_left_tell(struct world *world, struct world_process *process,
                     const struct world_channel *channel, const struct fx *fx, uint32_t truth_tag);
void world_left_timer(struct world *world, struct world_process *process, uint64_t notice);

/* Whether the path refuses the packet of `channel`; then it counts as not sent. */
bool world_is_too_big(struct world *world, const struct world_channel *channel,
                      const struct simnet_packet *packet);

/* What a node's kernel does with an ICMP message: answers echoes (8, of IPv6 128) and timestamps
 * (13). Frees the packet. */
void world_icmp_answer(struct world *world, const struct simnet_event *event);

#endif
