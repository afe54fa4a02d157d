/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The only user of OpenSSL: digests as plain functions. */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

/* The first 64 bits of SHA-256 over `bytes`: a hash that is the same on every machine and release,
 * for start phases and shards. */
uint64_t crypto_stable_hash(const void *bytes, size_t size);

#endif
