/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/spec_text.h"

#include "base/dscp.h"
#include "config/duration.h"
#include "config/yaml_text.h"
#include "operation/operation.h"

/* The upper six bits of a TOS byte. */
#define DSCP_STEP 4

void spec_text_source_address(const struct spec *spec, struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    if (spec->path.source.family != ADDR_NONE) {
        yaml_add_text(out, addr_format_ip(&spec->path.source, text));
    }
}

/* The key `source_ports` says both. */
static bool has_source_ports(const struct spec *spec)
{
    return spec->path.source.port != 0 && spec->packets.flows > 1;
}

void spec_text_source_port(const struct spec *spec, struct buf *out)
{
    if (spec->path.source.port != 0 && !has_source_ports(spec)) {
        buf_printf(out, "%u", (unsigned)spec->path.source.port);
    }
}

void spec_text_ip_version(const struct spec *spec, struct buf *out)
{
    if (spec->path.ip_version != ADDR_NONE) {
        buf_add_char(out, spec->path.ip_version == ADDR_IPV4 ? '4' : '6');
    }
}

void spec_text_source_ports(const struct spec *spec, struct buf *out)
{
    if (has_source_ports(spec)) {
        unsigned first = spec->path.source.port;
        buf_printf(out, "%u-%u", first, first + spec->packets.flows - 1);
    }
}

void spec_text_ecmp_ports(const struct spec *spec, struct buf *out)
{
    if (!has_source_ports(spec)) {
        buf_printf(out, "%u", spec->packets.flows > 1 ? (unsigned)spec->packets.flows : 1);
    }
}

void spec_text_path_frequency(const struct spec *spec, struct buf *out)
{
    char text[DURATION_TEXT_MAX];
    if (spec->trace.frequency_ns > 0) {
        buf_add_string(out, duration_format(spec->trace.frequency_ns, text));
    }
}

void spec_text_codec(const struct spec *spec, struct buf *out)
{
    if (spec->packets.codec != VOICE_CODEC_NONE) {
        buf_add_string(out, voice_codec_name(spec->packets.codec));
    }
}

void spec_text_series(const struct spec *spec, struct buf *out)
{
    static const char *const levels[] = {"minimal", "default", "all"};
    buf_add_string(out, levels[spec->results.series - SERIES_MINIMAL]);
}

void spec_text_dscp(const struct spec *spec, struct buf *out)
{
    char text[DSCP_TEXT_MAX];
    if (spec->path.tos % DSCP_STEP == 0) {
        buf_add_string(out, dscp_format(spec->path.tos / DSCP_STEP, text));
    }
}

void spec_text_tos(const struct spec *spec, struct buf *out)
{
    if (spec->path.tos % DSCP_STEP != 0) {
        buf_printf(out, "%u", (unsigned)spec->path.tos);
    }
}

static void add_device(const struct spec *spec, bool is_vrf, struct buf *out)
{
    const char *device = spec->path.options.device;
    if (device[0] != '\0' && spec->path.is_vrf == is_vrf) {
        yaml_add_text(out, device);
    }
}

void spec_text_interface(const struct spec *spec, struct buf *out)
{
    add_device(spec, false, out);
}

void spec_text_vrf(const struct spec *spec, struct buf *out)
{
    add_device(spec, true, out);
}

void spec_text_start(const struct spec *spec, struct buf *out)
{
    static const char *const words[] = {[SPEC_START_SPREAD] = "spread",
                                        [SPEC_START_NOW] = "now",
                                        [SPEC_START_PENDING] = "pending",
                                        [SPEC_START_AFTER] = "after "};
    char text[DURATION_TEXT_MAX];
    buf_add_string(out, words[spec->schedule.start]);
    if (spec->schedule.start == SPEC_START_AFTER) {
        buf_add_string(out, duration_format(spec->schedule.start_after_ns, text));
    }
}

void spec_text_tolerance(const struct spec *spec, struct buf *out)
{
    char text[DURATION_TEXT_MAX];
    if (spec->clocks.tolerance_ns > 0) {
        buf_add_string(out, duration_format(spec->clocks.tolerance_ns, text));
    } else {
        buf_printf(out, "%u%%", (unsigned)spec->clocks.tolerance_percent);
    }
}

void spec_text_control_key(const struct spec *spec, struct buf *out)
{
    if (spec->control.key.algorithm != AUTH_NONE) {
        buf_printf(out, "%u", (unsigned)spec->control.key.id);
    }
}

void spec_text_limit_for(const struct spec *spec, struct buf *out)
{
    buf_printf(out, "%u", (unsigned)spec->results.limits.consecutive);
}

const char *const spec_text_protocol_words[] = {"ipsla-v2",    "ipsla-v1",  "stamp",
                                                "twamp-light", "icmp-echo", NULL};

void spec_text_protocols(const struct spec *spec, struct buf *out)
{
    const struct choice *choice = spec->choice;
    for (size_t i = 0; i < choice->count; i++) {
        buf_printf(out, "%s%s", i == 0 ? "[" : ", ", choice_row_at(choice, i)->name);
    }
    buf_add_char(out, ']');
}

void spec_text_stamp_port(const struct spec *spec, struct buf *out)
{
    buf_printf(out, "%u", (unsigned)spec->choice->stamp_port);
}

void spec_text_auth_key(const struct spec *spec, struct buf *out)
{
    if (!spec->operation->chooses) {
        spec_text_control_key(spec, out);
    } else if (spec->choice->stamp_key.algorithm != AUTH_NONE) {
        buf_printf(out, "%u", (unsigned)spec->choice->stamp_key.id);
    }
}

void spec_text_version(const struct spec *spec, struct buf *out)
{
    static const char *const versions[CONTROL_VERSION_COUNT] = {"none", "1", "2"};
    if (!spec->operation->chooses) {
        buf_add_string(out, versions[spec->control.version]);
    }
}
