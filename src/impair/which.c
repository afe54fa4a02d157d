/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "impair/which.h"

#define BURST_SHIFT 40
#define IS_EVERY (INT64_C(1) << 39)
#define COUNT_MASK UINT32_MAX
/* Chances are whole numbers of these. */
#define CHANCES UINT64_C(1000000000)

int64_t which_pack(struct which which)
{
    int64_t count = which.every > 0 ? IS_EVERY | which.every : which.share;
    return count == 0 ? 0 : (int64_t)which.burst << BURST_SHIFT | count;
}

struct which which_unpack(int64_t number)
{
    uint32_t count = (uint32_t)(number & COUNT_MASK);
    bool is_every = (number & IS_EVERY) != 0;
    return (struct which){
        .share = is_every ? 0 : count,
        .every = is_every ? count : 0,
        .burst = (uint32_t)(number >> BURST_SHIFT),
    };
}

/* The chance that a burst of `burst` packets begins now, so that the share of all packets is in
 * bursts: between two bursts there are (1 - q) / q others on average, hence share = burst / (burst
 * + (1 - q) / q). */
static uint64_t chance_of(uint64_t share, uint64_t burst)
{
    return share * CHANCES / (share + burst * (WHICH_ALL - share));
}

static bool is_random(const struct which *which, struct which_state *state)
{
    uint32_t burst = which->burst > 0 ? which->burst : 1;
    if (state->left > 0) {
        state->left--;
        return true;
    }
    if (rng_below(&state->rng, CHANCES) >= chance_of(which->share, burst)) {
        return false;
    }
    state->left = burst - 1;
    return true;
}

bool which_next(int64_t number, struct which_state *state)
{
    if (number == 0) {
        return false;
    }
    const struct which which = which_unpack(number);
    if (which.every == 0) {
        return is_random(&which, state);
    }
    uint32_t burst = which.burst > 0 ? which.burst : 1;
    state->met = state->met % which.every + 1;
    return state->met + burst > which.every;
}
