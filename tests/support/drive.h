/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A host by hand, for tests that drive one machine step by step: it performs what a machine asks
 * for, at the moment the test says, writes it down, and holds the machine to the rules of
 * probe/io.h (one answer to each open, no send or close on what is not open, a deadline in the
 * future after draining). */
#ifndef SUPPORT_DRIVE_H
#define SUPPORT_DRIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/io.h"

#define DRIVE_EFFECTS_MAX 256
#define DRIVE_CHANNELS_MAX 1100
#define DRIVE_BYTES_MAX 256

/* One effect, with the first bytes of what was sent. */
struct drive_effect {
    struct fx fx;
    struct instant at;
    uint8_t bytes[DRIVE_BYTES_MAX];
};

struct drive_channel {
    struct channel_id id;
    struct addr local;
    enum transport transport;
};

struct drive {
    struct machine machine;
    struct instant now;
    int open_error; /* errno for the next opens; 0: they succeed */
    int send_error; /* errno for the next sends; 0: they succeed */
    struct drive_channel open[DRIVE_CHANNELS_MAX];
    size_t open_count;
    struct drive_effect effects[DRIVE_EFFECTS_MAX]; /* since drive_forget */
    size_t effect_count;
    size_t opened, sent, closed; /* ever; sent: datagrams */
};

/* A host for `machine` at `now`. It has not polled yet. */
void drive_init(struct drive *drive, struct machine machine, struct instant now);

/* Polls until there is nothing more to do. */
void drive_poll(struct drive *drive);

/* Moves on to `now`, stopping to poll at every deadline on the way, and at `now`. */
void drive_until(struct drive *drive, struct instant now);

/* Gives `ev` to the machine now, then polls. Of an EV_DATA the time of receipt is set to now. */
void drive_input(struct drive *drive, struct ev ev);

bool drive_is_open(const struct drive *drive, struct channel_id id);

/* The open channel that is bound to `port`; NULL when there is none. */
const struct drive_channel *drive_channel(const struct drive *drive, uint16_t port);

/* Forgets the effects seen so far. */
void drive_forget(struct drive *drive);

/* Effect number `index` of this kind since drive_forget, or NULL. */
const struct drive_effect *drive_find(const struct drive *drive, enum fx_kind kind, size_t index);

/* How many of this kind there were since drive_forget. */
size_t drive_count(const struct drive *drive, enum fx_kind kind);

#endif
