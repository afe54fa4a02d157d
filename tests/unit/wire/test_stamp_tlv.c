/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/stamp_tlv.h"

#include <string.h>

#include "support/cm.h"
#include "support/guard.h"
#include "support/vectors.h"
#include "wire/stamp_packet.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define T3 UINT64_C(0xed003780403e425a)
#define AF41_ECT0 (34 << 2 | 2)

static struct vectors vectors;
static struct guard guard;
static uint8_t secret[32];
static const struct crypto_part key = {secret, sizeof secret};

static int load(void **state)
{
    (void)state;
    vectors_load_from(&vectors, "stamp.txt");
    guard_init(&guard, 4096);
    for (size_t i = 0; i < sizeof secret; i++) {
        secret[i] = (uint8_t)i;
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    guard_fini(&guard);
    return 0;
}

/* From 192.0.2.10:40000 to 198.51.100.20:862 or what the vectors take for it; the first packet of
 * its session. */
static struct stamp_tlv_setting first_packet(void)
{
    struct stamp_tlv_setting setting = {
        .may_mark = true, .sync_source = 1, .request_seq = 7, .received = 1, .replied = 1};
    addr_parse_ip("192.0.2.10", &setting.peer);
    addr_parse_ip("198.51.100.20", &setting.local);
    setting.peer.port = 40000;
    setting.local.port = STAMP_PORT;
    return setting;
}

static const struct {
    const char *request, *reply;
    uint8_t tos;
    bool refuses_mark, has_previous;
} pairs[] = {
    {"L1", "L1r", 0, false, false},         {"L2", "L2r", 0, false, false},
    {"L3", "L3r", AF41_ECT0, false, false}, {"L4", "L4r", 0, true, false},
    {"L5", "L5r", 0, false, false},         {"L6", "L6r", 0, false, false},
    {"L7", "L7r", 0, false, false},         {"L8", "L8r", 0, false, false},
    {"L8", "L9r", 0, false, true},          {"L10", "L10r", 0, false, false},
};

/* `size` octets behind the base of a vector, at the end of readable memory. */
static uint8_t *tail_of(const struct vector *v, size_t base, size_t *size)
{
    *size = v->size - base;
    return guard_copy(&guard, v->bytes + base, *size);
}

static void test_replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct stamp_tlv_setting setting = first_packet();
        struct stamp_tlv_result result;
        const struct vector *reply = vectors_find(&vectors, pairs[i].reply);
        size_t size;
        uint8_t *tail = tail_of(vectors_find(&vectors, pairs[i].request), STAMP_OPEN_BYTES, &size);
        setting.tos = pairs[i].tos;
        setting.may_mark = !pairs[i].refuses_mark;
        setting.has_previous = pairs[i].has_previous;
        setting.previous_t3 = T3;
        assert_int_equal(size + STAMP_OPEN_BYTES, reply->size);
        stamp_tlv_reflect(&setting, tail, size, &result);
        assert_memory_equal(tail, reply->bytes + STAMP_OPEN_BYTES, size);
    }
}

/* The address of the vector is 10.0.0.0 behind the request for it. */
static void test_location_with_address(void **state)
{
    (void)state;
    struct stamp_tlv_setting setting = first_packet();
    struct stamp_tlv_result result;
    const struct vector *reply = vectors_find(&vectors, "L23r");
    size_t size;
    uint8_t *tail = tail_of(vectors_find(&vectors, "L23"), STAMP_OPEN_BYTES, &size);
    stamp_tlv_reflect(&setting, tail, size, &result);
    assert_memory_equal(tail, reply->bytes + STAMP_OPEN_BYTES, 16);
    const uint8_t zeros[12] = {0};
    assert_memory_equal(tail + 16, zeros, sizeof zeros);

    addr_parse_ip("2001:db8::7", &setting.peer);
    tail = tail_of(vectors_find(&vectors, "L23"), STAMP_OPEN_BYTES, &size);
    stamp_tlv_reflect(&setting, tail, size, &result);
    assert_int_equal(tail[9], 9); /* source IPv6 address */
    assert_memory_equal(tail + 12, setting.peer.ip, 16);
}

static const struct {
    const char *name;
    const char *wanted; /* hex of what is returned */
} odd[] = {
    {"L11", "40010064aabb"},       {"L12", "800100"},
    {"L13", "400400050000000000"}, {"L14", "80c80004010203040001000400000000"},
    {"L15", "80c8000401020304"},
};

static void test_odd(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++) {
        struct stamp_tlv_setting setting = first_packet();
        struct stamp_tlv_result result;
        uint8_t wanted[64];
        size_t size;
        uint8_t *tail = tail_of(vectors_find(&vectors, odd[i].name), STAMP_OPEN_BYTES, &size);
        assert_int_equal(hex_decode(odd[i].wanted, wanted, sizeof wanted), size);
        stamp_tlv_reflect(&setting, tail, size, &result);
        assert_memory_equal(tail, wanted, size);
    }
}

/* Padding that looks like nothing is left alone when one asks first. */
static void test_what_is_a_chain(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_chain;
    } tails[] = {{"S11", false}, {"L1", true},   {"L2", true},  {"L11", false},
                 {"L12", false}, {"L13", true},  {"L14", true}, {"L15", false},
                 {"L19", true},  {"L1r", false}, {"L2r", true}};
    for (size_t i = 0; i < COUNT(tails); i++) {
        size_t size;
        uint8_t *tail = tail_of(vectors_find(&vectors, tails[i].name), STAMP_OPEN_BYTES, &size);
        if (stamp_tlv_is_chain(tail, size) != tails[i].is_chain) {
            fail_msg("%s", tails[i].name);
        }
    }
    assert_true(stamp_tlv_is_chain(guard_end(&guard, 0), 0));
}

/* Who signed right is answered with a signature of our own; who did not is told so in each TLV. */
static const struct {
    const char *name;
    size_t base;
    uint32_t seq;
    uint8_t first_flags;
} signed_tlvs[] = {
    {"A9", STAMP_KEYED_BYTES, 7, 0},
    {"A10", STAMP_KEYED_BYTES, 7, STAMP_TLV_FORGED},
    {"A11", STAMP_KEYED_BYTES, 7, 0},
    {"L16", STAMP_OPEN_BYTES, 7, 0},
    {"L17", STAMP_OPEN_BYTES, 7, STAMP_TLV_FORGED},
    {"L18", STAMP_OPEN_BYTES, 7, STAMP_TLV_FORGED},
    {"L19", STAMP_OPEN_BYTES, 7, 0},
};

static void test_signed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(signed_tlvs); i++) {
        struct stamp_tlv_setting setting = first_packet();
        struct stamp_tlv_result result;
        size_t size;
        size_t at = 0;
        uint8_t *tail =
            tail_of(vectors_find(&vectors, signed_tlvs[i].name), signed_tlvs[i].base, &size);
        struct stamp_tlv tlv;
        setting.key = &key;
        setting.needs_hmac = signed_tlvs[i].base == STAMP_KEYED_BYTES;
        setting.reply_seq = 3;
        stamp_tlv_reflect(&setting, tail, size, &result);
        while (stamp_tlv_next(tail, size, &at, &tlv)) {
            assert_int_equal(tlv.flags, signed_tlvs[i].first_flags);
        }
        assert_int_equal(at, size);
        /* As a reflector would check it: the reply is signed over its own number. */
        setting.request_seq = 3;
        stamp_tlv_reflect(&setting, tail, size, &result);
        assert_int_equal(tail[0], signed_tlvs[i].first_flags);
    }
}

/* Without a key nobody can know. */
static void test_hmac_without_key(void **state)
{
    (void)state;
    struct stamp_tlv_setting setting = first_packet();
    struct stamp_tlv_result result;
    size_t size;
    uint8_t *tail = tail_of(vectors_find(&vectors, "L17"), STAMP_OPEN_BYTES, &size);
    stamp_tlv_reflect(&setting, tail, size, &result);
    assert_int_equal(tail[0], 0);
    assert_int_equal(tail[16], STAMP_TLV_UNKNOWN);
}

static void test_no_reply_and_node(void **state)
{
    (void)state;
    struct stamp_tlv_setting setting = first_packet();
    struct stamp_tlv_result result;
    size_t size;
    uint8_t *tail = tail_of(vectors_find(&vectors, "L21"), STAMP_OPEN_BYTES, &size);
    stamp_tlv_reflect(&setting, tail, size, &result);
    assert_true(result.is_silent);

    tail = tail_of(vectors_find(&vectors, "L22"), STAMP_OPEN_BYTES, &size);
    stamp_tlv_reflect(&setting, tail, size, &result);
    assert_false(result.is_silent);
    assert_int_equal(tail[0], STAMP_TLV_UNKNOWN);
    addr_parse_ip("192.0.2.9", &setting.local);
    stamp_tlv_reflect(&setting, tail, size, &result);
    assert_int_equal(tail[0], 0);
}

static void test_own(void **state)
{
    (void)state;
    const struct vector *v = vectors_find(&vectors, "L16");
    uint8_t bytes[64] = {0};
    size_t size = stamp_tlv_begin(STAMP_TLV_DIRECT, 12, bytes);
    bytes[7] = 7;
    size = stamp_tlv_sign(&key, 7, bytes, size);
    assert_int_equal(size + STAMP_OPEN_BYTES, v->size);
    assert_memory_equal(bytes, v->bytes + STAMP_OPEN_BYTES, size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_location_with_address),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_what_is_a_chain),
        cmocka_unit_test(test_signed),
        cmocka_unit_test(test_hmac_without_key),
        cmocka_unit_test(test_no_reply_and_node),
        cmocka_unit_test(test_own),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
