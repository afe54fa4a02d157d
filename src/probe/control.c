/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/control.h"

#include <assert.h>

#include "wire/ipsla.h"

const struct control control_none = {
    .name = "none", .port = IPSLA_CONTROL_PORT, .ipv4_duration_max_ms = UINT32_MAX};

static const struct control *const rows[CONTROL_VERSION_COUNT] = {
    [CONTROL_NONE] = &control_none,
    [CONTROL_V1] = &control_v1,
    [CONTROL_V2] = &control_v2,
};

const struct control *control_row(enum control_version version)
{
    assert((unsigned)version < CONTROL_VERSION_COUNT);
    return rows[version];
}

const char *control_version_name(enum control_version version)
{
    return control_row(version)->name;
}

uint16_t control_version_port(enum control_version version)
{
    return control_row(version)->port;
}

bool control_has_request(enum control_version version)
{
    return control_row(version)->write != NULL;
}

uint32_t control_duration_max_ms(enum control_version version, enum addr_family family)
{
    return family == ADDR_IPV6 ? UINT32_MAX : control_row(version)->ipv4_duration_max_ms;
}

bool control_takes_key(enum control_version version, enum auth_algorithm algorithm)
{
    return (control_row(version)->algorithms & 1U << algorithm) != 0;
}

enum auth_algorithm control_best_algorithm(enum control_version version)
{
    unsigned algorithm = AUTH_ALGORITHM_COUNT - 1;
    while (algorithm > AUTH_NONE && !control_takes_key(version, (enum auth_algorithm)algorithm)) {
        algorithm--;
    }
    return (enum auth_algorithm)algorithm;
}

enum outcome control_outcome(uint32_t code)
{
    switch (code) {
    case 2:
        return OUTCOME_AUTH;
    case 3:
        return OUTCOME_FORMAT;
    case 4:
        return OUTCOME_PORT_IN_USE;
    default:
        return OUTCOME_REFUSED;
    }
}
