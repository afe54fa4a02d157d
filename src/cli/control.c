/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/control.h"

#include <stdio.h>

#include "config/secret.h"
#include "operation/operation.h"

static bool read_version(const struct key_flags *flags, struct spec *spec)
{
    int64_t number = spec->control.version;
    if (!key_flag_number(flags, spec, SLOT_CONTROL_VERSION, &number)) {
        return false;
    }
    if (!operation_takes(spec->operation, (enum control_version)number)) {
        return key_flag_refuse(flags, SLOT_CONTROL_VERSION,
                               "1 or none; version 2 cannot open a TCP port");
    }
    if (spec->control.version != (enum control_version)number) {
        spec->control.version = (enum control_version)number;
        spec->control.port = control_version_port(spec->control.version);
    }
    return true;
}

static bool read_numbers(const struct key_flags *flags, struct spec *spec)
{
    int64_t port = spec->path.port;
    int64_t control_port = spec->control.port;
    int64_t tries = spec->control.tries;
    int64_t layout = spec->control.auth_layout;
    if (!key_flag_number(flags, spec, SLOT_PORT, &port) ||
        !key_flag_number(flags, spec, SLOT_CONTROL_PORT, &control_port) ||
        !key_flag_number(flags, spec, SLOT_CONTROL_RETRIES, &tries) ||
        !key_flag_number(flags, spec, SLOT_CONTROL_AUTH_LAYOUT, &layout) ||
        !key_flag_number(flags, spec, SLOT_CONTROL_TIMEOUT, &spec->control.timeout_ns)) {
        return false;
    }
    spec->path.port = (uint16_t)port;
    spec->control.port = (uint16_t)control_port;
    spec->control.tries = (uint8_t)tries;
    spec->control.auth_layout = (unsigned)layout;
    return true;
}

static bool is_fit(const struct spec *spec)
{
    return control_takes_key(spec->control.version, spec->control.key.algorithm);
}

static bool read_key(const struct key_flags *flags, struct spec *spec)
{
    int64_t id, algorithm;
    const char *file = key_flag_text(flags, SLOT_KEY_SECRET_FILE);
    bool is_exposed;
    if (!key_flag_number(flags, spec, SLOT_KEY_ALGORITHM, &algorithm) ||
        !key_flag_number(flags, spec, SLOT_KEY_ID, &id)) {
        return false;
    }
    spec->control.key.id = (uint16_t)id;
    spec->control.key.algorithm = (enum auth_algorithm)(algorithm + AUTH_MD5);
    if (!is_fit(spec)) {
        return key_flag_refuse(flags, SLOT_KEY_ALGORITHM,
                               spec->control.version == CONTROL_V2
                                   ? "sha256 or hmac-sha256, which version 2 has"
                                   : "md5, which version 1 has");
    }
    const char *problem = secret_read(file, &spec->control.key, &is_exposed);
    if (problem != NULL) {
        options_reject(&flags->options, key_flag_name(flags, SLOT_KEY_SECRET_FILE), file, problem);
    }
    return problem == NULL;
}

/* Those that say it go together. */
static int count_of_key(const struct key_flags *flags)
{
    return (key_flag_text(flags, SLOT_KEY_ID) != NULL) +
           (key_flag_text(flags, SLOT_KEY_ALGORITHM) != NULL) +
           (key_flag_text(flags, SLOT_KEY_SECRET_FILE) != NULL);
}

bool cli_read_control(const struct key_flags *flags, struct spec *spec)
{
    int given = count_of_key(flags);
    if (!read_version(flags, spec) || !read_numbers(flags, spec)) {
        return false;
    }
    if (given != 0 && given != 3) {
        fprintf(stderr,
                "ipsla probe: --key-id, --key-algorithm and --key-secret-file go together\n");
        return false;
    }
    if (given != 0) {
        return read_key(flags, spec);
    }
    if (spec->control.key.algorithm != AUTH_NONE && control_has_request(spec->control.version) &&
        !is_fit(spec)) {
        fprintf(stderr,
                "ipsla probe: --control-version=%s does not go with the target's key, which is "
                "%s\n",
                control_version_name(spec->control.version),
                auth_algorithm_name(spec->control.key.algorithm));
        return false;
    }
    return true;
}
