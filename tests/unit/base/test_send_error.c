/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/send_error.h"

#include <errno.h>
#include <string.h>

#include "support/cm.h"

static void classes_are_as_documented(void **state)
{
    (void)state;
    static const struct {
        int error;
        const char *name;
    } rows[] = {
        {ENOBUFS, "buffer"},
        {EAGAIN, "buffer"},
        {ENETUNREACH, "unreachable"},
        {EHOSTUNREACH, "unreachable"},
        {ENETDOWN, "device"},
        {ENODEV, "device"},
        {EPERM, "refused"},
        {EACCES, "refused"},
        {EMSGSIZE, "size"},
        {EADDRNOTAVAIL, "address"},
        {EAFNOSUPPORT, "address"},
        {EIO, "other"},
        {0, "other"},
        {-1, "other"},
        {100000, "other"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(send_error_name(send_error_of(rows[i].error)), rows[i].name);
    }
}

/* Whatever the system says, it is one of the classes, which have names of their own. */
static void every_error_has_a_class(void **state)
{
    (void)state;
    for (int error = -10; error < 4096; error++) {
        assert_true((unsigned)send_error_of(error) < SEND_ERROR_COUNT);
    }
    for (unsigned i = 0; i < SEND_ERROR_COUNT; i++) {
        for (unsigned k = 0; k < i; k++) {
            assert_string_not_equal(send_error_name((enum send_error)i),
                                    send_error_name((enum send_error)k));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_as_documented),
        cmocka_unit_test(every_error_has_a_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
