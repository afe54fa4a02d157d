/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The Control-Client of TWAMP (RFC 5357 3) for one session: what to say on the control connection,
 * and what the server's words mean. It believes nothing that is not authentic in its mode, and
 * computes no more rounds of PBKDF2 than it wants to. No I/O: the probe has the connection. */
#ifndef PROBE_TWAMP_CLIENT_H
#define PROBE_TWAMP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "probe/spec.h"
#include "stats/round.h"
#include "wire/twamp_stream.h"

#define TWAMP_CLIENT_SEED_BYTES 32

enum twamp_client_state {
    TWAMP_CLIENT_GREETING, /* it waits for that message of the server, */
    TWAMP_CLIENT_SERVER_START,
    TWAMP_CLIENT_ACCEPT_SESSION,
    TWAMP_CLIENT_START_ACK,
    TWAMP_CLIENT_RUNNING, /* or for nothing: the session runs */
    TWAMP_CLIENT_STOPPED,
    TWAMP_CLIENT_FAILED,
};

struct twamp_client {
    const struct spec *spec;
    const uint8_t *seed; /* of random numbers: TWAMP_CLIENT_SEED_BYTES */
    uint64_t operation; /* one more for each, so that no number is drawn twice */
    uint16_t sender_port; /* of the test packets */
    enum twamp_client_state state;
    struct twamp_keys keys;
    struct twamp_stream in, out;
    uint8_t message[TWAMP_GREETING_BYTES]; /* the server's, as far as it has come */
    size_t size;
    uint8_t answer[TWAMP_SETUP_BYTES]; /* to be sent; its size, 0: nothing is */
    size_t answer_bytes;
    struct mono requested; /* when the session was requested */
    /* Of a running session: */
    struct twamp_protection protection;
    uint16_t port; /* where its packets go */
    int64_t rtt_ns; /* of Request-TW-Session */
    /* Why it failed: */
    enum outcome outcome;
    uint32_t status; /* the server's Accept, or 0 */
};

/* What a session begins with; the pointers are kept. */
struct twamp_client_setting {
    const struct spec *spec;
    const uint8_t *seed;
    uint64_t operation;
    uint16_t sender_port;
};

void twamp_client_start(struct twamp_client *client, const struct twamp_client_setting *setting);

/* Bytes of the connection. What it says to them is in `answer`. */
void twamp_client_input(struct twamp_client *client, const uint8_t *bytes, size_t size,
                        struct instant now);

/* The server closed the connection. */
void twamp_client_end(struct twamp_client *client);

/* The last message: the session is over. */
void twamp_client_stop(struct twamp_client *client);

#endif
