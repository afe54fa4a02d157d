/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "discover/server.h"

#include <errno.h>
#include <string.h>

/* RFC 4656 3.1: a power of two, 1024 at least. */
#define COUNT_MIN 1024U
/* Modes behind these are not assigned (RFC 5357, 5618, 5938, 6038, 8186 and the registry). */
#define MODES_KNOWN 0x3ffU

/* Whoever else speaks first at that port is no TWAMP server. */
static bool is_greeting(const struct twamp_greeting *greeting)
{
    bool is_power = (greeting->count & (greeting->count - 1)) == 0;
    return (greeting->modes & ~MODES_KNOWN) == 0 &&
           (greeting->modes == 0 || (is_power && greeting->count >= COUNT_MIN));
}

static void take_greeting(const struct server_talk *talk, struct discover_result *result)
{
    struct twamp_greeting greeting;
    twamp_greeting_decode(talk->bytes, &greeting);
    if (is_greeting(&greeting)) {
        result->outcome = greeting.modes == 0 ? DISCOVER_REFUSED : DISCOVER_ACCEPTED;
        result->modes = greeting.modes;
        result->count = greeting.count;
    }
}

/* Nobody was reached. */
static void take_error(int error, struct discover_result *result)
{
    result->error = error;
    switch (error) {
    case ECONNREFUSED:
        result->outcome = DISCOVER_CLOSED;
        break;
    case ETIMEDOUT:
        result->outcome = DISCOVER_NO_ANSWER;
        break;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EACCES:
        result->outcome = DISCOVER_UNREACHABLE;
        break;
    default:
        result->outcome = DISCOVER_UNSENT;
        break;
    }
}

bool server_hear(struct server_talk *talk, const struct ev *ev, struct discover_result *result)
{
    if (ev->kind == EV_ERROR) {
        take_error(ev->error, result);
        return true;
    }
    if (ev->kind != EV_DATA) {
        return ev->kind == EV_ENDED;
    }
    size_t room = sizeof talk->bytes - talk->size;
    size_t taken = ev->size < room ? ev->size : room;
    memcpy(talk->bytes + talk->size, ev->bytes, taken);
    talk->size += taken;
    if (talk->size < sizeof talk->bytes) {
        return false;
    }
    take_greeting(talk, result);
    return true;
}
