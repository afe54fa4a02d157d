/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The inside of the responder, shared by reflect.c (life, ports, polling), change.c, control1.c and
 * control2.c (requests of each version), grant.c (what becomes of a good request), probe.c
 * (probes), impaired.c and machine.c (what goes wrong on purpose). Nobody else includes it. */
#ifndef REFLECT_STATE_H
#define REFLECT_STATE_H

#include <stdbool.h>

#include "reflect/lease.h"
#include "reflect/meter.h"
#include "reflect/reflect.h"
#include "reflect/refusals.h"
#include "reflect/replay.h"
#include "reflect/roster.h"
#include "wire/ipsla2.h"
#include "wire/stamp_packet.h"

/* One control socket. */
struct listener {
    enum port_state state;
    int error;
};

/* Answers that tell no time finer than a millisecond leave together with others of the same turn,
 * which is cheaper. They are counted at once; the tag of an FX_SEND says as what, for the case that
 * one did not leave. The times in others are taken as late as possible: they leave at once. */
enum reflect_late { LATE_NONE, LATE_ECHO, LATE_JITTER };

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
    bool is_stamp, is_twamp; /* the same, into: */
    struct stamp_reply stamp;
    struct lease_session *stamp_session; /* NULL: there are none */
    struct stamp received;
    uint64_t *counter; /* of reflect_stats: counts it when it has left */
    enum reflect_late late;
};

struct opening;

/* What differs between the versions of the control protocol. */
struct control {
    /* Decodes the request in `ev` into *to and checks its signature. RESULT_ACCEPTED: it may be
     * granted. REFLECT_RESULT_COUNT: it was counted as dropped and gets no answer. */
    enum reflect_result (*read)(struct reflect *reflect, const struct ev *ev, struct instant now,
                                struct opening *to);
    /* Writes the answer to the request in `to` into reflect->bytes; returns its size. `session` is
     * NULL in a refusal. */
    size_t (*write)(struct reflect *reflect, const struct opening *to, enum reflect_result result,
                    const struct lease_session *session);
    /* The request in `to` was sent again by somebody who has `session` from it already. */
    bool (*is_repeated)(const struct opening *to, const struct lease_session *session);
    /* `session` becomes that of the request in `to`. */
    void (*name_session)(struct reflect *reflect, const struct opening *to,
                         struct lease_session *session);
};
extern const struct control reflect_control1, reflect_control2;

/* A request, while its port opens and until it is answered. */
struct opening {
    uint32_t port; /* LEASE_NONE: none */
    bool was_asked; /* its FX_OPEN has been handed out */
    const struct control *control; /* NULL: a permanent port, which nobody asked for */
    uint64_t *results; /* of reflect_stats, by enum reflect_result */
    uint16_t wanted_port;
    uint32_t duration_ms;
    bool is_tcp;
    struct ipsla_request request; /* of version 1 */
    struct ipsla2_message v2; /* of version 2; it becomes the answer */
    const struct auth_key *key; /* that a request of version 2 was signed with; NULL: none */
    struct wall received;
    struct channel_id id;
    struct addr local, peer;
    uint8_t tos;
};

struct reflect {
    struct reflect_settings settings;
    struct reflect_stats stats;
    struct refusals refusals;
    struct roster roster; /* its sources */
    struct addr from; /* of the datagram that came last */
    struct mono now; /* when it, or another event, came */
    struct listener listeners[REFLECT_SOCKETS_MAX];
    size_t listen_asked; /* control sockets whose FX_OPEN has been handed out */
    size_t permanent_asked; /* permanent ports handed to the table so far */
    int permanent_errors[5 * REFLECT_PERMANENT_MAX]; /* as reflect_permanent_at has them */
    struct siphash_key key;
    struct lease_book book;
    struct opening opening;
    struct answer answer;
    struct replay_memory *memory; /* settings.replays or its own; NULL: no keys */
    uint8_t named_sessions; /* of version 2: the last number given, 1 to 255 */
    struct stamp_estimate clock; /* of ours, for STAMP, */
    uint16_t estimate; /* and as it is written */
    uint64_t room_taken_bytes; /* of receive buffers, by ports that requests opened */
    struct twamp_server *twamp; /* NULL: there is none */
    struct impaired *impaired; /* NULL: nothing goes wrong on purpose, or ever has */
    struct meter echoes; /* by flow */
    struct meter requests; /* by source */
    uint32_t team_sessions, team_reserved; /* of its sessions, how many are in settings.team */
    uint32_t closing; /* port whose last session gave way to another; LEASE_NONE: none */
    uint64_t
        *unconfirmed; /* counter of the answer handed out last: it left unless an error follows */
    struct reflect_settings *wanted; /* to be taken over; NULL: none */
    bool is_removing; /* permanent ports may have to close */
    bool is_stopping;
    uint8_t bytes[IO_DATAGRAM_MAX]; /* of the answer */
};

/* The permanent ports of UDP, of TCP, of STAMP, of TWAMP-Control and of TWAMP-Test. */
uint32_t reflect_permanent_total(const struct reflect_settings *settings);
const struct addr *reflect_permanent_at(const struct reflect_settings *settings, size_t place,
                                        enum transport *transport);

/* The responder proper. Its machine is these (io.h), or, with rules of what goes wrong on purpose,
 * those of machine.c around them. */
void reflect_input(struct reflect *reflect, const struct ev *ev, struct instant now);
bool reflect_poll(struct reflect *reflect, struct instant now, struct fx *fx);
struct mono reflect_due(const struct reflect *reflect);

/* What goes wrong on purpose follows from the settings. */
void reflect_start_impaired(struct reflect *reflect);
void reflect_end_impaired(struct reflect *reflect);
/* What becomes of a good request: RESULT_ACCEPTED, a refusal, or REFLECT_RESULT_COUNT, no answer.
 */
enum reflect_result reflect_impair_request(struct reflect *reflect, const struct opening *to,
                                           struct mono now);

/* What follows from the limits and keys of the settings. */
void reflect_set_limits(struct reflect *reflect);

void reflect_wipe_settings(struct reflect_settings *settings); /* its secrets */

/* Takes over reflect->wanted. No port may be opening. */
void reflect_apply_change(struct reflect *reflect);

/* A permanent port that shall close, its sessions have ended; LEASE_NONE: there is none. */
uint32_t reflect_find_removed(struct reflect *reflect);

/* The port that is open at exactly this address is permanent from now on. False: none is. */
bool reflect_make_permanent(struct reflect *reflect, const struct addr *local,
                            enum transport transport);

/* Counts a datagram that is not answered; `reason` is an enum ipsla_reject or reflect_drop. */
static inline void reflect_drop(struct reflect *reflect, unsigned reason)
{
    const struct refused what = {.source = reflect->from, .last = reflect->now};
    reflect->stats.dropped[reason]++;
    refusals_count(&reflect->refusals, REFLECT_RESULT_COUNT + reason, &what);
}

/* A good request: finds or opens the port it names, then grants it. */
void reflect_open_port(struct reflect *reflect, struct opening *to, struct instant now);

/* The port of the request in `to` is open: starts its lease (or starts it again) and prepares the
 * answer. */
void reflect_grant(struct reflect *reflect, const struct opening *to, struct instant now);

/* Prepares the refusal of the request in `to`, or counts it as refused silently. */
void reflect_refuse(struct reflect *reflect, const struct opening *to, enum reflect_result result);

enum room {
    ROOM_FOUND,
    ROOM_NONE, /* all sessions are in use */
    ROOM_NOT_FOR_SOURCE, /* its source has as many as it may */
};

/* Makes sure that `peer` can have one more session on `port` (LEASE_NONE: a new one), if it may:
 * another session may end for it. */
enum room reflect_find_room(struct reflect *reflect, const struct addr *peer, uint32_t port,
                            struct mono now);

/* Bytes of the receive buffer of a port that opens; 0: the system's default. */
uint32_t reflect_take_buffer(struct reflect *reflect, struct lease_port *port);

/* The numbers of sessions are told: after some have ended. */
void reflect_note_sessions(struct reflect *reflect);

/* Ends a session that may go when another worker asked for it. */
void reflect_spare_room(struct reflect *reflect, struct mono now);

/* A new session of `peer`, for whom there is room; NULL when there is none, or another worker took
 * it meanwhile. */
struct lease_session *reflect_add_session(struct reflect *reflect, uint32_t port,
                                          const struct addr *peer);

/* One of the peers for whom sessions are reserved. */
bool reflect_is_reserved(const struct reflect *reflect, const struct addr *peer);

/* A control request from `peer` is within the budget of its source. */
bool reflect_may_ask(struct reflect *reflect, const struct addr *peer, struct mono now);

/* The key of that id and use; NULL when there is none. Algorithm AUTH_MD5 for version 1. */
const struct auth_key *reflect_find_key(const struct reflect *reflect, uint16_t id,
                                        enum auth_algorithm algorithm);

/* A port on which requests are taken, here or on others. */
bool reflect_is_control_port(const struct reflect *reflect, uint16_t port);

/* A datagram on port `port` of the table: prepares the reply. */
void reflect_input_probe(struct reflect *reflect, uint32_t port, const struct ev *ev,
                         struct instant now);

/* A datagram on port `port` of the table, which is one for STAMP: prepares the reply. */
void reflect_input_stamp(struct reflect *reflect, uint32_t port, const struct ev *ev,
                         struct instant now);
/* What replies say of our clock changes with it, and with the settings. */
void reflect_write_estimate(struct reflect *reflect);
/* Fills in the times of the reply, which leaves now. */
void reflect_complete_stamp(struct reflect *reflect, struct instant now);

/* The time at which the answer leaves, which is now. Counts how long the probe was held. */
struct wall reflect_leave(struct reflect *reflect, struct instant now);

/* Fills in the times of answer.stamp, which leaves now. */
void reflect_fill_stamp(struct reflect *reflect, struct instant now);

/* Whether this port of the table shall take TWAMP packets. */
bool reflect_is_twamp_port(const struct reflect_settings *settings, const struct lease_port *port);

/* TWAMP: connections are channels from here on, in the order of their places. */
#define TWAMP_CHANNELS 0x80000000U
/* The server begins when the settings have ports for it, and ends with the responder. */
void reflect_start_twamp(struct reflect *reflect);
void reflect_end_twamp(struct reflect *reflect);
/* The modes that are offered. */
uint32_t reflect_twamp_modes(const struct reflect_settings *settings);
/* Somebody connected, and may. */
void reflect_input_twamp_connection(struct reflect *reflect, const struct ev *ev,
                                    struct instant now);
void reflect_input_twamp_opened(struct reflect *reflect, uint32_t channel, struct instant now);
void reflect_input_twamp_failed(struct reflect *reflect, uint32_t channel);
void reflect_input_twamp_bytes(struct reflect *reflect, const struct ev *ev);
void reflect_input_twamp_ended(struct reflect *reflect, uint32_t channel);
/* What connections have to do now; false: nothing. */
bool reflect_poll_twamp(struct reflect *reflect, struct instant now, struct fx *fx);
/* Closes one connection after the other; false: all are closed. */
bool reflect_stop_twamp(struct reflect *reflect, struct fx *fx);
/* When connections must be polled again. */
struct mono reflect_twamp_due(const struct reflect *reflect);
/* A datagram on a port for TWAMP: prepares the reply. False: it is of no session that runs. */
bool reflect_input_twamp(struct reflect *reflect, uint32_t port, const struct ev *ev,
                         struct instant now);
/* Fills in the times of the reply, which leaves now. */
void reflect_complete_twamp(struct reflect *reflect, struct instant now);

/* Whose packets port `index` of the table takes, as the settings have it. */
void reflect_mark_port(struct reflect *reflect, uint32_t index);

/* Whether this port of the table shall take STAMP packets. */
bool reflect_is_stamp_port(const struct reflect_settings *settings, const struct lease_port *port);

/* Somebody connected to TCP port `port` of the table. */
void reflect_input_connection(struct reflect *reflect, uint32_t port, const struct ev *ev,
                              struct instant now);

/* Fills in what a probe's reply says about its time in the responder, which it leaves now. */
void reflect_complete_probe(struct reflect *reflect, struct instant now);

#endif
