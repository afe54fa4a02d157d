/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/key_option.h"

#include <stdio.h>
#include <string.h>

#include "config/secret.h"
#include "program/options.h"

bool key_option_algorithm(const char *name, enum auth_algorithm *out)
{
    for (unsigned i = AUTH_MD5; i < AUTH_ALGORITHM_COUNT; i++) {
        if (strcmp(name, auth_algorithm_name((enum auth_algorithm)i)) == 0) {
            *out = (enum auth_algorithm)i;
            return true;
        }
    }
    return false;
}

const char *key_option_parse(const char *text, struct auth_key *out)
{
    char id[8];
    char algorithm[16];
    uint64_t number;
    bool is_exposed;
    struct auth_key key = {0};
    size_t id_length = strcspn(text, ":");
    const char *rest = text[id_length] == ':' ? text + id_length + 1 : "";
    size_t name_length = strcspn(rest, ":");
    if (rest[name_length] != ':' || id_length >= sizeof id || name_length >= sizeof algorithm) {
        return "is not ID:ALGORITHM:FILE";
    }
    snprintf(id, sizeof id, "%.*s", (int)id_length, text);
    snprintf(algorithm, sizeof algorithm, "%.*s", (int)name_length, rest);
    if (!options_parse_number(id, 1, UINT16_MAX, &number)) {
        return "has an id that is not a number from 1 to 65535";
    }
    if (!key_option_algorithm(algorithm, &key.algorithm)) {
        return "has an algorithm that is not " KEY_OPTION_ALGORITHMS;
    }
    if (auth_algorithm_problem(key.algorithm) != NULL) {
        return "has an algorithm that the cryptographic policy of this system forbids";
    }
    key.id = (uint16_t)number;
    if (key.algorithm == AUTH_TWAMP) {
        auth_key_name(&key, NULL);
    }
    const char *problem = secret_read(NULL, rest + name_length + 1, &key, &is_exposed);
    if (problem == NULL) {
        *out = key;
    }
    auth_key_wipe(&key);
    return problem;
}
