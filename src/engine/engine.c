/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sessions live in slots (the owner numbers of their channels) and in a heap of deadlines; `order`
 * lists those of the current set as the set does. An input makes its session due at once, so poll
 * finds work by looking at the top of the heap only. `active` is the session whose effects are
 * being drained. */
#include "engine/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "engine/session.h"

struct engine {
    struct engine_options options;
    struct session **slots; /* NULL: free */
    size_t slot_count;
    size_t free_hint; /* no free slot below it */
    struct session **order;
    size_t order_count;
    struct heap heap;
    struct session *active;
    struct engine_stats stats;
    struct clock_state clock;
    uint64_t generation;
    uint64_t session_count; /* ever */
    uint8_t scratch[IO_DATAGRAM_MAX];
};

static const struct mono AT_ONCE = {INT64_MIN};

struct engine *engine_new(const struct engine_options *options)
{
    struct engine *engine = mem_alloc(1, sizeof *engine);
    engine->options = *options;
    return engine;
}

static void remove_session(struct engine *engine, struct session *session)
{
    heap_remove(&engine->heap, &session->due);
    engine->slots[session->slot] = NULL;
    if (session->slot < engine->free_hint) {
        engine->free_hint = session->slot;
    }
    session_fini(session);
    free(session);
}

void engine_free(struct engine *engine)
{
    if (engine == NULL) {
        return;
    }
    for (size_t i = 0; i < engine->slot_count; i++) {
        if (engine->slots[i] != NULL) {
            remove_session(engine, engine->slots[i]);
        }
    }
    heap_fini(&engine->heap);
    free(engine->slots);
    free(engine->order);
    free(engine);
}

static uint32_t take_slot(struct engine *engine)
{
    size_t slot = engine->free_hint;
    while (slot < engine->slot_count && engine->slots[slot] != NULL) {
        slot++;
    }
    if (slot == engine->slot_count) {
        size_t count = engine->slot_count == 0 ? 16 : engine->slot_count * 2;
        engine->slots = mem_resize(engine->slots, count, sizeof(struct session *));
        memset(engine->slots + engine->slot_count, 0,
               (count - engine->slot_count) * sizeof(struct session *));
        engine->slot_count = count;
    }
    engine->free_hint = slot + 1;
    return (uint32_t)slot;
}

/* A seed of its own for each session there ever was. */
static void seed_session(struct engine *engine, struct session *session)
{
    uint8_t seed[CRYPTO_SHA256_BYTES];
    const struct crypto_part key = {engine->options.seed, sizeof engine->options.seed};
    const struct crypto_part count = {&engine->session_count, sizeof engine->session_count};
    engine->session_count++;
    crypto_hmac(CRYPTO_SHA256, &key, &count, 1, seed);
    handshake_seed(&session->probe.handshake, seed);
}

static struct session *add_session(struct engine *engine, const struct spec *spec,
                                   struct instant now)
{
    struct session *session = mem_alloc(1, sizeof *session);
    uint32_t slot = take_slot(engine);
    session_init(session, slot, spec, engine->options.start_now, now);
    seed_session(engine, session);
    engine->slots[slot] = session;
    heap_set(&engine->heap, &session->due, session_deadline(session));
    return session;
}

/* The sessions of the old order, to be found by name: open addressing, at most half full. */
struct index {
    struct session **cells;
    size_t mask;
};

static struct session **index_find(const struct index *index, uint64_t hash, const char *name)
{
    size_t cell = (size_t)hash & index->mask;
    while (index->cells[cell] != NULL && (index->cells[cell]->hash != hash ||
                                          strcmp(index->cells[cell]->spec->name, name) != 0)) {
        cell = (cell + 1) & index->mask;
    }
    return &index->cells[cell];
}

static struct index index_new(struct session *const *sessions, size_t count)
{
    size_t size = 2;
    while (size < count * 2) {
        size *= 2;
    }
    struct index index = {.cells = mem_alloc(size, sizeof(struct session *)), .mask = size - 1};
    for (size_t i = 0; i < count; i++) {
        *index_find(&index, sessions[i]->hash, sessions[i]->spec->name) = sessions[i];
    }
    return index;
}

static void leave_session(struct engine *engine, struct session *session)
{
    session_leave(session);
    heap_set(&engine->heap, &session->due, AT_ONCE);
}

/* The session that continues for `spec`, or NULL when it needs a fresh one. */
static struct session *keep_session(struct engine *engine, const struct index *old,
                                    const struct spec *spec)
{
    struct session *session = *index_find(old, session_hash(spec->name), spec->name);
    if (session == NULL || session->is_leaving) {
        return NULL;
    }
    if (!spec_is_same_target(session->spec, spec)) {
        leave_session(engine, session);
        return NULL;
    }
    session_update(session, spec);
    heap_set(&engine->heap, &session->due, AT_ONCE);
    return session;
}

/* Those of the old order that the new one does not hold leave. */
static void leave_rest(struct engine *engine, struct session **old, size_t old_count,
                       const struct index *kept)
{
    for (size_t i = 0; i < old_count; i++) {
        struct session *session = old[i];
        if (!session->is_leaving &&
            *index_find(kept, session->hash, session->spec->name) != session) {
            leave_session(engine, session);
        }
    }
}

void engine_apply(struct engine *engine, const struct spec_set *set, struct instant now)
{
    struct session **old = engine->order;
    size_t old_count = engine->order_count;
    struct index old_index = index_new(old, old_count);
    engine->order = mem_alloc(set->count, sizeof(struct session *));
    engine->order_count = set->count;
    for (size_t i = 0; i < set->count; i++) {
        struct session *kept = keep_session(engine, &old_index, set->specs[i]);
        engine->order[i] = kept != NULL ? kept : add_session(engine, set->specs[i], now);
    }
    struct index new_index = index_new(engine->order, engine->order_count);
    leave_rest(engine, old, old_count, &new_index);
    free(old_index.cells);
    free(new_index.cells);
    free(old);
    engine->active = NULL;
    engine->generation++;
}

void engine_set_clock(struct engine *engine, const struct clock_state *clock)
{
    engine->clock = *clock;
    engine->stats.clock_steps = clock->steps;
}

uint64_t engine_generation(const struct engine *engine)
{
    return engine->generation;
}

struct snapshot *engine_snapshot(const struct engine *engine)
{
    struct snapshot *snapshot = snapshot_new(engine->order_count);
    snapshot->stats = engine->stats;
    for (size_t i = 0; i < engine->order_count; i++) {
        snapshot->reports[i] = report_ref(engine->order[i]->report);
    }
    return snapshot;
}

struct samples engine_samples(const struct engine *engine, size_t index)
{
    assert(index < engine->order_count);
    return train_samples(&engine->order[index]->probe.train);
}

static void input(void *self, const struct ev *ev, struct instant now)
{
    struct engine *engine = self;
    assert(ev->id.owner < engine->slot_count && engine->slots[ev->id.owner] != NULL);
    struct session *session = engine->slots[ev->id.owner];
    probe_input(&session->probe, ev, now);
    heap_set(&engine->heap, &session->due, AT_ONCE);
}

/* The session to poll next: the one being drained, else the first that is due. */
static struct session *next_session(struct engine *engine, struct instant now)
{
    if (engine->active != NULL) {
        return engine->active;
    }
    struct heap_item *first = heap_first(&engine->heap);
    if (first == NULL || mono_is_before(now.mono, first->due)) {
        return NULL;
    }
    return (struct session *)first;
}

static bool poll(void *self, struct instant now, struct fx *fx)
{
    struct engine *engine = self;
    struct session_env env = {
        .scratch = engine->scratch, .stats = &engine->stats, .clock = &engine->clock};
    struct session *session;
    while ((session = next_session(engine, now)) != NULL) {
        bool has_effect = session_poll(session, now, fx, &env);
        engine->active = has_effect ? session : NULL;
        if (env.has_news) {
            engine->generation++;
            env.has_news = false;
        }
        if (has_effect) {
            return true;
        }
        if (session_is_gone(session)) {
            remove_session(engine, session);
            continue;
        }
        heap_set(&engine->heap, &session->due, session_deadline(session));
    }
    return false;
}

static struct mono deadline(const void *self)
{
    const struct engine *engine = self;
    const struct heap_item *first = heap_first(&engine->heap);
    return first == NULL ? MONO_NEVER : first->due;
}

struct machine engine_machine(struct engine *engine)
{
    static const struct machine_ops ops = {.input = input, .poll = poll, .deadline = deadline};
    return (struct machine){.ops = &ops, .self = engine};
}
