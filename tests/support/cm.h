/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmocka with the headers that it wants before itself, and what it lacks. */
#ifndef SUPPORT_CM_H
#define SUPPORT_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Two numbers that may differ by at most `tolerance`. */
#define assert_near(actual, expected, tolerance)                                                   \
    do {                                                                                           \
        double near_actual = (double)(actual), near_expected = (double)(expected);                 \
        double near_distance = near_actual - near_expected;                                        \
        if (!(near_distance <= (tolerance) && -near_distance <= (tolerance))) {                    \
            fail_msg("%s is %.9g, not %.9g", #actual, near_actual, near_expected);                 \
        }                                                                                          \
    } while (0)

#endif
