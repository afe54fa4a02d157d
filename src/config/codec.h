/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The key `codec` and those that go with it. A codec has a packet train of its own:
 * codec_num_packets, codec_interval and codec_size count, and the keys of a plain udp-jitter do
 * not. */
#ifndef CONFIG_CODEC_H
#define CONFIG_CODEC_H

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/value.h"
#include "probe/spec.h"

/* VOICE_CODEC_NONE where no codec is set. */
enum voice_codec codec_of(const struct values *values);

/* `codec` as a built-in value. */
void codec_set(struct values *values, enum voice_codec codec);

/* Fills the train, the codec and the advantage factor of a udp-jitter spec. */
void codec_build(const struct values *values, struct spec *spec);

/* Whether the key may stand beside a codec, or where there is none. */
bool codec_goes_with(bool has_codec, enum slot slot);

/* One section of the file, `defaults` or a module: keys that exclude each other. */
void codec_check_section(const struct values *own, struct diagnostics *diagnostics);

/* A udp-jitter target with what it inherits: keys of the plain train at the codec's level or nearer
 * to the target, and keys of a codec where there is none. */
void codec_check_target(const struct values *values, const struct node *target,
                        struct diagnostics *diagnostics);

#endif
