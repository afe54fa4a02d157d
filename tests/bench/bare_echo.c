/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A responder with as little work as possible: it says yes to every version 1 control request and
 * answers type 1, 2 and 3 probes on a port that is always open, on every address of the machine.
 * It checks nothing: it is to be faster than any sender, not right. */
#include <endian.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"

#define MS_PER_DAY 86400000
#define NTP_EPOCH_OFFSET_S UINT64_C(2208988800)
#define TYPE_JITTER_MS 2
#define TYPE_JITTER_US 3
#define RESPONSE_BYTES 24

struct datagram {
    uint8_t bytes[BARE_PACKET_MAX];
    struct sockaddr_in peer;
    struct iovec place;
    union {
        struct cmsghdr aligned;
        uint8_t bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control;
};

struct batch {
    struct datagram datagrams[BARE_BATCH];
    struct mmsghdr messages[BARE_BATCH];
};

struct counters {
    unsigned long long probes, answers, requests;
};

static volatile sig_atomic_t last_signal;

static void note_signal(int signal)
{
    last_signal = signal;
}

static int open_port(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    const int bytes = 64 << 20;
    const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
    if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *)&any, sizeof any) != 0) {
        bare_fail("echo socket");
    }
    return fd;
}

static void prepare(struct batch *batch)
{
    for (unsigned i = 0; i < BARE_BATCH; i++) {
        struct datagram *datagram = &batch->datagrams[i];
        datagram->place = (struct iovec){datagram->bytes, sizeof datagram->bytes};
        batch->messages[i].msg_hdr = (struct msghdr){.msg_name = &datagram->peer,
                                                     .msg_namelen = sizeof datagram->peer,
                                                     .msg_iov = &datagram->place,
                                                     .msg_iovlen = 1,
                                                     .msg_control = &datagram->control,
                                                     .msg_controllen = sizeof datagram->control};
    }
}

/* The answer leaves from the address that was asked: what came in as IP_PKTINFO goes out as such.
 */
static void answer_from(struct msghdr *message)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    if (c != NULL && c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(c), sizeof info);
        info.ipi_spec_dst = info.ipi_addr;
        info.ipi_ifindex = 0;
        memcpy(CMSG_DATA(c), &info, sizeof info);
    }
}

static void fill_in_probe(uint8_t *bytes, size_t size, int64_t now_ns)
{
    uint64_t seconds = (uint64_t)(now_ns / BARE_NS_PER_SECOND);
    uint64_t nanoseconds = (uint64_t)(now_ns % BARE_NS_PER_SECOND);
    uint32_t ms = htobe32((uint32_t)(now_ns / 1000000 % MS_PER_DAY));
    uint64_t ntp = htobe64((seconds + NTP_EPOCH_OFFSET_S) << 32 |
                           (nanoseconds << 32) / (uint64_t)BARE_NS_PER_SECOND);
    if (size >= 16 && bytes[1] == TYPE_JITTER_MS) {
        memcpy(bytes + 8, &ms, sizeof ms);
        memcpy(bytes + 14, bytes + 12, 2);
    } else if (size >= 56 && bytes[1] == TYPE_JITTER_US) {
        memcpy(bytes + 12, &ntp, sizeof ntp);
        memcpy(bytes + 20, &ntp, sizeof ntp);
        memcpy(bytes + 54, bytes + 52, 2);
    }
}

/* Answers one batch; whether there may be more. */
static bool answer_batch(int fd, bool is_control, struct batch *batch, struct counters *counters)
{
    prepare(batch);
    int count = recvmmsg(fd, batch->messages, BARE_BATCH, MSG_DONTWAIT, NULL);
    if (count <= 0) {
        return false;
    }
    int64_t now_ns = bare_now_ns(CLOCK_REALTIME);
    for (int i = 0; i < count; i++) {
        struct datagram *datagram = &batch->datagrams[i];
        datagram->place.iov_len = batch->messages[i].msg_len;
        if (!is_control) {
            fill_in_probe(datagram->bytes, datagram->place.iov_len, now_ns);
        } else if (datagram->place.iov_len > RESPONSE_BYTES) {
            datagram->bytes[3] = RESPONSE_BYTES;
            datagram->place.iov_len = RESPONSE_BYTES;
        }
        answer_from(&batch->messages[i].msg_hdr);
    }
    int sent = 0;
    while (sent < count) {
        int more = sendmmsg(fd, batch->messages + sent, (unsigned)(count - sent), 0);
        sent += more > 0 ? more : 1; /* one that cannot leave holds up no other */
        counters->answers += more > 0 ? (unsigned)more : 0;
    }
    *(is_control ? &counters->requests : &counters->probes) += (unsigned)count;
    return count == BARE_BATCH;
}

static void print_counters(const struct counters *counters)
{
    printf("probes=%llu answers=%llu requests=%llu\n", counters->probes, counters->answers,
           counters->requests);
    fflush(stdout);
}

void bare_echo(const struct bare_options *options)
{
    struct batch *batch = calloc(1, sizeof *batch);
    struct counters counters = {0};
    struct pollfd fds[2] = {{.fd = open_port(options->port), .events = POLLIN},
                            {.fd = open_port(options->control_port), .events = POLLIN}};
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGTERM, note_signal);
    signal(SIGUSR1, note_signal);
    puts("READY");
    fflush(stdout);
    while (batch != NULL && last_signal != SIGTERM) {
        last_signal = 0;
        bool is_more = true;
        if (ppoll(fds, 2, NULL, &before) > 0) {
            while (is_more) {
                is_more = answer_batch(fds[0].fd, false, batch, &counters);
                is_more = answer_batch(fds[1].fd, true, batch, &counters) || is_more;
            }
        }
        if (last_signal != 0) {
            print_counters(&counters);
        }
    }
    close(fds[0].fd);
    close(fds[1].fd);
    free(batch);
}
