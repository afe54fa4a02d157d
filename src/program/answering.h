/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the two programs with a responder do alike before they start it. */
#ifndef PROGRAM_ANSWERING_H
#define PROGRAM_ANSWERING_H

#include "reflect/reflect.h"

/* Takes from `settings->ports` those that the system keeps for its services
 * (net.ipv4.ip_local_reserved_ports, for IPv6 too). A system without that list keeps none. */
void answering_drop_reserved(struct reflect_settings *settings);

/* Logs a warning when the responder answers everybody on an address that others can reach. */
void answering_warn_open(const struct reflect_settings *settings);

#endif
