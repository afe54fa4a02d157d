/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Datagrams that may leave together: whatever of a turn is due goes out in one system call for each
 * socket. Belongs to the host's thread. */
#ifndef HOST_OUTBOX_H
#define HOST_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "host/batch.h"
#include "host/endpoint.h"
#include "probe/io.h"

/* Larger ones leave by themselves. */
#define OUTBOX_BYTES 2048

struct outbox_item {
    struct endpoint *endpoint;
    struct sent_key key;
    struct sock_parcel parcel;
    int error; /* errno value: it did not leave */
    bool is_stamped; /* when it leaves will be told */
    bool is_done, is_first; /* of its socket's */
};

struct outbox {
    struct outbox_item items[BATCH_MAX];
    size_t count;
    uint8_t *bytes; /* BATCH_MAX of OUTBOX_BYTES */
};

void outbox_init(struct outbox *outbox);
void outbox_fini(struct outbox *outbox);

bool outbox_is_full(const struct outbox *outbox);

/* Copies the datagram of `fx`, an FX_SEND of `channel` of at most OUTBOX_BYTES; it is not full. */
void outbox_add(struct outbox *outbox, const struct channel *channel, const struct fx *fx);

/* Sends everything, in the order it came for each socket; the items then say what became of them.
 * `now`: the time of it. The caller empties it: count = 0. */
void outbox_send(struct outbox *outbox, struct batch *batch, struct mono now);

#endif
