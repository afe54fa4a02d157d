/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the two programs with a responder do alike before they start it. */
#ifndef PROGRAM_ANSWERING_H
#define PROGRAM_ANSWERING_H

#include <stdbool.h>

#include "reflect/reflect.h"

/* Adds the IPv6 sockets of `settings->listen_both`, on a system that has IPv6, where no other
 * address of IPv6 has the port. */
void answering_add_ipv6(struct reflect_settings *settings);

/* Takes from `settings->ports` those that the system keeps for its services
 * (net.ipv4.ip_local_reserved_ports, for IPv6 too). A system without that list keeps none. */
void answering_drop_reserved(struct reflect_settings *settings);

/* Whether the settings may do what they do wrong on purpose (impair/rule.h): only where nobody else
 * can reach the responder, or when the operator said that it `may_anywhere`. Logs an error
 * otherwise. */
bool answering_may_impair(const struct reflect_settings *settings, bool may_anywhere);

/* Logs what is wrong on purpose, the ports for STAMP, and a warning when the responder answers
 * everybody on an address that others can reach. */
void answering_log_open(const struct reflect_settings *settings);

#endif
