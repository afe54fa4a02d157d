/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Control by version 2: every try is the same message, and its answer must be authentic, to the
 * same random number, and not our own message come back. */
#include <string.h>

#include "base/crypto.h"
#include "probe/handshake.h"
#include "wire/ipsla.h"
#include "wire/ntp.h"

enum { ROLE_RESPONDER = 1 };

static uint32_t number_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void start_v2(struct handshake *handshake)
{
    uint8_t drawn[CRYPTO_SHA256_BYTES];
    const struct crypto_part key = {handshake->seed, sizeof handshake->seed};
    const struct crypto_part count = {&handshake->operations, sizeof handshake->operations};
    crypto_hmac(CRYPTO_SHA256, &key, &count, 1, drawn);
    memcpy(handshake->random, drawn, sizeof handshake->random);
    handshake->session_id = number_at(drawn + IPSLA2_RANDOM_BYTES);
    if (handshake->session_id == 0) {
        handshake->session_id = 1; /* 0 says that there is none */
    }
    handshake->sequence = handshake->operations == 0
                              ? number_at(drawn + IPSLA2_RANDOM_BYTES + sizeof(uint32_t))
                              : handshake->sequence + 1;
}

/* An IP as the message has it: without a port, all zero where the system chooses. */
static struct addr with_port(const struct addr *ip, uint16_t port)
{
    struct addr addr = *ip;
    addr.port = port;
    return addr;
}

/* The request without its digest. */
static size_t encode(const struct handshake *handshake, uint8_t *out)
{
    const struct spec *spec = handshake->spec;
    struct ipsla2_message message = {
        .sequence = handshake->sequence,
        .timestamp = handshake->timestamp,
        .has_auth = true,
        .mode = (uint8_t)ipsla2_mode_of(&spec->control.key),
        .key_id = spec->control.key.id,
        .has_command = true,
        .family = spec->path.peer.family,
        .role = ROLE_RESPONDER,
        .session_id = handshake->session_id,
        .control_source = with_port(&spec->path.source, 0),
        .control_destination = with_port(&spec->path.peer, 0),
        .source = with_port(&spec->path.source, handshake->local.port),
        .destination = with_port(&spec->path.peer, spec->path.port),
        .duration_ms = handshake_duration_ms(handshake),
    };
    memcpy(message.random, handshake->random, sizeof message.random);
    return ipsla2_encode(&message, out);
}

/* Every try is the same message, so that none of them can pass for the answer to another. */
static size_t write_v2(struct handshake *handshake, struct instant now, uint8_t *out)
{
    const struct auth_key *key = &handshake->spec->control.key;
    if (handshake->tries == 0) {
        handshake->timestamp = timestamp_encode(TIMESTAMP_NTP, now.wall);
    }
    size_t size = encode(handshake, out);
    if (ipsla2_mode_of(key) != IPSLA2_MODE_NONE) {
        ipsla2_sign(out, size, key);
    }
    return size;
}

/* What stands behind the random number, the digest first, proves nothing more. */
static int quoted_bits_v2(const struct handshake *handshake, const uint8_t *quote, size_t size)
{
    uint8_t sent[IPSLA2_BYTES];
    if (size == 0) {
        return handshake->tries == 0 ? -1 : 0; /* `quote` may be NULL */
    }
    encode(handshake, sent);
    size_t compared = size < IPSLA2_RANDOM_END ? size : IPSLA2_RANDOM_END;
    if (handshake->tries == 0 || memcmp(quote, sent, compared) != 0) {
        return -1;
    }
    return compared < IPSLA2_RANDOM_END ? 0 : HANDSHAKE_RANDOM_BITS;
}

/* Answers what was asked: same sequence, key and random number. */
static bool is_ours(const struct handshake *handshake, const struct ipsla2_message *message)
{
    const struct auth_key *key = &handshake->spec->control.key;
    if (message->sequence != handshake->sequence || handshake->tries == 0) {
        return false;
    }
    if (message->is_compact) {
        return ipsla2_mode_of(key) == IPSLA2_MODE_NONE;
    }
    return message->key_id == key->id &&
           crypto_is_equal(message->random, handshake->random, sizeof message->random);
}

/* Our own message come back has the right digest too, for requests and answers look the same. */
static bool is_reflection(const struct handshake *handshake, const struct ipsla2_message *message)
{
    return message->timestamp == handshake->timestamp &&
           message->session_id == handshake->session_id;
}

static uint16_t status_of(const struct ipsla2_message *message)
{
    if (message->command_status != IPSLA2_OK) {
        return message->command_status;
    }
    return message->auth_status != IPSLA2_OK ? message->auth_status : message->status;
}

static enum handshake_verdict refuse(uint16_t status, struct handshake_answer *out)
{
    out->status = (uint32_t)status;
    out->outcome = control_outcome(status);
    return HANDSHAKE_REFUSED;
}

static enum handshake_verdict judge_v2(struct handshake *handshake, const struct ev *ev,
                                       struct mono now, struct handshake_answer *out)
{
    (void)now;
    const struct auth_key *key = &handshake->spec->control.key;
    struct ipsla2_message message;
    if (ipsla2_decode_head(ev->bytes, ev->size, &message) != IPSLA_ACCEPT ||
        !is_ours(handshake, &message)) {
        return HANDSHAKE_UNMATCHED;
    }
    struct handshake_answer answer = {
        .rtt_ns = handshake->tries == 1 ? mono_diff(ev->received.at.mono, handshake->sent[0]) : -1,
        .bits = message.is_compact ? HANDSHAKE_SEQUENCE_BITS : HANDSHAKE_RANDOM_BITS,
    };
    enum ipsla2_mode mode = ipsla2_mode_of(key);
    bool is_authentic = mode == IPSLA2_MODE_NONE ? message.mode == IPSLA2_MODE_NONE
                                                 : ipsla2_verify(ev->bytes, ev->size, key);
    if (!is_authentic && message.status != IPSLA2_AUTH) {
        handshake->has_bad_digest = true; /* an authentic answer may still come */
        return HANDSHAKE_UNMATCHED;
    }
    if (message.status == IPSLA2_AUTH) {
        /* Who does not share our key cannot sign this; the random number shows who got ours. */
        *out = answer;
        return refuse(IPSLA2_AUTH, out);
    }
    if (ipsla2_decode_command(ev->bytes, ev->size, &message) != IPSLA_ACCEPT) {
        if (message.status == IPSLA2_OK) {
            return HANDSHAKE_UNMATCHED;
        }
        *out = answer;
        return refuse(message.status, out);
    }
    if (status_of(&message) != IPSLA2_OK) {
        *out = answer;
        return refuse(status_of(&message), out);
    }
    if (is_reflection(handshake, &message)) {
        return HANDSHAKE_UNMATCHED;
    }
    answer.port =
        message.destination.port != 0 ? message.destination.port : handshake->spec->path.port;
    *out = answer;
    /* Whichever try it answers, the port is open since no earlier than the first. */
    handshake_take_grant(handshake, handshake->sent[0], ev->received.at.mono, message.duration_ms);
    return HANDSHAKE_ACCEPTED;
}

const struct control control_v2 = {
    .name = "v2",
    .port = IPSLA_CONTROL_PORT_V2,
    .ipv4_duration_max_ms = UINT32_MAX,
    .algorithms = 1U << AUTH_SHA256 | 1U << AUTH_HMAC_SHA256,
    .algorithm_names = "sha256, hmac-sha256",
    .start = start_v2,
    .write = write_v2,
    .judge = judge_v2,
    .quoted_bits = quoted_bits_v2,
};
