/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a target's key was, read off its spec: for the rows of the schema that share a field with
 * another key, or whose number is not that of the field. Each appends the value as the
 * configuration writes it, or nothing: then the key stands aside. */
#ifndef CONFIG_SPEC_TEXT_H
#define CONFIG_SPEC_TEXT_H

#include "base/buf.h"
#include "probe/choice.h"
#include "probe/spec.h"

void spec_text_source_address(const struct spec *spec, struct buf *out);
void spec_text_source_port(const struct spec *spec, struct buf *out);
void spec_text_ip_version(const struct spec *spec, struct buf *out);
void spec_text_codec(const struct spec *spec, struct buf *out);
void spec_text_series(const struct spec *spec, struct buf *out);
void spec_text_dscp(const struct spec *spec, struct buf *out);
void spec_text_tos(const struct spec *spec, struct buf *out); /* where dscp cannot say it */
void spec_text_interface(const struct spec *spec, struct buf *out);
void spec_text_vrf(const struct spec *spec, struct buf *out);
void spec_text_start(const struct spec *spec, struct buf *out);
void spec_text_tolerance(const struct spec *spec, struct buf *out);
void spec_text_source_ports(const struct spec *spec, struct buf *out);
void spec_text_ecmp_ports(const struct spec *spec, struct buf *out);
void spec_text_path_frequency(const struct spec *spec, struct buf *out);
void spec_text_control_key(const struct spec *spec, struct buf *out);
void spec_text_limit_for(const struct spec *spec, struct buf *out);
void spec_text_protocols(const struct spec *spec, struct buf *out);
void spec_text_stamp_port(const struct spec *spec, struct buf *out);
void spec_text_auth_key(const struct spec *spec, struct buf *out);
void spec_text_version(const struct spec *spec, struct buf *out); /* not where auto chooses it */

/* Words of `protocols`, in the order of enum protocol; ends with NULL. */
extern const char *const spec_text_protocol_words[];

#endif
