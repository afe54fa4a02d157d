/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Addresses for tests with real sockets on loopback. */
#ifndef SUPPORT_LOOPBACK_H
#define SUPPORT_LOOPBACK_H

#include "base/addr.h"
#include "reflect/reflect.h"

/* An address of 127.0.0.1 whose UDP port was free a moment ago. */
struct addr loopback_free(void);

/* The default settings of a responder that listens on `address`. */
struct reflect_settings loopback_responder(struct addr address);

#endif
