/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* SipHash-2-4 (Aumasson and Bernstein, 2012): a hash for tables whose keys strangers choose. Who
 * does not know the key cannot find values that collide. Not a signature. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY_BYTES 16

struct siphash_key {
    uint64_t words[2];
};

struct siphash_key siphash_key(const uint8_t bytes[SIPHASH_KEY_BYTES]);

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t size);

#endif
