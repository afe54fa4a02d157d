/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the machines themselves cost, without any system call: the engine with its targets, and the
 * responder, in virtual time and in ticks of 1 ms as on a busy host. No packet is lost and nothing
 * is random, so a run is repeatable to the instruction:
 *   bench_core sender TARGETS PACKETS OPERATIONS [BYTES]   whole operations at 20 ms, one after the
 * other; BYTES are those of evidence.size
 *   bench_core responder PORTS PACKETS             probes to permanent ports
 * prints ns of CPU a packet. With `valgrind --tool=callgrind --toggle-collect=run_sender` (or
 * run_responder) it prints instructions instead, which no other load on the machine changes. */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "config/config.h"
#include "engine/engine.h"
#include "operation/operation.h"
#include "reflect/reflect.h"

#define TICK_NS NS_PER_MS
#define INTERVAL_NS (20 * NS_PER_MS)
#define CONTROL_PORT 1967
#define PROBE_BYTES 64
#define PROBE_PORT 16384
#define WALL_NS (INT64_C(1767268800) * NS_PER_SECOND)
#define ROUND_TRIP_NS (200 * NS_PER_US)

/* A datagram between two ticks. */
struct letter {
    struct channel_id id;
    struct addr peer;
    uint32_t tag;
    size_t size;
    uint8_t bytes[PROBE_BYTES];
};

struct post {
    struct letter *letters;
    size_t count, room;
    uint64_t probes;
};

static struct instant at(int64_t ns)
{
    return (struct instant){{NS_PER_SECOND + ns}, {WALL_NS + ns}};
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static struct addr address(size_t number, uint16_t port)
{
    return (struct addr){
        .family = ADDR_IPV4,
        .ip = {127, 1, (uint8_t)(number / 250), (uint8_t)(number % 250 + 1)},
        .port = port,
    };
}

static void put_letter(struct post *post, const struct fx *fx)
{
    if (post->count == post->room) {
        post->room = post->room == 0 ? 64 : 2 * post->room;
        post->letters = mem_resize(post->letters, post->room, sizeof *post->letters);
    }
    struct letter *letter = &post->letters[post->count++];
    *letter = (struct letter){
        .id = fx->id, .peer = fx->peer, .tag = fx->tag, .size = fx->size, .bytes = {0}};
    memcpy(letter->bytes, fx->bytes, fx->size < PROBE_BYTES ? fx->size : PROBE_BYTES);
}

/* Polls until there is nothing to do; what is sent is put into `post`. */
static void drain(struct machine machine, struct post *post, struct instant now)
{
    struct fx fx;
    while (machine.ops->poll(machine.self, now, &fx)) {
        if (fx.kind == FX_OPEN) {
            struct ev ev = {.kind = EV_OPENED, .id = fx.id, .local = fx.local};
            machine.ops->input(machine.self, &ev, now);
        } else if (fx.kind == FX_SEND) {
            put_letter(post, &fx);
        }
    }
}

/* Answers as `bare echo` does: yes to every request, and the probe with its times. */
static void answer(struct letter *letter, uint16_t *number, struct instant now)
{
    if (letter->peer.port == CONTROL_PORT) {
        letter->bytes[3] = 24;
        letter->size = 24;
        return;
    }
    uint32_t ms = htobe32((uint32_t)(wall_ms_of_day(now.wall)));
    uint16_t count = htobe16(++*number);
    memcpy(letter->bytes + 8, &ms, sizeof ms);
    memcpy(letter->bytes + 14, &count, sizeof count);
}

static void tell_sent(struct machine machine, const struct letter *letter, struct instant now)
{
    struct ev ev = {.kind = EV_SENT, .id = letter->id, .tag = letter->tag, .called = now.mono};
    ev.left = (struct stamp){.at = now, .source = STAMP_KERNEL, .error_ns = 100};
    if (letter->tag != 0) {
        machine.ops->input(machine.self, &ev, now);
    }
}

/* What one tick of the host does: sends what is due, then reads when it left, then the answers;
 * after those to requests, the first probes leave. */
static void tick(struct machine machine, struct post *post, uint16_t *numbers, struct instant now)
{
    post->count = 0;
    drain(machine, post, now);
    size_t first = post->count;
    for (size_t i = 0; i < first; i++) {
        tell_sent(machine, &post->letters[i], now);
    }
    struct instant later = {{now.mono.ns + ROUND_TRIP_NS}, {now.wall.ns + ROUND_TRIP_NS}};
    for (size_t i = 0; i < post->count; i++) {
        struct letter letter = post->letters[i];
        bool is_control = letter.peer.port == CONTROL_PORT;
        numbers[letter.id.owner] *= !is_control;
        if (i >= first) {
            tell_sent(machine, &letter, later);
        }
        answer(&letter, &numbers[letter.id.owner], now);
        struct ev ev = {.kind = EV_DATA, .id = letter.id, .peer = letter.peer, .ttl = 64};
        ev.bytes = letter.bytes;
        ev.size = letter.size;
        ev.received = (struct stamp){.at = later, .source = STAMP_KERNEL, .error_ns = 100};
        machine.ops->input(machine.self, &ev, later);
        post->probes += !is_control;
        drain(machine, post, later);
    }
}

static struct spec_set *make_targets(size_t targets, unsigned packets)
{
    struct spec **specs = mem_alloc(targets, sizeof *specs);
    int64_t period_ns = packets * INTERVAL_NS + 300 * NS_PER_MS;
    for (size_t i = 0; i < targets; i++) {
        char name[24];
        snprintf(name, sizeof name, "t%zu", i);
        struct spec *spec = config_default_spec(&operation_udp_jitter, name);
        spec->path.peer = address(i, PROBE_PORT);
        spec->path.port = PROBE_PORT;
        spec->packets.count = packets;
        spec->packets.interval_ns = INTERVAL_NS;
        spec->packets.bytes = PROBE_BYTES;
        spec->schedule.timeout_ns = 100 * NS_PER_MS;
        spec->schedule.frequency_ns = period_ns;
        spec->schedule.start = SPEC_START_AFTER;
        spec->schedule.start_after_ns =
            (int64_t)i * (period_ns + INTERVAL_NS) / (int64_t)targets + NS_PER_MS;
        specs[i] = spec;
    }
    struct spec_set *set = spec_set_new(specs, targets);
    free(specs);
    return set;
}

__attribute__((noinline)) static void run_sender(struct engine *engine, struct post *post,
                                                 uint16_t *numbers, int64_t until_ns)
{
    struct machine machine = engine_machine(engine);
    for (int64_t ns = 0; ns < until_ns; ns += TICK_NS) {
        tick(machine, post, numbers, at(ns));
    }
}

static int measure_sender(size_t targets, unsigned packets, unsigned operations,
                          size_t evidence_bytes)
{
    struct engine_options options = {.seed = {1}};
    struct engine *engine = engine_new(&options);
    struct spec_set *set = make_targets(targets, packets);
    struct post post = {0};
    uint16_t *numbers = mem_alloc(2 * targets + 16, sizeof *numbers);
    engine_set_evidence(engine, &(struct evidence_rules){evidence_bytes, EVIDENCE_FAILED});
    engine_apply(engine, set, at(0));
    int64_t begin_ns = cpu_ns();
    run_sender(engine, &post, numbers,
               (operations + 1) * (packets * INTERVAL_NS + 300 * NS_PER_MS));
    printf("ns_per_probe=%.1f probes=%llu\n", (double)(cpu_ns() - begin_ns) / (double)post.probes,
           (unsigned long long)post.probes);
    engine_free(engine);
    spec_set_unref(set);
    free(numbers);
    free(post.letters);
    return 0;
}

__attribute__((noinline)) static void run_responder(struct machine machine, size_t ports,
                                                    unsigned packets, struct post *post)
{
    uint8_t bytes[PROBE_BYTES] = {0, 2};
    for (unsigned i = 0; i < packets; i++) {
        struct instant now = at((int64_t)i * 10 * NS_PER_US);
        uint16_t seq = htobe16((uint16_t)(i / (8 * ports) + 1));
        uint32_t ms = htobe32((uint32_t)wall_ms_of_day(now.wall));
        memcpy(bytes + 4, &ms, sizeof ms);
        memcpy(bytes + 12, &seq, sizeof seq);
        struct ev ev = {.kind = EV_DATA, .id.channel = 1 + i / 8 % (uint32_t)ports, .ttl = 64};
        ev.local = address(0, (uint16_t)(PROBE_PORT + i / 8 % ports));
        ev.peer = address(i % 8, 40000);
        ev.bytes = bytes;
        ev.size = sizeof bytes;
        ev.received = (struct stamp){.at = now, .source = STAMP_KERNEL, .error_ns = 100};
        post->count = 0;
        machine.ops->input(machine.self, &ev, now);
        drain(machine, post, now);
        post->probes += post->count;
    }
}

static int measure_responder(size_t ports, unsigned packets)
{
    struct reflect_settings settings;
    const struct reflect_seed seed = {{1}};
    struct post post = {0};
    reflect_settings_default(&settings);
    settings.listen_count = 1;
    settings.permanent_count = ports < REFLECT_PERMANENT_MAX ? ports : REFLECT_PERMANENT_MAX;
    for (size_t i = 0; i < settings.permanent_count; i++) {
        settings.permanent[i] = address(0, (uint16_t)(PROBE_PORT + i));
    }
    struct reflect *reflect = reflect_new(&settings, &seed);
    drain(reflect_machine(reflect), &post, at(0));
    int64_t begin_ns = cpu_ns();
    run_responder(reflect_machine(reflect), settings.permanent_count, packets, &post);
    printf("ns_per_packet=%.1f answered=%llu\n", (double)(cpu_ns() - begin_ns) / packets,
           (unsigned long long)post.probes);
    reflect_free(reflect);
    free(post.letters);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned long values[4] = {0};
    for (int i = 2; i < argc && i < 6; i++) {
        values[i - 2] = strtoul(argv[i], NULL, 10);
    }
    if (argc >= 5 && strcmp(argv[1], "sender") == 0 && values[0] > 0 && values[1] > 0) {
        return measure_sender(values[0], (unsigned)values[1], (unsigned)values[2], values[3]);
    }
    if (argc == 4 && strcmp(argv[1], "responder") == 0 && values[0] > 0 && values[1] > 0) {
        return measure_responder(values[0], (unsigned)values[1]);
    }
    fputs("Usage: bench_core sender TARGETS PACKETS OPERATIONS [BYTES] | responder PORTS PACKETS\n",
          stderr);
    return 2;
}
