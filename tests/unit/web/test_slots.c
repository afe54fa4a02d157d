/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Who has a connection or a place, and whose turn it is, in virtual time. */
#include "web/slots.h"

#include "base/time.h"
#include "support/build.h"
#include "support/cm.h"

#define CONNECTIONS 8
#define AT(seconds) ((seconds)*NS_PER_SECOND)

static struct slots *make(unsigned places)
{
    const struct slots_limits limits = {
        .connections = CONNECTIONS,
        .places = places,
        .request_ns = AT(10),
        .answer_ns = AT(120),
        .unread_ns = AT(20),
        .wait_ns = AT(5),
        .stalled_ns = AT(1),
    };
    return slots_new(&limits);
}

/* Each connection has another descriptor, and has begun. */
static struct slot *take(struct slots *slots, const char *address, int64_t now_ns)
{
    static int fd = 100;
    struct addr addr = build_addr(address);
    struct slot *slot = slots_take(slots, fd++, &addr, now_ns);
    slot->user = slot;
    return slot;
}

static void of_who_has_most_the_oldest_goes(void **state)
{
    (void)state;
    struct slots *slots = make(0);
    take(slots, "192.0.2.1:1", AT(1));
    struct slot *kept = take(slots, "192.0.2.2:1", AT(2));
    struct slot *first = take(slots, "192.0.2.2:2", AT(3));
    struct slot *second = take(slots, "192.0.2.2:3", AT(4));
    struct slot *answered = take(slots, "192.0.2.2:4", AT(2));
    slots_enter(slots, kept, SLOT_KEPT, AT(2));
    slots_enter(slots, answered, SLOT_ANSWERING, AT(2));
    struct slot *const order[] = {first, second, kept};
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(slots_leaver(slots, AT(5)), order[i]);
        slots_enter(slots, order[i], SLOT_LEAVING, AT(5));
    }
    slots_enter(slots, kept, SLOT_FREE, AT(6));
    assert_ptr_not_equal(slots_leaver(slots, AT(6)), answered); /* one each: who asks goes first */
    slots_free(slots);
}

static void peers_are_addresses_or_networks(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"192.0.2.1:1", "[::ffff:192.0.2.1]:2"},
        {"[2001:db8::1]:1", "[2001:db8::2]:1"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct slots *slots = make(0);
        take(slots, "[2001:db8:0:1::1]:1", AT(1));
        take(slots, "192.0.2.3:1", AT(1));
        struct slot *two = take(slots, same[i][0], AT(2));
        take(slots, same[i][1], AT(3));
        assert_ptr_equal(slots_leaver(slots, AT(4)), two);
        slots_free(slots);
    }
}

/* Of two that would both be in the IPv6 network of all zeros. */
static void local_programs_are_a_peer(void **state)
{
    (void)state;
    const struct addr none = {.family = ADDR_NONE};
    struct slots *slots = make(0);
    struct slot *local = slots_take(slots, 99, &none, AT(3));
    local->user = local;
    struct slot *oldest = take(slots, "[::1]:1", AT(1));
    take(slots, "[::1]:2", AT(2));
    assert_ptr_not_equal(local->peer, oldest->peer);
    assert_ptr_equal(slots_leaver(slots, AT(4)), oldest);
    slots_free(slots);
}

static void there_is_one_slot_for_the_next(void **state)
{
    (void)state;
    struct slots *slots = make(0);
    for (unsigned i = 0; i <= CONNECTIONS; i++) {
        assert_false(slots_are_full(slots));
        take(slots, "192.0.2.1:1", AT(1));
    }
    assert_true(slots_are_full(slots));
    slots_enter(slots, slots_leaver(slots, AT(2)), SLOT_FREE, AT(2));
    assert_false(slots_are_full(slots));
    struct addr addr = build_addr("192.0.2.1:1");
    struct slot *silent = slots_take(slots, 5, &addr, AT(3));
    assert_true(slots_are_full(slots));
    assert_ptr_not_equal(slots_leaver(slots, AT(100)), silent); /* it has not begun */
    slots_enter(slots, slots_leaver(slots, AT(2)), SLOT_FREE, AT(2));
    assert_ptr_equal(slots_take(slots, 5, &addr, AT(3))->user,
                     NULL); /* its descriptor came again */
    assert_false(slots_are_full(slots));
    slots_free(slots);
}

static void expect_overdue(struct slots *slots, struct slot *slot, int64_t due_ns)
{
    assert_true(slots_due(slots) <= due_ns);
    assert_null(slots_overdue(slots, due_ns - 1));
    assert_int_equal(slots_due(slots), due_ns);
    assert_ptr_equal(slots_overdue(slots, due_ns), slot);
}

static void all_times_are_total(void **state)
{
    (void)state;
    struct slots *slots = make(1);
    struct slot *slot = take(slots, "192.0.2.1:1", AT(1));
    assert_int_equal(slots_due(slots), AT(11));
    expect_overdue(slots, slot, AT(11));
    slots_enter(slots, slot, SLOT_ANSWERING, AT(5));
    slot->moved_ns = AT(20);
    expect_overdue(slots, slot, AT(40));
    slot->moved_ns = AT(124);
    expect_overdue(slots, slot, AT(125));
    slots_enter(slots, slot, SLOT_KEPT, AT(30));
    expect_overdue(slots, slot, AT(40));
    slots_enter(slots, slot, SLOT_HELD, AT(30));
    assert_null(slots_overdue(slots, AT(1000000)));
    assert_int_equal(slots_due(slots), INT64_MAX);
    slots_free(slots);
}

static struct slot *answer(struct slots *slots, const char *address, int64_t now_ns)
{
    struct slot *slot = take(slots, address, now_ns);
    assert_true(slots_give_place(slots, slot, now_ns));
    slots_enter(slots, slot, SLOT_ANSWERING, now_ns);
    return slot;
}

static struct slot *wait(struct slots *slots, const char *address, int64_t now_ns)
{
    struct slot *slot = take(slots, address, now_ns);
    assert_false(slots_give_place(slots, slot, now_ns));
    slots_enter(slots, slot, SLOT_WAITING, now_ns);
    return slot;
}

static void who_does_not_read_does_not_count(void **state)
{
    (void)state;
    struct slots *slots = make(1);
    struct slot *unread = answer(slots, "192.0.2.1:1", AT(1));
    struct slot *waiting = wait(slots, "192.0.2.2:1", AT(2) - 1);
    assert_true(slots_give_place(slots, waiting, AT(2)));
    slots_enter(slots, waiting, SLOT_ANSWERING, AT(2));
    assert_true(unread->has_place && waiting->has_place);
    assert_null(slots_stalled(slots, AT(100))); /* there is room for more */
    slots_enter(slots, waiting, SLOT_KEPT, AT(3));
    assert_false(waiting->has_place);
    slots_free(slots);
}

/* Eight times as many are unread: of the peer that has most, the one that was left for longest. */
static void who_does_not_read_gives_way(void **state)
{
    (void)state;
    struct slots *slots = make(1);
    answer(slots, "192.0.2.1:1", AT(1));
    struct slot *first = NULL;
    for (int i = 0; i < 7; i++) {
        struct slot *slot = answer(slots, "192.0.2.2:1", AT(2 + i));
        first = i == 0 ? slot : first;
    }
    struct slot *waiting = wait(slots, "192.0.2.3:1", AT(60));
    assert_null(slots_stalled(slots, AT(6) - 1)); /* the one alone has waited for five seconds */
    assert_ptr_equal(slots_stalled(slots, AT(60)), first);
    slots_enter(slots, first, SLOT_LEAVING, AT(60));
    assert_true(slots_give_place(slots, waiting, AT(60)));
    slots_free(slots);
}

static void the_next_has_least_and_is_oldest(void **state)
{
    (void)state;
    struct slots *slots = make(1);
    answer(slots, "192.0.2.1:1", AT(4) - 1);
    struct slot *same = wait(slots, "192.0.2.1:2", AT(4) - 1);
    struct slot *newer = wait(slots, "192.0.2.2:2", AT(4) + 1);
    struct slot *older = wait(slots, "192.0.2.2:1", AT(4));
    struct slot *const order[] = {older, newer, same};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(slots_waiting(slots), 3 - i);
        assert_ptr_equal(slots_next(slots, AT(5)), order[i]);
        slots_enter(slots, order[i], SLOT_FREE, AT(5));
    }
    assert_null(slots_next(slots, AT(5)));
    slots_free(slots);
}

static void nobody_waits_for_ever(void **state)
{
    (void)state;
    struct slots *slots = make(1);
    struct slot *busy = answer(slots, "192.0.2.1:1", AT(1));
    busy->moved_ns = AT(8);
    struct slot *waits = wait(slots, "192.0.2.2:1", AT(2));
    assert_null(slots_refused(slots, AT(7) - 1));
    assert_ptr_equal(slots_refused(slots, AT(7)), waits);
    assert_null(slots_overdue(slots, AT(7)));
    struct slot *first = wait(slots, "192.0.2.3:1", AT(3));
    for (unsigned i = 0; i < CONNECTIONS / 2; i++) {
        wait(slots, "192.0.2.3:2", AT(4));
    }
    assert_ptr_equal(slots_refused(slots, AT(4)), first); /* too many wait */
    slots_enter(slots, first, SLOT_ANSWERING, AT(4));
    assert_null(slots_refused(slots, AT(4)));
    slots_free(slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_who_has_most_the_oldest_goes),
        cmocka_unit_test(peers_are_addresses_or_networks),
        cmocka_unit_test(local_programs_are_a_peer),
        cmocka_unit_test(there_is_one_slot_for_the_next),
        cmocka_unit_test(all_times_are_total),
        cmocka_unit_test(who_does_not_read_does_not_count),
        cmocka_unit_test(who_does_not_read_gives_way),
        cmocka_unit_test(the_next_has_least_and_is_oldest),
        cmocka_unit_test(nobody_waits_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
