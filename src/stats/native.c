/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/native.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"

#define PER_OCTAVE (1 << NATIVE_SCHEMA)
/* How many buckets a histogram grows by. */
#define ROOM_STEP 8

/* The bucket of NATIVE_SCHEMA for a value > 0. A power of two is exact in nanoseconds (from 2^-9 s
 * on) and in a double, and belongs to the bucket that it ends. */
static int index_of(int64_t value_ns)
{
    /* 2^(j/8) / 2 */
    static const double bounds[PER_OCTAVE] = {
        0.5,
        0.54525386633262882,
        0.59460355750136054,
        0.64841977732550481,
        0.70710678118654752,
        0.77110541270397037,
        0.84089641525371454,
        0.91700404320467123,
    };
    int octave;
    double fraction = frexp((double)value_ns / (double)NS_PER_SECOND, &octave);
    int place = 0;
    for (unsigned i = 0; i < PER_OCTAVE; i++) {
        place += fraction > bounds[i];
    }
    return (octave - 1) * PER_OCTAVE + place;
}

/* The bucket that has this one, when two become one. */
static int halve(int index)
{
    return (int)floor_div(index + 1, 2);
}

static size_t size_of(size_t buckets)
{
    return sizeof(struct native) + buckets * sizeof(struct native_bucket);
}

/* Of the first bucket that is not before `index`. */
static size_t find_place(const struct native *native, int index)
{
    size_t low = 0;
    size_t high = native->used;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (native->buckets[middle].index < index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void reduce(struct native *native)
{
    size_t used = 0;
    for (size_t i = 0; i < native->used; i++) {
        struct native_bucket bucket = native->buckets[i];
        bucket.index = (int16_t)halve(bucket.index);
        if (used > 0 && native->buckets[used - 1].index == bucket.index) {
            native->buckets[used - 1].count += bucket.count;
        } else {
            native->buckets[used++] = bucket;
        }
    }
    native->used = (uint16_t)used;
    native->schema--;
}

static struct native *make_room(struct native *native)
{
    if (native->used < native->room) {
        return native;
    }
    size_t room = (size_t)native->room + ROOM_STEP;
    native = mem_resize(native, 1, size_of(room));
    native->room = (uint16_t)room;
    return native;
}

/* Counts one in the bucket for `index` of NATIVE_SCHEMA. False: there are too many buckets. */
static bool count_in(struct native **native, int index)
{
    for (int schema = NATIVE_SCHEMA; schema > (*native)->schema; schema--) {
        index = halve(index);
    }
    size_t place = find_place(*native, index);
    if (place < (*native)->used && (*native)->buckets[place].index == index) {
        (*native)->buckets[place].count++;
        return true;
    }
    if ((*native)->used == NATIVE_BUCKETS_MAX) {
        return false;
    }
    *native = make_room(*native);
    struct native_bucket *bucket = &(*native)->buckets[place];
    memmove(bucket + 1, bucket, ((*native)->used - place) * sizeof *bucket);
    *bucket = (struct native_bucket){1, (int16_t)index};
    (*native)->used++;
    return true;
}

void native_observe(struct native **native, int64_t value_ns)
{
    assert(value_ns >= 0);
    if (*native == NULL) {
        *native = mem_alloc(1, size_of(ROOM_STEP));
        (*native)->schema = NATIVE_SCHEMA;
        (*native)->room = ROOM_STEP;
    }
    if (value_ns == 0) {
        (*native)->zeros++;
        return;
    }
    while (!count_in(native, index_of(value_ns))) {
        reduce(*native);
    }
}

struct native *native_copy(const struct native *native)
{
    if (native == NULL) {
        return NULL;
    }
    struct native *copy = mem_alloc(1, size_of(native->used));
    memcpy(copy, native, size_of(native->used));
    copy->room = native->used;
    return copy;
}

unsigned native_reductions(const struct native *native)
{
    return native == NULL ? 0 : (unsigned)(NATIVE_SCHEMA - native->schema);
}
