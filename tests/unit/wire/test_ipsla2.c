/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/ipsla2.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/guard.h"
#include "support/vectors.h"

static struct vectors vectors;
static struct guard guard;

static int set_up(void **state)
{
    (void)state;
    vectors_load(&vectors);
    guard_init(&guard, VECTOR_BYTES_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    guard_fini(&guard);
    return 0;
}

static struct auth_key vector_key(enum auth_algorithm algorithm)
{
    struct auth_key key = {.id = 7, .algorithm = algorithm, .size = 15};
    memcpy(key.secret, "correct-horse-7", 15);
    return key;
}

/* What R1 to R6 ask for, with the head that the test fills in. */
static struct ipsla2_message vector_message(uint32_t sequence, enum ipsla2_mode mode)
{
    struct ipsla2_message message = {
        .sequence = sequence,
        .has_auth = true,
        .mode = (uint8_t)mode,
        .has_command = true,
        .family = ADDR_IPV4,
        .role = 1,
        .session_id = 0x11223344,
        .control_source = build_addr("192.0.2.10:40000"),
        .control_destination = build_addr("198.51.100.20"),
        .source = build_addr("192.0.2.10:40001"),
        .destination = build_addr("198.51.100.20:50000"),
        .duration_ms = 5200,
    };
    if (mode != IPSLA2_MODE_NONE) {
        message.timestamp = UINT64_C(0xed00378000000000);
        message.key_id = 7;
        for (unsigned i = 0; i < IPSLA2_RANDOM_BYTES; i++) {
            message.random[i] = (uint8_t)i;
        }
    }
    return message;
}

static void assert_encodes(const struct ipsla2_message *message, const struct auth_key *key,
                           const char *name)
{
    const struct vector *v = vectors_find(&vectors, name);
    uint8_t bytes[IPSLA2_BYTES];
    size_t size = ipsla2_encode(message, bytes);
    if (key != NULL) {
        ipsla2_sign(bytes, size, key);
    }
    assert_int_equal(size, v->size);
    assert_memory_equal(bytes, v->bytes, size);
}

static void test_requests_are_the_vectors(void **state)
{
    (void)state;
    struct auth_key hmac = vector_key(AUTH_HMAC_SHA256);
    struct auth_key sha256 = vector_key(AUTH_SHA256);
    struct ipsla2_message message = vector_message(1, IPSLA2_MODE_HMAC);
    assert_encodes(&message, &hmac, "R1");
    message = vector_message(2, IPSLA2_MODE_SHA256);
    assert_encodes(&message, &sha256, "R4");
    message = vector_message(3, IPSLA2_MODE_NONE);
    message.is_compact = true;
    assert_encodes(&message, NULL, "R5");
    message = vector_message(4, IPSLA2_MODE_NONE);
    assert_encodes(&message, NULL, "R6");
    message = vector_message(1, IPSLA2_MODE_HMAC);
    message.timestamp = UINT64_C(0xed00378000418937);
    message.session_id = 0x55667788;
    assert_encodes(&message, &hmac, "R2");
    message.status = IPSLA2_FAIL;
    message.command_status = IPSLA2_PORT_IN_USE;
    assert_encodes(&message, &hmac, "R3");
}

/* Decoding what was encoded gives it back, IPv6 too. */
static void test_decode_and_encode_are_inverse(void **state)
{
    (void)state;
    static const char *const names[] = {"R1", "R2", "R3", "R4", "R5", "R6", "R7"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct vector *v = vectors_find(&vectors, names[i]);
        struct auth_key key = vector_key(i == 3 ? AUTH_SHA256 : AUTH_HMAC_SHA256);
        struct ipsla2_message message;
        const uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
        assert_int_equal(ipsla2_decode_head(bytes, v->size, &message), IPSLA_ACCEPT);
        bool is_keyed = message.mode != IPSLA2_MODE_NONE;
        assert_int_equal(ipsla2_verify(bytes, v->size, &key), is_keyed);
        assert_int_equal(ipsla2_decode_command(bytes, v->size, &message), IPSLA_ACCEPT);
        assert_int_equal(message.family, i == 6 ? ADDR_IPV6 : ADDR_IPV4);
        assert_encodes(&message, is_keyed ? &key : NULL, names[i]);
    }
}

static void test_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum ipsla_reject head, command;
    } rows[] = {
        {"M23", IPSLA_ACCEPT, IPSLA_ACCEPT}, /* the digest is the verifier's */
        {"M24", IPSLA_BAD_SECTION, IPSLA_ACCEPT}, {"M25", IPSLA_BAD_LENGTH, IPSLA_ACCEPT},
        {"M26", IPSLA_BAD_SECTION, IPSLA_ACCEPT}, {"M27", IPSLA_ACCEPT, IPSLA_BAD_SECTION},
        {"M29", IPSLA_BAD_SECTION, IPSLA_ACCEPT}, {"M30", IPSLA_BAD_SECTION, IPSLA_ACCEPT},
        {"M17", IPSLA_BAD_VERSION, IPSLA_ACCEPT}, {"M1", IPSLA_TOO_SHORT, IPSLA_ACCEPT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct vector *v = vectors_find(&vectors, rows[i].name);
        const uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
        struct ipsla2_message message;
        enum ipsla_reject head = ipsla2_decode_head(bytes, v->size, &message);
        assert_int_equal(head, rows[i].head);
        if (head == IPSLA_ACCEPT) {
            assert_int_equal(ipsla2_decode_command(bytes, v->size, &message), rows[i].command);
        }
    }
    struct auth_key key = vector_key(AUTH_HMAC_SHA256);
    const struct vector *v = vectors_find(&vectors, "M23");
    assert_false(ipsla2_verify(v->bytes, v->size, &key));
}

/* Cut anywhere, with the length made to fit: never accepted, never read beyond the end. */
static void test_truncated(void **state)
{
    (void)state;
    const struct vector *v = vectors_find(&vectors, "R1");
    for (size_t size = 0; size < v->size; size++) {
        uint8_t *bytes = guard_copy(&guard, v->bytes, size);
        struct ipsla2_message message;
        if (size >= 12) {
            bytes[8] = bytes[9] = bytes[10] = 0;
            bytes[11] = (uint8_t)size;
        }
        bool is_accepted = ipsla2_decode_head(bytes, size, &message) == IPSLA_ACCEPT &&
                           ipsla2_decode_command(bytes, size, &message) == IPSLA_ACCEPT;
        assert_false(is_accepted);
    }
}

/* Every byte counts for the digest. */
static void test_digest_covers_everything(void **state)
{
    (void)state;
    static const char *const names[] = {"R1", "R4"};
    for (size_t n = 0; n < 2; n++) {
        const struct vector *v = vectors_find(&vectors, names[n]);
        struct auth_key key = vector_key(n == 0 ? AUTH_HMAC_SHA256 : AUTH_SHA256);
        for (size_t i = 0; i < v->size; i++) {
            uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
            bytes[i] ^= 0x10;
            assert_false(ipsla2_verify(bytes, v->size, &key));
        }
        key.secret[0] ^= 1;
        assert_false(ipsla2_verify(v->bytes, v->size, &key));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_are_the_vectors),
        cmocka_unit_test(test_decode_and_encode_are_inverse),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_digest_covers_everything),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
