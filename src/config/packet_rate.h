/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How many packets a configuration sends, and the key that bounds it. */
#ifndef CONFIG_PACKET_RATE_H
#define CONFIG_PACKET_RATE_H

#include "config/diagnostics.h"
#include "config/value.h"
#include "probe/spec.h"

/* Packets a second that the targets send on average, control requests (one an operation) included;
 * rounded up. Targets that never start send none. */
uint64_t packet_rate(const struct spec_set *targets);

/* Reports when that is more than `most` (max_packet_rate) allows; nothing when it is not set, or
 * after other errors. */
void packet_rate_check(const struct value *most, const struct spec_set *targets,
                       struct diagnostics *diagnostics);

#endif
