/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `responder`, read off its settings. */
#ifndef CONFIG_EFFECTIVE_RESPONDER_H
#define CONFIG_EFFECTIVE_RESPONDER_H

#include "base/buf.h"
#include "reflect/reflect.h"

/* Appends the section with all its keys. */
void effective_add_responder(const struct reflect_settings *settings, struct buf *out);

/* "['192.0.2.0/24', '2001:db8::/32']". */
void effective_add_prefixes(const struct addr_prefix *prefixes, size_t count, struct buf *out);

#endif
