/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/siphash.h"

#include <endian.h>
#include <string.h>

enum { WORD_BYTES = 8, ROUNDS = 2, LAST_ROUNDS = 4 };

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

/* `size` <= 8 bytes, the lowest first. */
static uint64_t read_word(const uint8_t *bytes, size_t size)
{
    uint64_t word = 0;
    memcpy(&word, bytes, size);
    return le64toh(word);
}

static void mix(uint64_t v[4], unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static void take_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v, ROUNDS);
    v[0] ^= word;
}

struct siphash_key siphash_key(const uint8_t bytes[SIPHASH_KEY_BYTES])
{
    return (struct siphash_key){
        {read_word(bytes, WORD_BYTES), read_word(bytes + WORD_BYTES, WORD_BYTES)}};
}

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    size_t whole = size - size % WORD_BYTES;
    uint64_t v[4] = {
        /* "somepseudorandomlygeneratedbytes" */
        key->words[0] ^ UINT64_C(0x736f6d6570736575),
        key->words[1] ^ UINT64_C(0x646f72616e646f6d),
        key->words[0] ^ UINT64_C(0x6c7967656e657261),
        key->words[1] ^ UINT64_C(0x7465646279746573),
    };
    for (size_t i = 0; i < whole; i += WORD_BYTES) {
        take_word(v, read_word(at + i, WORD_BYTES));
    }
    take_word(v, read_word(at + whole, size - whole) | (uint64_t)size << 56);
    v[2] ^= 0xff;
    mix(v, LAST_ROUNDS);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
