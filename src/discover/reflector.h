/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One test packet to a reflector of STAMP or TWAMP Light, and what its reply gives away. The packet
 * has an SSID, a TLV, and a number far from 0, so that one reply tells whether the reflector knows
 * RFC 8972 and whether it counts. Source: RFC 8762, RFC 8972; docs/stamp.md. No state. */
#ifndef DISCOVER_REFLECTOR_H
#define DISCOVER_REFLECTOR_H

#include "discover/ask.h"

/* Numbers of requests are this or more: who counts from 0 never answers with one of them. */
#define REFLECTOR_NUMBER_MIN 65536U

/* Returns the size of what it wrote. */
size_t reflector_request_write(const struct discover_request *request,
                               uint8_t out[DISCOVER_REQUEST_BYTES_MAX]);

/* As discover_answer_read. What came back as it was sent is no answer; what
 * lacks the fields of the sender is one that cannot be used: DISCOVER_UNREADABLE. */
bool reflector_answer_read(const struct discover_request *request, const struct ev *ev,
                           struct discover_answer *out);

#endif
