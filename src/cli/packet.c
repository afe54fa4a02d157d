/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/packet.h"

#include <stdio.h>

/* With a codec a flag of the plain train stands for that of the codec. */
static bool read_train_number(const struct key_flags *flags, const struct spec *spec,
                              const enum slot slots[2], int64_t *out)
{
    bool has_codec = spec->packets.codec != VOICE_CODEC_NONE;
    struct value plain, with_codec;
    if (!has_codec && key_flag_text(flags, slots[1]) != NULL) {
        fprintf(stderr, "ipsla probe: --%s is for --codec\n", key_flag_name(flags, slots[1]));
        return false;
    }
    const struct schema_key *key = schema_row(slots[has_codec], spec->operation);
    if (!key_flags_exclude(flags, slots[0], slots[1]) ||
        !key_flag_value(flags, spec->operation, slots[0], key, &plain) ||
        !key_flag_value(flags, spec->operation, slots[1], key, &with_codec)) {
        return false;
    }
    if (plain.state == VALUE_SET || with_codec.state == VALUE_SET) {
        *out = plain.state == VALUE_SET ? plain.number : with_codec.number;
    }
    return true;
}

/* Of the others the size is that of the operation. */
static bool has_precision(const struct spec *spec)
{
    return schema_row(SLOT_PRECISION, spec->operation) != NULL;
}

static bool is_size_enough(const struct key_flags *flags, const struct spec *spec)
{
    bool is_plain = key_flag_text(flags, SLOT_REQUEST_DATA_SIZE) != NULL;
    if (has_precision(spec) && spec->packets.precision == PRECISION_MICROSECONDS &&
        spec->packets.bytes < SPEC_MICROSECONDS_BYTES_MIN) {
        return key_flag_refuse(flags, is_plain ? SLOT_REQUEST_DATA_SIZE : SLOT_CODEC_SIZE,
                               "56 bytes or more, as precision microseconds needs");
    }
    return true;
}

static bool read_train(const struct key_flags *flags, struct spec *spec)
{
    static const enum slot counts[2] = {SLOT_NUM_PACKETS, SLOT_CODEC_NUM_PACKETS};
    static const enum slot intervals[2] = {SLOT_INTERVAL, SLOT_CODEC_INTERVAL};
    static const enum slot sizes[2] = {SLOT_REQUEST_DATA_SIZE, SLOT_CODEC_SIZE};
    int64_t count = spec->packets.count;
    int64_t size = spec->packets.bytes;
    if (!read_train_number(flags, spec, counts, &count) ||
        !read_train_number(flags, spec, intervals, &spec->packets.interval_ns) ||
        !read_train_number(flags, spec, sizes, &size)) {
        return false;
    }
    spec->packets.count = (uint32_t)count;
    spec->packets.bytes = (uint32_t)size;
    return is_size_enough(flags, spec);
}

/* Before the size is read: it has another default and another least value. */
static bool read_precision(const struct key_flags *flags, struct spec *spec)
{
    int64_t precision = spec->packets.precision;
    int64_t format = spec->packets.timestamp_format;
    int64_t reflector = spec->packets.reflector;
    if (!key_flag_number(flags, spec, SLOT_REFLECTOR, &reflector) ||
        !key_flag_number(flags, spec, SLOT_PRECISION, &precision) ||
        !key_flag_number(flags, spec, SLOT_TIMESTAMP_FORMAT, &format)) {
        return false;
    }
    spec->packets.precision = (enum precision)precision;
    spec->packets.timestamp_format = (enum timestamp_format)format;
    spec->packets.reflector = (enum reflector)reflector;
    if (has_precision(spec) && spec->packets.precision == PRECISION_MICROSECONDS &&
        spec->packets.bytes < SPEC_MICROSECONDS_BYTES_MIN) {
        spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    }
    return true;
}

static bool read_advantage(const struct key_flags *flags, struct spec *spec)
{
    int64_t advantage = spec->packets.advantage_factor;
    if (key_flag_text(flags, SLOT_ADVANTAGE_FACTOR) != NULL &&
        spec->packets.codec == VOICE_CODEC_NONE) {
        fprintf(stderr, "ipsla probe: --advantage-factor is for --codec\n");
        return false;
    }
    if (!key_flag_number(flags, spec, SLOT_ADVANTAGE_FACTOR, &advantage)) {
        return false;
    }
    spec->packets.advantage_factor = (uint8_t)advantage;
    return true;
}

static bool read_data(const struct key_flags *flags, struct spec *spec)
{
    struct value pattern;
    if (!key_flag_value(flags, spec->operation, SLOT_DATA_PATTERN, NULL, &pattern)) {
        return false;
    }
    if (pattern.state == VALUE_SET) {
        pattern_parse(key_flag_text(flags, SLOT_DATA_PATTERN), &spec->packets.pattern);
    }
    if (key_flag_text(flags, SLOT_VERIFY_DATA) != NULL) {
        spec->packets.verify_data = true;
    }
    return true;
}

bool cli_read_packets(const struct key_flags *flags, struct spec *spec)
{
    return read_precision(flags, spec) && read_train(flags, spec) && read_advantage(flags, spec) &&
           read_data(flags, spec);
}
