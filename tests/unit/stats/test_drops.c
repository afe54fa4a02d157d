/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Each letter is a packet: its fate before and after, and what the round then says. */
#include "stats/drops.h"

#include <string.h>

#include "stats/round.h"
#include "support/build.h"
#include "support/cm.h"

#define PACKETS_MAX 16
static const char letters[] = {[FATE_PLANNED] = 'p',  [FATE_UNSENT] = 'u', [FATE_SENT] = 's',
                               [FATE_RECEIVED] = 'r', [FATE_LATE] = 'l',   [FATE_DROPPED] = 'd'};

static struct sample items[PACKETS_MAX];
static uint32_t arrival[PACKETS_MAX];
static struct round round_of;

/* `seqs[i]` is the responder's count that packet i + 1 brought back; NULL: the protocol has none.
 */
static void prepare(const char *fates, const uint32_t *seqs)
{
    memset(items, 0, sizeof items);
    for (size_t i = 0; fates[i] != '\0'; i++) {
        const char *letter = memchr(letters, fates[i], sizeof letters);
        items[i].fate = (enum fate)(letter - letters);
        items[i].responder_seq = seqs == NULL ? 0 : seqs[i];
        items[i].t4_ns = NS_PER_MS;
    }
}

static uint32_t book(const char *fates, const uint32_t *seqs, uint32_t drops)
{
    prepare(fates, seqs);
    uint32_t count = (uint32_t)strlen(fates);
    struct counted *counted = build_counted(items, count);
    uint32_t booked = drops_book(items, count, counted, drops);
    build_counted_free(counted);
    return booked;
}

/* The fates are now `fates`; the round of them adds up. */
static const struct round *expect(const char *fates)
{
    static const struct round_sinks nowhere;
    const struct round_rules rules = {.threshold_ns = NS_PER_SECOND, .resolution_ns = NS_PER_MS};
    struct counted *counted = build_counted(items, (uint32_t)strlen(fates));
    struct samples samples = {items, (uint32_t)strlen(fates), arrival, 0, counted};
    for (uint32_t i = 0; i < samples.count; i++) {
        if (letters[items[i].fate] != fates[i]) {
            fail_msg("packet %u is '%c', must be '%c'", i + 1, letters[items[i].fate], fates[i]);
        }
        if (items[i].fate == FATE_RECEIVED || items[i].fate == FATE_LATE) {
            arrival[samples.arrivals++] = i;
        }
    }
    round_of = (struct round){0};
    round_compute(&round_of, &samples, &rules, &nowhere);
    build_counted_free(counted);
    assert_int_equal(round_of.sent, round_of.received + round_of.late + round_of.sd.lost +
                                        round_of.ds.lost + round_of.lost_unknown +
                                        round_of.dropped_here);
    return &round_of;
}

static void test_the_tail_first(void **state)
{
    (void)state;
    /* Packets 2 and 3 were answered by the responder (its count grew by 3), the last two are
     * anybody's guess. */
    static const uint32_t seqs[] = {1, 0, 0, 4, 0, 0};
    assert_int_equal(book("rssrss", seqs, 1), 1);
    const struct round *round = expect("rssrds");
    assert_int_equal(round->dropped_here, 1);
    assert_int_equal(round->lost_unknown, 1);
    assert_int_equal(round->ds.lost, 2);
    assert_int_equal(book("rssrss", seqs, 3), 3);
    round = expect("rdsrdd");
    assert_int_equal(round->lost_unknown, 0);
    assert_int_equal(round->ds.lost, 1);
    assert_int_equal(round->sd.lost, 0);
    assert_int_equal(round->ds.periods.length_max, 1);
    assert_int_equal(round->losses.count, 1);
    assert_int_equal(round->losses.length_max, 1);
    assert_int_equal(round->loss_runs, 1);
    assert_int_equal(book("rssrss", seqs, 100), 4);
    round = expect("rddrdd");
    assert_int_equal(round->dropped_here, 4);
    assert_int_equal(round->losses.count, 0);
    assert_int_equal(round->ds.periods.count, 0);
    assert_int_equal(round->loss_runs, 0);
}

/* What the responder never received was not lost here. */
static void test_loss_on_the_way_there_stays(void **state)
{
    (void)state;
    static const uint32_t seqs[] = {1, 0, 0, 0, 3, 4};
    assert_int_equal(book("rsssrr", seqs, 9), 1);
    const struct round *round = expect("rdssrr");
    assert_int_equal(round->sd.lost, 2);
    assert_int_equal(round->sd.periods.length_max, 2);
    assert_int_equal(round->ds.lost, 0);
    assert_int_equal(round->dropped_here, 1);
}

static void test_without_counts(void **state)
{
    (void)state;
    assert_int_equal(book("srsusl", NULL, 2), 2);
    const struct round *round = expect("drdusl");
    assert_int_equal(round->lost_unknown, 1);
    assert_int_equal(round->loss_runs, 1); /* the lost one and the late one behind it */
    assert_int_equal(book("ss", NULL, 2), 2);
    round = expect("dd");
    assert_int_equal(round->sent, 2);
    assert_int_equal(round->dropped_here, 2);
}

static void test_nothing_to_book(void **state)
{
    (void)state;
    assert_int_equal(book("rsrs", NULL, 0), 0);
    expect("rsrs");
    assert_int_equal(book("rrlu", NULL, 5), 0);
    expect("rrlu");
    assert_int_equal(book("", NULL, 5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_tail_first),
        cmocka_unit_test(test_loss_on_the_way_there_stays),
        cmocka_unit_test(test_without_counts),
        cmocka_unit_test(test_nothing_to_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
