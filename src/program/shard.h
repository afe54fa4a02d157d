/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How the targets of a configuration are divided among exporters (--shard) and the threads of one
 * (--workers): the flags of both. */
#ifndef PROGRAM_SHARD_H
#define PROGRAM_SHARD_H

#include <stddef.h>

#include "config/config.h"
#include "probe/spec_set.h"
#include "program/options.h"

#define WORKERS_MAX 64

/* Rows for an option table; DOES: "Measure". */
#define SHARD_ROW(DOES)                                                                            \
    {                                                                                              \
        "shard", "I/N", NULL, DOES " the targets of part I of N (from 0) of the configuration.",   \
            false                                                                                  \
    }
#define WORKERS_ROW                                                                                \
    {                                                                                              \
        "workers", "N", "1", "Number of measuring threads, 1 to 64.", false                        \
    }

/* The parts of a configuration that exporters share: this one's is `number` of `count`. */
struct shard {
    unsigned number, count;
};

/* Read the flags; without --shard it is 0 of 1. 0 or an exit status. */
int shard_read(const struct options *options, struct shard *out);
int workers_read(const struct options *options, struct spec_division *out);

/* Leaves in `config` the targets of the part. Returns how many. */
size_t shard_keep(const struct shard *shard, struct config *config);

#endif
