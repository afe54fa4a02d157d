/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The file under test is included, with a resolver that answers when the test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

#define lookup_address fake_lookup_address
#include "exporter/inquiry.c"

#define GIVE_UP_NS (60 * NS_PER_SECOND)

static sem_t may_end;
static atomic_uint lookups, told;

int fake_lookup_address(const char *text, enum addr_family family, const struct addr *current,
                        struct addr *out)
{
    (void)current;
    atomic_fetch_add(&lookups, 1);
    while (sem_wait(&may_end) != 0) {
    }
    bool is_known = strcmp(text, "known.example") == 0 && family == ADDR_IPV4;
    if (is_known) {
        *out = (struct addr){.family = ADDR_IPV4, .ip = {192, 0, 2, 1}};
    }
    return is_known ? 0 : -2;
}

static void count_told(void *context)
{
    (void)context;
    atomic_fetch_add(&told, 1);
}

static struct inquiries *set_up(void)
{
    sem_init(&may_end, 0, 0);
    atomic_store(&lookups, 0);
    atomic_store(&told, 0);
    return inquiries_new(count_told, NULL);
}

static void await(const atomic_uint *value, unsigned wanted)
{
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    while (atomic_load(value) < wanted) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        poll(NULL, 0, 1);
    }
}

static void an_answer_is_told(void **state)
{
    (void)state;
    struct inquiries *inquiries = set_up();
    struct addr addr;
    int64_t duration_ns;
    struct inquiry *known = inquiry_begin(inquiries, "known.example", ADDR_IPV4);
    await(&lookups, 1);
    assert_false(inquiry_is_over(known, &addr, &duration_ns));
    sem_post(&may_end);
    await(&told, 1);
    assert_true(inquiry_is_over(known, &addr, &duration_ns));
    assert_int_equal(addr.ip[0], 192);
    assert_true(duration_ns > 0);
    struct inquiry *unknown = inquiry_begin(inquiries, "unknown.example", ADDR_IPV4);
    sem_post(&may_end);
    await(&told, 2);
    assert_true(inquiry_is_over(unknown, &addr, &duration_ns));
    assert_int_equal(addr.family, ADDR_NONE);
    inquiry_drop(known);
    inquiry_drop(unknown);
    inquiries_free(inquiries);
}

static void there_are_so_many_at_once(void **state)
{
    (void)state;
    struct inquiries *inquiries = set_up();
    struct inquiry *all[INQUIRIES_MAX];
    for (unsigned i = 0; i < INQUIRIES_MAX; i++) {
        all[i] = inquiry_begin(inquiries, "known.example", ADDR_IPV4);
        assert_non_null(all[i]);
    }
    assert_null(inquiry_begin(inquiries, "known.example", ADDR_IPV4));
    inquiry_drop(all[0]); /* its thread is there nevertheless */
    assert_null(inquiry_begin(inquiries, "known.example", ADDR_IPV4));
    await(&lookups, INQUIRIES_MAX);
    for (unsigned i = 0; i < INQUIRIES_MAX; i++) {
        sem_post(&may_end);
    }
    await(&told, INQUIRIES_MAX - 1);
    for (unsigned i = 1; i < INQUIRIES_MAX; i++) {
        inquiry_drop(all[i]);
    }
    inquiries_free(inquiries);
}

/* As at a stop: nobody is told, and nothing is waited for. */
static void lookups_outlive_their_owner(void **state)
{
    (void)state;
    struct inquiries *inquiries = set_up();
    struct inquiry *inquiry = inquiry_begin(inquiries, "known.example", ADDR_IPV4);
    await(&lookups, 1);
    inquiry_drop(inquiry);
    inquiries_free(inquiries);
    sem_post(&may_end);
    assert_int_equal(atomic_load(&told), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_told),
        cmocka_unit_test(there_are_so_many_at_once),
        cmocka_unit_test(lookups_outlive_their_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
