/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A memory of authentic requests, by their digest: who sent one first, and when. Of a fixed size;
 * the oldest is forgotten first. Nobody without a key can put anything into it. */
#ifndef REFLECT_REPLAY_H
#define REFLECT_REPLAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"

#define REPLAY_SETS 1024
#define REPLAY_WAYS 8
#define REPLAY_DIGEST_BYTES 16

/* How long a sender may go on repeating a request for want of an answer. */
#define REPLAY_RETRY_NS (60 * NS_PER_SECOND)

struct replay_entry {
    uint8_t digest[REPLAY_DIGEST_BYTES];
    struct addr source;
    struct mono seen;
    bool is_used;
};

struct replay_memory {
    atomic_flag is_busy; /* workers share one memory; each has it for a few instructions */
    struct replay_entry sets[REPLAY_SETS][REPLAY_WAYS];
};

/* Notes the request with this digest. False when it is a replay: known from another source, or from
 * too long ago for a repetition. */
bool replay_note(struct replay_memory *memory, const uint8_t digest[REPLAY_DIGEST_BYTES],
                 const struct addr *source, struct mono now);

#endif
