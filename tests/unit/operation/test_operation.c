/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The rows agree with each other and with the configuration's schema. */
#include "operation/operation.h"

#include <string.h>

#include "config/schema.h"
#include "support/cm.h"

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        const struct operation *row = operation_at(i);
        assert_ptr_equal(operation_find(row->name), row);
        assert_int_equal(operation_index(row), i);
    }
    assert_string_equal(operation_at(0)->name, "udp-jitter");
    assert_null(operation_find("udp-jitte"));
    assert_null(operation_find("UDP-ECHO"));
    assert_null(operation_find(""));
}

/* A key that no schema knows, or that every operation has, does not belong in a row. */
static void test_keys_are_the_schemas(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        const struct operation *row = operation_at(i);
        for (size_t k = 0; k < row->key_count; k++) {
            const struct schema_key *key = schema_find(&schema_operation, row->keys[k].name);
            if (key == NULL || !key->is_by_operation) {
                fail_msg("%s: key %s is not by operation", row->name, row->keys[k].name);
            }
            if (row->keys[k].max > 0) {
                assert_true(row->keys[k].min >= key->min && row->keys[k].max <= key->max);
            }
        }
    }
    for (size_t k = 0; k < schema_operation.count; k++) {
        const struct schema_key *key = &schema_operation.keys[k];
        size_t users = 0;
        for (size_t i = 0; i < OPERATION_COUNT; i++) {
            users += operation_key(operation_at(i), key->name) != NULL;
        }
        if (key->is_by_operation != (users > 0)) {
            fail_msg("key %s is by operation, and of none", key->name);
        }
    }
}

static void test_rows_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        const struct operation *row = operation_at(i);
        bool is_connection = row->transport == TRANSPORT_TCP_CONNECT;
        assert_int_equal(row->write == NULL, is_connection);
        assert_int_equal(row->read == NULL, is_connection);
        assert_true(operation_takes(row, CONTROL_NONE));
        assert_int_equal(row->has_ports, operation_key(row, "control") != NULL);
        assert_int_equal(row->has_ports, row->privilege == NULL);
        assert_int_equal(operation_has(row, RESULT_ONE_WAY),
                         operation_key(row, "clock_tolerance") != NULL);
        assert_int_equal(operation_has(row, RESULT_JITTER), operation_key(row, "interval") != NULL);
    }
}

static void test_control_rows(void **state)
{
    (void)state;
    assert_false(control_has_request(CONTROL_NONE));
    assert_true(control_has_request(CONTROL_V1));
    assert_int_equal(control_version_port(CONTROL_V1), 1967);
    assert_int_equal(control_version_port(CONTROL_V2), 1167);
    assert_true(control_takes_key(CONTROL_V1, AUTH_MD5));
    assert_false(control_takes_key(CONTROL_V1, AUTH_SHA256));
    assert_false(control_takes_key(CONTROL_V2, AUTH_MD5));
    assert_true(control_takes_key(CONTROL_V2, AUTH_HMAC_SHA256));
    assert_false(control_takes_key(CONTROL_NONE, AUTH_MD5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_keys_are_the_schemas),
        cmocka_unit_test(test_rows_are_whole),
        cmocka_unit_test(test_control_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
