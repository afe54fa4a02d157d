/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Changes in directories, as they are reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/folder.h"

#include <poll.h>

#include "host/watch.h"

/* It bounds a failure only. */
#define PATIENCE_MS 60000

static void expect_change(struct watch *watch)
{
    struct pollfd item = {.fd = watch_fd(watch), .events = POLLIN};
    assert_int_equal(poll(&item, 1, PATIENCE_MS), 1);
    assert_true(watch_take(watch));
}

static void expect_none(struct watch *watch)
{
    assert_false(watch_take(watch));
}

static void changes_of_files_are_reported(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    struct watch *watch = watch_new();
    char *directories[] = {folder.path};
    assert_int_equal(watch_set(watch, directories, 1), 0);
    expect_none(watch);
    folder_write(&folder, "a", "1");
    expect_change(watch);
    expect_none(watch);
    folder_write(&folder, "a", "2");
    expect_change(watch);
    folder_rename(&folder, "a", "b");
    expect_change(watch);
    folder_link(&folder, "b", "c");
    expect_change(watch);
    unlink(folder_path(&folder, "b"));
    expect_change(watch);
    assert_int_equal(mkdir(folder_path(&folder, "d"), 0700), 0);
    expect_change(watch);
    /* Not what is written and not closed. */
    FILE *file = fopen(folder_path(&folder, "e"), "w");
    expect_change(watch);
    fputs("x", file);
    fflush(file);
    expect_none(watch);
    fclose(file);
    expect_change(watch);
    folder_remove(&folder);
    expect_change(watch);
    watch_free(watch);
}

static void only_what_is_set_is_watched(void **state)
{
    (void)state;
    struct folder first = folder_make(), second = folder_make();
    struct watch *watch = watch_new();
    char nowhere[] = "/nowhere";
    char *directories[] = {first.path, second.path, nowhere};
    assert_int_equal(watch_set(watch, directories, 3), 0);
    assert_int_equal(watch_set(watch, directories + 1, 2), 0);
    expect_none(watch); /* that the system forgets one is no change */
    folder_write(&first, "a", "1");
    expect_none(watch);
    folder_write(&second, "a", "1");
    expect_change(watch);
    folder_remove(&first);
    folder_remove(&second);
    watch_free(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_of_files_are_reported),
        cmocka_unit_test(only_what_is_set_is_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
