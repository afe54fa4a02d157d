/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "impair/hold.h"

#include <stdlib.h>
#include <string.h>

#include "support/cm.h"

static uint8_t bytes[1400];

static struct ev event(uint32_t channel, size_t size)
{
    return (struct ev){.kind = EV_DATA, .id.channel = channel, .bytes = bytes, .size = size};
}

static void test_by_time(void **state)
{
    (void)state;
    struct hold hold = {0};
    const struct fx fx = {.kind = FX_SEND, .id.channel = 2, .bytes = bytes, .size = 3, .tos = 9};
    struct ev ev = event(1, 2);
    memcpy(bytes, "abc", 3);
    assert_true(hold_due(&hold).ns == INT64_MAX);
    assert_null(hold_take(&hold, (struct mono){100}));
    assert_true(hold_event(&hold, &ev, (struct mono){20}));
    assert_true(hold_reply(&hold, &fx, (struct mono){10}));
    memset(bytes, 0, 3);
    assert_true(hold_due(&hold).ns == 10);
    assert_null(hold_take(&hold, (struct mono){9}));
    struct held *held = hold_take(&hold, (struct mono){30});
    assert_true(held->is_reply);
    assert_int_equal(held->fx.tos, 9);
    assert_memory_equal(held->fx.bytes, "abc", 3);
    free(held);
    held = hold_take(&hold, (struct mono){30});
    assert_false(held->is_reply);
    assert_int_equal(held->ev.size, 2);
    assert_memory_equal(held->ev.bytes, "ab", 2);
    free(held);
    assert_int_equal(hold.bytes, 0);
    hold_fini(&hold);
}

static void fill(struct hold *hold, size_t size, unsigned *count)
{
    struct ev ev = event(1, size);
    *count = 0;
    while (hold_event(hold, &ev, (struct mono){(int64_t)*count * 7 % 1000})) {
        (*count)++;
    }
}

static void test_is_bounded(void **state)
{
    (void)state;
    struct hold hold = {0};
    unsigned count;
    fill(&hold, 0, &count);
    assert_int_equal(count, HOLD_PACKETS_MAX);
    hold_fini(&hold);
    fill(&hold, sizeof bytes, &count);
    assert_true(count < HOLD_PACKETS_MAX);
    assert_true(hold.bytes <= HOLD_BYTES_MAX && hold.bytes > HOLD_BYTES_MAX - 4096);
    free(hold_take(&hold, (struct mono){0}));
    struct ev ev = event(1, sizeof bytes);
    assert_true(hold_event(&hold, &ev, (struct mono){5}));
    hold_fini(&hold);
    assert_int_equal(hold.bytes, 0);
}

/* Of one channel, wherever they are in the heap. */
static void test_forget(void **state)
{
    (void)state;
    struct hold hold = {0};
    for (uint32_t i = 0; i < 100; i++) {
        struct ev ev = event(i % 3, i);
        const struct fx fx = {.kind = FX_SEND, .id.channel = i % 3, .bytes = bytes, .size = i};
        assert_true(hold_event(&hold, &ev, (struct mono){i * 37 % 100}));
        assert_true(hold_reply(&hold, &fx, (struct mono){i * 41 % 100}));
    }
    assert_int_equal(hold_forget(&hold, (struct channel_id){.channel = 1}), 66);
    assert_int_equal(hold_forget(&hold, (struct channel_id){.channel = 1}), 0);
    assert_int_equal(hold_forget(&hold, (struct channel_id){.owner = 1}), 0);
    struct held *held;
    struct mono last = {0};
    unsigned count = 0;
    for (; (held = hold_take(&hold, (struct mono){100})) != NULL; count++) {
        assert_false(mono_is_before(held->due.due, last));
        last = held->due.due;
        assert_true((held->is_reply ? held->fx.id.channel : held->ev.id.channel) != 1);
        free(held);
    }
    assert_int_equal(count, 134);
    assert_int_equal(hold.bytes, 0);
    hold_fini(&hold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_time),
        cmocka_unit_test(test_is_bounded),
        cmocka_unit_test(test_forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
