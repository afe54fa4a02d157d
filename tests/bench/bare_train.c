/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One schedule, one target: the reference of pacing (how well a timerfd with the least slack keeps
 * 20 ms) and of accuracy (what the kernel's stamps say the round trip was). */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"

#define LINGER_NS (BARE_NS_PER_SECOND / 2)

struct record {
    int64_t user_tx_ns; /* realtime, right before the system call */
    int64_t tx_ns, rx_ns; /* realtime; 0: none */
};

struct train {
    const struct bare_options *options;
    struct record *records; /* by sequence number from 1 */
    unsigned sent;
    int fd, timer;
};

static void arm(int timer, int64_t at_ns)
{
    const struct itimerspec when = {
        .it_value = {.tv_sec = at_ns / BARE_NS_PER_SECOND, .tv_nsec = at_ns % BARE_NS_PER_SECOND}};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) != 0) {
        bare_fail("timerfd_settime");
    }
}

static void send_one(struct train *train)
{
    uint8_t bytes[BARE_PACKET_MAX];
    train->sent++;
    bare_write_probe(bytes, train->options->size, (uint16_t)train->sent);
    train->records[train->sent].user_tx_ns = bare_now_ns(CLOCK_REALTIME);
    if (send(train->fd, bytes, train->options->size, 0) < 0) {
        bare_fail("send");
    }
}

/* Takes one message from the socket, or from its error queue; false when there is none. */
static bool receive(struct train *train, int flags)
{
    uint8_t bytes[BARE_PACKET_MAX];
    union {
        struct cmsghdr aligned;
        uint8_t bytes[256];
    } control;
    struct iovec place = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &place,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t size = recvmsg(train->fd, &message, flags | MSG_DONTWAIT);
    if (size < 0) {
        return errno != EAGAIN; /* an ICMP error is taken and forgotten */
    }
    uint32_t key = UINT32_MAX;
    int64_t stamp_ns = bare_stamp_ns(&message, &key);
    if (flags == 0) {
        unsigned sequence = bare_sequence(bytes, (size_t)size);
        if (sequence >= 1 && sequence <= train->sent) {
            train->records[sequence].rx_ns = stamp_ns;
        }
    } else if (key < train->sent) {
        train->records[key + 1].tx_ns = stamp_ns;
    }
    return true;
}

static void wait_until(struct train *train, int64_t at_ns)
{
    struct pollfd fds[2] = {{.fd = train->timer, .events = POLLIN},
                            {.fd = train->fd, .events = POLLIN}};
    arm(train->timer, at_ns);
    do {
        poll(fds, 2, -1);
        while ((fds[1].revents & POLLERR) && receive(train, MSG_ERRQUEUE)) {
        }
        while ((fds[1].revents & POLLIN) && receive(train, 0)) {
        }
    } while (!(fds[0].revents & POLLIN));
}

static void print_train(const struct train *train)
{
    unsigned answered = 0;
    for (unsigned i = 1; i <= train->sent; i++) {
        const struct record *record = &train->records[i];
        answered += record->rx_ns != 0;
        if (train->options->prints_records) {
            printf("seq=%u user_tx_ns=%lld tx_ns=%lld rx_ns=%lld\n", i,
                   (long long)record->user_tx_ns, (long long)record->tx_ns,
                   (long long)record->rx_ns);
        }
    }
    printf("sent=%u received=%u\n", train->sent, answered);
}

void bare_train(const struct bare_options *options)
{
    struct sockaddr_in peer = bare_target(options, 0);
    struct train train = {.options = options,
                          .records = calloc(options->packets + 1U, sizeof(struct record)),
                          .fd = bare_socket(options->has_tx_stamps),
                          .timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)};
    if (train.records == NULL || train.timer < 0 ||
        connect(train.fd, (const struct sockaddr *)&peer, sizeof peer) != 0) {
        bare_fail("train");
    }
    int64_t start_ns = bare_now_ns(CLOCK_MONOTONIC) + options->interval_ns;
    for (unsigned i = 0; i < options->packets; i++) {
        wait_until(&train, start_ns + i * options->interval_ns);
        send_one(&train);
    }
    wait_until(&train, bare_now_ns(CLOCK_MONOTONIC) + LINGER_NS);
    print_train(&train);
    close(train.fd);
    close(train.timer);
    free(train.records);
}
