/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a TWAMP session is, by its spec. */
#ifndef OPERATION_TWAMP_H
#define OPERATION_TWAMP_H

#include "probe/spec.h"
#include "wire/twamp_test.h"

enum twamp_mode twamp_mode_of(const struct spec *spec);

/* Octets of a test packet: request_data_size, and in authenticated and encrypted mode as many as a
 * reply has at least, so that both directions carry the same. */
size_t twamp_packet_bytes(const struct spec *spec);

#endif
