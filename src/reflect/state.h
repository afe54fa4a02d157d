/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The inside of the responder, shared by reflect.c (life, ports, polling), control.c (requests),
 * control2.c (those of version 2) and probe.c (probes). Nobody else includes it. */
#ifndef REFLECT_STATE_H
#define REFLECT_STATE_H

#include <stdbool.h>

#include "reflect/lease.h"
#include "reflect/reflect.h"
#include "reflect/replay.h"
#include "wire/ipsla2.h"

/* One control socket. */
struct listener {
    enum port_state state;
    int error;
};

/* The answer that the next poll sends. */
struct answer {
    bool is_pending;
    bool is_jitter; /* delta and responder times are filled in when it leaves */
    enum jitter_us_layout layout; /* JITTER_US_UNKNOWN: type 2 */
    struct channel_id id;
    struct addr local, peer;
    uint8_t tos;
    size_t size;
    uint32_t responder_seq;
    struct stamp received;
    uint64_t *counter; /* of reflect_stats: counts it when it has left */
};

/* The request that waits for its port to open. */
struct opening {
    uint32_t port; /* LEASE_NONE: none */
    bool was_asked; /* its FX_OPEN has been handed out */
    bool has_request;
    struct ipsla_request request; /* of version 1 */
    bool is_v2;
    struct ipsla2_message v2; /* of version 2; it becomes the answer */
    const struct auth_key *key; /* that the request was signed with; NULL: none */
    struct wall received;
    struct channel_id id;
    struct addr local, peer;
    uint8_t tos;
};

struct reflect {
    struct reflect_settings settings;
    struct reflect_stats stats;
    struct listener listeners[REFLECT_LISTEN_MAX];
    size_t permanent_asked; /* permanent ports handed to the books so far */
    int permanent_errors[2 * REFLECT_PERMANENT_MAX]; /* UDP, then TCP */
    struct siphash_key key;
    struct lease_book book;
    struct opening opening;
    struct answer answer;
    struct replay_memory *memory; /* NULL: no keys, nothing to remember */
    uint32_t last_session_id; /* of version 2 */
    uint64_t
        *unconfirmed; /* counter of the answer handed out last: it left unless an error follows */
    bool is_stopping;
    uint8_t bytes[IO_DATAGRAM_MAX]; /* of the answer */
};

/* Counts a datagram that is not answered; `reason` is an enum ipsla_reject or reflect_drop. */
static inline void reflect_drop(struct reflect *reflect, unsigned reason)
{
    reflect->stats.dropped[reason]++;
}

/* A datagram on a control socket: prepares the answer, or the opening of a port. */
void reflect_input_request(struct reflect *reflect, const struct ev *ev, struct instant now);

/* The port of the request in `to` is open: starts its lease (or starts it again) and prepares the
 * answer. */
void reflect_grant(struct reflect *reflect, const struct opening *to, struct instant now);

/* Prepares the answer to the request in `to`, or counts a silent refusal. */
void reflect_answer_request(struct reflect *reflect, const struct opening *to,
                            enum reflect_result result);

/* The key of that id and use; NULL when there is none. Algorithm AUTH_MD5 for version 1. */
const struct auth_key *reflect_find_key(const struct reflect *reflect, uint16_t id,
                                        enum auth_algorithm algorithm);

/* A port on which requests are taken, here or on others. */
bool reflect_is_control_port(const struct reflect *reflect, uint16_t port);

/* The request in `to` is good: finds or opens the local `port` for it. */
void reflect_open_port(struct reflect *reflect, struct opening *to, uint16_t port,
                       struct instant now);

/* As reflect_input_request, reflect_answer_request and the moment of reflect_grant that makes
 * `session`, for version 2. */
void reflect_input_request_v2(struct reflect *reflect, const struct ev *ev, struct instant now);
void reflect_answer_request_v2(struct reflect *reflect, const struct opening *to,
                               enum reflect_result result);
void reflect_name_session(struct reflect *reflect, const struct opening *to,
                          struct lease_session *session);

/* A datagram on port `port` of the books: prepares the reply. */
void reflect_input_probe(struct reflect *reflect, uint32_t port, const struct ev *ev,
                         struct instant now);

/* Somebody connected to TCP port `port` of the books. */
void reflect_input_connection(struct reflect *reflect, uint32_t port, const struct ev *ev,
                              struct instant now);

/* Fills in what a probe's reply says about its time in the responder, which it leaves now. */
void reflect_complete_probe(struct reflect *reflect, struct instant now);

#endif
