/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How packets leave and when: values of the keys dscp, tos, interface, vrf, life and start. Every
 * function returns NULL, or what is wrong with the text. */
#ifndef CONFIG_PACKET_H
#define CONFIG_PACKET_H

#include <stdint.h>

#include "probe/spec.h"

/* A name or number of base/dscp.h. */
const char *packet_parse_dscp(const char *text, int64_t *out);

/* 0 to 255, or 0x00 to 0xff. */
const char *packet_parse_tos(const char *text, int64_t *out);

/* A name that a network device can have. */
const char *packet_check_device(const char *text);

/* A duration, or "forever" (SPEC_FOREVER). */
const char *packet_parse_life(const char *text, int64_t *out_ns);

/* "spread", "now", "after DURATION" or "pending"; *out_after_ns is 0 but for SPEC_START_AFTER. */
const char *packet_parse_start(const char *text, enum spec_start *out, int64_t *out_after_ns);

#endif
