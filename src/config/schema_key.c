/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

/* In the order of enum auth_algorithm, from AUTH_MD5 on. */
static const char *const algorithms[] = {"md5", "sha256", "hmac-sha256", NULL};

static const struct schema_key key_keys[] = {
    {"id", SLOT_KEY_ID, SCHEMA_INTEGER, .is_required = true, .min = 1, .max = 65535,
     .sets = {"control.key"},
     .doc = "What requests name the key by; IOS has 1 to 5 for version 1."},
    {"algorithm", SLOT_KEY_ALGORITHM, SCHEMA_CHOICE, .is_required = true, .choices = algorithms,
     .sets = {"control.key"}, .doc = "md5 for version 1, the others for version 2."},
    {"secret_file", SLOT_KEY_SECRET_FILE, SCHEMA_TEXT, .is_required = true, .min = 1, .max = 4095,
     .sets = {"control.key"},
     .doc = "File whose one line is the secret: a credential of that name (LoadCredential= of "
            "systemd), or a path; in a configuration file, a relative path starts at that file."},
};
const struct schema_scope schema_key = {"key", key_keys, sizeof key_keys / sizeof key_keys[0],
                                        NULL};
