/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/trail.h"

#include "support/cm.h"

enum { PACKETS = 10 };

struct train_of_ten {
    struct sample items[PACKETS];
    struct counted counted;
    uint64_t seen[1];
};

/* Packets that are answered have 5 ms, those of `lost` are not answered. */
static void build(struct train_of_ten *train, const char *fates)
{
    uint32_t number = 0;
    *train = (struct train_of_ten){0};
    counted_use(&train->counted, train->seen, PACKETS);
    for (uint32_t i = 0; i < PACKETS; i++) {
        struct sample *sample = &train->items[i];
        bool is_answered = fates[i] == '.' || fates[i] == 'l';
        number += is_answered || fates[i] == 'b';
        sample->fate = fates[i] == 'l'   ? FATE_LATE
                       : fates[i] == 'u' ? FATE_UNSENT
                       : fates[i] == 'd' ? FATE_DROPPED
                       : is_answered     ? FATE_RECEIVED
                                         : FATE_SENT;
        number += fates[i] == 'd';
        if (is_answered) {
            sample->t4_ns = 5 * NS_PER_MS + 149;
            sample->responder_seq = number;
            counted_add(&train->counted, i + 1, number, false);
        }
    }
}

/* What became of each, one letter a packet. */
static void expect(const char *fates, bool is_counted, const char *wanted)
{
    static const char letters[] = ".rlSDE?h";
    struct train_of_ten train;
    uint32_t words[PACKETS];
    char got[PACKETS + 1] = "";
    build(&train, fates);
    const struct samples samples = {
        .items = train.items, .count = PACKETS, .counted = is_counted ? &train.counted : NULL};
    trail_fill(&samples, NS_PER_MS, words);
    for (unsigned i = 0; i < PACKETS; i++) {
        struct trail_packet packet = trail_unpack(words[i]);
        got[i] = letters[packet.fate];
        bool has_time = packet.fate == TRAIL_RECEIVED || packet.fate == TRAIL_LATE;
        assert_int_equal(packet.rtt_ns, has_time ? 5 * NS_PER_MS + 100 : 0);
    }
    assert_string_equal(got, wanted);
}

/* `s` is lost there, `b` back, `l` late, `u` not sent, `d` dropped in this host. */
static void each_packet_says_where_it_was_lost(void **state)
{
    (void)state;
    expect("..........", true, "rrrrrrrrrr");
    expect(".ss...b...", true, "rSSrrrDrrr");
    expect("..l.u.d...", true, "rrlr.rhrrr");
    expect("s........b", true, "Srrrrrrrr?"); /* behind the last answer nothing is known */
    expect(".sb.......", true, "rEErrrrrrr"); /* one of each: which is which is not told */
    expect(".sb.......", false, "r??rrrrrrr");
    expect("ssssssssss", true, "??????????");
}

static void times_are_kept_in_steps(void **state)
{
    (void)state;
    const struct trail_packet cases[] = {
        {TRAIL_RECEIVED, 0}, {TRAIL_LATE, 100}, {TRAIL_RECEIVED, TRAIL_RTT_MAX_NS}};
    for (size_t i = 0; i < 3; i++) {
        struct trail_packet back = trail_unpack(trail_pack(&cases[i]));
        assert_int_equal(back.fate, cases[i].fate);
        assert_int_equal(back.rtt_ns, cases[i].rtt_ns);
    }
    struct trail_packet packet = {TRAIL_DROPPED, INT64_MAX - 1000};
    assert_int_equal(trail_unpack(trail_pack(&packet)).rtt_ns, TRAIL_RTT_MAX_NS);
    packet.rtt_ns = -1;
    assert_int_equal(trail_unpack(trail_pack(&packet)).rtt_ns, 0);
    assert_int_equal(trail_unpack(trail_pack(&packet)).fate, TRAIL_DROPPED);
    for (uint32_t word = 1; word != 0; word <<= 1) { /* any word is a packet */
        assert_in_range(trail_unpack(word).fate, 0, TRAIL_FATE_COUNT - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_packet_says_where_it_was_lost),
        cmocka_unit_test(times_are_kept_in_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
