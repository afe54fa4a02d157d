/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "host/channels.h"

#define OWNERS 64
#define PER_OWNER 4

static struct channel pool[OWNERS][PER_OWNER];

static struct channel *channel_at(uint32_t owner, uint32_t number)
{
    struct channel *channel = &pool[owner][number];
    channel->id = (struct channel_id){.owner = owner, .channel = number};
    return channel;
}

static void test_empty_table(void **state)
{
    (void)state;
    struct channels channels = {0};
    struct channel_id id = {.owner = 1, .channel = 2};
    assert_null(channels_find(&channels, id));
    assert_null(channels_remove(&channels, id));
    assert_null(channels_any(&channels));
    channels_fini(&channels);
}

static void test_owner_and_channel_are_both_the_key(void **state)
{
    (void)state;
    struct channels channels = {0};
    channels_add(&channels, channel_at(1, 2));
    channels_add(&channels, channel_at(2, 1));
    assert_ptr_equal(channels_find(&channels, channel_at(1, 2)->id), &pool[1][2]);
    assert_ptr_equal(channels_find(&channels, channel_at(2, 1)->id), &pool[2][1]);
    assert_null(channels_find(&channels, channel_at(1, 1)->id));
    channels_fini(&channels);
}

/* After every step of a random history the table holds exactly what it should. */
static void test_random_history(void **state)
{
    (void)state;
    struct channels channels = {0};
    struct rng rng = {.state = 7};
    bool is_in[OWNERS][PER_OWNER] = {{false}};
    size_t count = 0;
    for (int step = 0; step < 20000; step++) {
        uint32_t owner = (uint32_t)rng_below(&rng, OWNERS);
        uint32_t number = (uint32_t)rng_below(&rng, PER_OWNER);
        struct channel *channel = channel_at(owner, number);
        bool *present = &is_in[owner][number];
        assert_ptr_equal(channels_find(&channels, channel->id), *present ? channel : NULL);
        if (*present) {
            assert_ptr_equal(channels_remove(&channels, channel->id), channel);
            count--;
        } else {
            channels_add(&channels, channel);
            count++;
        }
        *present = !*present;
        assert_int_equal(channels.count, count);
    }
    for (uint32_t i = 0; i < OWNERS * PER_OWNER; i++) {
        struct channel *channel = channel_at(i / PER_OWNER, i % PER_OWNER);
        bool present = is_in[i / PER_OWNER][i % PER_OWNER];
        assert_ptr_equal(channels_find(&channels, channel->id), present ? channel : NULL);
    }
    channels_fini(&channels);
}

static void test_emptying(void **state)
{
    (void)state;
    struct channels channels = {0};
    for (uint32_t i = 0; i < OWNERS; i++) {
        channels_add(&channels, channel_at(i, 0));
    }
    size_t removed = 0;
    for (struct channel *any; (any = channels_any(&channels)) != NULL; removed++) {
        assert_ptr_equal(channels_remove(&channels, any->id), any);
    }
    assert_int_equal(removed, OWNERS);
    assert_int_equal(channels.count, 0);
    channels_fini(&channels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_table),
        cmocka_unit_test(test_owner_and_channel_are_both_the_key),
        cmocka_unit_test(test_random_history),
        cmocka_unit_test(test_emptying),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
