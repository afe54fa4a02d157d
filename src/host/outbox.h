/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Collects the datagrams of a turn that may wait, and sends them with one system call per socket.
 * Host's thread only. */
#ifndef HOST_OUTBOX_H
#define HOST_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "host/batch.h"
#include "host/endpoint.h"
#include "probe/io.h"

/* Largest datagram that it accepts; larger ones are sent at once. */
#define OUTBOX_BYTES 2048

struct outbox_item {
    struct endpoint *endpoint;
    struct sent_key key;
    struct sock_parcel parcel;
    int error; /* errno value when it was not sent; else 0 */
    bool is_stamped; /* the kernel will report its transmit timestamp */
    bool is_done; /* outbox_send has handled it */
    bool is_first; /* the first item of its socket */
};

struct outbox {
    struct outbox_item items[BATCH_MAX];
    size_t count;
    uint8_t *bytes; /* BATCH_MAX buffers of OUTBOX_BYTES */
};

/* Makes an empty outbox; outbox_fini frees its memory. */
void outbox_init(struct outbox *outbox);
void outbox_fini(struct outbox *outbox);

/* Whether it has BATCH_MAX items. */
bool outbox_is_full(const struct outbox *outbox);

/* Copies the datagram of `fx`, an FX_SEND on `channel` with at most OUTBOX_BYTES. Not when full. */
void outbox_add(struct outbox *outbox, const struct channel *channel, const struct fx *fx);

/* Sends everything at the time `now`, in order for each socket, and sets `error`, `is_stamped` and
 * `is_first` of each item. Afterwards the caller empties it: count = 0. */
void outbox_send(struct outbox *outbox, struct batch *batch, struct mono now);

#endif
