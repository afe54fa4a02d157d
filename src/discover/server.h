/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A connection to a TWAMP server, and what its greeting gives away. The server speaks first; when
 * it has said which modes it offers, the connection is closed, as somebody does who likes none of
 * them (RFC 4656 3.1). Nothing is sent. Source: RFC 5357 3.1, docs/twamp.md. */
#ifndef DISCOVER_SERVER_H
#define DISCOVER_SERVER_H

#include "discover/discover.h"
#include "wire/twamp_control.h"

struct server_talk {
    uint8_t bytes[TWAMP_GREETING_BYTES];
    size_t size; /* so many came by now */
};

/* Takes an event of the connection other than EV_OPENED. True: `result` is complete but for its
 * number of tries. Before, its outcome is DISCOVER_UNREADABLE when the connection was made. */
bool server_hear(struct server_talk *talk, const struct ev *ev, struct discover_result *result);

#endif
