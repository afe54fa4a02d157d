/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sim/scenarios.h"

static struct auth_key make_key(uint16_t id, enum auth_algorithm algorithm, const char *secret)
{
    struct auth_key key = {.id = id, .algorithm = algorithm, .size = strlen(secret)};
    memcpy(key.secret, secret, key.size);
    return key;
}

/* A responder with one key of each kind, and a target that uses `key`. */
static void init_timeout(struct rig *rig, struct auth_key key, int64_t timeout_ns)
{
    struct reflect_settings settings;
    reflect_settings_default(&settings);
    settings.keys[0] = make_key(1, AUTH_MD5, "first");
    settings.keys[1] = make_key(2, AUTH_SHA256, "second");
    settings.keys[2] = make_key(3, AUTH_HMAC_SHA256, "third");
    settings.key_count = 3;
    rig_init_pair(rig);
    rig_add_reflect(rig, RIG_RESPONDER, &settings);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->control.version = key.algorithm == AUTH_MD5 ? CONTROL_V1 : CONTROL_V2;
    spec->control.key = key;
    spec->schedule.timeout_ns = timeout_ns;
    rig_apply_one(rig, spec);
}

static void init(struct rig *rig, struct auth_key key)
{
    init_timeout(rig, key, NS_PER_SECOND);
}

static uint64_t accepted(const struct rig *rig)
{
    const struct reflect_stats *stats = reflect_stats(rig->reflects[0]);
    return stats->requests[RESULT_ACCEPTED] + stats->requests_v2[RESULT_ACCEPTED];
}

static void test_each_key_measures(void **state)
{
    (void)state;
    const struct auth_key keys[] = {make_key(1, AUTH_MD5, "first"),
                                    make_key(2, AUTH_SHA256, "second"),
                                    make_key(3, AUTH_HMAC_SHA256, "third")};
    for (size_t i = 0; i < 3; i++) {
        struct rig rig;
        init(&rig, keys[i]);
        const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
        assert_int_equal(round->outcome, OUTCOME_OK);
        assert_int_equal(round->received, 10);
        assert_int_equal(accepted(&rig), 1);
        rig_fini(&rig);
    }
}

/* Wrong secret, unknown id, the id of a key of another kind, no key: refused, and no port is open.
 */
static void test_each_wrong_key_is_refused(void **state)
{
    (void)state;
    const struct auth_key keys[] = {
        make_key(1, AUTH_MD5, "wrong"),    make_key(9, AUTH_MD5, "first"),
        make_key(2, AUTH_SHA256, "wrong"), make_key(9, AUTH_HMAC_SHA256, "third"),
        make_key(2, AUTH_MD5, "second"),   make_key(2, AUTH_HMAC_SHA256, "second"),
        {.algorithm = AUTH_NONE},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct rig rig;
        init(&rig, keys[i]);
        world_run(&rig.world, 5 * NS_PER_SECOND);
        assert_int_equal(scenario_result(&rig)->latest.outcome, OUTCOME_AUTH);
        assert_int_equal(reflect_stats(rig.reflects[0])->sessions, 0);
        assert_int_equal(accepted(&rig), 0);
        rig_fini(&rig);
    }
}

/* A new secret in a new layout is used from the next operation on, and the counters go on. */
static void test_new_key_is_taken_over(void **state)
{
    (void)state;
    struct rig rig;
    init(&rig, make_key(9, AUTH_MD5, "wrong"));
    for (unsigned layout = 2; layout > 0; layout--) {
        struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
        spec->control.key = make_key(1, AUTH_MD5, layout == 2 ? "wrong" : "first");
        spec->control.auth_layout = layout;
        world_run(&rig.world, 5 * NS_PER_SECOND);
        assert_int_equal(scenario_result(&rig)->latest.outcome, OUTCOME_AUTH);
        rig_apply_one(&rig, spec);
        world_run(&rig.world, 5 * NS_PER_SECOND);
    }
    world_run(&rig.world, 5 * NS_PER_SECOND);
    assert_int_equal(scenario_result(&rig)->latest.outcome, OUTCOME_OK);
    assert_int_equal(scenario_result(&rig)->latest.auth_layout, 1);
    assert_int_equal(scenario_result(&rig)->tally.operations, 3);
    assert_int_equal(accepted(&rig), 1);
    rig_fini(&rig);
}

/* A responder that refuses every layout is asked 14 times in the first operation, but not at
 * once: each round trip of 20 ms is followed by a pause of 100 ms. */
static void test_layouts_are_tried_with_pauses(void **state)
{
    (void)state;
    struct rig rig;
    init(&rig, make_key(1, AUTH_MD5, "wrong"));
    const uint64_t *refused = &reflect_stats(rig.reflects[0])->requests[RESULT_AUTH];
    for (unsigned i = 0; i < AUTH_LAYOUT_COUNT; i++) {
        world_run(&rig.world, 120 * NS_PER_MS);
        assert_int_equal(*refused, i + 1);
    }
    world_run(&rig.world, 5 * NS_PER_SECOND);
    assert_int_equal(*refused, AUTH_LAYOUT_COUNT);
    assert_int_equal(scenario_result(&rig)->latest.outcome, OUTCOME_AUTH);
    rig_fini(&rig);
}

/* The answer is lost: the same request gets the same answer, and the count of probes goes on. Which
 * of the two requests it answers nothing tells, so it has no round trip time. */
static void test_lost_answer_of_version_2(void **state)
{
    (void)state;
    struct rig rig;
    init_timeout(&rig, make_key(3, AUTH_HMAC_SHA256, "third"), 3 * NS_PER_SECOND);
    scenario_rule(&rig, RIG_RESPONDER, (struct simnet_rule){SIMNET_CONTROL, 1, SIMNET_DROP, 0});
    const struct round *round = scenario_run(&rig, 6 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->control_retries, 1);
    assert_int_equal(round->control_rtt_ns, -1);
    assert_int_equal(accepted(&rig), 2);
    rig_fini(&rig);
}

/* When that comes, the port of the first request would be closed before the train has ended: it is
 * asked for once more, as something new. */
static void test_lost_answer_of_version_2_to_a_short_request(void **state)
{
    (void)state;
    struct rig rig;
    init(&rig, make_key(3, AUTH_HMAC_SHA256, "third"));
    scenario_rule(&rig, RIG_RESPONDER, (struct simnet_rule){SIMNET_CONTROL, 1, SIMNET_DROP, 0});
    const struct round *round = scenario_run(&rig, 6 * NS_PER_SECOND);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->control_retries, 1);
    assert_int_equal(round->control_rtt_ns, 20 * NS_PER_MS);
    assert_int_equal(accepted(&rig), 3);
    rig_fini(&rig);
}

int scenarios_auth(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_key_measures),
        cmocka_unit_test(test_each_wrong_key_is_refused),
        cmocka_unit_test(test_new_key_is_taken_over),
        cmocka_unit_test(test_layouts_are_tried_with_pauses),
        cmocka_unit_test(test_lost_answer_of_version_2),
        cmocka_unit_test(test_lost_answer_of_version_2_to_a_short_request),
    };
    return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
