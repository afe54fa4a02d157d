/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "host/channel_table.h"
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
    struct channel_table table = {0};
    struct channel_id id = {.owner = 1, .channel = 2};
    assert_null(channel_table_find(&table, id));
    assert_null(channel_table_any(&table));
    channel_table_fini(&table);
}

static void test_owner_and_channel_are_both_the_key(void **state)
{
    (void)state;
    struct channel_table table = {0};
    channel_table_add(&table, channel_at(1, 2));
    channel_table_add(&table, channel_at(2, 1));
    assert_ptr_equal(channel_table_find(&table, channel_at(1, 2)->id), &pool[1][2]);
    assert_ptr_equal(channel_table_find(&table, channel_at(2, 1)->id), &pool[2][1]);
    assert_null(channel_table_find(&table, channel_at(1, 1)->id));
    channel_table_fini(&table);
}

/* After every step of a random history the table holds exactly what it should. */
static void test_random_history(void **state)
{
    (void)state;
    struct channel_table table = {0};
    struct rng rng = {.state = 7};
    bool is_in[OWNERS][PER_OWNER] = {{false}};
    size_t count = 0;
    for (int step = 0; step < 20000; step++) {
        uint32_t owner = (uint32_t)rng_below(&rng, OWNERS);
        uint32_t number = (uint32_t)rng_below(&rng, PER_OWNER);
        struct channel *channel = channel_at(owner, number);
        bool *present = &is_in[owner][number];
        assert_ptr_equal(channel_table_find(&table, channel->id), *present ? channel : NULL);
        if (*present) {
            channel_table_remove(&table, channel);
            count--;
        } else {
            channel_table_add(&table, channel);
            count++;
        }
        *present = !*present;
        assert_int_equal(table.count, count);
    }
    for (uint32_t i = 0; i < OWNERS * PER_OWNER; i++) {
        struct channel *channel = channel_at(i / PER_OWNER, i % PER_OWNER);
        bool present = is_in[i / PER_OWNER][i % PER_OWNER];
        assert_ptr_equal(channel_table_find(&table, channel->id), present ? channel : NULL);
    }
    channel_table_fini(&table);
}

static void test_emptying(void **state)
{
    (void)state;
    struct channel_table table = {0};
    for (uint32_t i = 0; i < OWNERS; i++) {
        channel_table_add(&table, channel_at(i, 0));
    }
    size_t removed = 0;
    for (struct channel *any; (any = channel_table_any(&table)) != NULL; removed++) {
        channel_table_remove(&table, any);
    }
    assert_int_equal(removed, OWNERS);
    assert_int_equal(table.count, 0);
    channel_table_fini(&table);
}

static void test_by_peer(void **state)
{
    (void)state;
    struct channel_table table = {.is_by_peer = true};
    struct channel four = {.peer = build_addr("192.0.2.1:5")};
    struct channel six = {.peer = build_addr("[2001:db8::1]:5")};
    struct addr anybody = build_addr("192.0.2.2");
    assert_null(channel_table_find_peer(&table, &anybody));
    channel_table_add(&table, &four);
    channel_table_add(&table, &six);
    struct addr four_elsewhere = build_addr("192.0.2.1:1967");
    struct addr six_elsewhere = build_addr("[2001:db8::1]:1967");
    assert_ptr_equal(channel_table_find_peer(&table, &four_elsewhere), &four);
    assert_ptr_equal(channel_table_find_peer(&table, &six_elsewhere), &six);
    assert_null(channel_table_find_peer(&table, &anybody));
    channel_table_remove(&table, &four);
    assert_null(channel_table_find_peer(&table, &four_elsewhere));
    channel_table_fini(&table);
}

/* A whole network of neighbours: each is found, whatever the order they leave in. */
static void test_many_peers(void **state)
{
    (void)state;
    static struct channel neighbours[5000];
    struct channel_table table = {.is_by_peer = true};
    for (size_t i = 0; i < 5000; i++) {
        neighbours[i].peer = (struct addr){.family = ADDR_IPV4, .ip = {127, 1}};
        neighbours[i].peer.ip[2] = (uint8_t)(i >> 8);
        neighbours[i].peer.ip[3] = (uint8_t)i;
        channel_table_add(&table, &neighbours[i]);
    }
    for (size_t i = 0; i < 5000; i += 3) {
        channel_table_remove(&table, &neighbours[i]);
    }
    for (size_t i = 0; i < 5000; i++) {
        assert_ptr_equal(channel_table_find_peer(&table, &neighbours[i].peer),
                         i % 3 == 0 ? NULL : &neighbours[i]);
    }
    channel_table_fini(&table);
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
