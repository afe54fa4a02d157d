/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* From a reply to the response of the library. Only http.c uses it. */
#ifndef WEB_RESPONSE_H
#define WEB_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "web/guard.h"
#include "web/reply.h"

struct MHD_Connection;

int64_t response_now_ns(void); /* CLOCK_MONOTONIC */

/* How a reply is sent. */
struct response_way {
    bool is_head; /* only its headers */
    const struct guard *guard; /* whose headers are set as well; NULL: none */
    int64_t *moved_ns; /* when the client last took a part of a stream; lives as long as the
                          connection */
};

/* Sends the reply, whose body or stream goes over to the library. False: the library has no memory,
 * the connection ends. */
bool response_send(struct MHD_Connection *connection, const struct reply *reply,
                   const struct response_way *way);

#endif
