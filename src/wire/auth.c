/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The authentication section: 0:2 kind  2:2 length  4:4 status  8:1 mode  9:1 zero  10:2 key id
 * 12:16 digest. It is looked for by the lengths of the sections, so that it may follow a section of
 * any size. */
#include "wire/auth.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"

enum {
    HEADER_BYTES = 8,
    AUTH_KIND = 1,
    AUTH_BYTES = 28,
    MODE_AT = 8,
    KEY_ID_AT = 10,
    DIGEST_AT = 12,
    MODE_MD5 = 1,
    PADDED_BYTES = 16,
    PARTS_MAX = 5,
};

enum construction { PREFIX, SUFFIX, BOTH, HMAC };

struct layout {
    const char *name;
    enum construction construction;
    bool is_padded; /* the secret, with zeros to 16 bytes */
    bool is_omitted; /* the digest field, else it counts as zeros */
};

static const struct layout layouts[AUTH_LAYOUT_COUNT] = {
    {"prefix", PREFIX, false, false},
    {"prefix-padded", PREFIX, true, false},
    {"suffix", SUFFIX, false, false},
    {"suffix-padded", SUFFIX, true, false},
    {"both", BOTH, false, false},
    {"both-padded", BOTH, true, false},
    {"hmac", HMAC, false, false},
    {"prefix-omitted", PREFIX, false, true},
    {"prefix-padded-omitted", PREFIX, true, true},
    {"suffix-omitted", SUFFIX, false, true},
    {"suffix-padded-omitted", SUFFIX, true, true},
    {"both-omitted", BOTH, false, true},
    {"both-padded-omitted", BOTH, true, true},
    {"hmac-omitted", HMAC, false, true},
};

static const char *const algorithm_names[AUTH_ALGORITHM_COUNT] = {
    [AUTH_NONE] = "none",     [AUTH_MD5] = "md5",
    [AUTH_SHA256] = "sha256", [AUTH_HMAC_SHA256] = "hmac-sha256",
    [AUTH_TWAMP] = "twamp",
};

const char *auth_algorithm_name(enum auth_algorithm algorithm)
{
    assert((unsigned)algorithm < AUTH_ALGORITHM_COUNT);
    return algorithm_names[algorithm];
}

const char *auth_algorithm_problem(enum auth_algorithm algorithm)
{
    static const enum crypto_digest needed[AUTH_ALGORITHM_COUNT] = {
        [AUTH_NONE] = CRYPTO_SHA256,   [AUTH_MD5] = CRYPTO_MD5,
        [AUTH_SHA256] = CRYPTO_SHA256, [AUTH_HMAC_SHA256] = CRYPTO_SHA256,
        [AUTH_TWAMP] = CRYPTO_SHA1,
    };
    return crypto_is_available(needed[algorithm])
               ? NULL
               : "is forbidden by the cryptographic policy of this system";
}

void auth_key_name(struct auth_key *key, const char *name)
{
    if (name == NULL) {
        snprintf(key->name, sizeof key->name, "%u", (unsigned)key->id);
    } else {
        snprintf(key->name, sizeof key->name, "%s", name);
    }
}

bool auth_key_is_equal(const struct auth_key *a, const struct auth_key *b)
{
    return a->id == b->id && a->algorithm == b->algorithm && a->size == b->size &&
           crypto_is_equal(a->secret, b->secret, a->size) && strcmp(a->name, b->name) == 0;
}

void auth_key_wipe(struct auth_key *key)
{
    crypto_wipe(key, sizeof *key);
}

const char *auth_layout_name(unsigned layout)
{
    assert(layout < AUTH_LAYOUT_COUNT);
    return layouts[layout].name;
}

/* Where the authentication section starts; 0 when there is none. `bytes` is what its sections say.
 */
static size_t find_section(const uint8_t *bytes, size_t size)
{
    size_t at = HEADER_BYTES;
    while (at + AUTH_BYTES <= size) {
        size_t kind = (size_t)(bytes[at] << 8 | bytes[at + 1]);
        size_t length = (size_t)(bytes[at + 2] << 8 | bytes[at + 3]);
        if (kind == AUTH_KIND) {
            return length == AUTH_BYTES ? at : 0;
        }
        if (length < HEADER_BYTES) {
            break;
        }
        at += length;
    }
    return 0;
}

/* The bytes that the total length covers; what follows them in a datagram counts for nothing. */
static size_t message_size(const uint8_t *bytes, size_t size)
{
    size_t total = (size_t)(bytes[2] << 8 | bytes[3]);
    return total < size ? total : size;
}

static bool compute(const struct layout *layout, const struct auth_key *key,
                    const struct crypto_part *message, size_t digest_at,
                    uint8_t out[CRYPTO_MD5_BYTES])
{
    static const uint8_t zeros[CRYPTO_MD5_BYTES] = {0};
    const uint8_t *bytes = message->bytes;
    size_t after = digest_at + CRYPTO_MD5_BYTES;
    struct crypto_part secret = {key->secret, key->size};
    if (layout->is_padded && secret.size < PADDED_BYTES) {
        secret.size = PADDED_BYTES; /* what follows a secret in its field is zero */
    }
    const struct crypto_part nothing = {"", 0};
    bool is_hmac = layout->construction == HMAC;
    bool is_before = layout->construction == PREFIX || layout->construction == BOTH;
    bool is_behind = layout->construction == SUFFIX || layout->construction == BOTH;
    const struct crypto_part parts[PARTS_MAX] = {
        is_before ? secret : nothing,
        {bytes, digest_at},
        {zeros, layout->is_omitted ? 0 : sizeof zeros},
        {bytes + after, message->size - after},
        is_behind ? secret : nothing,
    };
    return is_hmac ? crypto_hmac(CRYPTO_MD5, &secret, parts, PARTS_MAX, out)
                   : crypto_digest(CRYPTO_MD5, parts, PARTS_MAX, out);
}

void auth_sign(uint8_t *bytes, size_t size, const struct auth_key *key, unsigned layout)
{
    size_t section = find_section(bytes, size);
    assert(section != 0 && layout < AUTH_LAYOUT_COUNT);
    bytes[section + MODE_AT] = MODE_MD5;
    bytes[section + KEY_ID_AT] = (uint8_t)(key->id >> 8);
    bytes[section + KEY_ID_AT + 1] = (uint8_t)key->id;
    uint8_t digest[CRYPTO_MD5_BYTES];
    const struct crypto_part message = {bytes, size};
    compute(&layouts[layout], key, &message, section + DIGEST_AT, digest);
    memcpy(bytes + section + DIGEST_AT, digest, sizeof digest);
}

uint16_t auth_key_id(const uint8_t *bytes, size_t size)
{
    size_t section = find_section(bytes, message_size(bytes, size));
    if (section == 0) {
        return 0;
    }
    return (uint16_t)(bytes[section + KEY_ID_AT] << 8 | bytes[section + KEY_ID_AT + 1]);
}

bool auth_verify(const uint8_t *bytes, size_t size, const struct auth_key *key, unsigned *layout)
{
    const struct crypto_part message = {bytes, message_size(bytes, size)};
    size_t section = find_section(bytes, message.size);
    if (section == 0 || key->algorithm != AUTH_MD5) {
        return false;
    }
    for (unsigned i = 0; i < AUTH_LAYOUT_COUNT; i++) {
        uint8_t digest[CRYPTO_MD5_BYTES];
        if (compute(&layouts[i], key, &message, section + DIGEST_AT, digest) &&
            crypto_is_equal(digest, bytes + section + DIGEST_AT, sizeof digest)) {
            *layout = i;
            return true;
        }
    }
    return false;
}
