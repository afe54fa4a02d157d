/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The messages of tests/vectors. */
#ifndef SUPPORT_VECTORS_H
#define SUPPORT_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#define VECTOR_BYTES_MAX 256
#define VECTORS_MAX 128

struct vector {
    char name[8]; /* "C1", "M13"... */
    uint8_t bytes[VECTOR_BYTES_MAX];
    size_t size;
};

struct vectors {
    struct vector items[VECTORS_MAX];
    size_t count;
};

/* Loads all of a file there; one that cannot be read or understood ends the program. */
void vectors_load_from(struct vectors *vectors, const char *name);
/* Loads those of IP SLA: ipsla.txt. */
void vectors_load(struct vectors *vectors);

/* The vector called `name`; ends the program when there is none. */
const struct vector *vectors_find(const struct vectors *vectors, const char *name);

/* Turns hex digits into bytes; ends the program on anything else or more than `capacity` bytes. */
size_t hex_decode(const char *hex, uint8_t *out, size_t capacity);

#endif
