/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Scores of IOS: what was seen on routers, the clamps of the MIB, and regression values.
 * E-model: values computed from the equations of G.107. */
#include "stats/voice.h"

#include <math.h>

#include "support/cm.h"

#define NEAR(value, expected, margin)                                                              \
    do {                                                                                           \
        double got_ = (value), want_ = (expected);                                                 \
        if (!(fabs(got_ - want_) <= (margin))) {                                                   \
            fail_msg("%s is %.4f, not %.4f", #value, got_, want_);                                 \
        }                                                                                          \
    } while (0)

/* A call of 1000 packets over a path with this round trip and this share of single losses. */
static struct voice_input call(enum voice_codec codec, double rtt_ms, double loss_percent)
{
    uint32_t lost = (uint32_t)lround(loss_percent * 10);
    return (struct voice_input){
        .codec = codec,
        .packet_bytes = voice_codec_packet_bytes(codec),
        .sent = 1000,
        .lost = lost,
        .loss_runs = lost,
        .rtt_ns = rtt_ms * 1e6,
        .one_way_ns = -1,
    };
}

static struct voice score(struct voice_input input)
{
    struct voice voice;
    voice_score(&input, &voice);
    assert_true(voice.is_scored);
    return voice;
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[VOICE_CODEC_COUNT] = {"", "g711ulaw", "g711alaw", "g729a"};
    enum voice_codec codec = VOICE_CODEC_NONE;
    for (unsigned i = 0; i < VOICE_CODEC_COUNT; i++) {
        assert_string_equal(voice_codec_name((enum voice_codec)i), names[i]);
        assert_int_equal(voice_codec_parse(names[i], &codec), i > 0);
        assert_int_equal(codec, i);
    }
    assert_false(voice_codec_parse("g711", &codec));
    assert_int_equal(voice_codec_packet_bytes(VOICE_CODEC_G711ULAW), 172);
    assert_int_equal(voice_codec_packet_bytes(VOICE_CODEC_G711ALAW), 172);
    assert_int_equal(voice_codec_packet_bytes(VOICE_CODEC_G729A), 32);
}

static void test_scores_of_ios(void **state)
{
    (void)state;
    static const struct {
        enum voice_codec codec;
        double rtt_ms, loss_percent;
        unsigned advantage, icpif, mos;
    } cases[] = {
        {VOICE_CODEC_G711ALAW, 9, 0, 0, 1, 434},     {VOICE_CODEC_G711ULAW, 9, 0, 0, 1, 434},
        {VOICE_CODEC_G729A, 9, 0, 0, 11, 406},       {VOICE_CODEC_G711ULAW, 100, 2, 0, 13, 400},
        {VOICE_CODEC_G711ULAW, 200, 2, 0, 14, 396},  {VOICE_CODEC_G711ULAW, 300, 4, 0, 26, 345},
        {VOICE_CODEC_G711ULAW, 400, 8, 0, 39, 280},  {VOICE_CODEC_G711ULAW, 200, 2, 5, 9, 412},
        {VOICE_CODEC_G711ULAW, 9, 3, 0, 18, 380}, /* between two entries of the table */
        {VOICE_CODEC_G711ULAW, 9, 9.9, 0, 37, 290},  {VOICE_CODEC_G711ULAW, 9, 10, 0, 93, 100},
        {VOICE_CODEC_G729A, 9, 10, 20, 93, 100},     {VOICE_CODEC_G711ALAW, 9, 100, 0, 93, 100},
        {VOICE_CODEC_G711ULAW, 9, 0, 20, 0, 436}, /* never below 0 */
        {VOICE_CODEC_G711ULAW, 5000, 0, 0, 93, 100}, /* nor above 93 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct voice_input input = call(cases[i].codec, cases[i].rtt_ms, cases[i].loss_percent);
        input.advantage = cases[i].advantage;
        struct voice voice = score(input);
        if (voice.icpif != cases[i].icpif || voice.mos_hundredths != cases[i].mos) {
            fail_msg("case %zu: ICPIF %u, MOS %u", i, voice.icpif, voice.mos_hundredths);
        }
    }
}

/* The published delays of IOS' guide: 50, 100, 150 and 200 ms one way are 1, 2, 4 and 7. */
static void test_delays_of_ios(void **state)
{
    (void)state;
    static const struct {
        double one_way_ms;
        unsigned icpif;
    } cases[] = {{0, 1}, {50, 1}, {100, 2}, {150, 4}, {200, 7}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct voice voice = score(call(VOICE_CODEC_G711ULAW, 2 * cases[i].one_way_ms, 0));
        assert_int_equal(voice.icpif, cases[i].icpif);
    }
}

/* Of each ICPIF from 0 to 93. */
static const unsigned mos_of_ios[] = {
    436, 434, 432, 430, 427, 424, 421, 418, 415, 412, 409, 406, 403, 400, 396, 392, 388, 384, 380,
    376, 372, 368, 364, 360, 355, 350, 345, 340, 335, 330, 325, 320, 315, 310, 305, 300, 295, 290,
    285, 280, 275, 270, 265, 260, 256, 253, 250, 247, 244, 240, 237, 234, 231, 228, 224, 221, 218,
    215, 212, 208, 205, 202, 199, 196, 192, 189, 186, 183, 180, 176, 173, 170, 167, 164, 160, 157,
    154, 151, 148, 144, 141, 138, 135, 132, 128, 125, 122, 119, 116, 112, 109, 106, 103, 100,
};

static void test_mos_of_each_icpif(void **state)
{
    (void)state;
    assert_int_equal(sizeof mos_of_ios / sizeof mos_of_ios[0], VOICE_ICPIF_MAX + 1);
    for (unsigned icpif = 0; icpif <= VOICE_ICPIF_MAX; icpif++) {
        if (voice_cisco_mos(icpif) != mos_of_ios[icpif]) {
            fail_msg("ICPIF %u: MOS %u", icpif, voice_cisco_mos(icpif));
        }
    }
}

/* Two pairs that routers printed, the value that the MIB fixes, and every other MOS that one router
 * printed in 46 hours of calls: each must be the MOS of an ICPIF. */
static void test_mos_that_routers_printed(void **state)
{
    (void)state;
    static const unsigned printed[] = {434, 151, 430, 432, 427, 173, 376, 424, 355, 305,
                                       340, 310, 418, 325, 132, 350, 421, 176, 265, 148};
    assert_int_equal(voice_cisco_mos(1), 434);
    assert_int_equal(voice_cisco_mos(77), 151);
    assert_int_equal(voice_cisco_mos(93), 100);
    for (size_t i = 0; i < sizeof printed / sizeof printed[0]; i++) {
        unsigned icpif = 0;
        while (icpif < VOICE_ICPIF_MAX && voice_cisco_mos(icpif) != printed[i]) {
            icpif++;
        }
        if (voice_cisco_mos(icpif) != printed[i]) {
            fail_msg("no ICPIF has a MOS of %u", printed[i]);
        }
    }
}

/* Late packets are loss to the E-model and none to ICPIF, be they 10 % or more. */
static void test_late_packets(void **state)
{
    (void)state;
    struct voice_input input = call(VOICE_CODEC_G711ULAW, 9, 2);
    struct voice clean = score(input);
    input.late = 100;
    input.loss_runs += 100;
    struct voice late = score(input);
    assert_int_equal(clean.icpif, 13);
    assert_int_equal(late.icpif, 13);
    assert_int_equal(late.mos_hundredths, clean.mos_hundredths);
    NEAR(late.r_factor, score(call(VOICE_CODEC_G711ULAW, 9, 12)).r_factor, 1e-9);
}

static void test_delay_impairment(void **state)
{
    (void)state;
    static const double cases[][2] = {{0, 0},       {100, 0},    {125, 0.0},  {150, 0.16},
                                      {175, 1.03},  {200, 3.04}, {250, 8.92}, {300, 14.76},
                                      {400, 24.07}, {500, 30.64}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        NEAR(voice_delay_impairment(cases[i][0]), cases[i][1], 0.0051);
    }
}

static void test_mos_of_an_r_factor(void **state)
{
    (void)state;
    static const double cases[][2] = {{-5, 1},    {0, 1},     {6, 1},     {50, 2.58}, {60, 3.10},
                                      {70, 3.60}, {80, 4.02}, {90, 4.34}, {100, 4.5}, {120, 4.5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        NEAR(voice_mos(cases[i][0]), cases[i][1], 0.0051);
    }
}

/* R and MOS by loss for G.711 without and with concealment, and G.729A. */
static void test_loss_impairment(void **state)
{
    (void)state;
    static const struct voice_impairment codecs[] = {{0, 4.3}, {0, 25.1}, {11, 19}};
    static const struct {
        double loss_percent, r[3], mos[3];
    } cases[] = {
        {0, {93.2, 93.2, 82.2}, {4.41, 4.41, 4.10}}, {1, {75.3, 89.6, 78.0}, {3.83, 4.33, 3.95}},
        {2, {63.0, 86.2, 74.2}, {3.26, 4.23, 3.79}}, {4, {47.4, 80.1, 67.6}, {2.44, 4.03, 3.48}},
        {8, {31.4, 70.2, 57.3}, {1.67, 3.61, 2.96}}, {10, {26.8, 66.1, 53.2}, {1.48, 3.41, 2.75}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t k = 0; k < 3; k++) {
            double r = 93.2 - voice_loss_impairment(&codecs[k], cases[i].loss_percent, 1);
            NEAR(r, cases[i].r[k], 0.051);
            NEAR(voice_mos(r), cases[i].mos[k], 0.0051);
        }
    }
    assert_true(voice_loss_impairment(&codecs[1], 5, 3) > voice_loss_impairment(&codecs[1], 5, 1));
}

static void test_burst_ratio(void **state)
{
    (void)state;
    NEAR(voice_burst_ratio(1000, 0, 0), 1, 0);
    NEAR(voice_burst_ratio(1000, 100, 10), 9, 1e-12); /* runs of 10; random ones are 10 / 9 */
    NEAR(voice_burst_ratio(1000, 100, 100), 1, 0); /* shorter than random: still 1 */
    NEAR(voice_burst_ratio(10, 10, 1), 1, 0);
}

static void test_emodel_of_a_call(void **state)
{
    (void)state;
    struct voice voice = score(call(VOICE_CODEC_G711ULAW, 20, 0));
    NEAR(voice.r_factor, 93.2, 0.01);
    NEAR(voice.mos_cq, 4.41, 0.005);
    NEAR(voice.mos_lq, 4.41, 0.005);
    voice = score(call(VOICE_CODEC_G729A, 20, 2));
    NEAR(voice.r_factor, 74.2, 0.05);
    NEAR(voice.mos_cq, 3.79, 0.005);
    /* Advantage adds, up to the top of the scale. */
    struct voice_input input = call(VOICE_CODEC_G711ALAW, 20, 0);
    input.advantage = 10;
    NEAR(score(input).r_factor, 100, 0);
    NEAR(score(input).mos_cq, 4.5, 0);
}

/* 20 ms of G.711 and 25 ms of G.729A are gathered before a packet can leave. */
static void test_delay_of_a_call(void **state)
{
    (void)state;
    struct voice_input input = call(VOICE_CODEC_G711ULAW, 360, 0);
    struct voice voice = score(input);
    NEAR(voice.r_factor, 93.2 - 3.04, 0.006);
    NEAR(voice.mos_lq, 4.41, 0.005);
    assert_true(voice.mos_cq < voice.mos_lq);
    input.one_way_ns = 280e6; /* known, and slower than half of the round trip */
    NEAR(score(input).r_factor, 93.2 - 14.76, 0.006);
    input.packet_bytes = 12 + 80;
    NEAR(score(input).r_factor, 93.2 - voice_delay_impairment(290), 1e-9);
    NEAR(score(call(VOICE_CODEC_G729A, 350, 0)).r_factor, 82.2 - 3.04, 0.006);
    assert_int_equal(score(input).icpif, voice.icpif); /* that one is of the round trip */
}

static void test_bursts_are_worse_than_single_losses(void **state)
{
    (void)state;
    struct voice_input input = call(VOICE_CODEC_G711ULAW, 20, 5);
    struct voice single = score(input);
    input.loss_runs = 5;
    struct voice burst = score(input);
    NEAR(single.r_factor, 93.2 - 95 * 5 / (5 + 25.1), 1e-9);
    NEAR(burst.r_factor, 93.2 - 95 * 5 / (5 / 9.5 + 25.1), 1e-9);
    assert_int_equal(single.icpif, burst.icpif);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_scores_of_ios),
        cmocka_unit_test(test_delays_of_ios),
        cmocka_unit_test(test_mos_of_each_icpif),
        cmocka_unit_test(test_mos_that_routers_printed),
        cmocka_unit_test(test_late_packets),
        cmocka_unit_test(test_delay_impairment),
        cmocka_unit_test(test_mos_of_an_r_factor),
        cmocka_unit_test(test_loss_impairment),
        cmocka_unit_test(test_burst_ratio),
        cmocka_unit_test(test_emodel_of_a_call),
        cmocka_unit_test(test_delay_of_a_call),
        cmocka_unit_test(test_bursts_are_worse_than_single_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
