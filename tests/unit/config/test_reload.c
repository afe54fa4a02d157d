/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Each key of a target, changed in a file and taken in by an engine: its counters go on or start at
 * 0 as the column "reload" of docs/configuration.md says. */
#include "support/cm.h"
#include "support/drive.h"
#include "unit/config/change_rows.h"

#include "engine/engine.h"
#include "support/build.h"

static uint64_t operations(const struct engine *engine)
{
    struct snapshot *snapshot = engine_snapshot(engine);
    uint64_t count = snapshot->reports[0]->tally.operations;
    snapshot_unref(snapshot);
    return count;
}

/* The counter of a target that has run once, right after the reload; -1: the reload changed
 * nothing. */
static int count_after(const struct change_row *row)
{
    static struct drive drive;
    static const struct engine_options options = {.start_now = false};
    struct engine *engine = engine_new(&options);
    struct config *before = config_of(row, row->before), *after = config_of(row, row->after);
    drive_init(&drive, engine_machine(engine), build_at(0));
    engine_apply(engine, before->targets, drive.now);
    drive_poll(&drive);
    assert_int_equal(operations(engine), 1);
    bool is_change = !spec_is_equal(before->targets->specs[0], after->targets->specs[0]);
    engine_apply(engine, after->targets, drive.now);
    int count = is_change ? (int)operations(engine) : -1;
    config_free(before);
    config_free(after);
    drive_poll(&drive);
    drive_until(&drive, build_at(600 * NS_PER_SECOND)); /* it goes on under the new spec */
    assert_true(operations(engine) >= 2);
    engine_free(engine);
    return count;
}

static void test_each_key_keeps_or_resets(void **state)
{
    (void)state;
    write_secrets();
    for (size_t i = 0; i < ROW_COUNT; i++) {
        int count = count_after(&rows[i]);
        if (count != (rows[i].rule == FIELD_RESETS ? 0 : 1)) {
            fail_msg("%s.%s: %d operations after the reload", rows[i].scope->name, rows[i].key,
                     count);
        }
    }
    remove_secrets();
}

static const struct change_row *find(const struct schema_scope *scope, const char *key)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].scope == scope && strcmp(rows[i].key, key) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

/* Each key that sets something of a target is tested, and documented with what the test found. */
static void test_no_key_is_missing(void **state)
{
    (void)state;
    static const struct schema_scope *const scopes[] = {OP, CONTROL, TARGET, KEY, CLOCK};
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        for (size_t j = 0; j < scopes[i]->count; j++) {
            const struct schema_key *key = &scopes[i]->keys[j];
            const struct change_row *row = find(scopes[i], key->name);
            enum field_rule rule = row != NULL ? row->rule : FIELD_INTERNAL;
            if (rule != describe_rule(key)) {
                fail_msg("%s.%s is in no row, or in one of another rule", scopes[i]->name,
                         key->name);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_key_keeps_or_resets),
        cmocka_unit_test(test_no_key_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
