/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Passwords judged on a thread of their own, as that takes long; what is known already is told at
 * once. When many ask, the peer that asks most waits longest. What comes out does not show by its
 * time whether a user exists. */
#ifndef WEB_HASHER_H
#define WEB_HASHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crypto.h"
#include "config/web_config.h"

#define HASHER_KEY_BYTES CRYPTO_SHA256_BYTES

struct hasher;

/* What somebody says who they are. */
struct attempt {
    const char *hash; /* of that user; NULL: there is no such user */
    const void *user, *password; /* the first 72 bytes of a password count */
    size_t user_size, password_size;
    unsigned cost_max; /* of all users: what a wrong answer takes */
};

enum hasher_verdict {
    HASHER_RIGHT,
    HASHER_WRONG,
    HASHER_LATER, /* hasher_next tells */
    HASHER_BUSY, /* too many wait */
};

/* Starts the thread, which calls `wake` whenever hasher_next has something. `key`: random bytes,
 * under which results are remembered. NULL: errno says why. */
struct hasher *hasher_start(const uint8_t key[HASHER_KEY_BYTES], void (*wake)(void *context),
                            void *context);

/* Judges, or lets `client` (not NULL) wait. Clients of one `peer` share their turn. */
enum hasher_verdict hasher_ask(struct hasher *hasher, const struct attempt *attempt,
                               const void *peer, void *client);

/* The next client that waited, and its verdict: not HASHER_LATER. NULL: none. */
void *hasher_next(struct hasher *hasher, enum hasher_verdict *verdict);

/* From here on hasher_next tells everybody who waits that it is HASHER_BUSY. */
void hasher_give_up(struct hasher *hasher);

/* Nobody may wait any more. Takes as long as the comparison that is under way. NULL is fine. */
void hasher_stop(struct hasher *hasher);

#endif
