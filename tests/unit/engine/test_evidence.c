/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Operations of one target that nobody answers: what is kept of them, and how much. */
#include "engine/evidence.h"

#include <string.h>

#include "engine/engine.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"

#define SECONDS(value) ((value)*NS_PER_SECOND)
#define PERIOD_NS SECONDS(10)
#define TRIES 2

static struct drive drive;

static struct engine *begin(const struct evidence_rules *rules)
{
    struct engine_options options = {.start_now = true};
    struct spec *spec = build_jitter_spec("a", "192.0.2.1");
    struct engine *engine = engine_new(&options);
    spec->schedule.frequency_ns = PERIOD_NS;
    spec->control.tries = TRIES;
    spec->control.timeout_ns = SECONDS(1);
    struct spec_set *set = spec_set_new(&spec, 1);
    engine_set_evidence(engine, rules);
    engine_apply(engine, set, build_at(0));
    spec_set_unref(set);
    drive_init(&drive, engine_machine(engine), build_at(0));
    drive_poll(&drive);
    return engine;
}

static size_t count_kept(const struct engine *engine)
{
    size_t count = 0;
    for (const struct evidence *at = engine_evidence(engine); at != NULL; at = at->next) {
        count++;
    }
    return count;
}

static void test_a_failure_is_kept_as_it_was_sent(void **state)
{
    (void)state;
    struct engine *engine = begin(&(struct evidence_rules){1 << 20, EVIDENCE_FAILED});
    drive_until(&drive, build_at(SECONDS(5)));
    struct evidence *evidence = engine_take_evidence(engine);
    assert_non_null(evidence);
    assert_null(evidence->next);
    assert_int_equal(evidence->reasons, EVIDENCE_FAILED);
    assert_int_equal(evidence->round.outcome, OUTCOME_NO_CONNECTION);
    size_t count = 0;
    for (const struct evidence_packet *packet = evidence_first(evidence); packet != NULL;
         packet = evidence_next(evidence, packet)) {
        const struct drive_effect *sent = drive_find(&drive, FX_SEND, count++);
        assert_int_equal(packet->role, EVIDENCE_CONTROL);
        assert_true(packet->is_sent && !packet->was_refused);
        assert_int_equal(packet->size, sent->fx.size);
        assert_memory_equal(evidence_bytes(packet), sent->bytes, packet->size);
        assert_true(packet->time_ns == sent->at.wall.ns);
    }
    assert_int_equal(count, TRIES);
    assert_null(engine_take_evidence(engine));
    evidence_unref(evidence);
    engine_free(engine);
}

static void test_what_is_not_wanted_is_not_kept(void **state)
{
    (void)state;
    static const struct evidence_rules rules[] = {{1 << 20, EVIDENCE_LOSS | EVIDENCE_LIMIT},
                                                  {0, EVIDENCE_FAILED}};
    for (size_t i = 0; i < 2; i++) {
        struct engine *engine = begin(&rules[i]);
        drive_until(&drive, build_at(SECONDS(5)));
        assert_null(engine_take_evidence(engine));
        engine_free(engine);
    }
}

static void test_the_oldest_goes_first(void **state)
{
    (void)state;
    const size_t bytes = 64 * 1024;
    uint64_t oldest = 0;
    struct engine *engine = begin(&(struct evidence_rules){bytes, EVIDENCE_FAILED});
    for (unsigned i = 1; i <= 200; i++) {
        drive_until(&drive, build_at(i * PERIOD_NS));
        drive_forget(&drive);
        engine_publish(engine, 1);
        assert_true(count_kept(engine) <= i);
        assert_true(evidence_id(engine_evidence(engine)) >= oldest);
        oldest = evidence_id(engine_evidence(engine));
    }
    size_t kept = count_kept(engine);
    assert_in_range(kept, 10, 100);
    assert_true(oldest > 50 * (uint64_t)(PERIOD_NS / NS_PER_MS));
    struct evidence *held = evidence_ref(engine_evidence(engine));
    engine_set_evidence(engine, &(struct evidence_rules){0, 0});
    engine_publish(engine, 1);
    assert_int_equal(count_kept(engine), 0);
    assert_true(evidence_id(held) == oldest);
    evidence_unref(held);
    engine_free(engine);
}

/* An eighth is for one operation: of this not even its record fits. */
static void test_one_operation_is_bounded(void **state)
{
    (void)state;
    struct engine *engine = begin(&(struct evidence_rules){4096, EVIDENCE_FAILED});
    drive_until(&drive, build_at(SECONDS(5)));
    struct evidence *evidence = engine_take_evidence(engine);
    if (evidence != NULL) {
        assert_true(sizeof *evidence + evidence->record->size <= 4096);
        evidence_unref(evidence);
    }
    engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_failure_is_kept_as_it_was_sent),
        cmocka_unit_test(test_what_is_not_wanted_is_not_kept),
        cmocka_unit_test(test_the_oldest_goes_first),
        cmocka_unit_test(test_one_operation_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
