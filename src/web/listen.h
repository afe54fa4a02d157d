/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets of TCP. They are ours rather than the HTTP library's because the library does
 * not say why it could not bind. */
#ifndef WEB_LISTEN_H
#define WEB_LISTEN_H

#include "base/addr.h"

/* A listening socket, or -errno. An IPv6 address does not take IPv4 along. `bound` becomes `addr`
 * with the port that it got. */
int listen_open(const struct addr *addr, struct addr *bound);

#endif
