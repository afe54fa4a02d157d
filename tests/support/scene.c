/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "operation/operation.h"
#include "stats/trail.h"
#include "support/build.h"

#define FREQUENCY_NS (10 * NS_PER_SECOND)
enum { PACKETS = 50, SITES = 12, FAILED_OPERATIONS = 7 };

static const char *const sites[SITES] = {"amsterdam", "berlin", "dublin", "lisboa",
                                         "lyon",      "madrid", "oslo",   "paris",
                                         "praha",     "roma",   "wien",   "zagreb"};

/* How a target is. */
enum role { ROLE_OK, ROLE_LOSSY, ROLE_FAILED, ROLE_PENDING, ROLE_INACTIVE };

static enum role role_of(size_t index)
{
    static const enum role first[] = {ROLE_LOSSY, ROLE_FAILED, ROLE_OK, ROLE_OK};
    if (index < sizeof first / sizeof first[0]) {
        return first[index];
    }
    return index % 37 == 20   ? ROLE_FAILED
           : index % 29 == 12 ? ROLE_LOSSY
           : index % 97 == 50 ? ROLE_PENDING
           : index % 89 == 51 ? ROLE_INACTIVE
                              : ROLE_OK;
}

static void add_label(struct spec *spec, const char *name, const char *value)
{
    struct spec_identity *identity = &spec->identity;
    identity->labels =
        mem_resize(identity->labels, identity->label_count + 1, sizeof *identity->labels);
    identity->labels[identity->label_count++] = (struct label){mem_string(name), mem_string(value)};
}

static struct spec *make_spec(size_t index)
{
    char name[64], ip[32];
    const char *site = sites[index % SITES], *source = sites[index / SITES % SITES];
    snprintf(name, sizeof name, "%s-core%zu", site, index / SITES + 1);
    snprintf(ip, sizeof ip, "192.0.%zu.%zu", index / 250 + 2, index % 250 + 1);
    struct spec *spec = index == 2 ? build_echo_spec(name, ip) : build_jitter_spec(name, ip);
    spec->schedule.frequency_ns = FREQUENCY_NS;
    spec->packets.count = PACKETS;
    spec->results.history = SCENE_OPERATIONS;
    limit_put(&spec->results.limits, SEVERITY_CRITICAL, LIMIT_LOSS_SD, 0.05);
    add_label(spec, "from", source);
    add_label(spec, "site", site);
    if (index % 5 == 0 && index != 2) {
        spec->packets.codec = VOICE_CODEC_G711ALAW;
    }
    return spec;
}

/* A round trip that varies as real ones do: mostly little, seldom much. */
static int64_t draw_rtt(struct rng *rng, int64_t base_ns)
{
    int64_t rtt_ns = base_ns + (int64_t)rng_below(rng, 1000) * base_ns / 20000;
    bool is_seldom = rng_below(rng, 40) == 0;
    return is_seldom ? rtt_ns + (int64_t)rng_below(rng, 40) * base_ns / 40 : rtt_ns;
}

static enum trail_fate draw_fate(struct rng *rng, enum role role)
{
    uint64_t dice = rng_u64(rng) % 1000;
    if (role == ROLE_LOSSY && dice < 200) {
        return TRAIL_LOST_SD;
    }
    return dice == 999 ? TRAIL_LOST_DS : TRAIL_RECEIVED;
}

static void add_pairs(struct jitter *jitter, struct rng *rng, int64_t base_ns)
{
    for (unsigned i = 0; i < 20; i++) {
        int64_t value_ns = (int64_t)(rng_u64(rng) % (uint64_t)(base_ns / 20));
        jitter->samples++;
        moments_add(i % 2 == 0 ? &jitter->positive : &jitter->negative, value_ns);
        jitter->max_ns = value_ns > jitter->max_ns ? value_ns : jitter->max_ns;
    }
}

/* The packets of one operation, which go to the trail and the counters of its report. */
static void draw_packets(struct report *report, struct rng *rng, enum role role, int64_t base_ns)
{
    struct round *round = &report->latest;
    for (uint32_t i = 0; i < PACKETS; i++) {
        struct trail_packet packet = {.fate = draw_fate(rng, role)};
        if (packet.fate == TRAIL_RECEIVED) {
            packet.rtt_ns = draw_rtt(rng, base_ns);
            moments_add(&round->rtt, packet.rtt_ns);
            native_observe(&report->tally.rtt.native, packet.rtt_ns);
            round->received++;
        }
        round->sd.lost += packet.fate == TRAIL_LOST_SD;
        round->ds.lost += packet.fate == TRAIL_LOST_DS;
        report->trail[i] = trail_pack(&packet);
    }
    round->planned = round->sent = PACKETS;
    round->rtt_p50_ns = (int64_t)moments_average_ns(&round->rtt);
    round->rtt_p95_ns = round->rtt.max_ns - (round->rtt.max_ns - round->rtt_p50_ns) / 4;
    round->has_reply = true;
    round->reply_ttl = 250;
}

static void score(struct report *report)
{
    const struct round *round = &report->latest;
    if (report->spec->packets.codec != VOICE_CODEC_NONE) {
        const struct voice_input input = {.codec = report->spec->packets.codec,
                                          .packet_bytes = 172,
                                          .sent = round->sent,
                                          .lost = round->sd.lost + round->ds.lost,
                                          .rtt_ns = moments_average_ns(&round->rtt),
                                          .one_way_ns = -1};
        voice_score(&input, &report->latest.voice);
    }
}

static void complete(struct report *report, struct rng *rng, enum role role, int64_t base_ns)
{
    report->latest = (struct round){.outcome = OUTCOME_OK, .return_code = RETURN_CODE_OK};
    report->latest.control_rtt_ns = base_ns + NS_PER_MS;
    draw_packets(report, rng, role, base_ns);
    if (!operation_has(report->spec->operation, RESULT_JITTER)) {
        return;
    }
    add_pairs(&report->latest.sd.jitter, rng, base_ns);
    add_pairs(&report->latest.ds.jitter, rng, base_ns);
    moments_add(&report->latest.sd.delay, base_ns / 2 - NS_PER_MS / 10);
    moments_add(&report->latest.ds.delay, base_ns / 2 + NS_PER_MS / 10);
    report->latest.offset = (struct clock_offset){true, -150 * NS_PER_US, 300 * NS_PER_US};
    score(report);
}

static void fail(struct report *report)
{
    report->latest =
        (struct round){.outcome = OUTCOME_NO_CONNECTION, .return_code = RETURN_CODE_NOT_CONNECTED};
    report->latest.control_rtt_ns = -1;
    report->latest.control_retries = 2;
    free(report->trail);
    report->trail = NULL;
    report->trail_count = 0;
}

static void run_once(struct report *report, struct rng *rng, enum role role, struct wall end)
{
    int64_t base_ns = 2 * NS_PER_MS + (int64_t)(report->spec->identity.hash % 60) * NS_PER_MS;
    struct instant at = {{end.ns}, end};
    bool fails =
        role == ROLE_FAILED && report->tally.operations + FAILED_OPERATIONS >= SCENE_OPERATIONS;
    if (fails) {
        fail(report);
        report->tally.failures[OUTCOME_NO_CONNECTION]++;
    } else {
        enum role now = role == ROLE_LOSSY && report->tally.operations < 30 ? ROLE_OK : role;
        complete(report, rng, now, base_ns);
        limit_watch_take(&report->condition.limits, &report->spec->results.limits, &report->latest);
    }
    report->latest.started = (struct wall){end.ns - NS_PER_SECOND};
    bool is_degraded = limit_watch_is_exceeded(&report->condition.limits);
    condition_settle(&report->condition,
                     fails         ? TARGET_FAILED
                     : is_degraded ? TARGET_DEGRADED
                                   : TARGET_OK,
                     at);
    report->tally.operations++;
    report->tally.sent += report->latest.sent;
    report->tally.received += report->latest.received;
    report->has_run = true;
    report->last_run = end;
    report->next_start = (struct wall){end.ns + FREQUENCY_NS};
    struct history_entry entry = history_entry(&report->latest, end);
    entry.flags |= is_degraded ? HISTORY_IS_DEGRADED : 0;
    history_append(report->history, &entry);
}

static struct report *make_report(struct spec *spec, enum role role, size_t index, struct wall now)
{
    struct report *report = report_alloc(NULL);
    struct rng rng = {index + 1};
    report->spec = spec;
    spec->identity.hash = index * 2654435761U;
    if (role == ROLE_PENDING) {
        return report;
    }
    report->history = history_new(SCENE_OPERATIONS);
    report->trail_count = PACKETS;
    report->trail = mem_alloc(PACKETS, sizeof *report->trail);
    for (int i = 0; i < SCENE_OPERATIONS; i++) {
        bool is_gap = index % 11 == 3 && i > 20 && i < 30; /* this host stood still */
        struct wall end = {now.ns - (SCENE_OPERATIONS - i) * FREQUENCY_NS +
                           (int64_t)(index % 10) * NS_PER_SECOND};
        if (!is_gap) {
            run_once(report, &rng, role, end);
        }
    }
    if (role == ROLE_INACTIVE) {
        report->condition.state = TARGET_INACTIVE;
        report->next_start = (struct wall){0};
    }
    return report;
}

struct snapshot *scene_new(size_t count, struct wall now)
{
    struct snapshot *snapshot = snapshot_new(count);
    for (size_t i = 0; i < count; i++) {
        snapshot->reports[i] = make_report(make_spec(i), role_of(i), i, now);
    }
    return snapshot;
}

void scene_free(struct snapshot *snapshot)
{
    snapshot_unref(snapshot);
}

const char *scene_hostile_text(unsigned kind)
{
    static char long_text[201];
    static const char *const texts[SCENE_HOSTILE_COUNT - 1] = {
        "<script>alert(1)</script>",
        "\"' onmouseover=alert(1) x='&amp;</title></textarea>",
        "\xe2\x80\xaetxet desrever \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
        "\xf0\x9f\x9a\x80\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb caf\xc3\xa9",
    };
    if (kind < SCENE_HOSTILE_COUNT - 1) {
        return texts[kind];
    }
    memset(long_text, 'w', sizeof long_text - 1);
    return long_text;
}

struct snapshot *scene_new_hostile(struct wall now)
{
    struct snapshot *snapshot = snapshot_new(SCENE_HOSTILE_COUNT);
    for (unsigned i = 0; i < SCENE_HOSTILE_COUNT; i++) {
        const char *text = scene_hostile_text(i);
        struct spec *spec = build_jitter_spec(text, "192.0.2.1");
        free(spec->identity.host);
        spec->identity.host = mem_string(text);
        add_label(spec, "site", text);
        add_label(spec, "row", scene_hostile_text((i + 1) % SCENE_HOSTILE_COUNT));
        spec->results.history = SCENE_OPERATIONS;
        snapshot->reports[i] = make_report(spec, ROLE_FAILED, i, now);
    }
    return snapshot;
}
