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
        .key = {.id = channel->id, .serial = channel->serial, .tag = fx->tag},
        .parcel = {.peer = fx->peer,
                   .source = fx->local,
                   .tos = fx->tos,
                   .ttl = fx->ttl,
                   .wants_stamp = fx->wants_stamp,
                   .bytes = bytes,
                   .size = fx->size},
    };
}

/* Numbers the datagrams that are about to be sent. */
static void request_stamps(struct outbox_item **items, size_t count)
{
    uint32_t ahead = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i]->is_stamped) {
            endpoint_request_stamp(items[i]->endpoint, &items[i]->parcel, ahead++);
        }
    }
}

static void note_left(const struct outbox_item *item, struct mono now)
{
    if (item->is_stamped) {
        endpoint_note_sent(item->endpoint, &item->key, now);
    }
}

/* The kernel was asked to send `item` for the last time, `times` in all. */
static void note_refused(struct outbox_item *item, int error, int times)
{
    item->error = error;
    for (int i = 0; i < times && item->is_stamped; i++) {
        endpoint_note_refused(item->endpoint, error);
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
    bool was_tried = false; /* the next one, by the call before */
    for (size_t done = 0; done < count;) {
        size_t sent;
        request_stamps(items + done, count - done);
        int error = batch_send(batch, endpoint->fd, parcels + done, count - done, &sent);
        for (size_t i = 0; i < sent; i++) {
            note_left(items[done + i], now);
        }
        done += sent;
        if (error != 0) {
            note_refused(items[done], -error, was_tried ? 2 : 1);
            done++;
        }
        was_tried = error == 0;
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
                item->parcel.wants_stamp = false;
                run[count++] = item;
            }
        }
        send_run(endpoint, batch, run, count, now);
    }
}
