/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/web_place.h"

#include <string.h>

#include "support/cm.h"

static void unix_sockets(void **state)
{
    (void)state;
    struct web_unix got;
    char long_path[200] = "unix:/";
    assert_true(web_place_is_unix("unix:/run/x"));
    assert_false(web_place_is_unix(":10967"));
    assert_null(web_place_parse_unix("unix:/run/ipsla.sock", &got));
    assert_string_equal(got.path, "/run/ipsla.sock");
    assert_int_equal(got.mode, 0660);
    assert_null(web_place_parse_unix("unix:/run/x,mode=0600", &got));
    assert_string_equal(got.path, "/run/x");
    assert_int_equal(got.mode, 0600);
    assert_null(web_place_parse_unix("unix:/run/x,mode=777", &got));
    assert_int_equal(got.mode, 0777);
    static const char *const bad[] = {"unix:",
                                      "unix:/",
                                      "unix:run/x",
                                      "unix:@x",
                                      "unix:/run/x,",
                                      "unix:/run/x,mode=",
                                      "unix:/run/x,mode=8",
                                      "unix:/run/x,mode=1777",
                                      "unix:/run/x,mode=00777",
                                      "unix:/run/x,mode=600,x",
                                      "unix:/run/x,group=a"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (web_place_parse_unix(bad[i], &got) == NULL) {
            fail_msg("%s", bad[i]);
        }
    }
    memset(long_path + 6, 'x', 106);
    assert_null(web_place_parse_unix(long_path, &got)); /* 107 bytes */
    long_path[112] = 'x';
    assert_non_null(web_place_parse_unix(long_path, &got));
}

static const struct {
    const char *text, *prefix; /* NULL: refused */
} prefixes[] =
    {
        {"", ""},         {"/", ""},       {"ipsla", "/ipsla"}, {"/ipsla/", "/ipsla"},
        {"/a/b", "/a/b"}, {"//a//", "/a"}, {"/a//b", NULL},     {"/a?b", NULL},
        {"/a#b", NULL},   {"/a b", NULL},  {"/a%20", NULL},     {"/a\nb", NULL},
        {"/a\"b", NULL},
},
  urls[] = {
      {"http://example.net", ""},
      {"https://example.net/", ""},
      {"https://example.net:8443/ipsla/", "/ipsla"},
      {"HTTPS://[2001:db8::1]/a/b", "/a/b"},
      {"ftp://example.net/", NULL},
      {"example.net/ipsla", NULL},
      {"/ipsla", NULL},
      {"http://", NULL},
      {"http:///ipsla", NULL},
      {"http://example.net/?x", NULL},
      {"", NULL},
};

static void prefixes_have_one_form(void **state)
{
    (void)state;
    char out[WEB_PATH_MAX];
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        const char *problem = web_place_parse_prefix(prefixes[i].text, out);
        if ((problem == NULL) != (prefixes[i].prefix != NULL)) {
            fail_msg("%s", prefixes[i].text);
        }
        if (problem == NULL) {
            assert_string_equal(out, prefixes[i].prefix);
        }
    }
}

static void urls_have_a_path(void **state)
{
    (void)state;
    char out[WEB_PATH_MAX];
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        const char *problem = web_place_parse_url(urls[i].text, out);
        if ((problem == NULL) != (urls[i].prefix != NULL)) {
            fail_msg("%s", urls[i].text);
        }
        if (problem == NULL) {
            assert_string_equal(out, urls[i].prefix);
        }
    }
}

static void what_is_too_long(void **state)
{
    (void)state;
    char out[WEB_PATH_MAX], path[WEB_PATH_MAX + 1] = "/";
    memset(path + 1, 'x', WEB_PATH_MAX - 2);
    path[WEB_PATH_MAX - 1] = '\0';
    assert_null(web_place_parse_prefix(path, out));
    assert_string_equal(out, path);
    path[WEB_PATH_MAX - 1] = 'x';
    assert_non_null(web_place_parse_prefix(path, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unix_sockets),
        cmocka_unit_test(prefixes_have_one_form),
        cmocka_unit_test(urls_have_a_path),
        cmocka_unit_test(what_is_too_long),
    };
    return cmocka_run_group_tests_name("program web_place", tests, NULL, NULL);
}
