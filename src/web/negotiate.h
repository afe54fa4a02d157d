/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a request's Accept headers ask for (RFC 9110 12.5). Pure. */
#ifndef WEB_NEGOTIATE_H
#define WEB_NEGOTIATE_H

#include <stdbool.h>

#include "expo/expo.h"

/* The format that an Accept header asks for (RFC 9110 12.5.1); of equal weights the one that stands
 * first. NULL, empty, any type and junk: the first row (text). A range with a parameter that the
 * format demands (such as version) covers it only with one of the values of its row; formats that
 * are on demand (protobuf, OpenMetrics 2.0) are covered only by a range with all of them. */
const struct expo_format *negotiate_format(const char *accept);

/* Whether an Accept-Encoding header (NULL: none) asks for gzip: listed, or covered by "*", with a
 * weight above 0 that is not below that of identity. */
bool negotiate_gzip(const char *accept_encoding);

#endif
