/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Addresses, ports and host names as the configuration writes them: base/addr.h with the rules of
 * the file. Every function returns NULL, or what is wrong with the text. */
#ifndef CONFIG_ADDRESS_H
#define CONFIG_ADDRESS_H

#include "base/addr.h"

/* "IP:port" or ":port". */
const char *address_parse_listen(const char *text, struct addr *out);

/* The same, or a port alone on every address. */
const char *address_parse_permanent(const char *text, struct addr *out);

/* "10.0.0.0/8" or "10.0.0.1". */
const char *address_parse_prefix(const char *text, struct addr_prefix *out);

/* An address to send from. */
const char *address_parse_source(const char *text, struct addr *out);

/* An address to send to, or the name of a host (ADDR_NONE). */
const char *address_parse_host(const char *text, struct addr *out);

#endif
