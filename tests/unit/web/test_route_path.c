/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/route_path.h"

#include <string.h>

#include "support/cm.h"

struct case_of {
    const char *pattern, *path, *name, *id; /* name NULL: it is none */
};

static void test_match(void **state)
{
    (void)state;
    static const struct case_of cases[] = {
        {"/t/NAME", "/t/a", "a", NULL},
        {"/t/NAME", "/t/a/b", "a/b", NULL},
        {"/t/NAME", "/t/", NULL, NULL},
        {"/t/NAME", "/x/a", NULL, NULL},
        {"/t/NAME/evidence", "/t/a/evidence", "a", NULL},
        {"/t/NAME/evidence", "/t/evidence", NULL, NULL},
        {"/t/NAME/evidence", "/t//evidence", NULL, NULL},
        {"/t/NAME/evidence", "/t/evidence/evidence", "evidence", NULL},
        {"/t/NAME/evidence/ID.json", "/t/a%2Fb/evidence/17.json", "a%2Fb", "17"},
        {"/t/NAME/evidence/ID.json", "/t/a/evidence/.json", NULL, NULL},
        {"/t/NAME/evidence/ID.json", "/t/a/evidence/x17.json", NULL, NULL},
        {"/t/NAME/evidence/ID.json", "/t/a/evidence/17.jsonx", NULL, NULL},
        {"/t/NAME/evidence/ID.json", "/t//evidence/17.json", NULL, NULL},
        {"/t/NAME/evidence/ID.json", "17.json", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct case_of *one = &cases[i];
        struct route_parts parts;
        bool is_match = route_path_match(one->pattern, one->path, &parts);
        assert_int_equal(is_match, one->name != NULL);
        if (is_match) {
            assert_int_equal(parts.name_size, strlen(one->name));
            assert_memory_equal(parts.name, one->name, parts.name_size);
        }
        if (is_match && one->id != NULL) {
            assert_int_equal(parts.id_size, strlen(one->id));
            assert_memory_equal(parts.id, one->id, parts.id_size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_match)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
