/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A client of the responder in support/responder.h that speaks TWAMP-Control, message by message.
 * It believes nothing: what it gets is compared, decrypted and checked. */
#ifndef SUPPORT_TWAMP_H
#define SUPPORT_TWAMP_H

#include "support/responder.h"
#include "wire/twamp_stream.h"

#define TWAMP_SECRET "correct-horse"

struct twamp_caller {
    const char *peer; /* "IP:PORT" of the connection */
    struct channel_id id;
    struct twamp_greeting greeting;
    enum twamp_mode mode;
    struct twamp_keys keys;
    struct twamp_stream in, out;
};

/* Settings with TWAMP on port 862; with a key "alice" of TWAMP_SECRET when `is_keyed`. */
void twamp_prepare(bool is_keyed);

/* Connects, and reads the greeting. False: it was not taken. */
bool twamp_connect(struct twamp_caller *client, const char *peer);

bool twamp_is_open(const struct twamp_caller *client);

/* The Set-Up-Response of `mode` with the KeyID and pass-phrase. */
void twamp_write_setup(struct twamp_caller *client, enum twamp_mode mode, const char *name,
                       const char *secret, uint8_t out[TWAMP_SETUP_BYTES]);
/* Sends it; returns the Accept of Server-Start. */
uint8_t twamp_set_up(struct twamp_caller *client, enum twamp_mode mode, const char *name,
                     const char *secret);

/* Raw octets; what is answered is *size octets of twamp_answer(). */
void twamp_send(struct twamp_caller *client, const void *bytes, size_t size);
/* The answer to what was sent last; NULL: none. It has `size` octets and is decrypted. */
const uint8_t *twamp_read(struct twamp_caller *client, size_t size);

/* Requests a session for packets from port 40000 with 27 octets of padding and 2 s timeout. */
struct twamp_request twamp_usual_request(void);
struct twamp_accepted twamp_ask(struct twamp_caller *client, const struct twamp_request *request);
/* Start-Sessions; returns the Accept of Start-Ack. */
uint8_t twamp_start(struct twamp_caller *client);
void twamp_stop(struct twamp_caller *client, uint32_t number);

/* How packets of the session are protected. */
struct twamp_protection twamp_protection_of(const struct twamp_caller *client,
                                            const struct twamp_accepted *accepted);

/* Sends a test packet of `size` octets with number `seq`; the reply, or NULL. */
const struct drive_effect *twamp_probe(const struct twamp_protection *protection, const char *from,
                                       uint32_t seq, size_t size);

#endif
