/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "support/cm.h"

static const struct {
    const char *header, *user, *password; /* user NULL: refused */
} headers[] = {
    {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"}, /* RFC 7617 */
    {"basic YTpi", "a", "b"},
    {"BASIC YTpiOmM=", "a", "b:c"},
    {"Basic YTpi \t ", "a", "b"}, /* RFC 9110 5.5: blanks behind a value are none of it */
    {"Basic Og==", "", ""},
    {"Basic YTo=", "a", ""},
    {"Basic +/+/Ov8=", "\xfb\xff\xbf", "\xff"},
    {"", NULL, NULL},
    {"Basic", NULL, NULL},
    {"Basic ", NULL, NULL},
    {"Basic YQ==", NULL, NULL}, /* no colon */
    {"Basic YTpi,Basic YTpi", NULL, NULL},
    {"Basic YTp", NULL, NULL},
    {"Basic YTo==", NULL, NULL},
    {"Basic Y=pi", NULL, NULL},
    {"Basic ====", NULL, NULL},
    {"Basic =", NULL, NULL},
    {"Basic YTp i", NULL, NULL},
    {"Basic YT-_", NULL, NULL},
    {"Bearer YTpi", NULL, NULL},
    {"Digest username=\"a\"", NULL, NULL},
};

static void headers_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct credentials got;
        bool is_good = credentials_parse(headers[i].header, &got);
        if (is_good != (headers[i].user != NULL)) {
            fail_msg("'%s'", headers[i].header);
        }
        if (is_good) {
            assert_int_equal(got.user_size, strlen(headers[i].user));
            assert_memory_equal(got.user, headers[i].user, got.user_size);
            assert_int_equal(got.password_size, strlen(headers[i].password));
            assert_memory_equal(got.password, headers[i].password, got.password_size);
            credentials_fini(&got);
        }
    }
}

static void a_nul_is_a_byte(void **state)
{
    (void)state;
    struct credentials got;
    assert_true(credentials_parse("Basic YQBiOgA=", &got));
    assert_int_equal(got.user_size, 3);
    assert_memory_equal(got.user, "a\0b", 3);
    assert_int_equal(got.password_size, 1);
    credentials_fini(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read),
        cmocka_unit_test(a_nul_is_a_byte),
    };
    return cmocka_run_group_tests_name("web credentials", tests, NULL, NULL);
}
