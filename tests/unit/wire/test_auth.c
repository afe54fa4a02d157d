/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/auth.h"

#include <string.h>

#include "base/crypto.h"
#include "support/cm.h"
#include "support/vectors.h"
#include "wire/ipsla.h"

/* Of vector C1 with key id 3 and the secret "s3cret", computed with Python's hashlib. */
static const struct {
    const char *name, *digest;
} layouts[AUTH_LAYOUT_COUNT] = {
    {"prefix", "1af9092fbc90fa4fc9899170c786fb94"},
    {"prefix-padded", "7b776fddc87bb383f4714b8d25da97f0"},
    {"suffix", "3f09bbe3a5b0b89edc524ba3b32841cd"},
    {"suffix-padded", "bcba8acf057bece00019eeaded375f29"},
    {"both", "6b6de0fa0353f21092916d5fd641b7ba"},
    {"both-padded", "2116a4237211cd360617851e9a0394d2"},
    {"hmac", "ca56a917d13c2f47627adbb7ece89c57"},
    {"prefix-omitted", "abf0181cf4711079f3bf8dfae4d6a0ad"},
    {"prefix-padded-omitted", "8fdde81c6c197ace80874b811dcfb460"},
    {"suffix-omitted", "f13009d25e0f45938d48655afe3ce748"},
    {"suffix-padded-omitted", "cbf7b5370488e2f228b46b8ed29bc2cb"},
    {"both-omitted", "bfc32357ae9fa689bfb210ffe0a982ba"},
    {"both-padded-omitted", "c28d8c45e836d7c8fb7206db8e2ed48c"},
    {"hmac-omitted", "09ed42013170cdbda36c911f73c7a09e"},
};

static struct auth_key make_key(void)
{
    struct auth_key key = {.id = 3, .algorithm = AUTH_MD5, .size = 6};
    memcpy(key.secret, "s3cret", 6);
    return key;
}

static void make_request(uint8_t out[IPSLA_REQUEST_BYTES])
{
    struct vectors vectors;
    vectors_load(&vectors);
    memcpy(out, vectors_find(&vectors, "C1")->bytes, IPSLA_REQUEST_BYTES);
}

static void test_layouts_are_what_they_say(void **state)
{
    (void)state;
    struct auth_key key = make_key();
    for (unsigned i = 0; i < AUTH_LAYOUT_COUNT; i++) {
        uint8_t bytes[IPSLA_REQUEST_BYTES + 3] = {0}, digest[CRYPTO_MD5_BYTES];
        unsigned found = AUTH_LAYOUT_COUNT;
        make_request(bytes);
        auth_sign(bytes, IPSLA_REQUEST_BYTES, &key, i);
        assert_string_equal(auth_layout_name(i), layouts[i].name);
        assert_int_equal(hex_decode(layouts[i].digest, digest, sizeof digest), sizeof digest);
        assert_memory_equal(bytes + 36, digest, sizeof digest);
        assert_int_equal(auth_key_id(bytes, IPSLA_REQUEST_BYTES), 3);
        assert_true(auth_verify(bytes, IPSLA_REQUEST_BYTES, &key, &found));
        assert_int_equal(found, i);
        assert_true(auth_verify(bytes, sizeof bytes, &key, &found)); /* bytes behind the message */
        for (size_t at = 4; at < IPSLA_REQUEST_BYTES; at++) {
            bool is_form = (at >= 8 && at < 12) || (at >= 24 && at < 28);
            bytes[at] ^= 1;
            assert_true(is_form || !auth_verify(bytes, IPSLA_REQUEST_BYTES, &key, &found));
            bytes[at] ^= 1;
        }
        key.secret[5] ^= 1;
        assert_false(auth_verify(bytes, IPSLA_REQUEST_BYTES, &key, &found));
        key.secret[5] ^= 1;
    }
}

static void test_no_section_no_key(void **state)
{
    (void)state;
    struct auth_key key = make_key();
    uint8_t bytes[IPSLA_REQUEST_BYTES];
    unsigned layout;
    make_request(bytes);
    bytes[3] = 24;
    assert_int_equal(auth_key_id(bytes, 24), 0);
    assert_false(auth_verify(bytes, 24, &key, &layout));
}

static void assert_hex(const uint8_t *bytes, size_t size, const char *hex)
{
    uint8_t expected[CRYPTO_DIGEST_BYTES_MAX];
    assert_int_equal(hex_decode(hex, expected, sizeof expected), size);
    assert_memory_equal(bytes, expected, size);
}

/* RFC 1321, FIPS 180, RFC 2202 and RFC 4231. */
static void test_digests_are_the_published_ones(void **state)
{
    (void)state;
    const struct crypto_part abc[] = {{"a", 1}, {"", 0}, {"bc", 2}};
    const struct crypto_part key = {"Jefe", 4};
    const struct crypto_part text[] = {{"what do ya ", 11}, {"want for nothing?", 17}};
    uint8_t out[CRYPTO_DIGEST_BYTES_MAX];
    crypto_digest(CRYPTO_MD5, abc, 3, out);
    assert_hex(out, 16, "900150983cd24fb0d6963f7d28e17f72");
    crypto_digest(CRYPTO_SHA256, abc, 3, out);
    assert_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_hmac(CRYPTO_MD5, &key, text, 2, out);
    assert_hex(out, 16, "750c783e6ab0b503eaa86e310a5db738");
    crypto_hmac(CRYPTO_SHA256, &key, text, 2, out);
    assert_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    crypto_wipe(out, sizeof out);
    assert_true(crypto_is_equal(out, (uint8_t[32]){0}, 32));
    assert_false(crypto_is_equal("ab", "aa", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts_are_what_they_say),
        cmocka_unit_test(test_no_section_no_key),
        cmocka_unit_test(test_digests_are_the_published_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
