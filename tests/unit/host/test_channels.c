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
#include "support/build.h"

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
            channels_remove(&channels, channel);
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
        channels_remove(&channels, any);
    }
    assert_int_equal(removed, OWNERS);
    assert_int_equal(channels.count, 0);
    channels_fini(&channels);
}

static void test_by_peer(void **state)
{
    (void)state;
    struct channels channels = {.is_by_peer = true};
    struct channel four = {.peer = build_addr("192.0.2.1:5")};
    struct channel six = {.peer = build_addr("[2001:db8::1]:5")};
    struct addr anybody = build_addr("192.0.2.2");
    assert_null(channels_find_peer(&channels, &anybody));
    channels_add(&channels, &four);
    channels_add(&channels, &six);
    struct addr four_elsewhere = build_addr("192.0.2.1:1967");
    struct addr six_elsewhere = build_addr("[2001:db8::1]:1967");
    assert_ptr_equal(channels_find_peer(&channels, &four_elsewhere), &four);
    assert_ptr_equal(channels_find_peer(&channels, &six_elsewhere), &six);
    assert_null(channels_find_peer(&channels, &anybody));
    channels_remove(&channels, &four);
    assert_null(channels_find_peer(&channels, &four_elsewhere));
    channels_fini(&channels);
}

/* A whole network of neighbours: each is found, whatever the order they leave in. */
static void test_many_peers(void **state)
{
    (void)state;
    static struct channel neighbours[5000];
    struct channels channels = {.is_by_peer = true};
    for (size_t i = 0; i < 5000; i++) {
        neighbours[i].peer = (struct addr){.family = ADDR_IPV4, .ip = {127, 1}};
        neighbours[i].peer.ip[2] = (uint8_t)(i >> 8);
        neighbours[i].peer.ip[3] = (uint8_t)i;
        channels_add(&channels, &neighbours[i]);
    }
    for (size_t i = 0; i < 5000; i += 3) {
        channels_remove(&channels, &neighbours[i]);
    }
    for (size_t i = 0; i < 5000; i++) {
        assert_ptr_equal(channels_find_peer(&channels, &neighbours[i].peer),
                         i % 3 == 0 ? NULL : &neighbours[i]);
    }
    channels_fini(&channels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_table),
        cmocka_unit_test(test_owner_and_channel_are_both_the_key),
        cmocka_unit_test(test_random_history),
        cmocka_unit_test(test_emptying),
        cmocka_unit_test(test_by_peer),
        cmocka_unit_test(test_many_peers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
