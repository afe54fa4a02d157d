/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How long a TCP handshake takes, to a responder or, without control request, to any server. */
#include "operation/operation.h"

static const struct operation_key keys[] = {
    {.name = "port"},
    {.name = "source_port"},
    {.name = "control"},
};

/* Version 2 of control can open UDP ports only. */
const struct operation operation_tcp_connect = {
    .name = "tcp-connect",
    .transport = TRANSPORT_TCP_CONNECT,
    .has_ports = true,
    .controls = 1U << CONTROL_NONE | 1U << CONTROL_V1,
    .command = IPSLA_COMMAND_TCP,
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
};
