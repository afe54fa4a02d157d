/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/codec.h"

#include <stddef.h>

/* A key of the plain train, and the one that stands for it with a codec. */
static const struct {
    enum slot plain, with_codec;
} pairs[] = {
    {SLOT_NUM_PACKETS, SLOT_CODEC_NUM_PACKETS},
    {SLOT_INTERVAL, SLOT_CODEC_INTERVAL},
    {SLOT_REQUEST_DATA_SIZE, SLOT_CODEC_SIZE},
};
#define PAIR_COUNT (sizeof pairs / sizeof pairs[0])

static const enum slot codec_keys[] = {SLOT_CODEC_NUM_PACKETS, SLOT_CODEC_INTERVAL, SLOT_CODEC_SIZE,
                                       SLOT_ADVANTAGE_FACTOR};

/* The choices of the key are the codecs in their order, without VOICE_CODEC_NONE. */
enum voice_codec codec_of(const struct values *values)
{
    const struct value *value = &values->of[SLOT_CODEC];
    return value->state == VALUE_SET ? (enum voice_codec)(value->number + 1) : VOICE_CODEC_NONE;
}

void codec_set(struct values *values, enum voice_codec codec)
{
    values->of[SLOT_CODEC] =
        (struct value){.state = VALUE_SET, .is_default = true, .number = (int64_t)codec - 1};
}

void codec_build(const struct values *values, struct spec *spec)
{
    spec->packets.codec = codec_of(values);
    struct schema_train slots = schema_train(spec->packets.codec != VOICE_CODEC_NONE);
    spec->packets.count = (uint32_t)values->of[slots.num_packets].number;
    spec->packets.interval_ns = values->of[slots.interval].number;
    spec->packets.bytes = values->of[slots.size].state == VALUE_SET
                              ? (uint32_t)values->of[slots.size].number
                              : voice_codec_packet_bytes(spec->packets.codec);
    if (spec->packets.codec != VOICE_CODEC_NONE) {
        spec->packets.advantage_factor = (uint8_t)values->of[SLOT_ADVANTAGE_FACTOR].number;
    }
}

bool codec_goes_with(bool has_codec, enum slot slot)
{
    for (size_t i = 0; i < PAIR_COUNT && has_codec; i++) {
        if (pairs[i].plain == slot) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof codec_keys / sizeof codec_keys[0] && !has_codec; i++) {
        if (codec_keys[i] == slot) {
            return false;
        }
    }
    return true;
}

static const char *key_name(enum slot slot)
{
    return schema_row(slot, NULL)->name;
}

static bool is_written(const struct value *value)
{
    return value->state == VALUE_SET && value->node != NULL && !value->is_default;
}

void codec_check_section(const struct values *own, struct diagnostics *diagnostics)
{
    if (own->of[SLOT_CODEC].state != VALUE_SET) {
        return;
    }
    for (size_t i = 0; i < PAIR_COUNT; i++) {
        const struct value *plain = &own->of[pairs[i].plain];
        if (is_written(plain)) {
            diagnostics_error(diagnostics, place_key(plain->node),
                              "does not go with a codec; allowed: %s",
                              key_name(pairs[i].with_codec));
        }
    }
}

/* Reports at the key itself when the target has it, else at the target, with the key's line. */
static void report(const struct value *value, enum slot slot, const struct node *target,
                   const char *problem, struct diagnostics *diagnostics)
{
    if (node_is_within(value->node, target)) {
        diagnostics_error(diagnostics, place_key(value->node), "%s", problem);
    } else {
        diagnostics_error(diagnostics, place_below(target, key_name(slot)), "(line %u) %s",
                          value->node->line, problem);
    }
}

static void check_plain(const struct values *values, const struct node *target,
                        struct diagnostics *diagnostics)
{
    enum value_level level = values->of[SLOT_CODEC].level;
    for (size_t i = 0; i < PAIR_COUNT; i++) {
        const struct value *plain = &values->of[pairs[i].plain];
        bool is_nearer =
            plain->level > level || (plain->level == LEVEL_TARGET && level == LEVEL_TARGET);
        if (!is_written(plain) || !is_nearer) {
            continue;
        }
        struct buf problem = {0};
        buf_printf(&problem, "does not go with a codec; allowed: %s",
                   key_name(pairs[i].with_codec));
        report(plain, pairs[i].plain, target, buf_string(&problem), diagnostics);
        buf_fini(&problem);
    }
}

/* In `defaults` the keys may wait for targets that have a codec. */
static void check_orphans(const struct values *values, const struct node *target,
                          struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < sizeof codec_keys / sizeof codec_keys[0]; i++) {
        const struct value *value = &values->of[codec_keys[i]];
        if (is_written(value) && value->level >= LEVEL_MODULE) {
            report(value, codec_keys[i], target,
                   "means nothing without a codec; allowed with: codec", diagnostics);
        }
    }
}

void codec_check_target(const struct values *values, const struct node *target,
                        struct diagnostics *diagnostics)
{
    switch (values->of[SLOT_CODEC].state) {
    case VALUE_SET:
        check_plain(values, target, diagnostics);
        break;
    case VALUE_UNSET:
        check_orphans(values, target, diagnostics);
        break;
    case VALUE_BROKEN:
        break;
    }
}
