/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The 64-bit timestamps of type 3 probes. NTP (RFC 5905): seconds since 1900 and 2^-32 of a second.
 * PTP (IEEE 1588, truncated as RFC 6812 does): seconds since 1970 and nanoseconds. Both count
 * seconds modulo 2^32: an NTP era ends on 2036-02-07. Nothing on the wire says which of the two it
 * is. A nanosecond survives the way out and back unchanged. */
#ifndef WIRE_NTP_H
#define WIRE_NTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

enum timestamp_format { TIMESTAMP_NTP, TIMESTAMP_PTP };
#define TIMESTAMP_FORMAT_COUNT 2

/* `t` on the wire, cut to the unit of the format: never later than `t`, so that order is kept.
 * Never 0, which means that nobody looked at a clock. */
uint64_t timestamp_encode(enum timestamp_format format, struct wall t);

/* The moment that `stamp` means: of all eras, the one nearest to `near`. False when it is none: 0,
 * or with more nanoseconds than a second has. `out` is untouched then. */
bool timestamp_decode(enum timestamp_format format, uint64_t stamp, struct wall near,
                      struct wall *out);

/* The format in which a stamp that was written at about `near` makes sense: the one with the nearer
 * reading. The two readings of one stamp are 66 to 70 years apart. NTP when neither has one. */
enum timestamp_format timestamp_format_near(uint64_t stamp, struct wall near);

#endif
