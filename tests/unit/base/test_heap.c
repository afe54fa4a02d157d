/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include "base/rng.h"
#include "support/cm.h"

enum { ITEMS = 97 };

static struct mono at(int64_t ns)
{
    return (struct mono){ns};
}

static void test_empty(void **state)
{
    (void)state;
    struct heap heap = {0};
    struct heap_item item = {0};
    assert_null(heap_first(&heap));
    heap_remove(&heap, &item);
    assert_null(heap_first(&heap));
    heap_fini(&heap);
}

static void test_order(void **state)
{
    (void)state;
    struct heap heap = {0};
    struct heap_item items[3] = {{{0}, 0}};
    heap_set(&heap, &items[0], at(30));
    heap_set(&heap, &items[1], at(10));
    heap_set(&heap, &items[2], MONO_NEVER);
    assert_ptr_equal(heap_first(&heap), &items[1]);
    assert_int_equal(heap_first(&heap)->due.ns, 10);
    heap_set(&heap, &items[1], at(40));
    assert_ptr_equal(heap_first(&heap), &items[0]);
    heap_set(&heap, &items[2], at(-5));
    assert_ptr_equal(heap_first(&heap), &items[2]);
    heap_remove(&heap, &items[2]);
    heap_remove(&heap, &items[0]);
    assert_ptr_equal(heap_first(&heap), &items[1]);
    assert_int_equal(items[0].place, 0);
    heap_remove(&heap, &items[1]);
    assert_null(heap_first(&heap));
    assert_int_equal(heap.count, 0);
    heap_fini(&heap);
}

static int64_t least(const struct heap_item *items)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < ITEMS; i++) {
        if (items[i].place != 0 && items[i].due.ns < due) {
            due = items[i].due.ns;
        }
    }
    return due;
}

/* Every item knows its place, and no child is due before its parent. */
static void assert_sound(const struct heap *heap)
{
    for (size_t place = 1; place <= heap->count; place++) {
        assert_int_equal(heap->entries[place - 1].item->place, place);
        assert_true(heap->entries[place - 1].due.ns == heap->entries[place - 1].item->due.ns);
        if (place > 1) {
            assert_true(heap->entries[(place - 2) / 4].due.ns <= heap->entries[place - 1].due.ns);
        }
    }
}

/* Random insertions, moves both ways and removals against a plain search for the least. */
static void test_random_against_reference(void **state)
{
    (void)state;
    struct heap heap = {0};
    struct heap_item items[ITEMS] = {{{0}, 0}};
    struct rng rng = {7};
    size_t members = 0;
    for (unsigned step = 0; step < 20000; step++) {
        struct heap_item *item = &items[rng_below(&rng, ITEMS)];
        if (rng_below(&rng, 3) == 0) {
            members -= item->place != 0;
            heap_remove(&heap, item);
            assert_int_equal(item->place, 0);
        } else {
            members += item->place == 0;
            heap_set(&heap, item, at((int64_t)rng_below(&rng, 50)));
        }
        assert_int_equal(heap.count, members);
        assert_sound(&heap);
        if (members == 0) {
            assert_null(heap_first(&heap));
        } else {
            assert_int_equal(heap_first(&heap)->due.ns, least(items));
        }
    }
    heap_fini(&heap);
    assert_null(heap_first(&heap));
}

static void test_drains_in_order(void **state)
{
    (void)state;
    struct heap heap = {0};
    struct heap_item items[ITEMS] = {{{0}, 0}};
    struct rng rng = {11};
    for (size_t i = 0; i < ITEMS; i++) {
        heap_set(&heap, &items[i], at((int64_t)rng_below(&rng, 1000)));
    }
    int64_t previous = INT64_MIN;
    for (size_t i = 0; i < ITEMS; i++) {
        struct heap_item *first = heap_first(&heap);
        assert_true(first->due.ns >= previous);
        previous = first->due.ns;
        heap_remove(&heap, first);
    }
    assert_null(heap_first(&heap));
    heap_fini(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_random_against_reference),
        cmocka_unit_test(test_drains_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
