/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla_relay: a link between two network namespaces that delays, loses, repeats, reorders and
 * damages packets as told, and logs what it did to each. For kernels without netem.
 *
 * It owns one TUN device in each namespace. Packets wait in one heap of absolute deadlines, so the
 * delay of one does not shift another. Prints READY when both devices are up; ends on SIGTERM or
 * SIGINT. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/mem.h"
#include "relay/impair.h"
#include "relay/journal.h"
#include "relay/tun.h"

#define PACKET_BYTES_MAX 65535
#define WAITING_MAX 8192
#define READS_PER_WAKE 64

struct waiting {
    struct heap_item due; /* first member: the heap hands it back */
    int output;
    struct journal_entry entry;
    uint8_t bytes[];
};

struct direction {
    int input, output;
    const char *name;
    struct impair impair;
};

struct relay {
    struct tun_settings ends[2]; /* left, right */
    struct direction directions[2];
    const char *node;
    const char *log_path;
    FILE *log;
    struct heap waiting;
    uint8_t bytes[PACKET_BYTES_MAX]; /* of the packet just read */
};

static volatile sig_atomic_t stop_signal;

static void note_signal(int number)
{
    stop_signal = number;
}

static struct instant clock_read(void)
{
    struct timespec mono;
    struct timespec wall;
    clock_gettime(CLOCK_MONOTONIC, &mono);
    clock_gettime(CLOCK_REALTIME, &wall);
    return (struct instant){{mono.tv_sec * NS_PER_SECOND + mono.tv_nsec},
                            {wall.tv_sec * NS_PER_SECOND + wall.tv_nsec}};
}

static void enqueue(struct relay *relay, const struct direction *direction,
                    const struct journal_entry *entry, int64_t delay_ns)
{
    if (relay->waiting.count >= WAITING_MAX) {
        struct journal_entry lost = *entry;
        lost.result = "overflow";
        journal_write(relay->log, &lost);
        return;
    }
    struct waiting *item = mem_alloc(1, sizeof(*item) + entry->size);
    item->output = direction->output;
    item->entry = *entry;
    memcpy(item->bytes, entry->bytes, entry->size);
    item->entry.bytes = item->bytes;
    if (entry->decision.actions & ACTION_CORRUPT) {
        packet_corrupt(&entry->packet, item->bytes, direction->impair.corrupt_offset);
    }
    heap_set(&relay->waiting, &item->due, mono_add(entry->received.mono, delay_ns));
}

static void take_packet(struct relay *relay, struct direction *direction, size_t size)
{
    struct packet packet = packet_parse(relay->bytes, size);
    struct journal_entry entry = {.direction = direction->name,
                                  .result = "forwarded",
                                  .packet = packet,
                                  .bytes = relay->bytes,
                                  .size = size,
                                  .decision = impair_decide(&direction->impair, packet.kind),
                                  .received = clock_read()};
    if (entry.decision.actions & (ACTION_DROP | ACTION_LOSS)) {
        entry.result = "lost";
        journal_write(relay->log, &entry);
        return;
    }
    int64_t delay_ns = entry.decision.delay_ns;
    enqueue(relay, direction, &entry, delay_ns);
    if (entry.decision.actions & ACTION_DUPLICATE) {
        /* One nanosecond later, so that the heap cannot swap the two. */
        enqueue(relay, direction, &entry, delay_ns + 1);
    }
}

static void read_packets(struct relay *relay, struct direction *direction)
{
    for (int i = 0; i < READS_PER_WAKE; i++) {
        ssize_t size = read(direction->input, relay->bytes, sizeof(relay->bytes));
        if (size <= 0) {
            return;
        }
        take_packet(relay, direction, (size_t)size);
    }
}

static void write_due_packets(struct relay *relay)
{
    struct heap_item *first;
    while ((first = heap_first(&relay->waiting)) != NULL) {
        struct instant now = clock_read();
        if (mono_is_before(now.mono, first->due)) {
            return;
        }
        heap_remove(&relay->waiting, first);
        struct waiting *item = (struct waiting *)(void *)first;
        item->entry.forwarded = now;
        /* Before the packet is out: who has seen it finds it in the log. */
        journal_write(relay->log, &item->entry);
        if (write(item->output, item->bytes, item->entry.size) < 0) {
            item->entry.result = "write_error";
            journal_write(relay->log, &item->entry);
        }
        free(item);
    }
}

static void wait_for_work(struct relay *relay, struct pollfd fds[2], const sigset_t *mask)
{
    struct timespec timeout;
    struct timespec *limit = NULL;
    const struct heap_item *first = heap_first(&relay->waiting);
    if (first != NULL) {
        int64_t left = mono_diff(first->due, clock_read().mono);
        left = left < 0 ? 0 : left;
        timeout =
            (struct timespec){.tv_sec = left / NS_PER_SECOND, .tv_nsec = left % NS_PER_SECOND};
        limit = &timeout;
    }
    fds[0].revents = fds[1].revents = 0;
    if (ppoll(fds, 2, limit, mask) < 0 && errno != EINTR) {
        abort();
    }
}

static void run(struct relay *relay, const sigset_t *mask)
{
    struct pollfd fds[2] = {{.fd = relay->directions[0].input, .events = POLLIN},
                            {.fd = relay->directions[1].input, .events = POLLIN}};
    while (stop_signal == 0) {
        wait_for_work(relay, fds, mask);
        for (int i = 0; i < 2; i++) {
            if (fds[i].revents != 0) {
                read_packets(relay, &relay->directions[i]);
            }
        }
        write_due_packets(relay);
    }
    struct heap_item *item;
    while ((item = heap_first(&relay->waiting)) != NULL) {
        heap_remove(&relay->waiting, item);
        free(item);
    }
    heap_fini(&relay->waiting);
}

static bool parse_end(const char *text, struct tun_settings *end)
{
    return sscanf(text, "%255[^,],%15[^,],%15[0-9.]/%u", end->namespace_path, end->device,
                  end->address, &end->prefix_length) == 4 &&
           end->prefix_length >= 1 && end->prefix_length <= 32;
}

static bool parse_options(int argc, char **argv, struct relay *relay)
{
    static const struct option names[] = {{"left", required_argument, NULL, 'l'},
                                          {"right", required_argument, NULL, 'r'},
                                          {"left-to-right", required_argument, NULL, 'f'},
                                          {"right-to-left", required_argument, NULL, 'b'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"log", required_argument, NULL, 'o'},
                                          {"tun-node", required_argument, NULL, 't'},
                                          {NULL, 0, NULL, 0}};
    int name;
    bool good = true;
    while (good && (name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (name == 'l' || name == 'r') {
            good = parse_end(optarg, &relay->ends[name == 'r']);
        } else if (name == 'f' || name == 'b') {
            good = impair_parse(optarg, &relay->directions[name == 'b'].impair);
        } else if (name == 's') {
            relay->directions[0].impair.rng.state = strtoull(optarg, NULL, 10);
            relay->directions[1].impair.rng.state = ~relay->directions[0].impair.rng.state;
        } else if (name == 'o') {
            relay->log_path = optarg;
        } else if (name == 't') {
            relay->node = optarg;
        } else {
            good = false;
        }
    }
    return good && optind == argc && relay->log_path != NULL && relay->ends[0].device[0] != '\0' &&
           relay->ends[1].device[0] != '\0';
}

static bool open_all(struct relay *relay)
{
    relay->log = fopen(relay->log_path, "we");
    if (relay->log == NULL) {
        fprintf(stderr, "ipsla_relay: %s: %s\n", relay->log_path, strerror(errno));
        return false;
    }
    setvbuf(relay->log, NULL, _IOLBF, 1 << 16);
    journal_begin(relay->log);
    int fds[2];
    for (int i = 0; i < 2; i++) {
        const char *step;
        fds[i] = tun_open(&relay->ends[i], relay->node, &step);
        if (fds[i] < 0) {
            fprintf(stderr, "ipsla_relay: %s: cannot %s: %s\n", relay->ends[i].device, step,
                    strerror(errno));
            return false;
        }
    }
    for (int i = 0; i < 2; i++) {
        relay->directions[i].input = fds[i];
        relay->directions[i].output = fds[1 - i];
        relay->directions[i].name = i == 0 ? "lr" : "rl";
    }
    return true;
}

int main(int argc, char **argv)
{
    struct relay relay = {.node = "/dev/net/tun"};
    if (!parse_options(argc, argv, &relay)) {
        fprintf(stderr,
                "usage: ipsla_relay --left NAMESPACE,DEVICE,ADDRESS/LENGTH --right ... --log FILE\n"
                "  [--left-to-right RULES] [--right-to-left RULES] [--seed N] [--tun-node FILE]\n"
                "RULES: delay_us=5000,drop_every=10,... (the fields of struct impair)\n");
        return 2;
    }
    struct sigaction action = {.sa_handler = note_signal};
    sigset_t blocked;
    sigset_t original;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigprocmask(SIG_BLOCK, &blocked, &original);
    prctl(PR_SET_TIMERSLACK, 1UL);
    if (!open_all(&relay)) {
        return 1;
    }
    puts("READY");
    fflush(stdout);
    run(&relay, &original);
    return fclose(relay.log) == 0 ? 0 : 1;
}
