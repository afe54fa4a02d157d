/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A network in virtual time: nodes with clocks, one-way links between them, an event queue. Integer
 * nanoseconds throughout and one seeded generator, so that a seed repeats a run exactly; `trace` is
 * a running hash of everything that happened. Knows nothing of IP SLA and nothing of machines:
 * sim/world.h hosts those. */
#ifndef SIM_SIMNET_H
#define SIM_SIMNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rng.h"
#include "base/time.h"

#define SIMNET_NODES_MAX 12
#define SIMNET_STEPS_MAX 4
#define SIMNET_RULES_MAX 32

/* A clock of a node. The monotonic one runs drift_ppb too fast; the wall clock runs with it and
 * jumps. */
struct simnet_clock {
    int64_t mono_start_ns; /* readings at virtual time 0 */
    int64_t wall_start_ns;
    int64_t drift_ppb;
    struct simnet_step {
        int64_t at_ns; /* virtual time */
        int64_t by_ns;
    } steps[SIMNET_STEPS_MAX];
    size_t step_count;
};

/* Both clocks at virtual time `at_ns`. */
struct instant simnet_clock_read(const struct simnet_clock *clock, int64_t at_ns);

/* The first virtual time at which the monotonic clock has reached `mono`; INT64_MAX for MONO_NEVER.
 */
int64_t simnet_clock_when(const struct simnet_clock *clock, struct mono mono);

/* What a rule or a script tells apart; the sender of a packet says which it is. */
enum simnet_class { SIMNET_CONTROL, SIMNET_PROBE, SIMNET_TCP };
#define SIMNET_CLASS_COUNT 3

enum simnet_action { SIMNET_DROP, SIMNET_DUPLICATE, SIMNET_DELAY };

/* Does `action` to the nth packet (from 1) of `class` on a link. DUPLICATE: the copy comes extra_ns
 * after the original; DELAY: the packet itself does. */
struct simnet_rule {
    enum simnet_class class;
    uint64_t nth;
    enum simnet_action action;
    int64_t extra_ns;
};

/* The way from one node to another. All zero: instant and perfect. */
struct simnet_link {
    int64_t delay_ns;
    int64_t spread_ns; /* uniform extra delay below this */
    uint32_t loss_ppm, duplicate_ppm, reorder_ppm, corrupt_ppm;
    int64_t reorder_ns; /* what a reordered packet is held back */
    int64_t duplicate_ns; /* how far a copy is behind, below this */
    int64_t rate_bps; /* bottleneck; 0: none */
    int64_t queue_ns; /* a packet that would wait longer in it is dropped */
    struct simnet_rule rules[SIMNET_RULES_MAX];
    size_t rule_count;

    bool is_up; /* false: no such way, everything vanishes */
    uint64_t seen[SIMNET_CLASS_COUNT];
    int64_t busy_until_ns;
};

struct simnet_packet {
    struct addr from, to;
    uint8_t tos, ttl;
    enum simnet_class class;
    uint32_t tag; /* the user's, kept across copies */
    bool is_copy; /* made by the network */
    bool is_corrupt;
    bool is_too_big; /* the user's: for the path, which says so instead of delivering it */
    size_t size;
    uint8_t bytes[];
};

enum simnet_kind { SIMNET_ARRIVAL, SIMNET_ICMP, SIMNET_TIMER };

struct simnet_event {
    int64_t at_ns;
    uint64_t order; /* of creation; breaks ties */
    enum simnet_kind kind;
    unsigned node; /* where it happens */
    uint64_t timer, generation; /* SIMNET_TIMER: as given */
    struct simnet_packet
        *packet; /* ARRIVAL: it; ICMP: the one that failed. The receiver frees it. */
};

struct simnet_node {
    struct addr address;
    struct simnet_clock clock;
};

struct simnet {
    struct rng rng;
    int64_t now_ns;
    uint64_t trace;
    struct simnet_node nodes[SIMNET_NODES_MAX];
    size_t node_count;
    struct simnet_link links[SIMNET_NODES_MAX][SIMNET_NODES_MAX];
    struct simnet_event *events; /* binary heap by (at_ns, order) */
    size_t event_count, event_capacity;
    uint64_t next_order;
    uint64_t lost, duplicated, corrupted, overflowed;
};

void simnet_init(struct simnet *net, uint64_t seed);
void simnet_fini(struct simnet *net);

/* Adds a node with an IPv4 or IPv6 address and a clock that starts like every other's; returns its
 * number.
 */
unsigned simnet_node_add(struct simnet *net, const char *ip);

/* The node with the IP of `address`, or -1. */
int simnet_node_find(const struct simnet *net, const struct addr *address);

/* Makes the ways between two nodes perfect with the given delay; returns the way from `a` to `b`.
 */
struct simnet_link *simnet_connect(struct simnet *net, unsigned a, unsigned b, int64_t delay_ns);

/* The way from `a` to `b`. */
struct simnet_link *simnet_link(struct simnet *net, unsigned a, unsigned b);

void simnet_link_rule(struct simnet_link *link, struct simnet_rule rule);

/* A packet with a copy of `bytes`. */
struct simnet_packet *simnet_packet_new(const void *bytes, size_t size);

/* `packet` leaves node `from` at `at_ns` (not before now); the network owns it from here. */
void simnet_send(struct simnet *net, unsigned from, struct simnet_packet *packet, int64_t at_ns);

/* Sends word of a failed packet (now owned by the network) back from node `from` to where it came
 * from. */
void simnet_send_icmp(struct simnet *net, unsigned from, struct simnet_packet *packet);

void simnet_timer(struct simnet *net, uint64_t timer, uint64_t generation, int64_t at_ns);

/* The next event up to `until_ns`, time advanced to it; false when there is none (time is until_ns
 * then). */
bool simnet_next(struct simnet *net, int64_t until_ns, struct simnet_event *out);

/* Mixes `value` into the trace. */
void simnet_trace(struct simnet *net, uint64_t value);

#endif
