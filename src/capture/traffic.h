/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Measurements that are found in a capture: one row for each kind of packet. A new kind (TWAMP,
 * ...) is a row, its codec and its operation. */
#ifndef CAPTURE_TRAFFIC_H
#define CAPTURE_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/sight.h"
#include "operation/operation.h"
#include "wire/frame.h"

struct traffic {
    const struct operation *operation;
    enum precision precision;
    bool is_numbered; /* else a reply is told by its data */
    bool has_wrap; /* numbers are 16 bits that begin anywhere and go round */
    bool
        needs_control; /* it is told from other traffic only by the port that a request asked for */
    uint16_t port; /* of the responder, unless the user names another: nothing else tells it from
                      other traffic; 0: any */
    const struct operation *other; /* STAMP: what it is without an SSID */
    bool has_identifier; /* its flows are told apart by an identifier of the message */

    /* Whether the packet (UDP header taken off, ICMP header not) is of this kind: fills what its
     * fields say, and `identifier`. The direction is in is_reply; with needs_control it is not
     * known yet; with `port` the ports told it already. */
    bool (*read)(const struct packet *packet, struct sight *out, uint32_t *identifier);
    /* The time of sending that the packet itself tells, near `near_ns`; that, when it tells none.
     */
    int64_t (*sent_ns)(const struct sight *request, int64_t near_ns);
    /* Puts the responder's times of `reply` into the sample; NULL: it has none. */
    void (*place)(struct payload *payload, struct sample *sample, const struct sight *reply);
};

#define TRAFFIC_COUNT 6U
extern const struct traffic traffic_rows[TRAFFIC_COUNT];

#endif
