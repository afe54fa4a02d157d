/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The files that a configuration was read from, each with a digest of what it held: whether one
 * holds something else now decides about a reload, whatever the times of the files say. */
#ifndef CONFIG_INPUTS_H
#define CONFIG_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crypto.h"

struct input {
    char *path;
    uint8_t digest[CRYPTO_SHA256_BYTES]; /* of the contents, or of the error */
};

/* All zero: none. */
struct inputs {
    struct input *items;
    size_t count;
};

/* Notes what `path` holds now. To be called before the file is read: a change in between is seen
 * later. */
void inputs_note(struct inputs *inputs, const char *path);

/* Whether a file holds something else than when it was noted. */
bool inputs_have_changed(const struct inputs *inputs);

/* The digest of `path` as it is now. */
void inputs_digest(const char *path, uint8_t out[CRYPTO_SHA256_BYTES]);

void inputs_fini(struct inputs *inputs);

#endif
