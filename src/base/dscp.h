/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Differentiated services code points by name: the upper six bits of the IPv4 TOS byte.
 * Source: IANA registry "Differentiated Services Field Codepoints" (RFC 2474, 2597, 3246, 5865,
 * 8622). */
#ifndef BASE_DSCP_H
#define BASE_DSCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DSCP_MAX 63
/* Room for a name, NUL included. */
#define DSCP_TEXT_MAX 8

/* Reads "default", "cs0".."cs7", "af11".."af43", "ef", "va", "le" or a number 0..63. False
 * otherwise; `out` untouched. */
bool dscp_parse(const char *text, uint8_t *out);

/* Its names one after the other; NULL behind the last. */
const char *dscp_name(size_t index);

/* Writes the name, or the number where there is none; 0 is "default". Returns `text`. */
char *dscp_format(uint8_t dscp, char text[DSCP_TEXT_MAX]);

#endif
