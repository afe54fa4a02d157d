/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "sim/scenarios.h"

static struct spec *voice_spec(enum voice_codec codec)
{
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.codec = codec;
    spec->packets.count = 100;
    spec->packets.bytes = voice_codec_packet_bytes(codec);
    return spec;
}

static void expect_score(const struct round *round, unsigned icpif, unsigned mos_hundredths,
                         double r_factor)
{
    assert_true(round->voice.is_scored);
    assert_int_equal(round->voice.icpif, icpif);
    assert_int_equal(round->voice.mos_hundredths, mos_hundredths);
    if (fabs(round->voice.r_factor - r_factor) > 0.05) {
        fail_msg("R is %.3f, not %.3f", round->voice.r_factor, r_factor);
    }
}

static void test_clean_path(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, voice_spec(VOICE_CODEC_G711ULAW));
    expect_score(scenario_run(&rig, 8 * NS_PER_SECOND), 1, 434, 93.2);
    rig_fini(&rig);
}

/* 4 of 100 packets apart from each other, lost there, lost back, lost at the end, and late. */
static void test_single_losses_of_every_kind(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 20);
    scenario_drop_probe(&rig, RIG_SENDER, 100);
    scenario_drop_probe(&rig, RIG_RESPONDER, 40);
    scenario_rule(&rig, RIG_RESPONDER,
                  (struct simnet_rule){SIMNET_PROBE, 60, SIMNET_DELAY, 1500 * NS_PER_MS});
    rig_apply_one(&rig, voice_spec(VOICE_CODEC_G729A));
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->received, 96);
    assert_int_equal(round->late, 1);
    assert_int_equal(round->loss_runs, 4);
    expect_score(round, 26, 345, 67.6); /* 3 % for IOS, 4 % for a listener */
    rig_fini(&rig);
}

/* The same share in one run: IOS sees no difference, a listener does. */
static void test_burst(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    for (uint64_t nth = 30; nth < 34; nth++) {
        scenario_drop_probe(&rig, RIG_SENDER, nth);
    }
    rig_apply_one(&rig, voice_spec(VOICE_CODEC_G711ALAW));
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->loss_runs, 1);
    expect_score(round, 23, 360, 93.2 - 95 * 4 / (4 / 3.84 + 25.1));
    rig_fini(&rig);
}

/* 180 ms each way and 20 ms to fill a packet: Idd of 200 ms. */
static void test_long_path(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig.world.net.links[RIG_SENDER][RIG_RESPONDER].delay_ns = 180 * NS_PER_MS;
    rig.world.net.links[RIG_RESPONDER][RIG_SENDER].delay_ns = 180 * NS_PER_MS;
    struct spec *spec = voice_spec(VOICE_CODEC_G711ULAW);
    spec->packets.advantage_factor = 2;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    expect_score(round, 3, 430, 93.2 - 3.04 + 2);
    assert_true(round->voice.mos_lq > round->voice.mos_cq);
    rig_fini(&rig);
}

static void test_no_score_without_an_answer_or_a_codec(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig.world.net.links[RIG_RESPONDER][RIG_SENDER].loss_ppm = 1000000;
    rig_apply_one(&rig, voice_spec(VOICE_CODEC_G711ULAW));
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_NO_CONNECTION);
    assert_false(round->voice.is_scored);
    rig_fini(&rig);
    rig_init_default(&rig);
    struct spec *plain = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    rig_apply_one(&rig, plain);
    assert_false(scenario_run(&rig, 8 * NS_PER_SECOND)->voice.is_scored);
    rig_fini(&rig);
}

static void test_no_score_when_every_probe_is_lost(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = voice_spec(VOICE_CODEC_G711ULAW);
    spec->packets.count = 10;
    for (uint64_t nth = 1; nth <= 10; nth++) {
        scenario_drop_probe(&rig, RIG_SENDER, nth);
    }
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->sent, 10);
    assert_false(round->voice.is_scored);
    assert_int_equal(round->voice.icpif, 0);
    assert_int_equal(round->voice.mos_hundredths, 0);
    rig_fini(&rig);
}

int scenarios_voice(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean_path),
        cmocka_unit_test(test_single_losses_of_every_kind),
        cmocka_unit_test(test_burst),
        cmocka_unit_test(test_long_path),
        cmocka_unit_test(test_no_score_without_an_answer_or_a_codec),
        cmocka_unit_test(test_no_score_when_every_probe_is_lost),
    };
    return cmocka_run_group_tests_name("voice", tests, NULL, NULL);
}
