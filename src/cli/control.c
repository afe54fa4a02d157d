/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/control.h"

#include <stdio.h>

#include "config/secret.h"
#include "config/target.h"
#include "operation/operation.h"
#include "probe/choice.h"

static bool read_version(const struct key_flags *flags, struct spec *spec)
{
    int64_t number = spec->control.version;
    if (!key_flag_number(flags, spec, SLOT_CONTROL_VERSION, &number)) {
        return false;
    }
    if (spec->operation->chooses && key_flag_text(flags, SLOT_CONTROL_VERSION) != NULL) {
        fprintf(stderr, "ipsla probe: --%s is not for operation auto, which chooses it\n",
                key_flag_name(flags, SLOT_CONTROL_VERSION));
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
    bool negotiates = spec->operation->negotiates;
    int64_t port = spec->path.port;
    int64_t control_port = spec->control.port;
    int64_t mode = spec->control.mode;
    int64_t tries = spec->control.tries;
    int64_t layout = spec->control.auth_layout;
    if (!key_flag_number(flags, spec, SLOT_PORT, &port) ||
        !key_flag_number(flags, spec, SLOT_MODE, &mode) ||
        !key_flag_number(flags, spec, negotiates ? SLOT_SERVER_PORT : SLOT_CONTROL_PORT,
                         &control_port) ||
        !key_flag_number(flags, spec, SLOT_CONTROL_RETRIES, &tries) ||
        !key_flag_number(flags, spec, SLOT_CONTROL_AUTH_LAYOUT, &layout) ||
        !key_flag_number(flags, spec, SLOT_CONTROL_TIMEOUT, &spec->control.timeout_ns)) {
        return false;
    }
    spec->path.port = (uint16_t)port;
    spec->control.port = (uint16_t)control_port;
    spec->control.tries = (uint8_t)tries;
    spec->control.mode = (uint8_t)mode;
    spec->control.auth_layout = (unsigned)layout;
    return true;
}

/* Of operation auto: it goes into the choice. */
static bool read_stamp_port(const struct key_flags *flags, struct spec *spec)
{
    int64_t port = 0;
    if (!key_flag_number(flags, spec, SLOT_STAMP_PORT, &port)) {
        return false;
    }
    if (port > 0) {
        struct choice *choice = choice_copy(spec->choice);
        choice->stamp_port = (uint16_t)port;
        choice_unref(spec->choice);
        spec->choice = choice;
    }
    return true;
}

static bool is_fit(const struct spec *spec)
{
    if (spec->operation->key_algorithm != AUTH_NONE) {
        return spec->control.key.algorithm == spec->operation->key_algorithm;
    }
    return control_takes_key(spec->control.version, spec->control.key.algorithm);
}

/* Without a flag the algorithm is the version's own. */
static bool read_key(const struct key_flags *flags, struct spec *spec)
{
    enum auth_algorithm own = spec->operation->key_algorithm;
    enum auth_algorithm best =
        own != AUTH_NONE ? own : control_best_algorithm(spec->control.version);
    int64_t id, algorithm = (int64_t)best - AUTH_MD5;
    const char *file = key_flag_text(flags, SLOT_KEY_SECRET_FILE);
    bool is_exposed;
    if (best == AUTH_NONE) {
        fprintf(stderr, "ipsla probe: --key-id is not for --control-version=%s\n",
                control_version_name(spec->control.version));
        return false;
    }
    if (!key_flag_number(flags, spec, SLOT_KEY_ALGORITHM, &algorithm) ||
        !key_flag_number(flags, spec, SLOT_KEY_ID, &id)) {
        return false;
    }
    spec->control.key.id = (uint16_t)id;
    spec->control.key.algorithm = (enum auth_algorithm)(algorithm + AUTH_MD5);
    if (!is_fit(spec)) {
        return key_flag_refuse(flags, SLOT_KEY_ALGORITHM,
                               own != AUTH_NONE ? auth_algorithm_name(own)
                               : spec->control.version == CONTROL_V2
                                   ? "sha256 or hmac-sha256, which version 2 has"
                                   : "md5, which version 1 has");
    }
    if (best == AUTH_TWAMP) {
        auth_key_name(&spec->control.key, key_flag_text(flags, SLOT_KEY_NAME));
    }
    const char *problem = secret_read(NULL, file, &spec->control.key, &is_exposed);
    if (problem != NULL) {
        options_reject(&flags->options, key_flag_name(flags, SLOT_KEY_SECRET_FILE), file, problem);
    }
    return problem == NULL;
}

bool cli_read_control(const struct key_flags *flags, struct spec *spec)
{
    bool has_id = key_flag_text(flags, SLOT_KEY_ID) != NULL;
    bool has_file = key_flag_text(flags, SLOT_KEY_SECRET_FILE) != NULL;
    bool has_algorithm = key_flag_text(flags, SLOT_KEY_ALGORITHM) != NULL;
    if (!read_version(flags, spec) || !read_numbers(flags, spec) || !read_stamp_port(flags, spec)) {
        return false;
    }
    if (has_id != has_file || (has_algorithm && !has_id)) {
        fprintf(stderr, "ipsla probe: --key-id and --key-secret-file go together, and "
                        "--key-algorithm only with them\n");
        return false;
    }
    if (has_id && !read_key(flags, spec)) {
        return false;
    }
    if (spec->operation->negotiates &&
        (spec->control.mode > 0) != (spec->control.key.algorithm != AUTH_NONE)) {
        fprintf(stderr, "ipsla probe: --mode=authenticated, encrypted and mixed go together with "
                        "--key-id and --key-secret-file\n");
        return false;
    }
    if (has_id) {
        return true;
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

bool cli_is_probe_port(const struct key_flags *flags, const struct spec *spec)
{
    if (key_flag_text(flags, SLOT_PORT) == NULL || !spec_probes_control_port(spec)) {
        return true;
    }
    struct buf words = {0};
    target_add_control_port(spec, &words);
    fprintf(stderr, "ipsla probe: --port %s\n", buf_string(&words));
    buf_fini(&words);
    return false;
}
