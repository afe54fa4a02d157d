/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The responder as a machine (io.h): answers control requests, opens ports for a while, stamps and
 * returns probes. Pure; the host gives it sockets. One instance per thread that hosts it.
 *
 * A session is (peer IP, control source port, opened local port). It has its own count of received
 * probes, which a control request from the same place starts again. A port stays open as long as a
 * session on it lives; permanent ports are open always and get sessions from the probes themselves.
 * Every datagram is answered, or counted once under its reason in reflect_stats.dropped.
 * Source: docs/protocol.md, docs/responder.md. */
#ifndef REFLECT_REFLECT_H
#define REFLECT_REFLECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/port_set.h"
#include "base/siphash.h"
#include "impair/rule.h"
#include "probe/io.h"
#include "stats/clock_state.h"
#include "stats/hist.h"
#include "wire/auth.h"
#include "wire/ipsla.h"
#include "wire/ntp.h"

#define REFLECT_LISTEN_MAX 8
#define REFLECT_SOCKETS_MAX (2 * REFLECT_LISTEN_MAX)
#define REFLECT_ALLOW_MAX 64
#define REFLECT_PERMANENT_MAX 64
/* Of everything that leaves, as routers do. */
#define REFLECT_TTL 255
#define REFLECT_KEYS_MAX 32
/* Receive buffers, for what comes in while the thread does not look; Linux doubles the numbers.
 * Control sockets and permanent ports have the largest. Ports that strangers open share the
 * smallest times max_sessions: each takes a part of what is left, and the system's default when
 * that would be less than the smallest. */
#define REFLECT_ROOM_MAX_BYTES (8U << 20)
#define REFLECT_ROOM_MIN_BYTES (128U << 10)
#define REFLECT_ROOM_SHARE 16
/* Of the ports below, which are those of services, none is opened and none is answered. */
#define REFLECT_PORT_MIN 1024
/* A session that nobody has used ends after this time, or after its duration if that is less: a
 * sender starts as soon as it has its answer. */
#define REFLECT_UNUSED_NS (10 * NS_PER_SECOND)
/* An echo reply is an echo probe as well: two responders could take each other's for ever. So each
 * flow (address and port of the peer, port here) has a budget, of so many at once and then one in
 * this time. A burst is as much as one operation may send (operation/udp_echo.c). */
#define REFLECT_ECHO_BURST 20
#define REFLECT_ECHO_INTERVAL_NS (NS_PER_SECOND / 2)

/* How a refusal is written: no real router's refusal is public, so the width of the field is a
 * guess. */
enum reflect_refusal { REFUSAL_STATUS16, REFUSAL_STATUS32, REFUSAL_SILENT };
enum reflect_reply { REPLY_LONG, REPLY_SHORT };

/* What follows the base of a STAMP packet (wire/stamp_tlv.h): a padded request of TWAMP Light looks
 * like broken TLVs. */
enum reflect_tlv {
    REFLECT_TLV_AUTO, /* TLVs when they are written as STAMP wants it, up to the end; else padding
                       */
    REFLECT_TLV_ON,
    REFLECT_TLV_OFF, /* padding: returned as it came */
};

/* A Session-Reflector of STAMP (RFC 8762 4.3) and TWAMP Light (RFC 5357, appendix I), which nobody
 * has to ask first. */
struct reflect_stamp {
    struct addr ports[REFLECT_PERMANENT_MAX]; /* UDP, always open; answer no IP SLA probes */
    size_t port_count;
    bool is_stateless; /* replies have the sender's number, and there are no sessions */
    enum reflect_tlv tlv;
    struct auth_key key; /* that each packet must be authenticated with; AUTH_NONE: open mode */
};

/* A Server and Session-Reflector of TWAMP (RFC 5357). */
struct reflect_twamp {
    struct addr ports[REFLECT_PERMANENT_MAX]; /* TCP for control, UDP with the same number for test
                                                 packets */
    size_t port_count;
    struct auth_key keys[REFLECT_KEYS_MAX]; /* when there are any, each client must use one */
    size_t key_count;
};

struct replay_memory;

#define REFLECT_WORKERS_MAX 16

/* What responders have in common that work together in threads of their own. All that one source
 * sends comes to one of them, so its quotas are there; what is limited for all is counted here. */
struct reflect_team {
    atomic_uint sessions; /* of all of them */
    atomic_uint reserved; /* of these, those of peers for whom sessions are reserved */
    atomic_bool wants_room; /* one of them could not give a session: who has one to spare ends it */
};

struct reflect_settings {
    struct addr listen[REFLECT_SOCKETS_MAX]; /* control sockets */
    size_t listen_count;
    /* A bit for each that was written as a port alone: it is meant for IPv6 too, whose socket the
     * program adds where the system has IPv6 (program/answering.h). The responder ignores it. */
    uint32_t listen_both;
    char device[16]; /* VRF that all sockets are bound to; "": the default one */
    struct addr_prefix allow[REFLECT_ALLOW_MAX]; /* who may ask; none: everybody */
    size_t allow_count;
    struct addr permanent[REFLECT_PERMANENT_MAX]; /* ports that are always open */
    size_t permanent_count;
    struct addr permanent_tcp[REFLECT_PERMANENT_MAX]; /* TCP ports that are always open */
    size_t permanent_tcp_count;
    uint32_t workers; /* threads, 1..REFLECT_WORKERS_MAX; a responder is one of them */
    uint32_t max_sessions; /* 1..65536, of all workers */
    uint32_t max_sessions_per_source; /* an IPv4 address, an IPv6 /64; 0: as many as are free */
    uint32_t requests_per_source; /* control requests a second; 0: any number */
    struct addr_prefix reserve_for[REFLECT_ALLOW_MAX]; /* peers that are not limited by these, */
    size_t reserve_for_count;
    uint32_t reserved_sessions; /* and for whom so many sessions are kept, up to half of all */
    struct port_set ports; /* that requests may name; TCP ports only for peers in `allow`, with a
                              key, or on this host */
    uint16_t min_source_port; /* nothing is answered to ports below */
    int64_t min_duration_ns; /* shorter (also 0) requests are raised to this */
    int64_t max_duration_ns; /* longer ones are granted this, and the answer says so */
    enum reflect_refusal refusal;
    enum reflect_reply reply;
    bool reflect_tos; /* answers have the TOS byte of what they answer, else 0 */
    enum timestamp_format timestamp_format; /* of type 3 probes, which do not say it, and of STAMP
                                             */
    struct reflect_stamp stamp;
    struct reflect_twamp twamp;
    struct impair_settings impair; /* what goes wrong on purpose */
    struct auth_key keys[REFLECT_KEYS_MAX]; /* when there are any, each request must use one */
    size_t key_count;
    int64_t
        replay_window_ns; /* how far the time in an authentic request may be off; 0: not checked */
    /* Requests that were seen before, the caller's, who may hand it to the next responder when this
     * one has ended; NULL: one of its own. Not compared by reflect_settings_are_equal. */
    struct replay_memory *replays;
    struct reflect_team *team; /* the caller's; NULL: it works alone. Not compared either. */
};

/* listen 0.0.0.0:1967 and :1167, everybody, no permanent ports, 1000 sessions, ports from 1024 on,
 * 1 s to 5 min, status16, long, TOS reflected, NTP, no keys, 5 min. */
void reflect_settings_default(struct reflect_settings *settings);

bool reflect_settings_are_equal(const struct reflect_settings *a, const struct reflect_settings *b);

/* Why a datagram was not answered. The first IPSLA_REJECT_COUNT values are enum ipsla_reject's. */
enum reflect_drop {
    DROP_NOT_ALLOWED = IPSLA_REJECT_COUNT, /* the peer is not in `allow` */
    DROP_LOOP, /* from a port on which responders answer: an answer of one, or a forged request */
    DROP_NO_SESSION, /* a probe from somebody who did not ask for the port */
    DROP_OTHER_PORT, /* a probe from the address of a session, and another port */
    DROP_LIMIT, /* an echo probe beyond the budget of its flow; a new flow on a permanent port, but
                   max_sessions is reached */
    DROP_SOURCE_LIMIT, /* more requests or flows than its source may have */
    DROP_OTHER_VRF, /* came through a VRF, and this responder serves the default one */
    DROP_BAD_SOURCE, /* from a port below min_source_port, or a multicast address */
    DROP_BAD_HMAC, /* a STAMP packet that is not authenticated with the key */
    DROP_UNWANTED, /* a STAMP packet that asks for no reply */
    DROP_REFUSED, /* a well-formed request that is refused silently */
    DROP_SEND_FAILED, /* the host could not send the answer */
};
#define REFLECT_DROP_COUNT (DROP_SEND_FAILED + 1)
const char *reflect_drop_name(unsigned drop);

/* Results of well-formed control requests: accepted, or refused because of authentication, a port
 * that is taken (or a control port of ours), a port that cannot be opened, max_sessions. */
enum reflect_result {
    RESULT_ACCEPTED,
    RESULT_AUTH,
    RESULT_PORT_IN_USE,
    RESULT_FAILED,
    RESULT_LIMIT,
    RESULT_PORT_NOT_ALLOWED,
    RESULT_SOURCE_LIMIT,
    RESULT_FORMAT /* version 2, which has an answer to malformed requests; the last */
};
#define REFLECT_RESULT_COUNT 8
const char *reflect_result_name(enum reflect_result result);

/* A plain value: copy it to publish it. */
struct reflect_stats {
    uint64_t requests[REFLECT_RESULT_COUNT]; /* of version 1 */
    uint64_t requests_v2[REFLECT_RESULT_COUNT];
    uint64_t requests_twamp[REFLECT_RESULT_COUNT]; /* sessions, and what was refused before one */
    uint64_t echo_probes, jitter_probes, jitter_us_probes, stamp_packets; /* answered */
    uint64_t twamp_packets;
    uint64_t tcp_connects; /* accepted and closed */
    uint64_t dropped[REFLECT_DROP_COUNT];
    uint64_t stamps[STAMP_SOURCE_COUNT]; /* source of t2 */
    uint64_t impair_rules; /* of what goes wrong on purpose; so wide that no padding is compared */
    uint64_t impairments[IMPAIR_KIND_COUNT]; /* what it did */
    uint32_t sessions, max_sessions;
    uint16_t control_ports[REFLECT_SOCKETS_MAX]; /* of `listen`, each once */
    uint64_t control_port_count; /* so wide that no padding is compared */
    uint32_t permanent_ports; /* UDP and TCP */
    uint32_t twamp_ports;
    struct hist processing; /* t3 - t2, hist_layout_default */
};

struct reflect;

/* Random bytes, nobody else's: tables that strangers fill are hashed with them. */
struct reflect_seed {
    uint8_t bytes[SIPHASH_KEY_BYTES];
};

/* `settings` is copied. Control sockets and permanent ports are opened by the first polls. */
struct reflect *reflect_new(const struct reflect_settings *settings,
                            const struct reflect_seed *seed);
void reflect_free(struct reflect *reflect);

/* The machine to give to a host. */
struct machine reflect_machine(struct reflect *reflect);

/* The first listen or permanent address that could not be opened, with its errno; NULL when all are
 * open or still being opened. */
const struct addr *reflect_listen_error(const struct reflect *reflect, int *error);

/* Every listen and permanent address is open. */
bool reflect_is_listening(const struct reflect *reflect);

const struct reflect_stats *reflect_stats(const struct reflect *reflect);

/* Adds what another worker of the same responder has counted. */
void reflect_stats_add(struct reflect_stats *sum, const struct reflect_stats *part);

/* Whom it refused or did not answer, and why (reflect/refusals.h). */
struct refusals;
const struct refusals *reflect_refusals(const struct reflect *reflect);

/* Whom it serves (reflect/roster.h): writes all of *out. */
struct roster;
void reflect_tell_roster(const struct reflect *reflect, struct roster *out);

/* Takes over other settings, which are copied, at the next polls; sessions live on, but for those
 * on permanent ports that are not wanted any more. `listen` must be as it was. Until it is done
 * reflect_is_listening is false; a new permanent port that cannot be opened is a listen error,
 * until the next change. */
void reflect_change(struct reflect *reflect, const struct reflect_settings *settings);

/* Whether the change from `a` to `b` can be taken over so: they listen at the same addresses, in
 * the same VRF, with as many workers. */
bool reflect_may_change(const struct reflect_settings *a, const struct reflect_settings *b);

/* What the system says of our clock, for replies of STAMP; until then they say that nothing is
 * known. */
void reflect_set_clock(struct reflect *reflect, const struct clock_state *clock);

/* Whether somebody will hear of it: there are ports for STAMP or TWAMP. */
bool reflect_tells_clock(const struct reflect *reflect);

/* Closes everything at the next polls; after them the machine does nothing more. */
void reflect_stop(struct reflect *reflect);

#endif
