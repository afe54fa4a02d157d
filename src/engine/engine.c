/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sessions live in slots (the owner numbers of their channels) and in a heap of deadlines; `order`
 * lists those of the current set as the set does. An input makes its session due at once, so poll
 * finds work by looking at the top of the heap only. `active` is the session whose effects are
 * being drained. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "engine/engine_state.h"

struct engine *engine_new(const struct engine_options *options)
{
    struct engine *engine = mem_alloc(1, sizeof *engine);
    engine->options = *options;
    engine->calendar.key = siphash_key(options->start_key);
    engine->published = snapshot_new(0);
    engine->yard = report_yard_new();
    return engine;
}

static void take_news(struct session *session)
{
    *session->news_link = session->next_news;
    if (session->next_news != NULL) {
        session->next_news->news_link = session->news_link;
    }
    session->next_news = NULL;
    session->news_link = NULL;
}

static void put_news(struct engine *engine, struct session *session)
{
    engine->generation++;
    if (session->news_link != NULL) {
        return;
    }
    session->next_news = engine->news;
    session->news_link = &engine->news;
    if (engine->news != NULL) {
        engine->news->news_link = &session->next_news;
    }
    engine->news = session;
}

static void remove_session(struct engine *engine, struct session *session)
{
    uint32_t packets = session->spec->packets.count;
    heap_remove(&engine->heap, &session->due);
    engine->slots[session->slot] = NULL;
    if (session->slot < engine->free_hint) {
        engine->free_hint = session->slot;
    }
    evidence_end(&engine->evidence, session->record, &session->probe, NULL);
    session_fini(session);
    desk_trim(&engine->desks, packets);
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
    calendar_fini(&engine->calendar);
    desk_room_fini(&engine->desks);
    free(engine->slots);
    free(engine->roster.order);
    free(engine->roster.cells);
    snapshot_unref(engine->published);
    evidence_store_fini(&engine->evidence);
    report_yard_close(engine->yard);
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
static void draw_seed(struct engine *engine, uint8_t seed[CRYPTO_SHA256_BYTES])
{
    const struct crypto_part key = {engine->options.seed, sizeof engine->options.seed};
    const struct crypto_part count = {&engine->session_count, sizeof engine->session_count};
    engine->session_count++;
    crypto_hmac(CRYPTO_SHA256, &key, &count, 1, seed);
}

struct session *engine_add_session(struct engine *engine, const struct spec *spec)
{
    struct session *session = mem_alloc_lines(1, sizeof *session);
    uint32_t slot = take_slot(engine);
    uint8_t seed[CRYPTO_SHA256_BYTES];
    draw_seed(engine, seed);
    session_init(session, slot, spec, seed, engine->yard);
    session->probe.desks = &engine->desks;
    engine->slots[slot] = session;
    return session;
}

void engine_unbook(struct engine *engine, struct session *session, const struct spec *spec)
{
    if (session->is_booked) {
        calendar_cancel(&engine->calendar, spec, session->delay_ns);
    }
    session->is_booked = false;
    session->delay_ns = 0;
}

void engine_send_off(struct engine *engine, struct session *session)
{
    session_leave(session);
    engine_unbook(engine, session, session->spec);
    if (session->news_link != NULL) {
        take_news(session);
    }
    heap_set(&engine->heap, &session->due, ENGINE_AT_ONCE);
}

void engine_set_clock(struct engine *engine, const struct clock_state *clock)
{
    engine->clock = *clock;
}

void engine_set_io(struct engine *engine, const struct io_stats *io)
{
    engine->stats.io = *io;
}

void engine_cut_short(struct engine *engine, struct instant now)
{
    for (size_t i = 0; i < engine->roster.count; i++) {
        struct session *session = engine->roster.order[i];
        if (session->is_running) {
            probe_cut_short(&session->probe, now);
            heap_set(&engine->heap, &session->due, ENGINE_AT_ONCE);
        }
    }
}

uint64_t engine_generation(const struct engine *engine)
{
    return engine->generation;
}

bool engine_publish(struct engine *engine, size_t max)
{
    if (engine->change != NULL) {
        struct snapshot *before = engine->published;
        assert(engine->change->phase == CHANGE_IN_FORCE);
        engine->published = engine->change->published;
        engine->change->published = before;
        engine->change = NULL;
    }
    engine->published->stats = engine->stats;
    evidence_publish(&engine->evidence);
    for (size_t i = 0; i < max && engine->news != NULL; i++) {
        struct session *session = engine->news;
        struct report **place = &engine->published->reports[session->position];
        take_news(session);
        report_unref_own(*place);
        *place = report_ref(session->report);
    }
    return engine->news == NULL;
}

void engine_set_evidence(struct engine *engine, const struct evidence_rules *rules)
{
    evidence_store_set(&engine->evidence, rules);
}

struct evidence *engine_evidence(const struct engine *engine)
{
    return engine->evidence.first;
}

struct evidence *engine_take_evidence(struct engine *engine)
{
    return evidence_take(&engine->evidence);
}

const struct snapshot *engine_published(const struct engine *engine)
{
    return engine->published;
}

struct snapshot *engine_snapshot(const struct engine *engine)
{
    struct snapshot *snapshot = snapshot_new(engine->roster.count);
    snapshot->stats = engine->stats;
    for (size_t i = 0; i < engine->roster.count; i++) {
        snapshot->reports[i] = report_ref(engine->roster.order[i]->report);
    }
    return snapshot;
}

struct samples engine_samples(const struct engine *engine, size_t index)
{
    assert(index < engine->roster.count);
    return train_samples(&engine->roster.order[index]->probe.train);
}

int64_t engine_first_due_ns(const struct engine *engine, size_t index)
{
    assert(index < engine->roster.count);
    const struct train *train = &engine->roster.order[index]->probe.train;
    return train_clock_ns(train, train->start);
}

/* A session that something happened to is polled next, before any that is due, unless that changes
 * nothing that it would do: most often it has nothing to do, and the heap need not know. */
static void input(void *self, const struct ev *ev, struct instant now)
{
    struct engine *engine = self;
    assert(ev->id.owner < engine->slot_count && engine->slots[ev->id.owner] != NULL);
    struct session *session = engine->slots[ev->id.owner];
    const struct train *train = &session->probe.train;
    uint32_t arrivals = train->arrivals;
    bool has_changed = session_input(session, ev, now);
    if (engine->evidence.rules.bytes > 0 && ev->kind != EV_SENT && session->is_running &&
        ev->id.channel < TRACING_CHANNEL) {
        uint32_t answered = train->arrivals > arrivals ? train->arrival[arrivals] + 1 : 0;
        evidence_note_event(&engine->evidence, &session->record, &session->probe, ev, answered);
    }
    if (!has_changed) {
        return;
    }
    if (engine->active == NULL) {
        engine->active = session;
    } else if (engine->active != session) {
        heap_set(&engine->heap, &session->due, ENGINE_AT_ONCE);
    }
}

/* The session to poll next: the one being drained or that was given something, else the first that
 * is due. */
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
        .scratch = engine->scratch,
        .stats = &engine->stats,
        .clock = &engine->clock,
        .evidence = &engine->evidence,
    };
    struct session *session;
    while ((session = next_session(engine, now)) != NULL) {
        bool has_effect = session_poll(session, now, fx, &env);
        engine->active = has_effect ? session : NULL;
        if (env.has_news) {
            put_news(engine, session);
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
