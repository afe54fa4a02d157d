/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One random world, and the comparison of each operation in it with what really happened. */
#ifndef SIM_SOAK_H
#define SIM_SOAK_H

#include "sim/rig.h"

#define SOAK_TARGETS_MAX 8
#define SOAK_PERMANENT_PORT 17000

struct soak_target {
    uint64_t operations; /* compared so far */
    bool has_direction, has_jitter;
    struct expectation sum;
};

struct soak_engine {
    struct soak_world *world;
    unsigned number;
    uint64_t generation, allocs, noticed;
    size_t target_count;
    struct soak_target targets[SOAK_TARGETS_MAX];
    bool is_stepped; /* its wall clock jumps: t1 on the wire is not predicted */
};

struct soak_world {
    struct rig rig;
    struct rng rng; /* of the parameters; the network has its own */
    struct soak_engine engines[RIG_ENGINES_MAX];
    unsigned senders[RIG_ENGINES_MAX]; /* nodes */
    size_t responder_count;
    unsigned responders[RIG_RESPONDERS_MAX];
    bool is_stateless[RIG_RESPONDERS_MAX]; /* their reflectors of STAMP */
    bool is_ipv6; /* every address */
    bool is_corrupt; /* bits flip: only conservation is checked */
    int64_t duration_ns;
    uint64_t trace;
    uint64_t operations, probes, answered, failures; /* in all */
    struct soak_kinds {
        uint64_t jitter_ms, jitter_us, voice, echo, tcp, permanent, stamp; /* that succeeded */
        uint64_t directed; /* losses of STAMP with a direction */
        uint64_t refused, noticed;
    } kinds;
};

/* Builds the world of `seed`. */
void soak_build(struct soak_world *world, uint64_t seed);

/* Starts comparing; differences go to stderr and into `failures`. */
void soak_watch(struct soak_world *world);

/* Builds, runs and checks the world of `seed`; the numbers are left in *world. */
void soak_run(struct soak_world *world, uint64_t seed);

#endif
