/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* From a reply to the response of the library. Only http.c uses it. */
#ifndef WEB_RESPONSE_H
#define WEB_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "web/reply.h"

struct MHD_Connection;

int64_t response_now_ns(void); /* CLOCK_MONOTONIC */

/* Sends the reply, whose body or stream goes over to the library, or only its headers. Whenever the
 * client takes a part of a stream, *moved_ns becomes that time; it must live as long as the
 * connection. False: the library has no memory, the connection ends. */
bool response_send(struct MHD_Connection *connection, const struct reply *reply, bool is_head,
                   int64_t *moved_ns);

#endif
