/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packets that are held back until they are due: received ones that the machine has not seen yet,
 * and its replies. Their number and memory are bounded. */
#ifndef IMPAIR_HOLD_H
#define IMPAIR_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"
#include "probe/io.h"

#define HOLD_PACKETS_MAX 8192
#define HOLD_BYTES_MAX ((size_t)8 << 20)

struct held {
    struct heap_item due; /* first member: the heap hands it back */
    bool is_reply;
    struct ev ev; /* of a received one; the bytes are those below */
    struct fx fx; /* of a reply; the same */
    size_t size;
    uint8_t bytes[];
};

/* All zero: it holds nothing. */
struct hold {
    struct heap heap;
    size_t bytes; /* of memory, all in all */
};

void hold_fini(struct hold *hold);

/* Copies an EV_DATA or an FX_SEND, to be taken at `due`. False: there is no room. */
bool hold_event(struct hold *hold, const struct ev *ev, struct mono due);
bool hold_reply(struct hold *hold, const struct fx *fx, struct mono due);

/* The first that is due, for the caller to free; NULL: none is. */
struct held *hold_take(struct hold *hold, struct mono now);

/* When the next one is due. */
struct mono hold_due(const struct hold *hold);

/* Frees what is held of one channel, which closed. Returns how many. */
unsigned hold_forget(struct hold *hold, struct channel_id id);

#endif
