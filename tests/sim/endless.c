/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether memory grows: an engine runs operation after operation under virtual time, against
 * responders that always answer, is published, read and reloaded on the way, and must hold as
 * many bytes at every checkpoint as at the first, but for rounding; with native histograms, whose
 * buckets come and whose copies have room of different sizes, 1 % more or less. sim_endless
 * --operations 10000000 */
#include <assert.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "sim/allocs.h"
#include "support/build.h"
#include "wire/ipsla.h"

enum {
    TARGETS = 500,
    REPLIES_MAX = 4096,
    REPLY_BYTES_MAX = 128,
    CHECKPOINTS = 8,
    WARM_UP = 4 * TARGETS, /* operations until everything has its size */
    HISTS = 6, /* histograms of a report: as many allocations more, when they are native */
};

struct reply {
    struct channel_id id;
    struct addr peer;
    uint8_t bytes[REPLY_BYTES_MAX];
    size_t size;
};

struct endless {
    struct engine *engine;
    struct machine machine;
    struct spec_set *sets[2]; /* of the same targets but one */
    struct instant now;
    struct reply replies[REPLIES_MAX];
    size_t reply_count;
    uint64_t allocs; /* by the engine while it runs */
};

/* Where there is a sanitizer, its allocator is the one that knows. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t live_bytes(void)
{
    if (__sanitizer_get_current_allocated_bytes != NULL) {
        return __sanitizer_get_current_allocated_bytes();
    }
    return mallinfo2().uordblks;
}

static struct spec_set *targets_without(unsigned left_out, enum hist_forms forms)
{
    struct spec *specs[TARGETS];
    size_t count = 0;
    for (unsigned i = 0; i < TARGETS; i++) {
        char name[32];
        snprintf(name, sizeof name, "router-%u", i);
        if (i != left_out) {
            specs[count] = i % 2 == 0 ? build_jitter_spec(name, "198.51.100.20")
                                      : build_echo_spec(name, "198.51.100.21");
            specs[count]->results.histograms = forms;
            specs[count]->schedule.frequency_ns = 5 * NS_PER_SECOND;
            specs[count++]->schedule.timeout_ns = NS_PER_SECOND;
        }
    }
    return build_set(specs, count);
}

static void give(struct endless *endless, const struct ev *ev)
{
    endless->machine.ops->input(endless->machine.self, ev, endless->now);
}

/* The answer of a responder: a control request is accepted, a probe comes back with its number as
 * the responder's too. */
static void answer(struct endless *endless, const struct fx *fx)
{
    assert(endless->reply_count < REPLIES_MAX && fx->size <= REPLY_BYTES_MAX);
    struct reply *reply = &endless->replies[endless->reply_count++];
    *reply = (struct reply){.id = fx->id, .peer = fx->peer, .size = fx->size};
    memcpy(reply->bytes, fx->bytes, fx->size);
    if (fx->peer.port == IPSLA_CONTROL_PORT) {
        ipsla_response_encode_short(fx->bytes[1], 0, reply->bytes);
        reply->size = IPSLA_RESPONSE_SHORT_BYTES;
    }
}

static void perform(struct endless *endless, const struct fx *fx)
{
    if (fx->kind == FX_OPEN) {
        struct ev ev = {.kind = EV_OPENED, .id = fx->id, .local = build_addr("192.0.2.1:40000")};
        give(endless, &ev);
    } else if (fx->kind == FX_SEND) {
        answer(endless, fx);
    }
}

static void drain(struct endless *endless)
{
    struct fx fx;
    while (endless->machine.ops->poll(endless->machine.self, endless->now, &fx)) {
        perform(endless, &fx);
    }
}

static void pass(struct endless *endless, int64_t ns)
{
    endless->now.mono.ns += ns;
    endless->now.wall.ns += ns;
}

/* Gives what has come back, or goes on to the next deadline. */
static void turn(struct endless *endless)
{
    drain(endless);
    if (endless->reply_count == 0) {
        struct mono deadline = endless->machine.ops->deadline(endless->machine.self);
        pass(endless, mono_diff(deadline, endless->now.mono));
        return;
    }
    pass(endless, NS_PER_MS / 10);
    for (size_t i = 0; i < endless->reply_count; i++) {
        const struct reply *reply = &endless->replies[i];
        struct ev ev = {.kind = EV_DATA, .id = reply->id, .peer = reply->peer};
        ev.bytes = reply->bytes;
        ev.size = reply->size;
        ev.received = (struct stamp){.at = endless->now, .source = STAMP_KERNEL};
        give(endless, &ev);
    }
    endless->reply_count = 0;
}

static uint64_t operations(const struct endless *endless)
{
    struct snapshot *snapshot = engine_snapshot(endless->engine);
    uint64_t count = 0;
    for (size_t i = 0; i < snapshot->count; i++) {
        count += snapshot->reports[i]->tally.operations;
    }
    snapshot_unref(snapshot);
    return count;
}

/* Turns, a publication and a reader now and then, until that many operations more have ended. */
static void run(struct endless *endless, uint64_t wanted)
{
    uint64_t begin = operations(endless);
    do {
        allocs_resume(&endless->allocs);
        for (unsigned i = 0; i < 4000; i++) {
            turn(endless);
        }
        drain(endless);
        allocs_pause(&endless->allocs);
        engine_publish(endless->engine, SIZE_MAX);
        snapshot_unref(snapshot_copy(engine_published(endless->engine)));
    } while (operations(endless) - begin < wanted);
}

/* One target goes and another comes, then the other way. */
static void reload(struct endless *endless)
{
    for (unsigned i = 0; i < 2; i++) {
        engine_apply(endless->engine, endless->sets[1 - i], endless->now);
        drain(endless);
    }
}

/* malloc may give a block 16 bytes more than it gave the one before. A byte that each operation
 * leaves behind is more than ten times as much. */
#define ROUNDING_BYTES 1024

static bool has_grown(size_t first, size_t bytes, bool is_native)
{
    size_t difference = bytes > first ? bytes - first : first - bytes;
    return difference > (is_native ? first / 100 : ROUNDING_BYTES);
}

static int check(struct endless *endless, uint64_t wanted, bool is_native)
{
    size_t first = 0;
    uint64_t before = operations(endless), allocs = endless->allocs, done = 0;
    for (unsigned i = 0; i < CHECKPOINTS; i++) {
        run(endless, wanted / CHECKPOINTS);
        done = operations(endless) - before;
        engine_publish(endless->engine, SIZE_MAX);
        size_t bytes = live_bytes();
        printf("%llu operations: %zu bytes\n", (unsigned long long)done, bytes);
        first = i == 0 ? bytes : first;
        if (has_grown(first, bytes, is_native)) {
            printf("memory grows\n");
            return 1;
        }
    }
    allocs = endless->allocs - allocs;
    printf("%llu allocations while running\n", (unsigned long long)allocs);
    uint64_t least = done; /* one report each */
    return allocs >= least && allocs <= (is_native ? (1 + HISTS) * least : least) ? 0 : 1;
}

static int run_forms(enum hist_forms forms, uint64_t wanted)
{
    const struct engine_options options = {.start_now = false};
    struct endless *endless = mem_alloc(1, sizeof *endless);
    endless->engine = engine_new(&options);
    endless->machine = engine_machine(endless->engine);
    endless->now = build_at(0);
    endless->sets[0] = targets_without(0, forms);
    endless->sets[1] = targets_without(1, forms);
    engine_apply(endless->engine, endless->sets[0], endless->now);
    run(endless, WARM_UP);
    reload(endless);
    run(endless, WARM_UP);
    int status = check(endless, wanted, forms != HIST_CLASSIC);
    spec_set_unref(endless->sets[0]);
    spec_set_unref(endless->sets[1]);
    engine_free(endless->engine);
    free(endless);
    return status;
}

int main(int argc, char **argv)
{
    uint64_t wanted = argc == 3 ? strtoull(argv[2], NULL, 10) : 100000;
    setvbuf(stdout, NULL, _IONBF, 0);
    return run_forms(HIST_CLASSIC, wanted) | run_forms(HIST_BOTH, wanted);
}
