/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/file.h"
#include "config/yaml.h"

void inputs_digest(const char *path, uint8_t out[CRYPTO_SHA256_BYTES])
{
    struct buf text = {0};
    int error = file_read_path(path, YAML_BYTES_MAX, &text);
    struct crypto_part parts[] = {{&error, sizeof error}, {buf_string(&text), text.size}};
    crypto_digest(CRYPTO_SHA256, parts, 2, out);
    crypto_wipe(text.bytes, text.size);
    buf_fini(&text);
}

void inputs_note(struct inputs *inputs, const char *path)
{
    inputs->items = mem_resize(inputs->items, inputs->count + 1, sizeof *inputs->items);
    struct input *input = &inputs->items[inputs->count++];
    input->path = mem_string(path);
    inputs_digest(path, input->digest);
}

bool inputs_have_changed(const struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        uint8_t digest[CRYPTO_SHA256_BYTES];
        inputs_digest(inputs->items[i].path, digest);
        if (memcmp(digest, inputs->items[i].digest, sizeof digest) != 0) {
            return true;
        }
    }
    return false;
}

void inputs_fini(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        free(inputs->items[i].path);
    }
    free(inputs->items);
    *inputs = (struct inputs){0};
}
