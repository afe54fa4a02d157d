/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Allocation that does not fail: out of memory aborts, because every size comes from a validated,
 * bounded configuration value and there is nothing sensible left to do. Free with free(). */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* `count` zeroed elements of `size` bytes; overflow of the product aborts. Never NULL (also for 0).
 */
void *mem_alloc(size_t count, size_t size);

/* The same, from the beginning of a cache line on: each packet of a train has one line, and a
 * session begins with what a packet needs of it. */
#define MEM_LINE_BYTES 64
void *mem_alloc_lines(size_t count, size_t size);

/* `old` resized to `count` elements of `size` bytes; new bytes are undefined. Never NULL. */
void *mem_resize(void *old, size_t count, size_t size);

/* A copy of the string `text`. */
char *mem_string(const char *text);

#endif
