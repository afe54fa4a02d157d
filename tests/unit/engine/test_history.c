/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/history.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "support/build.h"
#include "support/cm.h"

/* All of its numbers follow from `number`, so that a mixture of two shows. */
static struct history_entry entry_of(uint32_t number)
{
    int64_t min_ns = number * INT64_C(13) % 500000;
    int64_t p50_ns = min_ns + number * 17 % 2048;
    int64_t p95_ns = p50_ns + number * 19 % 2048;
    return (struct history_entry){
        .end = {(BUILD_WALL_NS / NS_PER_MS + number) * NS_PER_MS},
        .outcome = (enum outcome)(number % OUTCOME_COUNT),
        .flags = number % 64,
        .sent = number % 60001,
        .received = number * 3 % 60001,
        .lost_sd = number * 5 % 60001,
        .lost_ds = number * 7 % 60001,
        .lost_unknown = number * 11 % 60001,
        .rtt_min_ns = min_ns,
        .rtt_p50_ns = p50_ns,
        .rtt_p95_ns = p95_ns,
        .rtt_max_ns = p95_ns + number * 23 % 2048,
        .jitter_sd_ns = number * 29 % 32000,
        .jitter_ds_ns = number * 31 % 32000,
        .mos_hundredths = (uint16_t)(number % 500),
    };
}

static void assert_entry(const struct history_entry *entry, uint32_t number)
{
    const struct history_entry wanted = entry_of(number);
    assert_int_equal(entry->end.ns, wanted.end.ns);
    assert_int_equal(entry->outcome, wanted.outcome);
    assert_int_equal(entry->flags, wanted.flags);
    assert_int_equal(entry->sent, wanted.sent);
    assert_int_equal(entry->received, wanted.received);
    assert_int_equal(entry->lost_sd, wanted.lost_sd);
    assert_int_equal(entry->lost_ds, wanted.lost_ds);
    assert_int_equal(entry->lost_unknown, wanted.lost_unknown);
    assert_int_equal(entry->rtt_min_ns, wanted.rtt_min_ns);
    assert_int_equal(entry->rtt_p50_ns, wanted.rtt_p50_ns);
    assert_int_equal(entry->rtt_p95_ns, wanted.rtt_p95_ns);
    assert_int_equal(entry->rtt_max_ns, wanted.rtt_max_ns);
    assert_int_equal(entry->jitter_sd_ns, wanted.jitter_sd_ns);
    assert_int_equal(entry->jitter_ds_ns, wanted.jitter_ds_ns);
    assert_int_equal(entry->mos_hundredths, wanted.mos_hundredths);
}

static void append(struct history *history, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        const struct history_entry entry = entry_of(i);
        history_append(history, &entry);
    }
}

/* `count` entries, the newest of which is `last`. */
static void assert_kept(const struct history *history, size_t room, size_t count, uint32_t last)
{
    struct history_entry entries[64];
    assert_int_equal(history_copy(history, entries, room), count);
    for (size_t i = 0; i < count; i++) {
        assert_entry(&entries[i], last + 1 - (uint32_t)(count - i));
    }
}

static void the_newest_are_kept_in_order(void **state)
{
    (void)state;
    struct history *history = history_new(5);
    assert_int_equal(history_capacity(history), 5);
    assert_kept(history, 10, 0, 0);
    append(history, 1, 3);
    assert_kept(history, 10, 3, 3);
    assert_kept(history, 2, 2, 3);
    assert_int_equal(history_copy(history, NULL, 0), 0);
    append(history, 4, 30);
    assert_kept(history, 10, 5, 33);
    assert_kept(history, 1, 1, 33);
    history_unref(history);
    history_unref(NULL);
    assert_null(history_ref(NULL));
    assert_int_equal(history_copy(NULL, NULL, 5), 0);
    assert_int_equal(history_capacity(NULL), 0);
}

static void another_size_keeps_the_newest(void **state)
{
    (void)state;
    struct history *history = history_new(5);
    append(history, 1, 12);
    struct history *smaller = history_resize(history, 3), *larger = history_resize(history, 60);
    assert_kept(smaller, 10, 3, 12);
    assert_kept(larger, 10, 5, 12);
    append(larger, 13, 2);
    assert_kept(larger, 10, 7, 14);
    assert_kept(history, 10, 5, 12); /* the old one is as it was */
    history_unref(history);
    history = history_resize(NULL, 4);
    assert_kept(history, 10, 0, 0);
    history_unref(history);
    history_unref(smaller);
    history_unref(larger);
}

/* Durations beyond what is exact lose their last digits, and stay in order; what cannot be is the
 * nearest that can. */
static void extremes_are_packed(void **state)
{
    (void)state;
    static const int64_t values[] = {0,         1,         500000,        134217727, 134217728,
                                     134217729, 999999999, 3600000000000, INT64_MAX, -5};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct history_entry entry = {.rtt_min_ns = values[i], .jitter_ds_ns = values[i]}, back;
        uint64_t words[HISTORY_WORDS];
        int64_t wanted = values[i] < 0 ? 0 : values[i];
        history_pack(&entry, words);
        history_unpack(words, &back);
        assert_true(back.rtt_min_ns <= wanted && back.jitter_ds_ns <= wanted);
        if (wanted < INT64_MAX) {
            assert_true(wanted - back.rtt_min_ns <= wanted / 250000);
            assert_true(wanted - back.jitter_ds_ns <= wanted / 16000);
        }
        assert_int_equal(back.jitter_sd_ns, 0);
    }
    struct history_entry most = {.end = {-NS_PER_SECOND},
                                 .sent = UINT32_MAX,
                                 .lost_unknown = 70000,
                                 .mos_hundredths = 9999,
                                 .flags = 511},
                         back;
    uint64_t words[HISTORY_WORDS];
    history_pack(&most, words);
    history_unpack(words, &back);
    assert_int_equal(back.end.ns, 0);
    assert_int_equal(back.sent, 65535);
    assert_int_equal(back.received, 0);
    assert_int_equal(back.lost_unknown, 65535);
    assert_int_equal(back.mos_hundredths, 511);
    assert_int_equal(back.flags, 511);
    memset(words, 0xff, sizeof words);
    history_unpack(words, &back);
    assert_true(back.outcome < OUTCOME_COUNT);
    assert_true(back.rtt_max_ns > 0 && back.jitter_sd_ns > 0);
}

static void expect_near(int64_t got_ns, int64_t wanted_ns, int64_t step_ns)
{
    assert_true(got_ns <= wanted_ns && wanted_ns - got_ns <= step_ns / 1000);
}

/* The percentiles stay in order, and the error of one is not in the next. */
static void steps_do_not_add_up_their_errors(void **state)
{
    (void)state;
    for (int64_t us = 1; us < 100000; us = us * 3 + 1) {
        struct history_entry entry = {.rtt_min_ns = us * 1001,
                                      .rtt_p50_ns = us * 1777,
                                      .rtt_p95_ns = us * 90001,
                                      .rtt_max_ns = us * 90333},
                             back;
        uint64_t words[HISTORY_WORDS];
        history_pack(&entry, words);
        history_unpack(words, &back);
        expect_near(back.rtt_p50_ns, entry.rtt_p50_ns, entry.rtt_p50_ns - back.rtt_min_ns);
        expect_near(back.rtt_p95_ns, entry.rtt_p95_ns, entry.rtt_p95_ns - back.rtt_p50_ns);
        expect_near(back.rtt_max_ns, entry.rtt_max_ns, entry.rtt_max_ns - back.rtt_p95_ns);
    }
}

static void an_operation_tells_what_it_knows(void **state)
{
    (void)state;
    struct round round = {.outcome = OUTCOME_OK,
                          .return_code = RETURN_CODE_OVER_THRESHOLD,
                          .sent = 10,
                          .received = 7,
                          .lost_unknown = 1,
                          .rtt_p50_ns = 2,
                          .rtt_p95_ns = 3};
    moments_add(&round.rtt, 2);
    round.sd.lost = 2;
    round.sd.jitter.samples = 6;
    moments_add(&round.sd.jitter.positive, 3);
    moments_add(&round.sd.jitter.positive, 4);
    struct history_entry entry = history_entry(&round, (struct wall){5});
    assert_int_equal(entry.flags,
                     HISTORY_HAS_RTT | HISTORY_HAS_JITTER_SD | HISTORY_IS_OVER_THRESHOLD);
    assert_int_equal(entry.end.ns, 5);
    assert_int_equal(entry.received, 7);
    assert_int_equal(entry.lost_sd, 2);
    assert_int_equal(entry.lost_ds, 0);
    assert_int_equal(entry.lost_unknown, 1);
    assert_int_equal(entry.rtt_p95_ns, 3);
    assert_int_equal(entry.jitter_sd_ns, 4); /* 3.5 */
    round = (struct round){.outcome = OUTCOME_TIMEOUT, .sent = 10};
    entry = history_entry(&round, (struct wall){5});
    assert_int_equal(entry.flags, 0);
    assert_int_equal(entry.outcome, OUTCOME_TIMEOUT);
}

struct race {
    struct history *history;
    atomic_bool is_over;
    size_t torn, read;
};

/* Each entry is whole, and follows the one before. */
static void *read_all_the_time(void *context)
{
    struct race *race = context;
    struct history_entry entries[8];
    do {
        size_t count = history_copy(race->history, entries, 8);
        for (size_t i = 0; i < count; i++) {
            int64_t number = entries[i].end.ns / NS_PER_MS - BUILD_WALL_NS / NS_PER_MS;
            struct history_entry wanted = entry_of((uint32_t)number);
            uint64_t a[HISTORY_WORDS], b[HISTORY_WORDS];
            history_pack(&entries[i], a);
            history_pack(&wanted, b);
            bool follows = i == 0 || entries[i].end.ns == entries[i - 1].end.ns + NS_PER_MS;
            race->torn += memcmp(a, b, sizeof a) != 0 || !follows;
        }
        race->read += count;
    } while (!atomic_load(&race->is_over));
    return NULL;
}

static void a_reader_sees_whole_entries_only(void **state)
{
    (void)state;
    enum { APPENDED = 300000 };
    struct race race = {.history = history_new(2)};
    pthread_t reader;
    assert_int_equal(pthread_create(&reader, NULL, read_all_the_time, &race), 0);
    append(race.history, 1, APPENDED);
    atomic_store(&race.is_over, true);
    pthread_join(reader, NULL);
    assert_int_equal(race.torn, 0);
    assert_true(race.read > 0);
    assert_kept(race.history, 8, 2, APPENDED);
    history_unref(race.history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_are_kept_in_order),
        cmocka_unit_test(another_size_keeps_the_newest),
        cmocka_unit_test(extremes_are_packed),
        cmocka_unit_test(steps_do_not_add_up_their_errors),
        cmocka_unit_test(an_operation_tells_what_it_knows),
        cmocka_unit_test(a_reader_sees_whole_entries_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
