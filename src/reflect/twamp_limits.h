/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a TWAMP client on the internet may take of a responder. Source: RFC 5357 3.1, 4.2, 6;
 * docs/twamp.md. */
#ifndef REFLECT_TWAMP_LIMITS_H
#define REFLECT_TWAMP_LIMITS_H

#include "base/time.h"

#define TWAMP_CONNECTIONS_MAX 128
#define TWAMP_CONNECTIONS_PER_SOURCE 16
#define TWAMP_SESSIONS_MAX 64 /* of a connection */

/* Rounds of PBKDF2 that the greeting asks for; and how often a source may have them computed. */
#define TWAMP_COUNT 2048
#define TWAMP_TOKENS_BURST 60
#define TWAMP_TOKENS_INTERVAL_NS NS_PER_SECOND

/* A whole message takes no longer, from its first octet on, nor the first one. */
#define TWAMP_MESSAGE_NS (10 * NS_PER_SECOND)
/* SERVWAIT and REFWAIT (RFC 5357 3.1, 4.2): silence on a connection without running sessions, and
 * of a session. */
#define TWAMP_SERVWAIT_NS (900 * NS_PER_SECOND)
#define TWAMP_REFWAIT_NS (900 * NS_PER_SECOND)
/* An idle connection without sessions gives way to a new one after this time. */
#define TWAMP_IDLE_NS NS_PER_SECOND
/* How long a session goes on after its stop: what clients ask for, within limits. */
#define TWAMP_TIMEOUT_MIN_NS (NS_PER_SECOND / 10)
#define TWAMP_TIMEOUT_MAX_NS (300 * NS_PER_SECOND)

#endif
