/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* An operation is four words:
 *
 *   0   end, ms since 1970: 42 bits | outcome: 4 | MOS in hundredths: 9 | flags: 9
 *   1   sent: 16 | received: 16 | lost sd: 16 | lost ds: 16
 *   2   RTT min: 24 | jitter sd: 20 | jitter ds: 20
 *   3   RTT p50 - min: 16 | p95 - p50: 16 | max - p95: 16 | lost unknown: 16
 *
 * A duration is a number times a power of two, whose exponent is in the upper 5 bits.
 *
 * The ring has one slot more than entries. Entry i is in slot i modulo `slots`, and is overwritten
 * by entry i + slots, after `count` has become i + slots. So whoever reads a word of a newer entry
 * sees such a count afterwards, and leaves out what may have been overwritten meanwhile: words are
 * written with release and read with acquire. */
#include "engine/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define EXPONENT_BITS 5
#define EXPONENT_MAX ((1u << EXPONENT_BITS) - 1)
#define RTT_BITS 24
#define STEP_BITS 16 /* from one percentile to the next */
#define JITTER_BITS 20
#define END_BITS 42
#define OUTCOME_BITS 4
#define MOS_BITS 9
#define FLAG_BITS 9
#define PACKETS_MAX UINT16_MAX

_Static_assert(OUTCOME_COUNT <= 1 << OUTCOME_BITS, "an outcome fits");

struct history {
    unsigned references;
    uint32_t slots;
    uint64_t count; /* of entries ever appended */
    uint64_t words[]; /* HISTORY_WORDS for each slot */
};

struct history *history_new(size_t capacity)
{
    assert(capacity > 0 && capacity <= HISTORY_MAX);
    size_t slots = capacity + 1;
    struct history *history =
        mem_alloc(1, sizeof *history + slots * HISTORY_WORDS * sizeof(uint64_t));
    history->references = 1;
    history->slots = (uint32_t)slots;
    return history;
}

struct history *history_ref(struct history *history)
{
    if (history != NULL) {
        __atomic_fetch_add(&history->references, 1, __ATOMIC_RELAXED);
    }
    return history;
}

void history_unref(struct history *history)
{
    if (history != NULL && __atomic_sub_fetch(&history->references, 1, __ATOMIC_ACQ_REL) == 0) {
        free(history);
    }
}

size_t history_capacity(const struct history *history)
{
    return history == NULL ? 0 : history->slots - 1;
}

static int64_t rounded(double ns)
{
    return (int64_t)(ns + 0.5);
}

struct history_entry history_entry(const struct round *round, struct wall end)
{
    struct history_entry entry = {
        .end = end,
        .outcome = round->outcome,
        .sent = round->sent,
        .received = round->received,
        .lost_sd = round->sd.lost,
        .lost_ds = round->ds.lost,
        .lost_unknown = round->lost_unknown,
        .rtt_min_ns = round->rtt.min_ns,
        .rtt_p50_ns = round->rtt_p50_ns,
        .rtt_p95_ns = round->rtt_p95_ns,
        .rtt_max_ns = round->rtt.max_ns,
        .jitter_sd_ns = rounded(jitter_average_ns(&round->sd.jitter)),
        .jitter_ds_ns = rounded(jitter_average_ns(&round->ds.jitter)),
        .mos_hundredths = round->voice.mos_hundredths,
    };
    bool is_over = round->return_code == RETURN_CODE_OVER_THRESHOLD;
    entry.flags |= round->rtt.count > 0 ? HISTORY_HAS_RTT : 0;
    entry.flags |= round->sd.jitter.samples > 0 ? HISTORY_HAS_JITTER_SD : 0;
    entry.flags |= round->ds.jitter.samples > 0 ? HISTORY_HAS_JITTER_DS : 0;
    entry.flags |= is_over ? HISTORY_IS_OVER_THRESHOLD : 0;
    return entry;
}

static uint64_t low_bits(uint64_t word, unsigned bits)
{
    return word & ((UINT64_C(1) << bits) - 1);
}

/* `value` or, when it has more bits, what is above of it. */
static uint64_t at_most(uint64_t value, unsigned bits)
{
    uint64_t max = (UINT64_C(1) << bits) - 1;
    return value < max ? value : max;
}

static uint64_t pack_duration(int64_t ns, unsigned bits)
{
    unsigned mantissa_bits = bits - EXPONENT_BITS;
    uint64_t value = ns < 0 ? 0 : (uint64_t)ns;
    unsigned used = value == 0 ? 0 : 64u - (unsigned)__builtin_clzll(value);
    unsigned exponent = used > mantissa_bits ? used - mantissa_bits : 0;
    if (exponent > EXPONENT_MAX) {
        return at_most(UINT64_MAX, bits);
    }
    return (uint64_t)exponent << mantissa_bits | value >> exponent;
}

static int64_t unpack_duration(uint64_t word, unsigned bits)
{
    unsigned mantissa_bits = bits - EXPONENT_BITS;
    uint64_t packed = low_bits(word, bits);
    return (int64_t)(low_bits(packed, mantissa_bits) << (packed >> mantissa_bits));
}

/* From *at_ns, which moves to what will be read, up to `ns`. */
static uint64_t pack_step(int64_t *at_ns, int64_t ns)
{
    uint64_t step = pack_duration(ns - *at_ns, STEP_BITS);
    *at_ns += unpack_duration(step, STEP_BITS);
    return step;
}

void history_pack(const struct history_entry *entry, uint64_t words[HISTORY_WORDS])
{
    int64_t end_ms = floor_div(entry->end.ns, NS_PER_MS);
    words[0] = at_most(end_ms < 0 ? 0 : (uint64_t)end_ms, END_BITS) << 22 |
               (uint64_t)entry->outcome << 18 | at_most(entry->mos_hundredths, MOS_BITS) << 9 |
               low_bits(entry->flags, FLAG_BITS);
    words[1] = at_most(entry->sent, 16) << 48 | at_most(entry->received, 16) << 32 |
               at_most(entry->lost_sd, 16) << 16 | at_most(entry->lost_ds, 16);
    uint64_t min = pack_duration(entry->rtt_min_ns, RTT_BITS);
    words[2] = min << 40 | pack_duration(entry->jitter_sd_ns, JITTER_BITS) << 20 |
               pack_duration(entry->jitter_ds_ns, JITTER_BITS);
    /* Each step goes from what will be read of the one before, so that errors do not add up. */
    int64_t at_ns = unpack_duration(min, RTT_BITS);
    uint64_t p50 = pack_step(&at_ns, entry->rtt_p50_ns);
    uint64_t p95 = pack_step(&at_ns, entry->rtt_p95_ns);
    uint64_t max = pack_step(&at_ns, entry->rtt_max_ns);
    words[3] = p50 << 48 | p95 << 32 | max << 16 | at_most(entry->lost_unknown, 16);
}

void history_unpack(const uint64_t words[HISTORY_WORDS], struct history_entry *entry)
{
    uint64_t outcome = low_bits(words[0] >> 18, OUTCOME_BITS);
    *entry = (struct history_entry){
        .end = {(int64_t)(words[0] >> 22) * NS_PER_MS},
        .outcome = outcome < OUTCOME_COUNT ? (enum outcome)outcome : OUTCOME_LOCAL,
        .mos_hundredths = (uint16_t)low_bits(words[0] >> 9, MOS_BITS),
        .flags = (unsigned)low_bits(words[0], FLAG_BITS),
        .sent = (uint32_t)(words[1] >> 48),
        .received = (uint32_t)low_bits(words[1] >> 32, 16),
        .lost_sd = (uint32_t)low_bits(words[1] >> 16, 16),
        .lost_ds = (uint32_t)low_bits(words[1], 16),
        .lost_unknown = (uint32_t)low_bits(words[3], 16),
        .rtt_min_ns = unpack_duration(words[2] >> 40, RTT_BITS),
        .jitter_sd_ns = unpack_duration(words[2] >> 20, JITTER_BITS),
        .jitter_ds_ns = unpack_duration(words[2], JITTER_BITS),
    };
    entry->rtt_p50_ns = entry->rtt_min_ns + unpack_duration(words[3] >> 48, STEP_BITS);
    entry->rtt_p95_ns = entry->rtt_p50_ns + unpack_duration(words[3] >> 32, STEP_BITS);
    entry->rtt_max_ns = entry->rtt_p95_ns + unpack_duration(words[3] >> 16, STEP_BITS);
}

void history_append(struct history *history, const struct history_entry *entry)
{
    uint64_t words[HISTORY_WORDS];
    uint64_t count = __atomic_load_n(&history->count, __ATOMIC_RELAXED);
    uint64_t *slot = &history->words[count % history->slots * HISTORY_WORDS];
    history_pack(entry, words);
    for (unsigned i = 0; i < HISTORY_WORDS; i++) {
        __atomic_store_n(&slot[i], words[i], __ATOMIC_RELEASE);
    }
    __atomic_store_n(&history->count, count + 1, __ATOMIC_RELEASE);
}

static void read_entry(const struct history *history, uint64_t number, struct history_entry *entry)
{
    uint64_t words[HISTORY_WORDS];
    const uint64_t *slot = &history->words[number % history->slots * HISTORY_WORDS];
    for (unsigned i = 0; i < HISTORY_WORDS; i++) {
        words[i] = __atomic_load_n(&slot[i], __ATOMIC_ACQUIRE);
    }
    history_unpack(words, entry);
}

size_t history_copy(const struct history *history, struct history_entry *entries, size_t room)
{
    if (history == NULL) {
        return 0;
    }
    uint64_t end = __atomic_load_n(&history->count, __ATOMIC_ACQUIRE);
    uint64_t most = history->slots - 1;
    most = end < most ? end : most;
    most = room < most ? room : most;
    uint64_t first = end - most;
    for (uint64_t i = first; i < end; i++) {
        read_entry(history, i, &entries[i - first]);
    }
    uint64_t now = __atomic_load_n(&history->count, __ATOMIC_ACQUIRE);
    uint64_t whole = now < history->slots ? 0 : now - history->slots + 1;
    uint64_t lost = whole <= first ? 0 : whole - first < most ? whole - first : most;
    if (lost > 0) {
        memmove(entries, entries + lost, (size_t)(most - lost) * sizeof *entries);
    }
    return (size_t)(most - lost);
}

struct history *history_resize(const struct history *history, size_t capacity)
{
    struct history *resized = history_new(capacity);
    struct history_entry entry;
    uint64_t kept = history == NULL ? 0 : history->count;
    kept = kept < history_capacity(history) ? kept : history_capacity(history);
    kept = kept < capacity ? kept : capacity;
    for (uint64_t i = history == NULL ? 0 : history->count - kept; kept > 0; i++, kept--) {
        read_entry(history, i, &entry);
        history_append(resized, &entry);
    }
    return resized;
}
