/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reflect/replay.h"

#include <string.h>

static bool note(struct replay_memory *memory, const uint8_t digest[REPLAY_DIGEST_BYTES],
                 const struct addr *source, struct mono now)
{
    /* A digest is as good as random: its first bytes choose the set. */
    struct replay_entry *set = memory->sets[(digest[0] << 8 | digest[1]) % REPLAY_SETS];
    struct replay_entry *oldest = &set[0];
    for (unsigned i = 0; i < REPLAY_WAYS; i++) {
        struct replay_entry *entry = &set[i];
        if (entry->is_used && memcmp(entry->digest, digest, sizeof entry->digest) == 0) {
            return addr_is_equal(&entry->source, source) &&
                   mono_diff(now, entry->seen) <= REPLAY_RETRY_NS;
        }
        bool is_older = mono_is_before(entry->seen, oldest->seen);
        if (oldest->is_used && (!entry->is_used || is_older)) {
            oldest = entry;
        }
    }
    *oldest = (struct replay_entry){.source = *source, .seen = now, .is_used = true};
    memcpy(oldest->digest, digest, sizeof oldest->digest);
    return true;
}

bool replay_note(struct replay_memory *memory, const uint8_t digest[REPLAY_DIGEST_BYTES],
                 const struct addr *source, struct mono now)
{
    while (atomic_flag_test_and_set_explicit(&memory->is_busy, memory_order_acquire)) {
    }
    bool is_new = note(memory, digest, source, now);
    atomic_flag_clear_explicit(&memory->is_busy, memory_order_release);
    return is_new;
}
