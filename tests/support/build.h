/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Short ways to make what tests need: specs, addresses, moments, datagrams. */
#ifndef SUPPORT_BUILD_H
#define SUPPORT_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "probe/io.h"
#include "probe/spec.h"
#include "stats/counted.h"
#include "stats/sample.h"

/* 2026-01-01 12:00:00 UTC, where the wall clock of build_at stands at 0 ms. */
#define BUILD_WALL_NS (INT64_C(1767268800) * NS_PER_SECOND)
/* Where its monotonic clock stands then: not 0, so that forgetting to add shows. */
#define BUILD_MONO_NS (INT64_C(1000) * NS_PER_SECOND)

/* The moment `ns` after the start of a test. */
struct instant build_at(int64_t ns);

/* "192.0.2.1:1967" or "192.0.2.1" as an address; ends the program on anything else. */
struct addr build_addr(const char *text);

/* udp-jitter to `ip` port 16384 with built-in defaults: 10 packets, 20 ms, 32 bytes, every 60 s,
 * timeout and threshold 5 s, 3 control tries of 2 s. */
struct spec *build_jitter_spec(const char *name, const char *ip);

/* udp-echo to `ip` port 50000: 16 bytes, otherwise as above. */
struct spec *build_echo_spec(const char *name, const char *ip);

/* A udp-jitter target "berlin" with two labels. */
struct spec *build_labelled_spec(void);

/* A set that takes over the references of `count` specs. */
struct spec_set *build_set(struct spec **specs, size_t count);

/* What a responder counted that gave `items` (in sequence order) their numbers; NULL: it gave none.
 * The caller frees it with build_counted_free. */
struct counted *build_counted(const struct sample *items, uint32_t count);
void build_counted_free(struct counted *counted); /* NULL is fine */

/* EV_DATA from `peer` to `local`, received at `at` by the kernel's clock. */
struct ev build_data(struct channel_id id, const char *peer, const char *local,
                     const uint8_t *bytes, size_t size);

#endif
