/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/shard.h"

#include <string.h>

#include "base/shard.h"

/* So that the targets of one shard are not all with one worker. */
#define WORKERS_SALT UINT64_C(0x776f726b65727321)

int shard_read(const struct options *options, struct shard *out)
{
    const char *text = options_value(options, "shard");
    uint64_t number, count;
    char digits[8];
    *out = (struct shard){.number = 0, .count = 1};
    if (text == NULL) {
        return 0;
    }
    size_t length = strcspn(text, "/");
    if (text[length] != '/' || length >= sizeof digits ||
        !options_parse_number(text + length + 1, 1, SHARD_COUNT_MAX, &count)) {
        return options_refuse(options, "shard", text,
                              "a part and how many there are, such as 0/2 and 1/2");
    }
    memcpy(digits, text, length);
    digits[length] = '\0';
    if (!options_parse_number(digits, 0, count - 1, &number)) {
        return options_reject(options, "shard", text,
                              "has no such part: they are counted from 0 to N - 1");
    }
    *out = (struct shard){.number = (unsigned)number, .count = (unsigned)count};
    return 0;
}

int workers_read(const struct options *options, struct spec_division *out)
{
    const char *text = options_value(options, "workers");
    uint64_t count;
    if (!options_parse_number(text, 1, WORKERS_MAX, &count)) {
        return options_refuse(options, "workers", text, "a number from 1 to 64");
    }
    *out = (struct spec_division){.count = (unsigned)count, .salt = WORKERS_SALT};
    return 0;
}

size_t shard_keep(const struct shard *shard, struct config *config)
{
    const struct spec_division shards = {.count = shard->count};
    struct spec_set *own = spec_set_part(config->targets, &shards, shard->number);
    spec_set_unref(config->targets);
    config->targets = own;
    return own->count;
}
