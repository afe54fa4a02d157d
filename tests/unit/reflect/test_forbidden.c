/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A system whose policy forbids the digests: requests are not authentic, and nothing ends. */
#include <openssl/evp.h>
#include <string.h>

#include "base/crypto.h"
#include "support/cm.h"
#include "support/responder.h"
#include "wire/auth.h"
#include "wire/ipsla2.h"

static const struct auth_key md5 = {.id = 7, .algorithm = AUTH_MD5, .size = 1, .secret = "k"};
static const struct auth_key hmac = {
    .id = 8, .algorithm = AUTH_HMAC_SHA256, .size = 1, .secret = "k"};

/* No provider has this property, so the library gives nothing. */
static void set_policy(bool is_forbidden)
{
    assert_int_equal(EVP_set_default_properties(NULL, is_forbidden ? "provider=none" : ""), 1);
}

static void test_available(void **state)
{
    (void)state;
    uint8_t out[CRYPTO_DIGEST_BYTES_MAX];
    assert_true(crypto_is_available(CRYPTO_MD5) && crypto_is_available(CRYPTO_SHA256));
    assert_null(auth_algorithm_problem(AUTH_MD5));
    set_policy(true);
    assert_false(crypto_is_available(CRYPTO_MD5) || crypto_is_available(CRYPTO_SHA256));
    assert_non_null(auth_algorithm_problem(AUTH_MD5));
    assert_non_null(auth_algorithm_problem(AUTH_HMAC_SHA256));
    const struct crypto_part key = {"k", 1};
    memset(out, 0xff, sizeof out);
    assert_false(crypto_hmac(CRYPTO_SHA256, &key, &key, 1, out));
    for (size_t i = 0; i < sizeof out; i++) {
        assert_int_equal(out[i], 0);
    }
    set_policy(false);
}

/* A digest of zeros, such as a refusing library leaves, is none. */
static void test_zeros_are_no_digest(void **state)
{
    (void)state;
    const struct ipsla_request request = {
        .id = 1, .command = IPSLA_COMMAND_ECHO, .port = 5000, .duration_ms = 1000};
    uint8_t bytes[IPSLA2_BYTES];
    unsigned layout;
    set_policy(true);
    size_t size = ipsla_request_encode(&request, bytes);
    auth_sign(bytes, size, &md5, 0);
    assert_false(auth_verify(bytes, size, &md5, &layout));
    const struct ipsla2_message message = {
        .has_auth = true, .mode = IPSLA2_MODE_HMAC, .key_id = 8, .sequence = 1};
    size = ipsla2_encode(&message, bytes);
    ipsla2_sign(bytes, size, &hmac);
    assert_false(ipsla2_verify(bytes, size, &hmac));
    set_policy(false);
}

static void test_responder_refuses(void **state)
{
    (void)state;
    const struct ipsla_request request = {
        .id = 1, .command = IPSLA_COMMAND_ECHO, .port = 5000, .duration_ms = 1000};
    uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
    responder_prepare();
    responder.settings.keys[0] = md5;
    responder.settings.key_count = 1;
    responder_set_up();
    size_t size = ipsla_request_encode(&request, bytes);
    auth_sign(bytes, size, &md5, 0);
    set_policy(true);
    responder_deliver(1967, RESPONDER_PEER, bytes, size);
    assert_int_equal(responder_results(RESULT_AUTH), 1);
    set_policy(false);
    responder_deliver(1967, RESPONDER_PEER, bytes, size);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
    responder_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_available),
        cmocka_unit_test(test_zeros_are_no_digest),
        cmocka_unit_test(test_responder_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
