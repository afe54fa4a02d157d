/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers that nobody can predict who does not know the key, however many of them he has seen:
 * SipHash-2-4 of a purpose and a count. The caller brings the key and counts; the same two always
 * give the same number, so that an earlier one can be recognised without having been kept. */
#ifndef BASE_NONCE_H
#define BASE_NONCE_H

#include <stdint.h>

#include "base/siphash.h"

#define NONCE_BYTES 8

/* What the number is for: those of one purpose say nothing of those of another. */
enum nonce_purpose {
    NONCE_CONTROL_ID, /* of a request of version 1 */
    NONCE_DATA, /* of the packets of an operation */
    NONCE_SEQUENCE, /* of the first ICMP message of an operation */
    NONCE_IDENTIFIER, /* of a raw ICMP socket */
    NONCE_START, /* when a target starts */
    NONCE_TRACE, /* of the packets that look for a path */
};

static inline uint64_t nonce_draw(const struct siphash_key *key, enum nonce_purpose purpose,
                                  uint64_t count)
{
    const uint64_t words[] = {(uint64_t)purpose, count};
    return siphash(key, words, sizeof words);
}

/* The same for a number that whoever has the key reads back: a permutation of all 64-bit numbers,
 * four rounds of a Feistel cipher with SipHash. nonce_open(nonce_seal(x)) is x; what was made up
 * opens to something, but hardly to what the caller waits for. */
uint64_t nonce_seal(const struct siphash_key *key, enum nonce_purpose purpose, uint64_t number);
uint64_t nonce_open(const struct siphash_key *key, enum nonce_purpose purpose, uint64_t nonce);

#endif
