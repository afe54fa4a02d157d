/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A world with engines and responders in it, for scenarios and the soak: building, reports,
 * comparison of what was measured with what was true, and the final balance of channels. */
#ifndef SIM_RIG_H
#define SIM_RIG_H

#include "engine/engine.h"
#include "reflect/reflect.h"
#include "sim/fake.h"
#include "sim/world.h"

#define RIG_ENGINES_MAX 4
#define RIG_RESPONDERS_MAX 4

struct rig_engine {
    struct engine *engine;
    unsigned process;
    struct snapshot *snapshot; /* the last one taken */
};

struct rig {
    struct world world;
    struct rig_engine engines[RIG_ENGINES_MAX];
    size_t engine_count;
    struct reflect *reflects[RIG_RESPONDERS_MAX];
    unsigned reflect_processes[RIG_RESPONDERS_MAX];
    size_t reflect_count;
    struct fake *fake;
    unsigned fake_process;
};

/* Nodes of rig_init_pair. */
enum { RIG_SENDER, RIG_RESPONDER };
#define RIG_SENDER_IP "192.0.2.1"
#define RIG_RESPONDER_IP "198.51.100.2"
#define RIG_PORT 16384

void rig_init(struct rig *rig, uint64_t seed);

/* The default settings of a responder, and everybody on its allow list. */
void rig_settings(struct reflect_settings *settings);

/* Two nodes, 10 ms each way, one engine that starts at once. No responder yet. */
void rig_init_pair(struct rig *rig);

/* rig_init_pair, and a responder with rig_settings. */
void rig_init_default(struct rig *rig);

/* Stops everything, and fails the test unless each channel that was opened has been closed. */
void rig_fini(struct rig *rig);

unsigned rig_add_engine(struct rig *rig, unsigned node, bool start_now);
unsigned rig_add_reflect(struct rig *rig, unsigned node, const struct reflect_settings *settings);
void rig_add_fake(struct rig *rig, unsigned node, struct fake *fake);

/* udp-jitter to `ip`:`port`: 10 packets, 20 ms, 32 bytes, every 10 s, timeout 1 s, control 3 x 2 s.
 */
struct spec *rig_spec(const char *name, const char *ip, uint16_t port);

/* Makes `specs` the targets of an engine (takes over the references). */
void rig_apply(struct rig *rig, unsigned engine, struct spec **specs, size_t count);

/* rig_apply of one target. */
void rig_apply_one(struct rig *rig, struct spec *spec);

/* A fresh snapshot's report; valid until the next call for this engine. */
const struct report *rig_report(struct rig *rig, unsigned engine, size_t index);

/* The newest run of `spec` by an engine. NULL: none. */
const struct truth_run *rig_truth(const struct rig *rig, unsigned engine, const struct spec *spec);

/* The first rule of conservation that `round` or `tally` breaks, NULL when it keeps all. */
const char *round_imbalance(const struct round *round);
const char *tally_imbalance(const struct tally *tally);

/* What to compare beyond counts and round trips. */
struct rig_scope {
    bool direction; /* losses by direction */
    bool jitter;
};

/* The first difference between what a round (or the tally of all rounds) says and what it must say,
 * with both numbers in text; NULL when there is none. `text` holds `size` bytes. */
const char *round_difference(const struct round *round, const struct expectation *expected,
                             struct rig_scope scope, char *text, size_t size);
const char *tally_difference(const struct tally *tally, const struct expectation *expected,
                             struct rig_scope scope, char *text, size_t size);

#endif
