/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "config/web_config.h"
#include "support/cm.h"
#include "support/files.h"

#define TAIL "abcdefghijklmnopqrstuuzFVcuH5G4l4bWfdv5oZC.QYZ0pJC5y."
#define HASH "$2y$10$" TAIL
#define CERT "tls_server_config:\n  cert: A\n  key: B\n"

static char folder[] = "/tmp/ipsla-web-config-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    unlink("w.yml");
    unlink("cert");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static struct web_config *load(const char *text, struct buf *findings)
{
    struct diagnostics diagnostics = {0};
    struct web_files files = {0};
    files_write("w.yml", text);
    struct web_config *config = web_config_load("w.yml", &diagnostics, &files);
    diagnostics_format(&diagnostics, findings);
    assert_true(files.count >= 1);
    diagnostics_fini(&diagnostics);
    web_files_fini(&files);
    return config;
}

static const struct {
    const char *text, *findings;
} bad[] = {
    {"", "w.yml:1:1: the file is empty\n"},
    {"tls_config: {}\n", "w.yml:1:1: tls_config: unknown key; allowed: tls_server_config, "
                         "http_server_config, basic_auth_users, rate_limit\n"},
    {"basic_auth_user: {}\n",
     "w.yml:1:1: basic_auth_user: unknown key; did you mean 'basic_auth_users'?\n"},
    {"rate_limit: {burst: 1}\nrate_limit: {burst: 2}\n",
     "w.yml:2:1: rate_limit: duplicate key; it is set on line 1 already; remove one\n"},
    {"tls_server_config:\n  cert: A\n",
     "w.yml:2:3: tls_server_config.key_file: the key is missing; key_file or key is needed\n"},
    {CERT "  cert_file: c\n", "w.yml:4:3: tls_server_config.cert_file: cert is given already; the "
                              "same comes from a file or from here\n"},
    {"tls_server_config:\n  cert_file: none\n  key: B\n",
     "w.yml:2:14: tls_server_config.cert_file: cannot be read: No such file or directory\n"},
    {"tls_server_config:\n  cert_file: .\n  key: B\n",
     "w.yml:2:14: tls_server_config.cert_file: cannot be read: Is a directory\n"},
    {CERT "  min_version: SSL3\n",
     "w.yml:4:16: tls_server_config.min_version: 'SSL3' is unknown; allowed: TLS10, TLS11, TLS12, "
     "TLS13\n"},
    {CERT "  min_version: TLS13\n  max_version: TLS12\n",
     "w.yml:4:16: tls_server_config.min_version: is above max_version\n"},
    {CERT "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n", NULL},
    {CERT "  curve_preferences: X25519\n",
     "w.yml:4:22: tls_server_config.curve_preferences: expected a list\n"},
    {CERT "  client_ca: A\n", "w.yml:4:14: tls_server_config.client_ca: needs a client_auth_type, "
                              "without which no client is verified\n"},
    {CERT "  client_auth_type: RequireAndVerifyClientCert\n",
     "w.yml:4:21: tls_server_config.client_auth_type: needs client_ca_file or client_ca, by which "
     "clients are verified\n"},
    {CERT "  client_ca: A\n  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a]\n",
     "w.yml:6:24: tls_server_config.client_allowed_sans: needs client_auth_type "
     "VerifyClientCertIfGiven or RequireAndVerifyClientCert: others verify no certificate\n"},
    {CERT "  client_allowed_sans: []\n", NULL},
    {CERT "  prefer_server_cipher_suites: maybe\n", NULL},
    {"basic_auth_users: {a: secret}\n",
     "w.yml:1:23: basic_auth_users.a: expected a bcrypt hash of cost 4 to 31, as by htpasswd -nBC "
     "10 NAME\n"},
    {"basic_auth_users: {a: '$2y$03$" TAIL "'}\n", NULL},
    {"basic_auth_users: {a: '$2y$32$" TAIL "'}\n", NULL},
    {"basic_auth_users: {a: '$2y$10$" TAIL "a'}\n", NULL},
    {"basic_auth_users: {a: '$2y$10$-bcdefghijklmnopqrstuuzFVcuH5G4l4bWfdv5oZC.QYZ0pJC5y.'}\n",
     NULL},
    {"basic_auth_users: {a: '$2'}\n", NULL},
    {"basic_auth_users: {a: ['" HASH "']}\n", NULL},
    {"basic_auth_users: {'a:b': '" HASH "'}\n",
     "w.yml:1:20: basic_auth_users.a:b: a user name has no colon: it ends the name in a request\n"},
    {"basic_auth_users: [a]\n", NULL},
    {"http_server_config: {headers: {X-Frame-Options: allow}}\n",
     "w.yml:1:49: http_server_config.headers.X-Frame-Options: 'allow' is no value of this "
     "header\n"},
    {"http_server_config: {headers: {X-Content-Type-Options: sniff}}\n", NULL},
    {"http_server_config: {headers: {Strict-Transport-Security: \"a\\r\\nb\"}}\n", NULL},
    {"http_server_config: {headers: {Server: x}}\n", NULL},
    {"http_server_config: {http2: 2}\n", NULL},
    {"rate_limit: {interval: 1s}\n", "w.yml:1:13: rate_limit.burst: the key is missing; without it "
                                     "every request would be refused\n"},
    {"rate_limit: {interval: fast, burst: 1}\n", NULL},
    {"rate_limit: {interval: 1, burst: 1}\n", NULL},
    {"rate_limit: {interval: -1s, burst: 1}\n", NULL},
    {"rate_limit: {interval: 25h, burst: 1}\n", NULL},
    {"rate_limit: {interval: 1s, burst: 0}\n", NULL},
    {"rate_limit: {interval: 1s, burst: 1x}\n", NULL},
};

/* Where no finding stands above: one, whatever it says. */
static void what_is_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf findings = {0};
        struct web_config *config = load(bad[i].text, &findings);
        if (config != NULL || (bad[i].findings == NULL && findings.size == 0)) {
            fail_msg("taken: %s", bad[i].text);
        }
        if (bad[i].findings != NULL) {
            assert_string_equal(buf_string(&findings), bad[i].findings);
        }
        buf_fini(&findings);
    }
}

static void hashes_and_keys_are_not_repeated(void **state)
{
    (void)state;
    struct buf findings = {0};
    assert_null(load("basic_auth_users: {a: 'hunter2'}\n"
                     "tls_server_config: {key: hunter2, key_file: hunter2, cert_file: x}\n",
                     &findings));
    assert_true(findings.size > 0);
    assert_null(strstr(findings.bytes, "hunter2"));
    buf_fini(&findings);
}

static void every_key_is_taken(void **state)
{
    (void)state;
    struct buf findings = {0};
    files_write("cert", "PEM");
    struct web_config *config =
        load("tls_server_config:\n  cert_file: cert\n  key: |\n    B\n    C\n  client_ca: D\n"
             "  client_auth_type: VerifyClientCertIfGiven\n  client_allowed_sans: [a, 127.0.0.1]\n"
             "  min_version: TLS11\n  max_version: TLS12\n"
             "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_AES_128_GCM_SHA256]\n"
             "  curve_preferences: [CurveP521, X25519]\n  prefer_server_cipher_suites: false\n"
             "http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\n"
             "    Strict-Transport-Security: max-age=1\n"
             "basic_auth_users:\n  a: '" HASH "'\n  'b c': $2$04$" TAIL "\n"
             "rate_limit: {interval: 1m30.5s, burst: 7}\n",
             &findings);
    assert_string_equal(buf_string(&findings), "");
    const struct web_tls *tls = &config->tls;
    assert_true(config->has_tls);
    assert_string_equal(buf_string(&tls->cert.text), "PEM");
    assert_string_equal(buf_string(&tls->key.text), "B\nC\n");
    assert_string_equal(buf_string(&tls->client_ca.text), "D");
    assert_int_equal(tls->client_auth, WEB_CLIENT_VERIFY_IF_GIVEN);
    assert_int_equal(tls->allowed_san_count, 2);
    assert_string_equal(tls->allowed_sans[1], "127.0.0.1");
    assert_string_equal(tls_versions[tls->min_version].name, "TLS11");
    assert_string_equal(tls_versions[tls->max_version].name, "TLS12");
    assert_int_equal(tls->curve_count, 2);
    assert_string_equal(tls_curves[tls->curves[0]].gnutls, "SECP521R1");
    assert_false(tls->prefers_server_suites);
    unsigned suites = 0;
    for (size_t i = 0; i < TLS_SUITES; i++) {
        suites += tls->suites[i] ? 1 : 0;
    }
    assert_int_equal(suites, 2);
    assert_string_equal(config->headers[WEB_HEADER_FRAME_OPTIONS], "deny");
    assert_string_equal(config->headers[WEB_HEADER_HSTS], "max-age=1");
    assert_null(config->headers[WEB_HEADER_CSP]);
    assert_int_equal(config->user_count, 2);
    assert_string_equal(config->users[0].hash, "$2b$10$" TAIL);
    assert_string_equal(config->users[1].name, "b c");
    assert_string_equal(config->users[1].hash, "$2b$04$" TAIL);
    assert_int_equal(config->cost_max, 10);
    assert_int_equal(config->limit_interval_ns, 90500 * NS_PER_MS);
    assert_int_equal(config->limit_burst, 7);
    web_config_free(config);
}

static void what_is_absent_has_its_default(void **state)
{
    (void)state;
    struct buf findings = {0};
    struct web_config *config = load(CERT, &findings);
    assert_int_equal(config->tls.client_auth, WEB_CLIENT_NONE);
    assert_string_equal(tls_versions[config->tls.min_version].name, "TLS12");
    assert_string_equal(tls_versions[config->tls.max_version].name, "TLS13");
    assert_int_equal(config->tls.curve_count, TLS_CURVES);
    assert_true(config->tls.prefers_server_suites);
    assert_int_equal(config->user_count, 0);
    assert_int_equal(config->limit_interval_ns, 0);
    web_config_free(config);
    config = load("tls_server_config:\nbasic_auth_users:\nrate_limit: {interval: 0s}\n", &findings);
    assert_false(config->has_tls);
    assert_int_equal(config->user_count, 0);
    web_config_free(config);
    config = load(CERT "  client_auth_type: RequireClientCert\n", &findings);
    assert_int_equal(config->tls.client_auth, WEB_CLIENT_REQUIRE_ANY);
    web_config_free(config);
    config = load("basic_auth_users: {a: $2a$14$" TAIL "}\n", &findings);
    assert_non_null(strstr(buf_string(&findings), "warning"));
    web_config_free(config);
    buf_fini(&findings);
}

static void a_fifo_is_not_waited_for(void **state)
{
    (void)state;
    struct buf findings = {0};
    unlink("cert");
    assert_int_equal(mkfifo("cert", 0600), 0);
    assert_null(load("tls_server_config: {cert_file: cert, key: x}\n", &findings));
    assert_non_null(strstr(buf_string(&findings), "not a regular file"));
    unlink("cert");
    buf_fini(&findings);
}

/* A file as old as that has no change left to be seen. */
static void make_old(const char *path, struct watched *watched)
{
    struct buf text = {0};
    *watched = (struct watched){0};
    assert_null(watched_read(watched, path, 100, &text));
    watched->changed_ns -= 10 * NS_PER_SECOND;
    buf_fini(&text);
}

static void changes_are_seen(void **state)
{
    (void)state;
    struct watched watched;
    files_write("cert", "one");
    struct watched fresh = {0};
    struct buf text = {0};
    assert_null(watched_read(&fresh, "cert", 3, &text));
    assert_string_equal(buf_string(&text), "one");
    assert_true(watched_has_changed(&fresh)); /* its times are too coarse to tell */
    make_old("cert", &watched);
    assert_false(watched_is_same(&fresh, &watched));
    assert_true(watched_has_changed(&watched));
    watched_fini(&watched);
    watched_fini(&fresh);
    buf_clear(&text);
    assert_non_null(watched_read(&fresh, "cert", 2, &text)); /* too large */
    unlink("cert");
    assert_true(watched_has_changed(&fresh));
    watched_fini(&fresh);
    assert_non_null(watched_read(&fresh, "cert", 2, &text));
    assert_false(watched_has_changed(&fresh)); /* is still not there */
    files_write("cert", "two");
    assert_true(watched_has_changed(&fresh));
    watched_fini(&fresh);
    assert_null(watched_read(&fresh, "/proc/version", 10000, &text));
    watched_fini(&fresh);
    buf_fini(&text);
}

static void it_is_written_without_secrets(void **state)
{
    (void)state;
    struct buf findings = {0}, text = {0};
    files_write("cert", "not read here");
    struct web_config *config =
        load("tls_server_config: {cert_file: cert, key: SECRET, min_version: TLS13,\n"
             "  cipher_suites: [TLS_AES_128_GCM_SHA256], curve_preferences: [X25519, CurveP256]}\n"
             "http_server_config: {headers: {X-Frame-Options: deny}}\n"
             "rate_limit: {interval: 500ms, burst: 3}\n"
             "basic_auth_users: {a: '" HASH "', \"b\\n\": '" HASH "'}\n",
             &findings);
    assert_string_equal(buf_string(&findings), "");
    web_config_add_text(config, &text);
    assert_string_equal(buf_string(&text),
                        "# tls_server_config:\n#   cert_file: cert\n#   key: <secret>\n"
                        "#   client_auth_type: NoClientCert\n#   min_version: TLS13\n"
                        "#   max_version: TLS13\n#   cipher_suites: [TLS_AES_128_GCM_SHA256]\n"
                        "#   curve_preferences: [X25519, CurveP256]\n"
                        "#   prefer_server_cipher_suites: true\n"
                        "# http_server_config:\n#   headers:\n#     X-Frame-Options: deny\n"
                        "# rate_limit:\n#   interval: 500ms\n#   burst: 3\n"
                        "# basic_auth_users:\n#   a: <secret>\n"
                        "#   (other than printable characters): <secret>\n");
    web_config_free(config);
    buf_fini(&text);
    buf_fini(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_written_without_secrets),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(hashes_and_keys_are_not_repeated),
        cmocka_unit_test(every_key_is_taken),
        cmocka_unit_test(what_is_absent_has_its_default),
        cmocka_unit_test(a_fifo_is_not_waited_for),
        cmocka_unit_test(changes_are_seen),
    };
    return cmocka_run_group_tests_name("config web_config", tests, enter_folder, leave_folder);
}
