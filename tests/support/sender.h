/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One probe with a host by hand: the test is the network and the responder. */
#ifndef SUPPORT_SENDER_H
#define SUPPORT_SENDER_H

#include <stddef.h>
#include <stdint.h>

#include "probe/probe.h"
#include "support/drive.h"
#include "wire/ipsla.h"

#define SENDER_CONTROL "198.51.100.20:1967"
#define SENDER_PROBES "198.51.100.20:16384"
#define SENDER_ECHO_PROBES "198.51.100.20:50000"
#define SENDER_LOCAL "192.0.2.10:40000"

/* The probe as a machine of its own, and its host. */
struct sender {
    struct probe probe;
    struct spec *spec;
    struct drive drive;
    struct clock_state clock; /* ours; not synchronized at first */
    uint16_t received; /* the responder's count */
    uint8_t scratch[IO_DATAGRAM_MAX];
};

/* The one that all functions here act on. */
extern struct sender sender;

/* A probe that has not started; takes over the caller's reference. */
void sender_prepare(struct spec *spec, struct instant now);

/* Begins an operation that must end 59 s later. */
void sender_start(struct instant now);

/* The same, and the operation has begun. */
void sender_set_up(struct spec *spec);

/* As build_jitter_spec. */
void sender_set_up_jitter(void);

/* What was opened was closed. */
void sender_tear_down(void);

/* Datagram number `index` since drive_forget. */
const struct drive_effect *sender_sent(size_t index);

/* A datagram from `from` arrives. */
void sender_deliver(const char *from, const void *bytes, size_t size);

/* The id of control request `number` (from 0) since sender_prepare, one of the latest. */
uint8_t sender_id(uint32_t number);

/* The short control response to it. */
void sender_control(uint32_t number, uint32_t status);

/* An ICMP error about datagram `index` since drive_forget, as if it had been for `about`, that
 * quotes its first `quoted` bytes. */
void sender_icmp(int error, const char *about, size_t index, size_t quoted);

/* Puts in what a responder returns of the data: the nonce of this operation. */
void sender_return_nonce(uint8_t *bytes);

/* Handshake done 5 ms after the start: the first probe is out. */
void sender_handshake(void);

/* What the responder sends back for packet `seq`: received at `receive_ms`, held `delta_ms`. */
struct ipsla_jitter_ms sender_reply_to(uint16_t seq, uint32_t receive_ms, uint16_t delta_ms);

void sender_deliver_jitter(const char *from, const struct ipsla_jitter_ms *reply);

/* A good reply to `seq` now: the responder's clock is ours, it received 2 ms after we sent. */
void sender_reply(uint16_t seq);

/* Packets first..last are sent and answered 4 ms later. */
void sender_run(uint16_t first, uint16_t last);

/* Lets the operation end; its result, which adds up. */
const struct round *sender_finish(void);

void sender_assert_unmatched(unsigned source, unsigned control, unsigned sequence, unsigned early);

#endif
