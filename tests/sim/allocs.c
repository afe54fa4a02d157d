/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/allocs.h"

#include <assert.h>

/* An allocator has no argument to carry this. */
static uint64_t *counting;

void allocs_resume(uint64_t *counter)
{
    assert(counting == NULL);
    counting = counter;
}

void allocs_pause(uint64_t *counter)
{
    assert(counting == counter);
    (void)counter;
    counting = NULL;
}

void *__wrap_mem_alloc(size_t count, size_t size)
{
    if (counting != NULL) {
        ++*counting;
    }
    return __real_mem_alloc(count, size);
}

void *__wrap_mem_resize(void *old, size_t count, size_t size)
{
    if (counting != NULL) {
        ++*counting;
    }
    return __real_mem_resize(old, count, size);
}
