/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What is written of a result is read back as it was. */
#include "json/result.h"

#include <string.h>

#include "base/rng.h"
#include "config/yaml.h"
#include "support/cm.h"

enum { ROUNDS = 2000 };

static uint32_t small(struct rng *rng)
{
    return rng_u64(rng) % 3 == 0 ? 0 : (uint32_t)(rng_u64(rng) % 60001);
}

/* Without samples there are no extremes. */
static void fill_moments(struct rng *rng, struct moments *moments)
{
    *moments = (struct moments){0};
    for (uint32_t i = small(rng) % 4; i > 0; i--) {
        moments_add(moments, (int64_t)(rng_u64(rng) % (5000 * NS_PER_MS)));
    }
    moments->sum2_ns2 = 0; /* is not told */
}

static void fill_way(struct rng *rng, struct way *way)
{
    struct jitter *jitter = &way->jitter;
    way->lost = small(rng);
    way->periods =
        (struct loss_periods){small(rng), small(rng), small(rng), small(rng), small(rng)};
    fill_moments(rng, &way->delay);
    jitter->samples = small(rng);
    jitter->min_ns = jitter->samples == 0 ? 0 : (int64_t)(rng_u64(rng) % NS_PER_SECOND);
    jitter->max_ns = jitter->samples == 0 ? 0 : jitter->min_ns + 1;
    fill_moments(rng, &jitter->positive);
    fill_moments(rng, &jitter->negative);
}

static void fill(struct rng *rng, struct round *round)
{
    *round = (struct round){.outcome = (enum outcome)(rng_u64(rng) % OUTCOME_COUNT),
                            .return_code = (enum return_code)(rng_u64(rng) % 40)};
    round->started.ns = (int64_t)(rng_u64(rng) >> 2) * (rng_u64(rng) % 2 == 0 ? 1 : -1);
    round->duration_ns = (int64_t)(rng_u64(rng) >> 20);
    round->sent = small(rng);
    round->received = small(rng);
    round->lost_unknown = small(rng);
    round->dropped_here = small(rng);
    round->late = small(rng);
    round->duplicate = small(rng);
    round->out_of_order = small(rng);
    round->reordering = (struct reordering){small(rng), small(rng), UINT32_MAX};
    round->unprocessed = small(rng);
    round->unsent = small(rng);
    round->over_threshold = small(rng);
    round->losses =
        (struct loss_periods){small(rng), small(rng), small(rng), small(rng), small(rng)};
    fill_moments(rng, &round->rtt);
    fill_way(rng, &round->sd);
    fill_way(rng, &round->ds);
    round->voice.icpif = (uint8_t)rng_u64(rng);
    round->voice.mos_hundredths = (uint16_t)rng_u64(rng);
}

static bool read_text(const char *text, struct round *out)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = yaml_parse(text, strlen(text), &diagnostics);
    bool is_read =
        tree != NULL && diagnostics.error_count == 0 && json_result_read(tree->root, out);
    tree_free(tree);
    diagnostics_fini(&diagnostics);
    return is_read;
}

static void test_what_is_written_is_read_back(void **state)
{
    (void)state;
    struct rng rng = {.state = 7};
    for (int i = 0; i < ROUNDS; i++) {
        struct round round, read;
        struct buf text = {0};
        fill(&rng, &round);
        buf_add_char(&text, '{');
        json_result_write(&round, &text);
        buf_add_char(&text, '}');
        if (!read_text(buf_string(&text), &read)) {
            fail_msg("%s", buf_string(&text));
        }
        if (memcmp(&round, &read, sizeof round) != 0) {
            fail_msg("is read as another: %s", buf_string(&text));
        }
        buf_fini(&text);
    }
}

static void test_seconds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_read;
        int64_t ns;
    } cases[] = {
        {"0", true, 0},
        {"1.5", true, 1500000000},
        {"-0.000000001", true, -1},
        {"1795871615.935174728", true, 1795871615935174728},
        {"9223372035.999999999", true, 9223372035999999999},
        {"9223372036", false, 0},
        {"99999999999999999999", false, 0},
        {"1.0000000001", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {".5", false, 0},
        {"1e3", false, 0},
        {"1.5s", false, 0},
        {"nan", false, 0},
        {NULL, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ns = 0;
        assert_int_equal(json_seconds_read(cases[i].text, &ns), cases[i].is_read);
        assert_true(ns == cases[i].ns);
    }
}

static void test_values_of_another_kind_are_refused(void **state)
{
    (void)state;
    struct round round;
    assert_true(read_text("{}", &round) && round.sent == 0);
    assert_true(
        read_text("{\"later\": {\"x\": 1}, \"packets\": {\"sent\": 3, \"lost\": null}}", &round));
    assert_int_equal(round.sent, 3);
    assert_false(read_text("{\"packets\": {\"sent\": -3}}", &round));
    assert_false(read_text("{\"packets\": {\"sent\": 4294967296}}", &round));
    assert_false(read_text("{\"packets\": {\"sent\": [3]}}", &round));
    assert_false(read_text("{\"packets\": {\"sent\": 3x}}", &round));
    assert_false(read_text("{\"outcome\": \"fine\"}", &round));
    assert_false(read_text("{\"rtt_seconds\": {\"count\": 1, \"min\": {}}}", &round));
    assert_true(read_text("{\"packets\": 3}", &round) && round.sent == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_back),
        cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_values_of_another_kind_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
