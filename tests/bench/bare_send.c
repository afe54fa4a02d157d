/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Probes to many targets at a steady rate, in ticks of 1 ms by absolute clock_nanosleep. R1: one
 * socket for all of them, sendmmsg and recvmmsg. R2: a connected socket for each, and epoll. Both
 * read the kernel's stamps and do nothing with them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"

#define TICK_NS INT64_C(1000000)
#define LINGER_TICKS 200
#define CONTROL_BYTES 256

struct slot {
    uint8_t bytes[BARE_PACKET_MAX];
    uint8_t control[CONTROL_BYTES] __attribute__((aligned(8)));
    struct iovec place;
    struct sockaddr_in peer;
};

struct sender {
    const struct bare_options *options;
    struct sockaddr_in *targets;
    int *fds; /* one for each target; R1: only the first */
    int epoll;
    struct slot out[BARE_BATCH], in[BARE_BATCH];
    struct mmsghdr messages[BARE_BATCH];
    unsigned long long sent, received, stamped, unsent, syscalls;
    int64_t *late_ns; /* of each tick */
    size_t ticks;
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL) {
        bare_fail("memory");
    }
    return memory;
}

static void open_sockets(struct sender *sender)
{
    const struct bare_options *options = sender->options;
    unsigned sockets = options->is_connected ? options->targets : 1;
    const struct sockaddr_in source = {.sin_family = AF_INET,
                                       .sin_port = htons(options->source_port)};
    sender->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned i = 0; i < sockets; i++) {
        struct epoll_event event = {.events = EPOLLIN};
        int fd = bare_socket(options->has_tx_stamps);
        event.data.fd = fd;
        sender->fds[i] = fd;
        if (source.sin_port != 0 &&
            bind(fd, (const struct sockaddr *)&source, sizeof source) != 0) {
            bare_fail("source port");
        }
        if (options->is_connected && (connect(fd, (const struct sockaddr *)&sender->targets[i],
                                              sizeof sender->targets[i]) != 0 ||
                                      epoll_ctl(sender->epoll, EPOLL_CTL_ADD, fd, &event) != 0)) {
            bare_fail("connect");
        }
    }
}

/* Each target is a session of its own. */
static void write_request(const struct bare_options *options, uint8_t *bytes,
                          unsigned long long number)
{
    if (options->is_stamp) {
        bare_write_stamp(bytes, options->size, (uint32_t)(number / options->targets));
    } else {
        bare_write_probe(bytes, options->size, (uint16_t)(number % 65535 + 1));
    }
}

static void send_shared(struct sender *sender, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct slot *slot = &sender->out[i];
        unsigned long long number = sender->sent + i;
        write_request(sender->options, slot->bytes, number);
        slot->place = (struct iovec){slot->bytes, sender->options->size};
        sender->messages[i].msg_hdr =
            (struct msghdr){.msg_name = &sender->targets[number % sender->options->targets],
                            .msg_namelen = sizeof(struct sockaddr_in),
                            .msg_iov = &slot->place,
                            .msg_iovlen = 1};
    }
    for (unsigned done = 0; done < count;) {
        int left = sendmmsg(sender->fds[0], sender->messages + done, count - done, 0);
        sender->syscalls++;
        sender->unsent += left <= 0;
        done += left > 0 ? (unsigned)left : 1;
    }
    sender->sent += count;
}

static void send_connected(struct sender *sender, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct slot *slot = &sender->out[0];
        int fd = sender->fds[sender->sent % sender->options->targets];
        write_request(sender->options, slot->bytes, sender->sent);
        sender->unsent += send(fd, slot->bytes, sender->options->size, 0) < 0;
        sender->sent++;
        sender->syscalls++;
    }
}

/* Takes what waits on one socket, or on its error queue. */
static void drain(struct sender *sender, int fd, int flags)
{
    int count;
    do {
        for (unsigned i = 0; i < BARE_BATCH; i++) {
            struct slot *slot = &sender->in[i];
            slot->place = (struct iovec){slot->bytes, sizeof slot->bytes};
            sender->messages[i].msg_hdr = (struct msghdr){.msg_name = &slot->peer,
                                                          .msg_namelen = sizeof slot->peer,
                                                          .msg_iov = &slot->place,
                                                          .msg_iovlen = 1,
                                                          .msg_control = slot->control,
                                                          .msg_controllen = CONTROL_BYTES};
        }
        count = recvmmsg(fd, sender->messages, BARE_BATCH, flags | MSG_DONTWAIT, NULL);
        sender->syscalls++;
        for (int i = 0; i < count; i++) {
            bool has_stamp = bare_stamp_ns(&sender->messages[i].msg_hdr, NULL) != 0;
            sender->received += flags == 0 && has_stamp;
            sender->stamped += flags != 0 && has_stamp;
        }
    } while (count == BARE_BATCH);
}

static void drain_connected(struct sender *sender)
{
    struct epoll_event events[BARE_BATCH];
    int count;
    do {
        count = epoll_wait(sender->epoll, events, BARE_BATCH, 0);
        sender->syscalls++;
        for (int i = 0; i < count; i++) {
            if (events[i].events & EPOLLERR) {
                drain(sender, events[i].data.fd, MSG_ERRQUEUE);
            }
            if (events[i].events & EPOLLIN) {
                drain(sender, events[i].data.fd, 0);
            }
        }
    } while (count == BARE_BATCH);
}

static void run_tick(struct sender *sender, unsigned long long due)
{
    while (sender->sent < due) {
        unsigned long long left = due - sender->sent;
        unsigned count = left > BARE_BATCH ? BARE_BATCH : (unsigned)left;
        if (sender->options->is_connected) {
            send_connected(sender, count);
        } else {
            send_shared(sender, count);
        }
    }
    if (sender->options->is_connected) {
        drain_connected(sender);
        return;
    }
    drain(sender, sender->fds[0], 0);
    if (sender->options->has_tx_stamps) {
        drain(sender, sender->fds[0], MSG_ERRQUEUE);
    }
}

static void sleep_until(struct sender *sender, int64_t at_ns)
{
    const struct timespec at = {.tv_sec = at_ns / BARE_NS_PER_SECOND,
                                .tv_nsec = at_ns % BARE_NS_PER_SECOND};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
    }
    sender->syscalls++;
}

static void print_result(struct sender *sender, int64_t cpu_ns, int64_t wall_ns)
{
    double sent = (double)sender->sent;
    int64_t p50_ns = bare_quantile(sender->late_ns, sender->ticks, 500);
    int64_t p99_ns = bare_quantile(sender->late_ns, sender->ticks, 990);
    int64_t p999_ns = bare_quantile(sender->late_ns, sender->ticks, 999);
    printf("sent=%llu received=%llu tx_stamps=%llu unsent=%llu cpu_ns=%lld wall_ns=%lld "
           "ns_per_probe=%.1f syscalls_per_probe=%.4f late_p50_us=%.1f late_p99_us=%.1f "
           "late_p999_us=%.1f\n",
           sender->sent, sender->received, sender->stamped, sender->unsent, (long long)cpu_ns,
           (long long)wall_ns, (double)cpu_ns / sent, (double)sender->syscalls / sent,
           (double)p50_ns / 1e3, (double)p99_ns / 1e3, (double)p999_ns / 1e3);
}

static void run(struct sender *sender)
{
    const struct bare_options *options = sender->options;
    int64_t start_ns = bare_now_ns(CLOCK_MONOTONIC) + TICK_NS;
    int64_t cpu_ns = bare_now_ns(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < sender->ticks; i++) {
        int64_t due_ns = start_ns + (int64_t)i * TICK_NS;
        sleep_until(sender, due_ns);
        sender->late_ns[i] = bare_now_ns(CLOCK_MONOTONIC) - due_ns;
        run_tick(sender, (i + 1) * (unsigned long long)options->rate_pps / 1000);
    }
    cpu_ns = bare_now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
    int64_t wall_ns = bare_now_ns(CLOCK_MONOTONIC) - start_ns;
    for (int i = 0; i < LINGER_TICKS && sender->received < sender->sent; i++) {
        sleep_until(sender, bare_now_ns(CLOCK_MONOTONIC) + TICK_NS);
        run_tick(sender, 0);
    }
    print_result(sender, cpu_ns, wall_ns);
}

void bare_send(const struct bare_options *options)
{
    struct sender *sender = allocate(1, sizeof *sender);
    sender->options = options;
    sender->targets = allocate(options->targets, sizeof *sender->targets);
    sender->fds = allocate(options->targets, sizeof *sender->fds);
    sender->ticks = (size_t)(options->duration_ns / TICK_NS);
    sender->late_ns = allocate(sender->ticks, sizeof *sender->late_ns);
    for (unsigned i = 0; i < options->targets; i++) {
        sender->targets[i] = bare_target(options, i);
    }
    open_sockets(sender);
    run(sender);
    /* The process ends here, and the kernel closes the sockets faster than close() would. */
    free(sender->late_ns);
    free(sender->fds);
    free(sender->targets);
    free(sender);
}
