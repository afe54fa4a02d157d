/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* No operation of its own, but the choice of one: probe/choice.h. Nothing is ever measured with
 * this row; it has the keys that its protocols have in common or that one of them needs. */
#include "operation/operation.h"

static const struct operation_key keys[] = {
    {.name = "protocols"},  {.name = "stamp_port"},      {.name = "num_packets", "10", 1, 1000},
    {.name = "interval"},   {.name = "precision"},       {.name = "timestamp_format"},
    {.name = "timestamps"}, {.name = "clock_tolerance"}, {.name = "trust_peer_clock"},
    {.name = "reflector"},  {.name = "auth_key"},        {.name = "port"},
    {.name = "control"},
};

const struct operation operation_auto = {
    .name = "auto",
    .transport = TRANSPORT_UDP,
    .has_ports = true,
    .chooses = true,
    .controls = 1U << CONTROL_NONE | 1U << CONTROL_V1 | 1U << CONTROL_V2,
    .command = IPSLA_COMMAND_JITTER,
    .results = RESULT_JITTER | RESULT_ONE_WAY | RESULT_DIRECTION,
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
};
