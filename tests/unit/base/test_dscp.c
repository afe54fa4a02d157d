/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/dscp.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/cm.h"

/* IANA, "Differentiated Services Field Codepoints". */
static const struct {
    const char *name;
    uint8_t dscp;
} names[] = {
    {"default", 0}, {"cs1", 8},   {"cs2", 16},  {"cs3", 24},  {"cs4", 32},  {"cs5", 40},
    {"cs6", 48},    {"cs7", 56},  {"af11", 10}, {"af12", 12}, {"af13", 14}, {"af21", 18},
    {"af22", 20},   {"af23", 22}, {"af31", 26}, {"af32", 28}, {"af33", 30}, {"af41", 34},
    {"af42", 36},   {"af43", 38}, {"ef", 46},   {"va", 44},   {"le", 1},
};
#define NAME_COUNT (sizeof names / sizeof names[0])

static void names_are_those_of_the_registry(void **state)
{
    (void)state;
    uint8_t dscp = 0;
    for (size_t i = 0; i < NAME_COUNT; i++) {
        char text[DSCP_TEXT_MAX];
        assert_true(dscp_parse(names[i].name, &dscp));
        assert_int_equal(dscp, names[i].dscp);
        assert_string_equal(dscp_format(names[i].dscp, text), names[i].name);
    }
    assert_true(dscp_parse("cs0", &dscp));
    assert_int_equal(dscp, 0);
}

/* Each number is read, and what is written for it is read as the same. */
static void numbers_are_read(void **state)
{
    (void)state;
    size_t numbers = 0;
    for (unsigned i = 0; i <= DSCP_MAX; i++) {
        char text[DSCP_TEXT_MAX];
        uint8_t dscp = 99;
        snprintf(text, sizeof text, "%u", i);
        assert_true(dscp_parse(text, &dscp));
        assert_int_equal(dscp, i);
        dscp_format(dscp, text);
        numbers += strtoul(text, NULL, 10) == i && text[0] >= '0' && text[0] <= '9';
        dscp = 99;
        assert_true(dscp_parse(text, &dscp));
        assert_int_equal(dscp, i);
    }
    assert_int_equal(numbers, DSCP_MAX + 1 - NAME_COUNT);
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",    "64",  "100", "-1",  "01",   "0x2e", "EF",
                                        "af1", "cs8", "ef ", " ef", "af44", "1.0",  "efx"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t dscp = 99;
        if (dscp_parse(wrong[i], &dscp) || dscp != 99) {
            fail_msg("accepted: '%s'", wrong[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_the_registry),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
