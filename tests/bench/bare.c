/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* bare: the options, and what its three modes share. See bare.h. */
#include "bare.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#define SOCKET_BUFFER_BYTES (16 << 20)
#define TYPE_JITTER_MS 2
#define MS_PER_DAY 86400000
#define NTP_EPOCH_OFFSET_S UINT64_C(2208988800)

int64_t bare_now_ns(int clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * BARE_NS_PER_SECOND + now.tv_nsec;
}

_Noreturn void bare_fail(const char *what)
{
    fprintf(stderr, "bare: %s: %s\n", what, strerror(errno));
    exit(1);
}

int bare_socket(bool has_tx_stamps)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int bytes = SOCKET_BUFFER_BYTES;
    int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
    if (has_tx_stamps) {
        flags |=
            SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
    }
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) != 0) {
        bare_fail("socket");
    }
    /* Beyond the system's limit only for root; what one gets is enough otherwise. */
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
    return fd;
}

struct sockaddr_in bare_target(const struct bare_options *options, unsigned index)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options->port)};
    inet_pton(AF_INET, options->target, &address.sin_addr);
    uint32_t first = ntohl(address.sin_addr.s_addr);
    address.sin_addr.s_addr = htonl(first + (index / 250) * 256 + index % 250);
    return address;
}

static void put16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

void bare_write_probe(uint8_t *bytes, size_t size, uint16_t sequence)
{
    int64_t now_ms = bare_now_ns(CLOCK_REALTIME) / 1000000 % MS_PER_DAY;
    memset(bytes, 0, size);
    put16(bytes, TYPE_JITTER_MS);
    put16(bytes + 4, (uint16_t)(now_ms >> 16));
    put16(bytes + 6, (uint16_t)now_ms);
    put16(bytes + 12, sequence);
}

static void put32(uint8_t *bytes, uint32_t value)
{
    put16(bytes, (uint16_t)(value >> 16));
    put16(bytes + 2, (uint16_t)value);
}

void bare_write_stamp(uint8_t *bytes, size_t size, uint32_t sequence)
{
    int64_t now_ns = bare_now_ns(CLOCK_REALTIME);
    uint64_t nanoseconds = (uint64_t)(now_ns % BARE_NS_PER_SECOND);
    memset(bytes, 0, size);
    put32(bytes, sequence);
    put32(bytes + 4, (uint32_t)((uint64_t)(now_ns / BARE_NS_PER_SECOND) + NTP_EPOCH_OFFSET_S));
    put32(bytes + 8, (uint32_t)((nanoseconds << 32) / (uint64_t)BARE_NS_PER_SECOND));
    put16(bytes + 12, 1); /* an error estimate of 2^-32 s */
}

uint16_t bare_sequence(const uint8_t *bytes, size_t size)
{
    if (size < 16 || bytes[0] != 0 || bytes[1] != TYPE_JITTER_MS) {
        return 0;
    }
    return (uint16_t)(bytes[12] << 8 | bytes[13]);
}

int64_t bare_stamp_ns(struct msghdr *message, uint32_t *key)
{
    int64_t stamp_ns = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING) {
            struct scm_timestamping times;
            memcpy(&times, CMSG_DATA(c), sizeof times);
            stamp_ns = times.ts[0].tv_sec * BARE_NS_PER_SECOND + times.ts[0].tv_nsec;
        } else if (key != NULL && c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) {
            struct sock_extended_err error;
            memcpy(&error, CMSG_DATA(c), sizeof error);
            *key = error.ee_data;
        }
    }
    return stamp_ns;
}

static int compare(const void *left, const void *right)
{
    const int64_t *a = left;
    const int64_t *b = right;
    return (*a > *b) - (*a < *b);
}

int64_t bare_quantile(int64_t *values, size_t count, unsigned per_mille)
{
    if (count == 0) {
        return 0;
    }
    qsort(values, count, sizeof *values, compare);
    return values[(count - 1) * per_mille / 1000];
}

static void usage(FILE *file)
{
    fputs("Usage: bare send|echo|train [flags]\n"
          "  send   --target A --port P --targets N --rate PPS --duration S [--tx] [--connected]\n"
          "         [--stamp] [--source-port P]\n"
          "  echo   --port P --control-port P\n"
          "  train  --target A --port P --packets N --interval US [--tx] [--records]\n"
          "All: --size BYTES --realtime\n",
          file);
}

static unsigned number(const char *text, unsigned least, unsigned most)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || value < least || value > most) {
        fprintf(stderr, "bare: %s is not a number from %u to %u\n", text, least, most);
        exit(2);
    }
    return (unsigned)value;
}

static void set_option(struct bare_options *options, int name, const char *text)
{
    struct in_addr ignored;
    switch (name) {
    case 't':
        options->target = text;
        if (inet_pton(AF_INET, text, &ignored) != 1) {
            usage(stderr);
            exit(2);
        }
        break;
    case 'p':
        options->port = (uint16_t)number(text, 1, 65535);
        break;
    case 'c':
        options->control_port = (uint16_t)number(text, 1, 65535);
        break;
    case 'S':
        options->source_port = (uint16_t)number(text, 1, 65535);
        break;
    case 'n':
        options->targets = number(text, 1, 1000000);
        break;
    case 'r':
        options->rate_pps = number(text, 1, 10000000);
        break;
    case 'd':
        options->duration_ns = number(text, 1, 3600) * BARE_NS_PER_SECOND;
        break;
    case 'k':
        options->packets = number(text, 1, 65535);
        break;
    case 'i':
        options->interval_ns = number(text, 1, 60000000) * INT64_C(1000);
        break;
    case 's':
        options->size = number(text, 16, BARE_PACKET_MAX);
        break;
    default:
        usage(stderr);
        exit(2);
    }
}

static void read_options(int argc, char **argv, struct bare_options *options)
{
    static const struct option names[] = {{"target", required_argument, NULL, 't'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"control-port", required_argument, NULL, 'c'},
                                          {"targets", required_argument, NULL, 'n'},
                                          {"rate", required_argument, NULL, 'r'},
                                          {"duration", required_argument, NULL, 'd'},
                                          {"packets", required_argument, NULL, 'k'},
                                          {"interval", required_argument, NULL, 'i'},
                                          {"size", required_argument, NULL, 's'},
                                          {"source-port", required_argument, NULL, 'S'},
                                          {"stamp", no_argument, NULL, 'm'},
                                          {"tx", no_argument, NULL, 'x'},
                                          {"connected", no_argument, NULL, 'o'},
                                          {"realtime", no_argument, NULL, 'f'},
                                          {"records", no_argument, NULL, 'R'},
                                          {NULL, 0, NULL, 0}};
    int name;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (name == 'x') {
            options->has_tx_stamps = true;
        } else if (name == 'o') {
            options->is_connected = true;
        } else if (name == 'm') {
            options->is_stamp = true;
        } else if (name == 'f') {
            options->is_realtime = true;
        } else if (name == 'R') {
            options->prints_records = true;
        } else {
            set_option(options, name, optarg);
        }
    }
}

static void be_punctual(bool is_realtime)
{
    const struct sched_param priority = {.sched_priority = 1};
    prctl(PR_SET_TIMERSLACK, 1UL);
    if (is_realtime && (mlockall(MCL_CURRENT | MCL_FUTURE) != 0 ||
                        sched_setscheduler(0, SCHED_FIFO, &priority) != 0)) {
        bare_fail("real-time scheduling");
    }
}

int main(int argc, char **argv)
{
    struct bare_options options = {.target = "127.1.0.1",
                                   .port = 16384,
                                   .control_port = 1967,
                                   .targets = 1,
                                   .rate_pps = 1000,
                                   .packets = 100,
                                   .size = 64,
                                   .duration_ns = 2 * BARE_NS_PER_SECOND,
                                   .interval_ns = 20000000};
    read_options(argc, argv, &options);
    const char *mode = optind + 1 == argc ? argv[optind] : "";
    be_punctual(options.is_realtime);
    if (strcmp(mode, "send") == 0) {
        bare_send(&options);
    } else if (strcmp(mode, "echo") == 0) {
        bare_echo(&options);
    } else if (strcmp(mode, "train") == 0) {
        bare_train(&options);
    } else {
        usage(stderr);
        return 2;
    }
    return 0;
}
