/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Who of several takes what, by rendezvous (Thaler and Ravishankar, 1998): what is to be placed
 * draws a number for each shard, and the highest takes it. One shard more therefore takes its part
 * from all the others, and nothing moves between those. */
#ifndef BASE_SHARD_H
#define BASE_SHARD_H

#include <stdint.h>

#define SHARD_COUNT_MAX 1024

/* The shard, 0..count-1, of what has this hash; `count` is 1..SHARD_COUNT_MAX. O(count). */
unsigned shard_of(uint64_t hash, unsigned count);

#endif
