/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/twamp_control.h"

#include <string.h>

#include "support/cm.h"
#include "support/vectors.h"
#include "wire/twamp_stream.h"

#define START_TIME UINT64_C(0xed00378000000000)

static struct vectors vectors;
static struct twamp_keys keys; /* of the connection */
static uint8_t challenge[16], salt[16], client_iv[16], server_iv[16];

static void count_up(uint8_t *out, size_t size, uint8_t first)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(first + i);
    }
}

static int load(void **state)
{
    (void)state;
    vectors_load_from(&vectors, "twamp.txt");
    count_up(keys.aes, sizeof keys.aes, 0x80);
    count_up(keys.hmac, sizeof keys.hmac, 0xa0);
    count_up(challenge, sizeof challenge, 0x20);
    count_up(salt, sizeof salt, 0x40);
    count_up(client_iv, sizeof client_iv, 0x60);
    count_up(server_iv, sizeof server_iv, 0x50);
    return 0;
}

static const struct vector *vector(const char *name, size_t size)
{
    const struct vector *v = vectors_find(&vectors, name);
    assert_int_equal(v->size, size);
    return v;
}

static struct twamp_token_terms terms_of(const char *secret)
{
    return (struct twamp_token_terms){{secret, strlen(secret)}, challenge, salt, 1024};
}

static void test_greeting(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t modes, count;
        bool is_good; /* its count */
    } rows[] = {
        {"C1", 0x7f, 1024, true},     {"C2", 1, 1024, true},  {"C3", 0, 1024, true},
        {"C4", 7, 0x80000000, false}, {"C5", 7, 1000, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct vector *v = vector(rows[i].name, TWAMP_GREETING_BYTES);
        struct twamp_greeting read;
        uint8_t written[TWAMP_GREETING_BYTES];
        twamp_greeting_decode(v->bytes, &read);
        assert_int_equal(read.modes, rows[i].modes);
        assert_int_equal(read.count, rows[i].count);
        assert_memory_equal(read.challenge, challenge, sizeof challenge);
        assert_memory_equal(read.salt, salt, sizeof salt);
        assert_int_equal(twamp_count_is_good(read.count), rows[i].is_good);
        twamp_greeting_encode(&read, written);
        assert_memory_equal(written, v->bytes, v->size);
    }
    assert_true(twamp_count_is_good(32768));
    assert_false(twamp_count_is_good(65536));
    assert_false(twamp_count_is_good(3072));
    assert_false(twamp_count_is_good(0));
}

static void test_setup(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t mode;
    } rows[] = {{"E1a", 2}, {"E1e", 4}, {"E1m", 8}};
    struct twamp_token_terms terms = terms_of("correct-horse");
    struct twamp_setup setup = {.mode = 1};
    uint8_t written[TWAMP_SETUP_BYTES];
    twamp_setup_encode(&setup, written);
    assert_memory_equal(written, vector("C6", TWAMP_SETUP_BYTES)->bytes, sizeof written);
    for (size_t i = 0; i < 3; i++) {
        const struct vector *v = vector(rows[i].name, TWAMP_SETUP_BYTES);
        struct twamp_keys found;
        struct twamp_setup read;
        twamp_setup_decode(v->bytes, &read);
        assert_int_equal(read.mode, rows[i].mode);
        assert_string_equal(read.key_id, "alice");
        assert_memory_equal(read.client_iv, client_iv, sizeof client_iv);
        assert_true(twamp_token_open(&terms, read.token, &found));
        assert_memory_equal(&found, &keys, sizeof keys);

        setup = (struct twamp_setup){.mode = rows[i].mode, .key_id = "alice"};
        memcpy(setup.client_iv, client_iv, sizeof client_iv);
        assert_true(twamp_token_seal(&terms, &keys, setup.token));
        twamp_setup_encode(&setup, written);
        assert_memory_equal(written, v->bytes, v->size);
    }
}

static void test_token_of_others(void **state)
{
    (void)state;
    struct twamp_keys found;
    struct twamp_setup read;
    struct twamp_token_terms right = terms_of("correct-horse");
    struct twamp_token_terms wrong = terms_of("correct-horsf");
    twamp_setup_decode(vector("E1a", TWAMP_SETUP_BYTES)->bytes, &read);
    assert_false(twamp_token_open(&wrong, read.token, &found));
    wrong = right;
    wrong.challenge = salt; /* a token of another connection, sent again */
    assert_false(twamp_token_open(&wrong, read.token, &found));
    read.token[63] ^= 1;
    assert_true(twamp_token_open(&right, read.token, &found)); /* the keys differ: the HMAC tells */
    assert_memory_not_equal(&found, &keys, sizeof keys);
    read.token[0] ^= 1;
    assert_false(twamp_token_open(&right, read.token, &found));
}

/* A name of 80 octets ends at the end of its field. */
static void test_longest_name(void **state)
{
    (void)state;
    struct twamp_setup setup = {.mode = 2};
    struct twamp_setup read;
    uint8_t written[TWAMP_SETUP_BYTES];
    memset(setup.key_id, 'x', TWAMP_KEY_ID_BYTES);
    twamp_setup_encode(&setup, written);
    twamp_setup_decode(written, &read);
    assert_string_equal(read.key_id, setup.key_id);
    assert_int_equal(strlen(read.key_id), TWAMP_KEY_ID_BYTES);
}

static void test_derived_key(void **state)
{
    (void)state;
    const struct crypto_part secret = {"correct-horse", 13};
    const struct crypto_part salt_part = {salt, sizeof salt};
    uint8_t derived[16];
    assert_true(crypto_pbkdf2(&secret, &salt_part, 1024, derived));
    assert_memory_equal(derived, vector("E0", 16)->bytes, 16);
}

static void test_server_start(void **state)
{
    (void)state;
    struct twamp_server_start read;
    uint8_t written[TWAMP_SERVER_START_BYTES];
    const struct vector *refused = vector("C8", TWAMP_SERVER_START_BYTES);
    twamp_server_start_decode(refused->bytes, &read);
    assert_int_equal(read.accept, TWAMP_TEMPORARY_LIMIT);
    twamp_server_start_encode(&read, written);
    assert_memory_equal(written, refused->bytes, sizeof written);

    const struct vector *good = vector("C7", TWAMP_SERVER_START_BYTES);
    twamp_server_start_decode(good->bytes, &read);
    assert_int_equal(read.accept, TWAMP_ACCEPTED);
    assert_int_equal(read.start_time, START_TIME);
    twamp_server_start_encode(&read, written);
    assert_memory_equal(written, good->bytes, sizeof written);
}

static void test_request_session(void **state)
{
    (void)state;
    static const struct {
        const char *name, *sender, *receiver;
        uint32_t padding, type_p;
        bool is_own; /* what we write is the same, octet by octet */
    } rows[] = {
        {"C9", "192.0.2.10", "198.51.100.20", 27, 0, true},
        {"C10", "0.0.0.0", "0.0.0.0", 27, 0, true},
        {"C11", "203.0.113.7", "198.51.100.20", 27, 0, true},
        {"C12", "192.0.2.10", "198.51.100.20", 27, 0x2e000000, true},
        {"C13", "192.0.2.10", "198.51.100.20", 60, 0, false}, /* RFC 6038 is not spoken */
        {"C27", "192.0.2.10", "198.51.100.20", 0x80000000, 0, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct vector *v = vector(rows[i].name, TWAMP_REQUEST_BYTES);
        struct twamp_request read;
        struct addr sender;
        struct addr receiver;
        uint8_t written[TWAMP_REQUEST_BYTES];
        assert_true(addr_parse_ip(rows[i].sender, &sender));
        assert_true(addr_parse_ip(rows[i].receiver, &receiver));
        twamp_request_session_decode(v->bytes, &read);
        assert_int_equal(read.ip_version, 4);
        assert_true(addr_is_same_ip(&read.sender, &sender));
        assert_true(addr_is_same_ip(&read.receiver, &receiver));
        assert_int_equal(read.sender.port, 40000);
        assert_int_equal(read.receiver.port, 862);
        assert_int_equal(read.padding_bytes, rows[i].padding);
        assert_int_equal(read.start_time, START_TIME + (UINT64_C(1) << 32));
        assert_int_equal(twamp_timeout_ns(read.timeout), 2 * NS_PER_SECOND);
        assert_int_equal(read.type_p, rows[i].type_p);
        twamp_request_session_encode(&read, written);
        if (rows[i].is_own) {
            assert_memory_equal(written, v->bytes, v->size);
        }
    }
}

/* What stands behind an IPv4 address is nothing of it, and other versions are no address. */
static void test_addresses_of_requests(void **state)
{
    (void)state;
    struct twamp_request read;
    uint8_t bytes[TWAMP_REQUEST_BYTES];
    memcpy(bytes, vector("C9", sizeof bytes)->bytes, sizeof bytes);
    memset(bytes + 20, 0xff, 12);
    twamp_request_session_decode(bytes, &read);
    assert_int_equal(read.sender.ip[4], 0);
    bytes[1] = 0x56; /* the upper half means nothing */
    twamp_request_session_decode(bytes, &read);
    assert_int_equal(read.sender.family, ADDR_IPV6);
    assert_int_equal(read.sender.ip[15], 0xff);
    bytes[1] = 5;
    twamp_request_session_decode(bytes, &read);
    assert_int_equal(read.sender.family, ADDR_NONE);
}

static void test_accept_session(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t accept;
        uint16_t port;
        bool is_own;
    } rows[] = {{"C14", 0, 19000, true}, {"C15", 0, 19000, false}, {"C16", 4, 0, true}};
    for (size_t i = 0; i < 3; i++) {
        const struct vector *v = vector(rows[i].name, TWAMP_ACCEPT_BYTES);
        struct twamp_accepted read;
        uint8_t written[TWAMP_ACCEPT_BYTES];
        twamp_accepted_decode(v->bytes, &read);
        assert_int_equal(read.accept, rows[i].accept);
        assert_int_equal(read.port, rows[i].port);
        twamp_accepted_encode(&read, written);
        if (rows[i].is_own) {
            assert_memory_equal(written, v->bytes, v->size);
        }
    }
}

static void test_short_messages(void **state)
{
    (void)state;
    uint8_t written[TWAMP_SHORT_BYTES];
    struct twamp_stop stop = {0, 1};
    twamp_start_sessions_encode(written);
    assert_memory_equal(written, vector("C17", sizeof written)->bytes, sizeof written);
    twamp_start_ack_encode(TWAMP_ACCEPTED, written);
    assert_memory_equal(written, vector("C18", sizeof written)->bytes, sizeof written);
    twamp_stop_encode(&stop, written);
    assert_memory_equal(written, vector("C19", sizeof written)->bytes, sizeof written);
    twamp_stop_decode(vector("C19", sizeof written)->bytes, &stop);
    assert_int_equal(stop.number, 1);
    twamp_stop_decode(vector("C20", sizeof written)->bytes, &stop);
    assert_int_equal(stop.number, 0x10000);
}

static void test_commands(void **state)
{
    (void)state;
    assert_int_equal(twamp_command_bytes(vector("C9", 112)->bytes[0]), 112);
    assert_int_equal(twamp_command_bytes(vector("C17", 32)->bytes[0]), 32);
    assert_int_equal(twamp_command_bytes(vector("C19", 32)->bytes[0]), 32);
    static const char *const others[] = {"C21", "C22", "C23", "C24", "C25", "C26"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(twamp_command_bytes(vectors_find(&vectors, others[i])->bytes[0]), 0);
    }
}

/* The last block of Server-Start is the first one of the server's stream. */
static void test_server_stream(void **state)
{
    (void)state;
    struct twamp_stream out = {0};
    uint8_t bytes[TWAMP_SERVER_START_BYTES];
    struct twamp_server_start start = {.start_time = START_TIME};
    memcpy(start.server_iv, server_iv, sizeof server_iv);
    twamp_server_start_encode(&start, bytes);
    twamp_stream_start(&out, &keys, server_iv);
    twamp_stream_seal_block(&out, bytes + 32);
    assert_memory_equal(bytes, vector("E2", sizeof bytes)->bytes, sizeof bytes);
    memcpy(bytes, vector("C14", sizeof bytes)->bytes, sizeof bytes);
    twamp_stream_seal(&out, bytes, sizeof bytes);
    assert_memory_equal(bytes, vector("E4", sizeof bytes)->bytes, sizeof bytes);
    memcpy(bytes, vector("C18", TWAMP_SHORT_BYTES)->bytes, TWAMP_SHORT_BYTES);
    twamp_stream_seal(&out, bytes, TWAMP_SHORT_BYTES);
    assert_memory_equal(bytes, vector("E6", TWAMP_SHORT_BYTES)->bytes, TWAMP_SHORT_BYTES);
}

static void test_client_stream(void **state)
{
    (void)state;
    static const struct {
        const char *plain, *sealed;
        size_t size;
    } rows[] = {{"C9", "E3", 112}, {"C17", "E5", 32}, {"C19", "E7", 32}};
    struct twamp_stream out = {0};
    struct twamp_stream in = {0};
    twamp_stream_start(&out, &keys, client_iv);
    twamp_stream_start(&in, &keys, client_iv);
    for (size_t i = 0; i < 3; i++) {
        const struct vector *plain = vector(rows[i].plain, rows[i].size);
        const struct vector *sealed = vector(rows[i].sealed, rows[i].size);
        uint8_t bytes[TWAMP_REQUEST_BYTES];
        memcpy(bytes, plain->bytes, plain->size);
        twamp_stream_seal(&out, bytes, plain->size);
        assert_memory_equal(bytes, sealed->bytes, sealed->size);
        /* The first block alone tells how long the message is. */
        twamp_stream_decrypt(&in, bytes, 16);
        assert_int_equal(bytes[0], plain->bytes[0]);
        twamp_stream_decrypt(&in, bytes + 16, plain->size - 16);
        assert_true(twamp_stream_check(&in, bytes, plain->size));
        assert_memory_equal(bytes, plain->bytes, plain->size - STAMP_HMAC_BYTES);
    }
}

/* A client checks what a server wrote, and finds every bit that was changed. */
static void test_changed_octets(void **state)
{
    (void)state;
    for (size_t at = 0; at < TWAMP_ACCEPT_BYTES; at++) {
        struct twamp_stream in = {0};
        uint8_t start[16];
        uint8_t bytes[TWAMP_ACCEPT_BYTES];
        memcpy(start, vector("E2", 48)->bytes + 32, sizeof start);
        memcpy(bytes, vector("E4", sizeof bytes)->bytes, sizeof bytes);
        twamp_stream_start(&in, &keys, server_iv);
        twamp_stream_decrypt(&in, start, sizeof start);
        twamp_stream_pass_block(&in, start);
        struct twamp_stream again = in;
        uint8_t changed[TWAMP_ACCEPT_BYTES];
        memcpy(changed, bytes, sizeof bytes);
        changed[at] ^= 0x10;
        twamp_stream_decrypt(&in, bytes, sizeof bytes);
        assert_true(twamp_stream_check(&in, bytes, sizeof bytes));
        twamp_stream_decrypt(&again, changed, sizeof changed);
        assert_false(twamp_stream_check(&again, changed, sizeof changed));
    }
}

static void test_timeouts(void **state)
{
    (void)state;
    assert_int_equal(twamp_timeout_ns(1), 0); /* 2^-32 s */
    assert_int_equal(twamp_timeout_ns(UINT64_C(1) << 31), NS_PER_SECOND / 2);
    assert_true(twamp_timeout_ns(UINT64_MAX) > 0);
    assert_int_equal(twamp_timeout_ns(twamp_timeout_of(1500 * NS_PER_MS)), 1500 * NS_PER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greeting),        cmocka_unit_test(test_setup),
        cmocka_unit_test(test_token_of_others), cmocka_unit_test(test_longest_name),
        cmocka_unit_test(test_derived_key),     cmocka_unit_test(test_server_start),
        cmocka_unit_test(test_request_session), cmocka_unit_test(test_addresses_of_requests),
        cmocka_unit_test(test_accept_session),  cmocka_unit_test(test_short_messages),
        cmocka_unit_test(test_commands),        cmocka_unit_test(test_server_stream),
        cmocka_unit_test(test_client_stream),   cmocka_unit_test(test_changed_octets),
        cmocka_unit_test(test_timeouts),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
