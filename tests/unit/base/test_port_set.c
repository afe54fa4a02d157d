/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/port_set.h"

#include "support/cm.h"

static unsigned count(const struct port_set *set)
{
    unsigned ports = 0;
    for (uint32_t port = 0; port <= UINT16_MAX; port++) {
        ports += port_set_has(set, (uint16_t)port);
    }
    return ports;
}

static void test_ranges(void **state)
{
    (void)state;
    struct port_set set = {0};
    assert_int_equal(count(&set), 0);
    port_set_add(&set, (struct port_range){1024, 65535});
    assert_int_equal(count(&set), 64512);
    assert_false(port_set_has(&set, 1023));
    assert_true(port_set_has(&set, 1024));
    port_set_remove(&set, (struct port_range){2000, 2000});
    assert_false(port_set_has(&set, 2000));
    assert_int_equal(count(&set), 64511);
}

static void test_text(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",       "0",     "x",   "5000-", "-5000",
                                        "5000-x", "65536", "9-8", "5000 ", "+5",
                                        " 5",     "1-2-3", "1,2", "0-100", "1-65536"};
    struct port_range range;
    assert_null(port_range_parse("5000", &range));
    assert_true(range.first == 5000 && range.last == 5000);
    assert_null(port_range_parse("1-65535", &range));
    assert_true(range.first == 1 && range.last == 65535);
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_non_null(port_range_parse(wrong[i], &range));
    }
}

/* As the system writes its list of reserved ports. */
static void test_lists(void **state)
{
    (void)state;
    struct port_set set = {0};
    port_set_add(&set, (struct port_range){1, 65535});
    port_set_remove_list(&set, "\n");
    port_set_remove_list(&set, "");
    assert_int_equal(count(&set), 65535);
    port_set_remove_list(&set, "8080,9148-9150,x,,123456789012345678901\n");
    assert_int_equal(count(&set), 65531);
    assert_false(port_set_has(&set, 8080));
    assert_false(port_set_has(&set, 9150));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
