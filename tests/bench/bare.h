/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The bare reference: what sending and receiving paced probes costs when a program does nothing
 * else. It shares no code with the product, so that a mistake of one is not the other's too.
 * Functions that cannot go on print why and exit with status 1. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BARE_BATCH 64
#define BARE_PACKET_MAX 1500
#define BARE_NS_PER_SECOND INT64_C(1000000000)

struct bare_options {
    const char *target; /* train: the peer; send: the first of the addresses */
    uint16_t port; /* of the probes */
    uint16_t control_port; /* echo */
    uint16_t source_port; /* send; 0: any */
    unsigned targets; /* send */
    unsigned rate_pps; /* send, all targets together */
    unsigned packets; /* train */
    unsigned size; /* bytes of UDP payload, 16 to BARE_PACKET_MAX */
    int64_t duration_ns; /* send */
    int64_t interval_ns; /* train */
    bool has_tx_stamps; /* ask the kernel when each packet left */
    bool is_connected; /* send: a socket for each target */
    bool is_stamp; /* send: requests of STAMP */
    bool is_realtime; /* SCHED_FIFO, priority 1 */
    bool prints_records; /* train: a line for each packet */
};

/* Sends rate_pps probes a second in ticks of 1 ms and receives the replies; prints one line. */
void bare_send(const struct bare_options *options);

/* Answers control requests and probes on every address until SIGTERM; prints its counters then and
 * at each SIGUSR1. */
void bare_echo(const struct bare_options *options);

/* One probe each interval by a timerfd; prints one line, or with prints_records one a packet. */
void bare_train(const struct bare_options *options);

/* --- helpers of the three ----------------------------------------------------------------------
 */

int64_t bare_now_ns(int clock);
_Noreturn void bare_fail(const char *what); /* with errno */

/* A UDP socket with a large receive buffer and kernel receive times, TX times when asked for. */
int bare_socket(bool has_tx_stamps);

/* The `index`-th address from `first` on; skips those that end in 0 or 255. */
struct sockaddr_in bare_target(const struct bare_options *options, unsigned index);

/* Fills in a type 2 request of `size` bytes. */
void bare_write_probe(uint8_t *bytes, size_t size, uint16_t sequence);

/* Fills in a request of STAMP in open mode, of at least 44 bytes. */
void bare_write_stamp(uint8_t *bytes, size_t size, uint32_t sequence);

/* The sender's sequence number of a type 2 probe; 0 when it is none. */
uint16_t bare_sequence(const uint8_t *bytes, size_t size);

/* The kernel's software stamp in the control messages, realtime; 0 without. `key` (may be NULL)
 * gets the number of the sent packet that an error queue message is about. */
int64_t bare_stamp_ns(struct msghdr *message, uint32_t *key);

/* Sorts and returns the `per_mille` quantile; 0 of none. */
int64_t bare_quantile(int64_t *values, size_t count, unsigned per_mille);

#endif
