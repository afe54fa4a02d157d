/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Keys of the control protocol, and the MD5 digest of version 1. How IOS computes that digest is
 * not public: every way that fits the 28 bytes of the section stands in one table, and nothing says
 * which one is IOS's. Source: docs/protocol.md. */
#ifndef WIRE_AUTH_H
#define WIRE_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a key is for: md5 for version 1, sha256 and hmac-sha256 for version 2; hmac-sha256 for STAMP
 * too; twamp is a pass-phrase of RFC 4656. */
enum auth_algorithm { AUTH_NONE, AUTH_MD5, AUTH_SHA256, AUTH_HMAC_SHA256, AUTH_TWAMP };
#define AUTH_ALGORITHM_COUNT 5
/* "none", "md5", "sha256", "hmac-sha256", "twamp". */
const char *auth_algorithm_name(enum auth_algorithm algorithm);

/* NULL, or why keys of this algorithm cannot be used here: "is forbidden by...". */
const char *auth_algorithm_problem(enum auth_algorithm algorithm);

#define AUTH_SECRET_MAX 64
#define AUTH_SECRET_MD5_MAX 48 /* CISCO-RTTMON-MIB */
#define AUTH_NAME_MAX 80 /* of a KeyID in TWAMP, octets */

/* All zero is "no key". */
struct auth_key {
    uint16_t id;
    enum auth_algorithm algorithm;
    size_t size;
    uint8_t secret[AUTH_SECRET_MAX];
    char name[AUTH_NAME_MAX + 1]; /* AUTH_TWAMP: the KeyID */
};

/* Names a key of AUTH_TWAMP; NULL: by its id. What is longer than AUTH_NAME_MAX is cut. */
void auth_key_name(struct auth_key *key, const char *name);

bool auth_key_is_equal(const struct auth_key *a, const struct auth_key *b);
void auth_key_wipe(struct auth_key *key);

/* The ways to compute the digest of version 1, most likely first. */
#define AUTH_LAYOUT_COUNT 14U
/* "prefix", "suffix-padded-omitted"... */
const char *auth_layout_name(unsigned layout);

/* Fills the authentication section of a version 1 request that was encoded without: mode 1, key id,
 * digest (zeros when the library refuses, which nobody accepts). */
void auth_sign(uint8_t *bytes, size_t size, const struct auth_key *key, unsigned layout);

/* The key id of a request that was decoded without error; 0 when there is no authentication
 * section. */
uint16_t auth_key_id(const uint8_t *bytes, size_t size);

/* One of the layouts gives the digest of a request that was decoded without error; *layout says
 * which. */
bool auth_verify(const uint8_t *bytes, size_t size, const struct auth_key *key, unsigned *layout);

#endif
