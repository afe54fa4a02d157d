/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/desk.h"

#include <stdint.h>
#include <string.h>

#include "support/cm.h"

/* Every byte that a train of so many packets may use is there, and none overlap. */
static void test_has_room(void **state)
{
    (void)state;
    static const uint32_t packets[] = {1, 2, 3, 10, 16, 17, 1000, 65535, 65536};
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        uint32_t count = packets[i];
        struct desk *desk = desk_take(NULL, count);
        assert_true(count <= 1u << desk->size && (count == 1 || count > 1u << (desk->size - 1)));
        assert_int_equal((uintptr_t)desk->samples % MEM_LINE_BYTES, 0);
        memset(desk->samples, 1, count * sizeof desk->samples[0]);
        memset(desk->seen, 2, counted_words(count) * sizeof desk->seen[0]);
        memset(desk->arrival, 3, count * sizeof desk->arrival[0]);
        assert_int_equal(desk->samples[count - 1].t4_ns, 0x0101010101010101);
        assert_int_equal(desk->seen[counted_words(count) - 1], 0x0202020202020202);
        desk_give(NULL, desk);
    }
}

/* The one that was given back last is the next: it is still in the cache. */
static void test_is_taken_again(void **state)
{
    (void)state;
    struct desk_room room = {0};
    struct desk *first = desk_take(&room, 10), *second = desk_take(&room, 16);
    assert_ptr_not_equal(first, second);
    desk_give(&room, second);
    desk_give(&room, first);
    assert_ptr_equal(desk_take(&room, 9), first);
    struct desk *small = desk_take(&room, 8);
    assert_ptr_not_equal(small, second);
    assert_ptr_equal(desk_take(&room, 16), second);
    desk_give(&room, first);
    desk_give(&room, second);
    desk_give(&room, small);
    desk_trim(&room, 10);
    assert_ptr_equal(desk_take(&room, 10), first);
    assert_null(room.free[first->size]);
    desk_trim(&room, 10); /* there is none */
    desk_give(&room, first);
    desk_room_fini(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_has_room),
        cmocka_unit_test(test_is_taken_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
