/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/outbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void outbox_init(struct outbox *outbox)
{
    *outbox = (struct outbox){.bytes = mem_alloc(BATCH_MAX, OUTBOX_BYTES)};
}

void outbox_fini(struct outbox *outbox)
{
    free(outbox->bytes);
}

bool outbox_is_full(const struct outbox *outbox)
{
    return outbox->count == BATCH_MAX;
}

void outbox_add(struct outbox *outbox, const struct channel *channel, const struct fx *fx)
{
    assert(!outbox_is_full(outbox) && fx->size <= OUTBOX_BYTES);
    uint8_t *bytes = outbox->bytes + outbox->count * OUTBOX_BYTES;
    memcpy(bytes, fx->bytes, fx->size);
    outbox->items[outbox->count++] = (struct outbox_item){
        .endpoint = channel->endpoint,
        .key = {channel->id, channel->serial, fx->tag},
        .parcel = {.peer = fx->peer,
                   .source = fx->local,
                   .tos = fx->tos,
                   .wants_stamp = fx->wants_stamp,
                   .bytes = bytes,
                   .size = fx->size},
    };
}

static void note_left(struct outbox_item *item, struct mono now)
{
    if (item->is_stamped) {
        endpoint_note_sent(item->endpoint, &item->key, now);
    }
}

/* When a packet with a timestamp request failed, the keys are uncertain: the packets after it make
 * no request. */
static void note_failed(struct outbox_item **items, size_t count, int error)
{
    items[0]->error = error;
    if (!items[0]->is_stamped) {
        return;
    }
    items[0]->endpoint->has_uncertain_keys = true;
    for (size_t i = 0; i < count; i++) {
        items[i]->is_stamped = false;
        items[i]->parcel.wants_stamp = false;
    }
}

/* Sends `items`, which all belong to `endpoint`. */
static void send_run(struct endpoint *endpoint, struct batch *batch, struct outbox_item **items,
                     size_t count, struct mono now)
{
    const struct sock_parcel *parcels[BATCH_MAX];
    for (size_t i = 0; i < count; i++) {
        parcels[i] = &items[i]->parcel;
    }
    for (size_t done = 0; done < count;) {
        size_t sent;
        int error = batch_send(batch, endpoint->fd, parcels + done, count - done, &sent);
        for (size_t i = 0; i < sent; i++) {
            note_left(items[done + i], now);
        }
        done += sent;
        if (error != 0) {
            note_failed(items + done, count - done, -error);
            done++;
        }
    }
}

void outbox_send(struct outbox *outbox, struct batch *batch, struct mono now)
{
    for (size_t first = 0; first < outbox->count; first++) {
        struct outbox_item *run[BATCH_MAX];
        size_t count = 0;
        struct endpoint *endpoint = outbox->items[first].endpoint;
        if (outbox->items[first].is_done) {
            continue;
        }
        outbox->items[first].is_first = true;
        for (size_t i = first; i < outbox->count; i++) {
            struct outbox_item *item = &outbox->items[i];
            if (item->endpoint == endpoint) {
                item->is_done = true;
                item->is_stamped = endpoint_requests_stamp(endpoint, item->parcel.wants_stamp, now);
                item->parcel.wants_stamp =
                    item->is_stamped && endpoint->stamps == SOCK_STAMPS_REQUESTED;
                run[count++] = item;
            }
        }
        send_run(endpoint, batch, run, count, now);
    }
}
