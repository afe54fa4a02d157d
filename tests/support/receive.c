/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/receive.h"

#include <errno.h>
#include <sys/socket.h>

#include "host/message.h"
#include "host/sock.h"

int sock_receive(int fd, uint8_t *bytes, size_t capacity, struct sock_datagram *out)
{
    struct message message;
    struct msghdr header;
    ssize_t size = -1;
    for (int i = 0; i < SOCK_TRIES && size < 0; i++) {
        message_to_receive(&message, bytes, capacity, &header);
        size = recvmsg(fd, &header, 0);
        if (size < 0 && errno == EAGAIN) {
            break;
        }
    }
    if (size < 0) {
        return -errno;
    }
    *out = message_datagram(&message, &header, (size_t)size);
    return 0;
}

int sock_receive_notice(int fd, struct sock_notice *out)
{
    struct message message;
    struct msghdr header;
    static uint8_t quote[SOCK_QUOTE_BYTES];
    ssize_t size;
    do {
        message_to_receive(&message, quote, sizeof quote, &header);
        size = recvmsg(fd, &header, MSG_ERRQUEUE);
        if (size < 0) {
            return -errno;
        }
    } while (!message_notice(&message, &header, (size_t)size, out));
    return 0;
}
