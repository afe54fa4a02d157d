/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A buffer whose last byte touches a page without access: reading or writing one byte too far
 * faults at once, with or without a sanitizer. */
#ifndef SUPPORT_GUARD_H
#define SUPPORT_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct guard {
    uint8_t *map;
    size_t room; /* bytes before the guard page */
    size_t map_size;
};

/* Room for at least `capacity` bytes. */
void guard_init(struct guard *guard, size_t capacity);
void guard_fini(struct guard *guard);

/* `size` writable bytes that end at the guard page; the same memory at every call. */
uint8_t *guard_end(struct guard *guard, size_t size);

/* The same with a copy of `bytes` in them. */
uint8_t *guard_copy(struct guard *guard, const uint8_t *bytes, size_t size);

#endif
