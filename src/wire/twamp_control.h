/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The messages of TWAMP-Control (RFC 5357 3, RFC 4656 3), as plain octets: bytes to structs and
 * back. Encryption and HMACs are those of wire/twamp_stream.h. All numbers big-endian; what is zero
 * on the wire is written as zero and ignored when read, the HMAC fields included.
 *
 *   server                 client
 *   Greeting 64       ->
 *                     <-   Set-Up-Response 164
 *   Server-Start 48   ->
 *                     <-   Request-TW-Session 112    } once for each session
 *   Accept-Session 48 ->                             }
 *                     <-   Start-Sessions 32
 *   Start-Ack 32      ->
 *                     <-   Stop-Sessions 32 */
#ifndef WIRE_TWAMP_CONTROL_H
#define WIRE_TWAMP_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "wire/twamp_test.h"

#define TWAMP_PORT 862 /* TCP, of servers */
#define TWAMP_GREETING_BYTES 64
#define TWAMP_SETUP_BYTES 164
#define TWAMP_SERVER_START_BYTES 48
#define TWAMP_REQUEST_BYTES 112
#define TWAMP_ACCEPT_BYTES 48
#define TWAMP_SHORT_BYTES 32 /* Start-Sessions, Start-Ack, Stop-Sessions */
#define TWAMP_MESSAGE_BYTES_MAX TWAMP_SETUP_BYTES
#define TWAMP_BLOCK_BYTES 16 /* every message behind Set-Up-Response is a multiple of it */

#define TWAMP_SALT_BYTES 16
#define TWAMP_CHALLENGE_BYTES 16
#define TWAMP_IV_BYTES 16
#define TWAMP_TOKEN_BYTES 64
#define TWAMP_KEY_ID_BYTES 80
#define TWAMP_SID_BYTES 16

/* What an Accept field says (RFC 4656 3.3); other values mean TWAMP_FAILURE. */
enum twamp_accept {
    TWAMP_ACCEPTED,
    TWAMP_FAILURE,
    TWAMP_INTERNAL_ERROR,
    TWAMP_NOT_SUPPORTED,
    TWAMP_PERMANENT_LIMIT,
    TWAMP_TEMPORARY_LIMIT,
};

/* The first octet of what a client sends behind its Set-Up-Response. */
enum twamp_command {
    TWAMP_START_SESSIONS = 2,
    TWAMP_STOP_SESSIONS = 3,
    TWAMP_REQUEST_SESSION = 5,
};

struct twamp_greeting {
    uint32_t modes; /* bits, enum twamp_mode among them; 0: the server does not want to talk */
    uint8_t challenge[TWAMP_CHALLENGE_BYTES];
    uint8_t salt[TWAMP_SALT_BYTES];
    uint32_t count; /* rounds of PBKDF2 */
};

struct twamp_setup {
    uint32_t mode;
    char key_id[TWAMP_KEY_ID_BYTES + 1]; /* UTF-8; ends at the first zero */
    uint8_t token[TWAMP_TOKEN_BYTES];
    uint8_t client_iv[TWAMP_IV_BYTES];
};

struct twamp_server_start {
    uint8_t accept;
    uint8_t server_iv[TWAMP_IV_BYTES];
    uint64_t start_time; /* when the server was started; NTP */
};

struct twamp_request {
    /* Test packets go from `sender` to `receiver`. Both are of one family; an IP of zeros: that of
     * the control connection. */
    struct addr sender, receiver;
    uint8_t ip_version; /* 4 or 6: the others are ADDR_NONE */
    uint8_t sid[TWAMP_SID_BYTES]; /* zeros: the server makes it */
    uint32_t padding_bytes; /* behind the fields of a test packet */
    uint64_t start_time; /* NTP */
    uint64_t timeout; /* seconds and 2^-32 s */
    uint32_t type_p; /* 00, DSCP in the next 6 bits, zeros */
};

struct twamp_accepted {
    uint8_t accept;
    uint16_t port; /* where test packets go */
    uint8_t sid[TWAMP_SID_BYTES];
};

struct twamp_stop {
    uint8_t accept;
    uint32_t number; /* of sessions */
};

/* Size of the command that begins so; 0: there is no such command. */
size_t twamp_command_bytes(uint8_t command);

/* Each writes all octets of the message, with zeros for an HMAC, or reads as many. */
void twamp_greeting_encode(const struct twamp_greeting *in, uint8_t out[TWAMP_GREETING_BYTES]);
void twamp_greeting_decode(const uint8_t in[TWAMP_GREETING_BYTES], struct twamp_greeting *out);
void twamp_setup_encode(const struct twamp_setup *in, uint8_t out[TWAMP_SETUP_BYTES]);
void twamp_setup_decode(const uint8_t in[TWAMP_SETUP_BYTES], struct twamp_setup *out);
void twamp_server_start_encode(const struct twamp_server_start *in,
                               uint8_t out[TWAMP_SERVER_START_BYTES]);
void twamp_server_start_decode(const uint8_t in[TWAMP_SERVER_START_BYTES],
                               struct twamp_server_start *out);
void twamp_request_session_encode(const struct twamp_request *in, uint8_t out[TWAMP_REQUEST_BYTES]);
void twamp_request_session_decode(const uint8_t in[TWAMP_REQUEST_BYTES], struct twamp_request *out);
void twamp_accepted_encode(const struct twamp_accepted *in, uint8_t out[TWAMP_ACCEPT_BYTES]);
void twamp_accepted_decode(const uint8_t in[TWAMP_ACCEPT_BYTES], struct twamp_accepted *out);
void twamp_start_sessions_encode(uint8_t out[TWAMP_SHORT_BYTES]);
/* Start-Ack, whose Accept is its first octet. */
void twamp_start_ack_encode(uint8_t accept, uint8_t out[TWAMP_SHORT_BYTES]);
void twamp_stop_encode(const struct twamp_stop *in, uint8_t out[TWAMP_SHORT_BYTES]);
void twamp_stop_decode(const uint8_t in[TWAMP_SHORT_BYTES], struct twamp_stop *out);

/* A timeout in nanoseconds, from 0; and back. */
int64_t twamp_timeout_ns(uint64_t timeout);
uint64_t twamp_timeout_of(int64_t ns);

#endif
