/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The exposition as delimited protobuf messages. A family comes in as many messages as are needed
 * to keep each below PROTO_PIECE_BYTES, but for a single series that is longer than that. Source:
 * io.prometheus.client.MetricFamily (metrics.proto of client_model), field numbers in proto.c. */
#ifndef EXPO_PROTO_H
#define EXPO_PROTO_H

#include "expo/format.h"

#define PROTO_PIECE_BYTES ((size_t)64 * 1024)

extern const struct expo_format format_proto;

#endif
