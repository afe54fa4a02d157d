/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The second host of the seam in probe/io.h: machines on the nodes of a simnet, driven by virtual
 * time. It keeps every rule of the seam strictly and aborts, saying which one, when a machine
 * breaks one:
 *  - after draining, the deadline is in the future; draining ends;
 *  - no effect names a channel that is not open, none is opened twice, all are closed at the end;
 *  - nothing is sent on a channel of TCP, nor on one that did not open;
 *  - bytes of an event are gone after the input (freed, so that a sanitizer sees a late read);
 *  - bytes of an effect are copied at once and the effect itself is wiped before each poll.
 * What happened to each packet is written to a `truth`. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/io.h"
#include "sim/simnet.h"
#include "sim/truth.h"

/* Ports on which the world takes packets for STAMP. */
#define WORLD_STAMP_PORT 8620
#define WORLD_STAMP_PORTS 8

#define WORLD_PROCESSES_MAX 12
#define WORLD_SCRIPT_MAX 16
/* UDP payload that fits the path unfragmented. */
#define WORLD_UNFRAGMENTED_MAX 1472
/* As Linux does it: again after 1, 2, 4... s, 6 times. */
#define WORLD_SYN_TRIES 7

/* How the operating system treats a process. All zero: everything takes no time, stamps are the
 * kernel's. */
struct world_timing {
    int64_t poll_ns; /* between two reads of the clock */
    int64_t input_ns; /* from the arrival of a datagram until the process reads it */
    int64_t input_spread_ns; /* uniform extra below this */
    int64_t late_ns; /* timers fire late, below this */
    bool user_stamps; /* datagrams are stamped when read, not on arrival */
};

/* What leaving the host takes, and how the kernel tells of it (EV_SENT). All zero: packets leave at
 * once and nothing is told. */
struct world_departure {
    int64_t call_ns; /* from the poll until the system call */
    int64_t delay_ns; /* from there until the packet leaves; never one before another */
    int64_t delay_spread_ns; /* uniform extra below this */
    int64_t connect_ns; /* from the poll until connect() */
    bool tells;
    int64_t notice_ns; /* from leaving until the notice, below this */
    uint32_t late_ppm; /* notices that take late_ns more */
    int64_t late_ns;
    uint32_t never_ppm, nonsense_ppm;
    uint64_t
        drops[WORLD_SCRIPT_MAX]; /* the nth probe datagrams (from 1) that the queue drops; 0 ends */
};

enum world_role { WORLD_SENDER, WORLD_RESPONDER };

struct world_channel {
    struct channel_id id;
    enum transport transport;
    struct addr local;
    uint64_t serial; /* never used twice by its process */
    bool is_open;
    struct io_options options;
    uint32_t run; /* of a sender: its truth_run */
    uint32_t dropped; /* datagrams that its socket lost */

    /* TRANSPORT_TCP_CONNECT */
    struct addr peer;
    uint32_t tag; /* of its only truth_probe */
    struct instant started;
    unsigned syns; /* sent */
    bool is_connected, is_peer_closed;
    int error; /* the handshake failed, which the process has not read yet */
};

struct world_input;
struct world_half;
struct world_notice;

/* Failed sends that are told together. */
#define WORLD_LATE_ERRORS_MAX 8

struct world_process {
    struct machine machine;
    enum world_role role;
    unsigned node;
    struct world_timing timing;
    struct world_departure departure;

    /* Scripts: the nth probe datagram that leaves (from 1), 0 ends; errno values for the next
     * opens, the last first (0: it succeeds). */
    uint64_t fail_probe[WORLD_SCRIPT_MAX];
    uint32_t fail_send_ppm;
    int fail_open[WORLD_SCRIPT_MAX];
    size_t fail_open_count;
    bool fail_control; /* no control request leaves */
    uint32_t drop_ppm; /* datagrams that a sender's socket loses: the machine is told how many */

    /* Called after each drain, when set. */
    void (*after)(void *context, struct instant now);
    void *after_context;

    struct world_channel *channels;
    size_t channel_count, channel_capacity;
    struct ev late_errors[WORLD_LATE_ERRORS_MAX]; /* of sends that may wait: told after the polls */
    size_t late_error_count;
    struct world_input *inputs, *inputs_end;
    int64_t busy_until_ns;
    int64_t left_ns; /* the latest packet */
    uint64_t generation;
    uint64_t allocs; /* made by the machine while driven */
    uint64_t probes_sent, opens, closes, inputs_dropped, polls;
    uint64_t data; /* EV_DATA given, accepted connections among them */
    uint64_t connections; /* accepted */
    uint64_t left_to_peer, closed_first; /* connections by who closed them first */
    uint16_t next_port;
    uint32_t cause; /* responder: tag of the datagram it is answering */
    struct instant cause_received;
};

struct world {
    struct simnet net;
    struct truth truth;
    struct world_process processes[WORLD_PROCESSES_MAX];
    size_t process_count;
    uint64_t seed;
    bool sends_icmp; /* nodes report closed ports */
    size_t path_bytes_max; /* UDP payload that passes with DF, 0: any; more is told by ICMP */
    unsigned syn_tries; /* transmissions of a SYN or SYN-ACK; 0: WORLD_SYN_TRIES */
    struct world_half *halves; /* connections as listeners see them */
    size_t half_count, half_capacity;
    struct world_notice *notices;
    size_t notice_count, notice_capacity;
    bool is_icmp_silent; /* nodes do not answer ICMP echoes and timestamps */
    bool is_icmp_swapped; /* nodes write timestamps little-endian */
    bool is_icmp_senseless; /* nodes write anything as timestamps */
    bool is_icmp_not_utc; /* nodes' timestamps are milliseconds since boot with bit 31 set */
};

void world_init(struct world *world, uint64_t seed);

/* Frees everything but the machines. */
void world_fini(struct world *world);

/* Adds a process that runs `machine` on `node`; it is polled for the first time when the world next
 * runs (or is kicked). Returns its number. */
unsigned world_process_add(struct world *world, enum world_role role, unsigned node,
                           struct machine machine);

/* What the clocks of the process show now. */
struct instant world_now(const struct world *world, unsigned process);

/* Polls the process now: call after changing its machine from outside (engine_apply, reflect_stop).
 */
void world_kick(struct world *world, unsigned process);

/* Runs the world up to `ns` from now. */
void world_run(struct world *world, int64_t ns);

/* Channels of a process that are open now. */
size_t world_open_channels(const struct world *world, unsigned process);

/* The open channel of a process bound to `port`, or NULL. */
const struct world_channel *world_channel_on(const struct world *world, unsigned process,
                                             uint16_t port);

#endif
