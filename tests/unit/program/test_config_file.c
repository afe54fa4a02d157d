/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "program/config_file.h"

static void the_nearest_target_is_known(void **state)
{
    (void)state;
    struct config *config = parse_good("targets: [{name: lab-rtr01, host: h, port: 5}, "
                                       "{name: lab-rtr02, host: h, port: 5}]\n");
    assert_string_equal(config_file_nearest(config, "rtr01"), "lab-rtr01");
    assert_string_equal(config_file_nearest(config, "lab-rtr2"), "lab-rtr02");
    assert_null(config_file_nearest(config, "paris"));
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_target_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
