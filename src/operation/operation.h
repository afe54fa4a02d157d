/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What can be measured: one row for each operation, in a file of its own. Everybody else asks a row
 * for a property, never for its name: a new operation is a row, its codec, its tests and its docs.
 * Rows are constant; names and defaults are those of IOS (docs/protocol.md, docs/configuration.md).
 */
#ifndef OPERATION_OPERATION_H
#define OPERATION_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "operation/payload.h"
#include "probe/control.h"
#include "probe/io.h"
#include "wire/ipsla.h"

/* What an operation can tell beside round trip times. */
enum operation_result {
    RESULT_JITTER = 1U << 0, /* of a train of packets */
    RESULT_ONE_WAY = 1U << 1, /* replies carry times of the responder: delay of each direction */
    RESULT_DIRECTION = 1U << 2, /* replies tell in which direction a packet was lost */
};

/* A configuration key that only some operations have, as this one has it. */
struct operation_key {
    const char *name;
    const char *default_text; /* as in a file; NULL: the key's own default */
    int64_t min, max; /* both 0: the key's own range */
    bool ignores_defaults; /* what `defaults` of a file says is for other operations */
};

struct operation {
    const char *name; /* "udp-jitter" */
    enum transport transport; /* of the packets; control requests are UDP */
    bool has_ports; /* else it is ICMP: no port, no control request */
    bool may_share_socket; /* what comes back says by itself which operation it answers */
    const char *ipv4_only; /* why IPv6 is refused; NULL: it is not */
    const char *privilege; /* what this process lacks when the system grants no socket; or NULL */
    unsigned controls; /* ways of control: bit (1u << enum control_version) each */
    enum ipsla_command command; /* what control version 1 asks for; only with ports */
    unsigned results; /* enum operation_result */
    bool is_judged_by_jitter; /* over threshold is its average jitter, not its round trip */
    const struct operation_key *keys;
    size_t key_count;
    enum auth_algorithm key_algorithm; /* of `auth_key`, which authenticates packets (RFC 8762 4.4)
                                          or a connection (RFC 5357), not a request; or AUTH_NONE */
    bool chooses; /* it is measured by another one, which is chosen: probe/choice.h */
    bool negotiates; /* TWAMP-Control over TCP before its packets */
    bool tells_clock; /* its packets say how good our clock is (probe_set_clock) */
    bool is_fine; /* its timestamps are finer than a microsecond, where that is no choice */
    bool has_nonce_each; /* each packet has a nonce of its own, not all of an operation the same */
    uint32_t bytes_min_with_nonce; /* least request_data_size where nothing but the nonce tells
                                      what a reply answers (operation_needs_nonce): room for it;
                                      0: its packets have a number */

    /* Where the data of a packet stand, which come back unchanged; NULL: it has none. */
    struct payload_data (*data)(const struct spec *spec);
    /* Write and read the packets; NULL for a connection, which has none. */
    /* Writes packet `seq` (just sent by train_send) to `out` (IO_DATAGRAM_MAX bytes); returns its
     * size in bytes. */
    size_t (*write)(const struct payload *payload, uint32_t seq, uint8_t *out);
    /* Reads a datagram from the probe port and books it in the train. When it is accepted, *out is
     * its sample. */
    enum payload_verdict (*read)(struct payload *payload, const struct ev *ev, struct instant now,
                                 const struct sample **out);
    /* What a train cannot tell is asked before it, by one packet from a port of its own that is no
     * part of it; NULL: there is nothing to ask. Writes it to `out` (IO_DATAGRAM_MAX bytes);
     * returns its size in bytes. Then reads a datagram from the probe port: false when it is no
     * answer. */
    size_t (*write_query)(struct payload *payload, struct instant now, uint8_t *out);
    bool (*read_query)(const struct payload *payload, const struct ev *ev,
                       struct payload_learned *learned);
    /* The operation is over: reads what only all replies together tell, once, before the samples
     * are used; NULL: there is nothing of the kind. `learned`: what earlier operations found out
     * about the same host, and now this one. Returns how many of the accepted replies turned out to
     * be PAYLOAD_TIMELESS. */
    uint32_t (*settle)(struct payload *payload, struct payload_learned *learned);
};

extern const struct operation operation_udp_jitter, operation_udp_echo, operation_tcp_connect,
    operation_icmp_echo, operation_icmp_jitter, operation_stamp, operation_twamp_light,
    operation_twamp, operation_auto;

/* All of them, in the order of the documentation; the first is the default. */
#define OPERATION_COUNT 9
const struct operation *operation_at(size_t index);
/* The place of a row in that order. */
size_t operation_index(const struct operation *operation);
/* NULL when `name` is none of them. */
const struct operation *operation_find(const char *name);

/* NULL when the operation does not have the key. */
const struct operation_key *operation_key(const struct operation *operation, const char *name);
/* Whether the operation has `result`. */
bool operation_has(const struct operation *operation, enum operation_result result);
/* Whether its port may be asked for this way. */
bool operation_takes(const struct operation *operation, enum control_version version);
/* Whether nothing but the nonce tells to which packet a reply belongs: they have no number, and
 * late replies come to the port of the next packet. */
bool operation_needs_nonce(const struct spec *spec);
/* How long a train of `count` packets is said to take, to the user and to the responder: until the
 * last one leaves; of a jitter operation, as IOS reckons, an interval longer. */
int64_t operation_train_ns(const struct operation *operation, int64_t count, int64_t interval_ns);
/* Whether an operation of this spec can end so; what this does not know of, can happen. */
bool operation_can_end(const struct spec *spec, enum outcome outcome);
/* Whether its one-way delays can be withheld for that reason; of ONE_WAY_SHOWN and
 * ONE_WAY_NO_SAMPLES, which are none, false. */
bool operation_can_withhold(const struct operation *operation, enum one_way reason);

#endif
