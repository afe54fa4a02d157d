/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One responder with a host by hand: the test plays the senders. */
#ifndef SUPPORT_RESPONDER_H
#define SUPPORT_RESPONDER_H

#include <stddef.h>
#include <stdint.h>

#include "reflect/reflect.h"
#include "support/drive.h"
#include "support/vectors.h"

#define RESPONDER_IP "198.51.100.20"
#define RESPONDER_IPV6 "2001:db8:2::20"
#define RESPONDER_PEER "192.0.2.10:40000"
#define RESPONDER_PEER_2 "192.0.2.10:40001"
#define RESPONDER_OTHER "192.0.2.11:40000"

struct responder {
    struct vectors vectors;
    struct reflect_settings settings;
    struct reflect *reflect;
    struct drive drive;
    size_t datagrams; /* given to it */
};

/* The one that all functions here act on. */
extern struct responder responder;
extern const struct reflect_seed responder_seed;

/* A cmocka group set-up: loads the vectors. */
int responder_load(void **state);

/* Default settings, to be changed before responder_set_up. */
void responder_prepare(void);

/* Adds a network to its allow list. */
void responder_allow(const char *prefix);

/* A responder that listens. */
void responder_set_up(void);

uint64_t responder_drops(void);

/* Everything was answered or counted once; what was opened closes. */
void responder_tear_down(void);

/* A datagram to the open local `port`, from `peer`, to the address of the same IP version. */
void responder_deliver(uint16_t port, const char *peer, const void *bytes, size_t size);

/* The bytes of a vector, by its name. */
void responder_deliver_vector(uint16_t port, const char *peer, const char *name);

/* A control request for udp-jitter with id 0x42. */
void responder_ask(const char *peer, uint16_t port, uint16_t duration_ms);

/* A type 2 request of 32 bytes, sent at noon. */
void responder_send_jitter(uint16_t port, const char *peer, uint16_t seq);

/* The last effect was a reply to `peer`. */
const struct drive_effect *responder_last(const char *peer);

struct ipsla_jitter_ms responder_last_jitter(const char *peer);

void responder_assert_reply(const char *peer, const void *bytes, size_t size);

uint64_t responder_dropped(unsigned reason);

uint64_t responder_results(enum reflect_result result);

#endif
