/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What stands behind the "?" of a URL. */
#include "web/query.h"

#include <string.h>

#include "expo/family.h"
#include "support/cm.h"
#include "web/request.h"

static void escapes_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted; /* NULL: refused */
    } rows[] = {
        {"", ""},
        {"name[]", "name[]"},
        {"name%5B%5D", "name[]"},
        {"name%5b%5d", "name[]"},
        {"%41%7a", "Az"},
        {"%25%32", "%2"},
        {"%c3%a9", "\xc3\xa9"},
        {"a+b", "a+b"},
        {"%", NULL},
        {"%4", NULL},
        {"%4g", NULL},
        {"%g4", NULL},
        {"%-1", NULL},
        {"a%00b", NULL},
        {"1234567", "1234567"},
        {"12345678", NULL},
        {"%31%32%33%34%35%36%37", "1234567"},
        {"%31%32%33%34%35%36%37%38", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[8] = "xxxxxxx";
        assert_int_equal(query_decode(rows[i].text, out, sizeof out), rows[i].wanted != NULL);
        assert_string_equal(out, rows[i].wanted == NULL ? "" : rows[i].wanted);
    }
}

static size_t count_shown(const struct request *request)
{
    size_t count = 0;
    for (size_t i = 0; family_at(i) != NULL; i++) {
        count += !expo_filter_hides(&request->filter, i);
    }
    return count;
}

static size_t count_all(void)
{
    const struct request request = {0};
    return count_shown(&request);
}

static void names_filter_families(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        size_t shown;
    } rows[] = {
        {"name[]", "ipsla_rtt_seconds", 1},
        {"name%5B%5D", "ipsla%5Frtt%5fseconds", 1},
        {"name[]", "", 0},
        {"name[]", "%", 0},
        {"name[]", "ipsla_rtt_seconds%00", 0},
        {"name[]", "no_such_family", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct request request = {0};
        request_add_argument(&request, rows[i].name, rows[i].value);
        assert_int_equal(count_shown(&request), rows[i].shown);
        request_fini(&request);
    }
}

static void other_arguments_change_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"",       "name", "name[",     "names[]",
                                        "Name[]", "%",    "name%5B%5", "collect[]"};
    struct request request = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        request_add_argument(&request, names[i], "ipsla_rtt_seconds");
    }
    assert_int_equal(count_shown(&request), count_all());
    request_fini(&request);
}

/* Names take no memory beside the query itself, and a name may be as long as a request can be. */
static void many_and_long_names_are_bounded(void **state)
{
    (void)state;
    static char value[100000];
    struct request request = {0};
    memset(value, 'x', sizeof value - 1);
    request_add_argument(&request, "name[]", value);
    assert_int_equal(count_shown(&request), 0);
    for (unsigned i = 0; i < 10000; i++) {
        request_add_argument(&request, "name[]", "ipsla_rtt_seconds");
    }
    request_add_argument(&request, "name[]", "process_open_fds");
    assert_int_equal(count_shown(&request), 2);
    request_fini(&request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_are_decoded),
        cmocka_unit_test(names_filter_families),
        cmocka_unit_test(other_arguments_change_nothing),
        cmocka_unit_test(many_and_long_names_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
