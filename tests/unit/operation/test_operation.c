/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The rows agree with each other and with the configuration's schema. */
#include "operation/operation.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/schema.h"
#include "support/build.h"
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
        if (row->chooses) { /* it has the keys of others, and never a packet */
            assert_true(row->write == NULL && row->read == NULL);
            continue;
        }
        assert_int_equal(row->write == NULL, is_connection);
        assert_int_equal(row->read == NULL, is_connection);
        assert_true(operation_takes(row, CONTROL_NONE));
        assert_int_equal(row->controls != 1U << CONTROL_NONE,
                         operation_key(row, "control") != NULL);
        assert_int_equal(row->has_ports, operation_key(row, "port") != NULL);
        assert_int_equal(row->has_ports, row->privilege == NULL);
        assert_int_equal(operation_has(row, RESULT_ONE_WAY),
                         operation_key(row, "clock_tolerance") != NULL);
        assert_int_equal(row->write == NULL, operation_key(row, "interval") == NULL);
        assert_int_equal(row->write == NULL, operation_key(row, "num_packets") == NULL);
        assert_true(row->bytes_min_with_nonce == 0 || row->has_nonce_each);
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

/* An address needs no name server, a path without control request no responder, and so on. */
static void test_what_can_happen(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("a", "192.0.2.1");
    assert_true(operation_can_end(spec, OUTCOME_TIMEOUT));
    assert_true(operation_can_end(spec, OUTCOME_LOCAL));
    assert_true(operation_can_end(spec, OUTCOME_REFUSED));
    assert_true(operation_can_end(spec, OUTCOME_PORT_IN_USE));
    assert_false(operation_can_end(spec, OUTCOME_RESOLVE));
    assert_false(operation_can_end(spec, OUTCOME_VERIFY));
    spec->control.version = CONTROL_NONE;
    spec->packets.verify_data = true;
    free(spec->identity.host);
    spec->identity.host = mem_string("router.example");
    assert_true(operation_can_end(spec, OUTCOME_RESOLVE));
    assert_true(operation_can_end(spec, OUTCOME_VERIFY));
    static const enum outcome of_control[] = {OUTCOME_NO_CONNECTION, OUTCOME_AUTH, OUTCOME_FORMAT,
                                              OUTCOME_PORT_IN_USE, OUTCOME_REFUSED};
    for (size_t i = 0; i < sizeof of_control / sizeof of_control[0]; i++) {
        assert_false(operation_can_end(spec, of_control[i]));
    }
    spec->operation = &operation_tcp_connect;
    assert_true(operation_can_end(spec, OUTCOME_REFUSED)); /* by the host itself */
    spec_unref(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),           cmocka_unit_test(test_keys_are_the_schemas),
        cmocka_unit_test(test_rows_are_whole),  cmocka_unit_test(test_control_rows),
        cmocka_unit_test(test_what_can_happen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
