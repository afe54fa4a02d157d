/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/batch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "host/message.h"

/* Buffers to receive into. Before a call, only the headers that the last call used are set again.
 */
struct tray {
    struct mmsghdr headers[BATCH_MAX];
    struct message messages[BATCH_MAX];
    uint8_t *buffers; /* BATCH_MAX of `capacity` bytes */
    size_t capacity;
    int used;
};

struct batch {
    struct mmsghdr headers[BATCH_MAX]; /* to send */
    struct message messages[BATCH_MAX];
    struct tray datagrams, notices;
};

static void tray_init(struct tray *tray, size_t capacity)
{
    tray->buffers = mem_alloc(BATCH_MAX, capacity);
    tray->capacity = capacity;
    tray->used = BATCH_MAX;
}

struct batch *batch_new(void)
{
    struct batch *batch = mem_alloc(1, sizeof *batch);
    tray_init(&batch->datagrams, IO_DATAGRAM_MAX);
    tray_init(&batch->notices, SOCK_QUOTE_BYTES);
    return batch;
}

void batch_free(struct batch *batch)
{
    if (batch != NULL) {
        free(batch->datagrams.buffers);
        free(batch->notices.buffers);
        free(batch);
    }
}

int batch_send(struct batch *batch, int fd, const struct sock_parcel *const *parcels, size_t count,
               size_t *sent)
{
    assert(count <= BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        message_to_send(&batch->messages[i], parcels[i], &batch->headers[i].msg_hdr);
    }
    int result = -1;
    for (int i = 0; i < SOCK_TRIES && result < 0 && !(i > 0 && sock_is_refusal(errno)); i++) {
        result = sendmmsg(fd, batch->headers, (unsigned)count, MSG_NOSIGNAL);
    }
    *sent = result < 0 ? 0 : (size_t)result;
    return result < 0 ? -errno : 0;
}

/* As recvmmsg(2). */
static int receive(struct tray *tray, int fd, int flags)
{
    for (int i = 0; i < tray->used; i++) {
        message_to_receive(&tray->messages[i], tray->buffers + (size_t)i * tray->capacity,
                           tray->capacity, &tray->headers[i].msg_hdr);
    }
    int count = recvmmsg(fd, tray->headers, BATCH_MAX, flags, NULL);
    tray->used = count < 0 ? 0 : count;
    return count;
}

int batch_receive(struct batch *batch, int fd, struct sock_datagram out[BATCH_MAX])
{
    struct tray *tray = &batch->datagrams;
    int count = -1;
    for (int i = 0; i < SOCK_TRIES && count < 0; i++) {
        count = receive(tray, fd, 0);
        if (count < 0 && errno == EAGAIN) {
            break;
        }
    }
    for (int i = 0; i < count; i++) {
        out[i] = message_datagram(&tray->messages[i], &tray->headers[i].msg_hdr,
                                  tray->headers[i].msg_len);
    }
    return count < 0 ? -errno : count;
}

size_t batch_receive_notices(struct batch *batch, int fd, struct sock_notice out[BATCH_MAX])
{
    struct tray *tray = &batch->notices;
    int count = receive(tray, fd, MSG_ERRQUEUE);
    size_t notices = 0;
    for (int i = 0; i < count; i++) {
        if (message_notice(&tray->messages[i], &tray->headers[i].msg_hdr, tray->headers[i].msg_len,
                           &out[notices])) {
            notices++;
        }
    }
    return notices;
}
