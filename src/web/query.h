/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding of what stands behind the "?" of a URL (RFC 3986 2.1). */
#ifndef WEB_QUERY_H
#define WEB_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/* Decodes `text` to at most `size` bytes with the NUL. False, and "", when it has no room, an
 * escape is incomplete, or one stands for a NUL. */
bool query_decode(const char *text, char *out, size_t size);

#endif
