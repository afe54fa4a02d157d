/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "operation/operation.h"

#include <assert.h>
#include <string.h>

static const struct operation *const rows[OPERATION_COUNT] = {
    &operation_udp_jitter,  &operation_udp_echo,    &operation_tcp_connect,
    &operation_icmp_echo,   &operation_icmp_jitter, &operation_stamp,
    &operation_twamp_light, &operation_twamp,       &operation_auto,
};

const struct operation *operation_at(size_t index)
{
    assert(index < OPERATION_COUNT);
    return rows[index];
}

size_t operation_index(const struct operation *operation)
{
    size_t index = 0;
    while (operation_at(index) != operation) {
        index++;
    }
    return index;
}

const struct operation *operation_find(const char *name)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        if (strcmp(name, rows[i]->name) == 0) {
            return rows[i];
        }
    }
    return NULL;
}

const struct operation_key *operation_key(const struct operation *operation, const char *name)
{
    for (size_t i = 0; i < operation->key_count; i++) {
        if (strcmp(operation->keys[i].name, name) == 0) {
            return &operation->keys[i];
        }
    }
    return NULL;
}

bool operation_has(const struct operation *operation, enum operation_result result)
{
    return (operation->results & (unsigned)result) != 0;
}

bool operation_takes(const struct operation *operation, enum control_version version)
{
    return (operation->controls & 1U << version) != 0;
}

bool operation_needs_nonce(const struct spec *spec)
{
    bool share_port = spec->path.source.port != 0 || spec->packets.count > 1;
    return spec->operation->bytes_min_with_nonce > 0 && share_port;
}

int64_t operation_train_ns(const struct operation *operation, int64_t count, int64_t interval_ns)
{
    return (operation_has(operation, RESULT_JITTER) ? count : count - 1) * interval_ns;
}

bool operation_can_end(const struct spec *spec, enum outcome outcome)
{
    bool has_request = control_has_request(spec->control.version) || spec->operation->negotiates;
    struct addr literal;
    switch (outcome) {
    case OUTCOME_NO_CONNECTION:
    case OUTCOME_AUTH:
        return has_request;
    case OUTCOME_FORMAT:
    case OUTCOME_PORT_IN_USE:
        return control_has_request(spec->control.version);
    case OUTCOME_REFUSED:
        return has_request || spec->operation->transport == TRANSPORT_TCP_CONNECT;
    case OUTCOME_RESOLVE:
        return !addr_parse_ip(spec->identity.host, &literal);
    case OUTCOME_VERIFY:
        return spec->packets.verify_data;
    default:
        return true;
    }
}

bool operation_can_withhold(const struct operation *operation, enum one_way reason)
{
    switch (reason) {
    case ONE_WAY_SHOWN:
    case ONE_WAY_NO_SAMPLES:
        return false;
    case ONE_WAY_RESPONDER_ESTIMATE:
        return operation->tells_clock;
    default:
        return true;
    }
}
