/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The inside of the TWAMP server (RFC 5357): control connections, and what they ask for. A session
 * that was requested is a session of the responder (lease.h) on the UDP port with the number of the
 * TCP port, so that all limits hold for it. It answers from Start-Sessions until its timeout after
 * Stop-Sessions, or after the end of the connection.
 *
 *   twamp_server.c      who may connect, bytes to messages, deadlines
 *   twamp_command.c     what a message does, and what is answered
 *   twamp_connection.c  what both have in common
 *   twamp_packet.c      test packets
 *
 * Only state.h's owners include it. */
#ifndef REFLECT_TWAMP_H
#define REFLECT_TWAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reflect/state.h"
#include "reflect/twamp_limits.h"
#include "wire/twamp_stream.h"

enum twamp_phase {
    TWAMP_FREE,
    TWAMP_OPENING, /* its FX_OPEN is not answered */
    TWAMP_SETUP, /* greeted, waits for Set-Up-Response */
    TWAMP_READY, /* waits for commands */
    TWAMP_CLOSING, /* the next poll closes it */
};

struct twamp_connection {
    enum twamp_phase phase;
    uint32_t serial; /* never 0; names it in its sessions */
    struct addr peer, local;
    struct mono active; /* its latest message, or its beginning */
    struct mono deadline; /* it is over then */
    uint8_t challenge[TWAMP_CHALLENGE_BYTES], salt[TWAMP_SALT_BYTES];
    enum twamp_mode mode;
    struct twamp_keys keys;
    struct twamp_stream in, out;
    uint8_t message[TWAMP_MESSAGE_BYTES_MAX]; /* that comes in, decrypted by blocks */
    size_t size;
    bool is_running; /* between Start-Sessions and Stop-Sessions */
    uint32_t sessions[TWAMP_SESSIONS_MAX]; /* places in the book, of sessions that may have ended */
    uint32_t session_count;
};

struct twamp_server {
    struct twamp_connection connections[TWAMP_CONNECTIONS_MAX];
    uint32_t last_serial;
    uint32_t closing; /* connections in that phase */
    uint32_t accepting; /* whose FX_OPEN is due; LEASE_NONE: none */
    struct addr accepted_peer, accepted_local; /* its ends */
    uint32_t answering; /* whose answer, in reflect->bytes, is due; LEASE_NONE: none */
    size_t answer_bytes;
    uint32_t reading; /* whose bytes these are, which came last: */
    uint8_t chunk[IO_STREAM_BYTES_MAX];
    size_t chunk_size, chunk_at;
    struct mono due; /* no deadline of a connection is before */
    uint64_t drawn; /* random numbers so far */
    struct wall began;
    struct meter tokens; /* by source */
};

/* A message that came whole; sets the answer. Where the phase becomes TWAMP_CLOSING, that is all.
 */
void twamp_take_setup(struct reflect *reflect, struct twamp_connection *connection,
                      struct instant now);
void twamp_take_command(struct reflect *reflect, struct twamp_connection *connection,
                        struct instant now);

/* Random octets, up to CRYPTO_SHA256_BYTES. */
void twamp_draw(struct reflect *reflect, uint8_t *out, size_t size);

/* Of a connection in the table. */
uint32_t twamp_place(const struct reflect *reflect, const struct twamp_connection *connection);

/* What is in reflect->bytes goes to `connection`. */
void twamp_answer(struct reflect *reflect, const struct twamp_connection *connection, size_t size);

/* The next poll closes it. */
void twamp_close(struct reflect *reflect, struct twamp_connection *connection);
void twamp_wait_until(struct reflect *reflect, struct twamp_connection *connection,
                      struct mono deadline);

/* Counts what became of a message. */
void twamp_count(struct reflect *reflect, const struct twamp_connection *connection,
                 enum reflect_result result);

/* The sessions of the connection end after their timeouts. */
void twamp_stop_sessions(struct reflect *reflect, struct twamp_connection *connection,
                         struct mono now);
/* Session `i` of the connection; NULL: it has ended. */
struct lease_session *twamp_session(struct reflect *reflect,
                                    const struct twamp_connection *connection, uint32_t i);

#endif
