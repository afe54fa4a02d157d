/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Integers, enums and bools of a struct, found by their place and size. */
#ifndef CONFIG_NUMBER_FIELD_H
#define CONFIG_NUMBER_FIELD_H

#include <stddef.h>
#include <stdint.h>

/* The number of `size` bytes at `at`; only one of 8 bytes may be negative. */
int64_t number_field_get(const void *at, size_t size);
void number_field_put(void *at, size_t size, int64_t number);

#endif
