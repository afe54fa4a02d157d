/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Feeds an engine and a responder with a script of events. The host of support/drive.h asserts the
 * rules of the seam after every step: a deadline in the future, one open for each close, no send on
 * what is not open. At the end both must close everything.
 *
 * A script is a list of steps: one byte what, one byte with which argument, then what that step
 * needs. */
#include "fuzz/fuzz.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "reflect/reflect.h"
#include "support/build.h"
#include "support/drive.h"

enum { STEPS_MAX = 400, BYTES_MAX = 80 };

struct script {
    const uint8_t *at, *end;
};

/* The two machines and their hosts. */
struct pair {
    struct engine *engine;
    struct reflect *reflect;
    struct drive *sender, *responder;
    size_t received; /* datagrams given to the responder */
};

static uint8_t take(struct script *script)
{
    return script->at == script->end ? 0 : *script->at++;
}

static void apply(struct pair *pair, unsigned mask)
{
    struct spec *specs[4];
    size_t count = 0;
    for (unsigned i = 0; i < 4; i++) {
        char name[8];
        if ((mask >> i & 1) == 0) {
            continue;
        }
        snprintf(name, sizeof name, "t%u", i);
        struct spec *spec = i % 2 == 0 ? build_jitter_spec(name, "198.51.100.20")
                                       : build_echo_spec(name, "198.51.100.20");
        spec->schedule.frequency_ns = (1 + (int64_t)i) * NS_PER_SECOND;
        spec->schedule.timeout_ns = (mask & 0x10) != 0 ? 900 * NS_PER_MS : 300 * NS_PER_MS;
        spec->control.timeout_ns = 400 * NS_PER_MS;
        if (i >= 2) { /* of version 2, the last one with a key that the responder does not have */
            spec->control.version = CONTROL_V2;
            spec->control.port = 1167;
            spec->control.key =
                i == 2 ? (struct auth_key){0}
                       : (struct auth_key){
                             .id = 1, .algorithm = AUTH_SHA256, .size = 1, .secret = "k"};
        }
        if ((mask & 0x20) != 0) {
            spec->path.peer.ip[3] = 21;
        }
        if ((mask & 0x40) != 0) {
            spec->path.peer = (struct addr){0};
        }
        specs[count++] = spec;
    }
    struct spec_set *set = build_set(specs, count);
    engine_apply(pair->engine, set, pair->sender->now);
    spec_set_unref(set);
    drive_poll(pair->sender);
}

static void give(struct drive *drive, const struct drive_channel *channel, const char *peer,
                 const uint8_t *bytes, size_t size)
{
    /* A copy of the exact size: a sanitizer sees any access beyond it. */
    uint8_t *copy = mem_alloc(size, 1);
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    struct ev ev = build_data(channel->id, peer, "198.51.100.20", copy, size);
    ev.local.port = channel->local.port;
    drive_input(drive, ev);
    free(copy);
}

static const char *const peers[] = {
    "192.0.2.10:40000",   "192.0.2.10:40001",    "192.0.2.11:1967",    "198.51.100.20:1967",
    "198.51.100.20:1167", "198.51.100.20:16384", "198.51.100.20:50000"};

/* Bytes from the script to one open channel. */
static void give_bytes(struct pair *pair, struct drive *drive, struct script *script, uint8_t which)
{
    size_t size = take(script) % (BYTES_MAX + 1);
    size_t left = (size_t)(script->end - script->at);
    const uint8_t *bytes = script->at;
    size = size < left ? size : left;
    script->at += size;
    if (drive->open_count == 0) {
        return;
    }
    struct drive_channel channel = drive->open[which % drive->open_count];
    const char *peer = peers[take(script) % (sizeof peers / sizeof peers[0])];
    pair->received += drive == pair->responder;
    give(drive, &channel, peer, bytes, size);
}

/* Takes what the sender sent last to the responder, and the answer back: the network works. */
static void carry(struct pair *pair)
{
    for (size_t i = 0; i < pair->sender->effect_count; i++) {
        struct drive_effect sent = pair->sender->effects[i];
        const struct drive_channel *to = drive_channel(pair->responder, sent.fx.peer.port);
        if (sent.fx.kind != FX_SEND || to == NULL || sent.fx.size > DRIVE_BYTES_MAX) {
            continue;
        }
        drive_forget(pair->responder);
        pair->received++;
        give(pair->responder, to, peers[0], sent.bytes, sent.fx.size);
        const struct drive_effect *answer = drive_find(pair->responder, FX_SEND, 0);
        if (answer != NULL && drive_is_open(pair->sender, sent.fx.id)) {
            struct drive_effect back = *answer;
            char from[ADDR_TEXT_MAX];
            const struct drive_channel channel = {sent.fx.id, {.family = ADDR_IPV4}, TRANSPORT_UDP};
            give(pair->sender, &channel, addr_format(&sent.fx.peer, from), back.bytes,
                 back.fx.size);
        }
    }
    drive_forget(pair->sender);
}

static void fail_icmp(struct drive *drive, uint8_t which)
{
    static const int errors[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EMSGSIZE};
    if (drive->open_count > 0) {
        drive_input(drive, (struct ev){.kind = EV_ERROR,
                                       .id = drive->open[which % drive->open_count].id,
                                       .peer = build_addr(peers[3 + which % 4]),
                                       .error = errors[which / 16 % 4],
                                       .is_icmp = true});
    }
}

static void pass_time(struct pair *pair, int64_t ns)
{
    struct instant now = pair->sender->now;
    now = (struct instant){mono_add(now.mono, ns), wall_add(now.wall, ns)};
    drive_until(pair->sender, now);
    drive_until(pair->responder, now);
}

static void run_step(struct pair *pair, struct script *script)
{
    static const int errors[] = {0, ENOBUFS, EADDRINUSE, EACCES};
    uint8_t what = take(script);
    uint8_t with = take(script);
    struct drive *drive = (what & 0x80) != 0 ? pair->sender : pair->responder;
    switch (what % 8) {
    case 0:
        pass_time(pair, with * NS_PER_MS);
        break;
    case 1:
        pass_time(pair, with * 20 * NS_PER_MS);
        break;
    case 2:
        give_bytes(pair, drive, script, with);
        break;
    case 3:
        carry(pair);
        break;
    case 4:
        apply(pair, with);
        break;
    case 5:
        drive->open_error = errors[with % 4];
        break;
    case 6:
        drive->send_error = errors[with % 4];
        break;
    case 7:
        fail_icmp(drive, with);
        break;
    }
}

static void start(struct pair *pair)
{
    const struct engine_options options = {.start_now = true};
    static const struct reflect_seed seed = {{1, 2, 3}};
    struct reflect_settings settings;
    reflect_settings_default(&settings);
    settings.max_sessions = 5;
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    pair->engine = engine_new(&options);
    pair->reflect = reflect_new(&settings, &seed);
    pair->sender = mem_alloc(1, sizeof *pair->sender);
    pair->responder = mem_alloc(1, sizeof *pair->responder);
    drive_init(pair->sender, engine_machine(pair->engine), build_at(0));
    drive_init(pair->responder, reflect_machine(pair->reflect), build_at(0));
    drive_poll(pair->responder);
    apply(pair, 0x0f);
}

/* Every datagram was answered or dropped once. */
static void check_responder(const struct pair *pair)
{
    const struct reflect_stats *stats = reflect_stats(pair->reflect);
    uint64_t dropped = 0;
    for (unsigned i = 0; i < REFLECT_DROP_COUNT; i++) {
        dropped += stats->dropped[i];
    }
    assert(pair->responder->sent - stats->dropped[DROP_SEND_FAILED] + dropped == pair->received);
    assert(stats->sessions <= stats->max_sessions);
    (void)dropped;
}

static void check_reports(const struct pair *pair)
{
    struct snapshot *snapshot = engine_snapshot(pair->engine);
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct tally *tally = &snapshot->reports[i]->tally;
        assert(tally->sent == tally->received + tally->late + tally->sd.lost + tally->ds.lost +
                                  tally->lost_unknown + tally->dropped_here);
        assert(tally->rtt.count <= tally->received);
        (void)tally;
    }
    snapshot_unref(snapshot);
}

static void stop(struct pair *pair)
{
    check_responder(pair);
    check_reports(pair);
    apply(pair, 0);
    reflect_stop(pair->reflect);
    drive_poll(pair->responder);
    assert(pair->sender->open_count == 0 && pair->responder->open_count == 0);
    engine_free(pair->engine);
    reflect_free(pair->reflect);
    free(pair->sender);
    free(pair->responder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script = {data, data == NULL ? data : data + size};
    struct pair pair = {0};
    start(&pair);
    for (unsigned step = 0; step < STEPS_MAX && script.at != script.end; step++) {
        run_step(&pair, &script);
    }
    stop(&pair);
    return 0;
}
