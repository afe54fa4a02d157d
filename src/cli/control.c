/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "config/secret.h"
#include "operation/operation.h"
#include "program/key_option.h"
#include "program/options.h"

static bool read_version(const struct options *options, struct spec *spec)
{
    const char *text = options_value(options, "control");
    if (!options_has(options, "control")) {
        return true;
    }
    for (unsigned i = 0; i < CONTROL_VERSION_COUNT; i++) {
        bool is_fit = operation_takes(spec->operation, (enum control_version)i);
        if (is_fit && strcmp(text, control_version_name((enum control_version)i)) == 0) {
            if (spec->control.version != (enum control_version)i) {
                spec->control.version = (enum control_version)i;
                spec->control.port = control_version_port(spec->control.version);
            }
            return true;
        }
    }
    options_refuse(options, "control", text,
                   operation_takes(spec->operation, CONTROL_V2)
                       ? "v1, v2 or none"
                       : "v1 or none; version 2 cannot open a TCP port");
    return false;
}

static bool read_algorithm(const struct options *options, struct spec *spec)
{
    const char *name = options_value(options, "key-algorithm");
    bool is_v2 = spec->control.version == CONTROL_V2;
    if (!key_option_algorithm(name, &spec->control.key.algorithm) ||
        !control_takes_key(spec->control.version, spec->control.key.algorithm)) {
        options_refuse(options, "key-algorithm", name,
                       is_v2 ? "sha256 or hmac-sha256, which version 2 has"
                             : "md5, which version 1 has");
        return false;
    }
    return true;
}

static bool read_key(const struct options *options, struct spec *spec)
{
    const char *id = options_value(options, "key-id");
    const char *file = options_value(options, "key-file");
    uint64_t number;
    bool is_exposed;
    if (!options_parse_number(id, 1, UINT16_MAX, &number)) {
        options_refuse(options, "key-id", id, "a number from 1 to 65535");
        return false;
    }
    spec->control.key.id = (uint16_t)number;
    const char *problem = secret_read(file, &spec->control.key, &is_exposed);
    if (problem != NULL) {
        options_reject(options, "key-file", file, problem);
    }
    return problem == NULL;
}

bool cli_read_control(const struct options *options, struct spec *spec)
{
    int given = options_has(options, "key-id") + options_has(options, "key-algorithm") +
                options_has(options, "key-file");
    if (!read_version(options, spec)) {
        return false;
    }
    if (given != 0 && given != 3) {
        fprintf(stderr, "ipsla probe: --key-id, --key-algorithm and --key-file go together\n");
        return false;
    }
    if (given != 0) {
        return read_algorithm(options, spec) && read_key(options, spec);
    }
    if (spec->control.key.algorithm != AUTH_NONE && control_has_request(spec->control.version) &&
        !control_takes_key(spec->control.version, spec->control.key.algorithm)) {
        fprintf(stderr,
                "ipsla probe: --control=%s does not go with the target's key, which is %s\n",
                control_version_name(spec->control.version),
                auth_algorithm_name(spec->control.key.algorithm));
        return false;
    }
    return true;
}
