/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The messages of tests/vectors/ipsla.txt. */
#ifndef SUPPORT_VECTORS_H
#define SUPPORT_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#define VECTOR_BYTES_MAX 256
#define VECTORS_MAX 64

struct vector {
    char name[8]; /* "C1", "M13"... */
    uint8_t bytes[VECTOR_BYTES_MAX];
    size_t size;
};

struct vectors {
    struct vector items[VECTORS_MAX];
    size_t count;
};

/* Loads all of them; a file that cannot be read or understood ends the program. */
void vectors_load(struct vectors *vectors);

/* The vector called `name`; ends the program when there is none. */
const struct vector *vectors_find(const struct vectors *vectors, const char *name);

/* Turns hex digits into bytes; ends the program on anything else or more than `capacity` bytes. */
size_t hex_decode(const char *hex, uint8_t *out, size_t capacity);

#endif
