/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A target as the operation of a router: comments, the type line, the lines below it, the schedule.
 * A line is written when its value is not a router's default; where the two defaults differ,
 * always.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "export/export.h"
#include "export/sender.h"
#include "probe/spec_field.h"

/* What a router takes when the line is not there. */
#define DEFAULT_FREQUENCY_NS (60 * NS_PER_SECOND)
#define DEFAULT_TIMEOUT_NS (5 * NS_PER_SECOND)
#define DEFAULT_COUNT 10
#define DEFAULT_INTERVAL_NS (20 * NS_PER_MS)
#define DEFAULT_CODEC_COUNT 1000
#define DEFAULT_JITTER_BYTES 32
#define PATTERN_MAX 4 /* bytes */

/* Where several keys set a field, whether it was this one. */
static bool is_meant(const struct sender *sender, enum slot slot)
{
    const struct spec *spec = sender->spec;
    switch (slot) {
    case SLOT_SOURCE_ADDRESS:
        return spec->path.source.family != ADDR_NONE;
    case SLOT_INTERFACE:
        return !spec->path.is_vrf && spec->path.options.device[0] != '\0';
    case SLOT_PRECISION:
        return spec->packets.precision != sender->defaults->packets.precision;
    case SLOT_CONTROL_PORT:
        return spec->control.port != control_version_port(spec->control.version);
    default:
        return true;
    }
}

/* Keys that are not told, each with its reason. */
static void note_scope(struct sender *sender, const struct schema_scope *scope)
{
    struct buf name = {0};
    for (size_t i = 0; i < scope->count; i++) {
        const struct schema_key *key = &scope->keys[i];
        const struct export_key *row = export_key_find(key->slot);
        bool is_told = row == NULL || row->why[sender->dialect] == NULL;
        bool is_theirs = !key->is_by_operation ||
                         operation_key(sender->spec->operation, key->name) != NULL ||
                         scope == &schema_control;
        if (!is_told && is_theirs && is_meant(sender, key->slot) && sender_differs(sender, key)) {
            buf_fini(&name);
            buf_printf(&name, "%s%s", scope == &schema_control ? "control." : "", key->name);
            sender_note(sender, buf_string(&name), row->why[sender->dialect]);
        }
    }
    buf_fini(&name);
}

static void note_limits(struct sender *sender)
{
    const struct limit_set *usual = &sender->defaults->results.limits;
    if (sender->spec->results.threshold_ns == sender->defaults->results.threshold_ns &&
        !limit_set_is_equal(&sender->spec->results.limits, usual)) {
        sender_note(sender, "limits", export_key_find(SLOT_LIMITS)->why[sender->dialect]);
    }
}

static void note_path(struct sender *sender)
{
    if (sender->spec->trace.frequency_ns > 0) {
        sender_note(sender, "path", export_key_find(SLOT_PATH)->why[sender->dialect]);
    }
}

static void note_keys(struct sender *sender)
{
    note_scope(sender, &schema_target);
    note_scope(sender, &schema_operation);
    if (operation_key(sender->spec->operation, "control") != NULL) {
        note_scope(sender, &schema_control);
    }
    note_limits(sender);
    note_path(sender);
}

/* "ip sla 1", "udp-jitter A P", one behind the other. */
static void add_train(struct sender *sender, struct buf *out)
{
    const struct spec_packets *packets = &sender->spec->packets;
    if (packets->codec != VOICE_CODEC_NONE) {
        buf_printf(out, " codec %s", voice_codec_name(packets->codec));
        if (packets->count != DEFAULT_CODEC_COUNT) {
            buf_printf(out, " codec-numpackets %" PRIu32, packets->count);
        }
        if (packets->bytes != sender->defaults->packets.bytes) {
            buf_printf(out, " codec-size %" PRIu32, packets->bytes);
        }
        if (packets->interval_ns != DEFAULT_INTERVAL_NS) {
            buf_printf(out, " codec-interval %" PRId64,
                       sender_whole(sender, "codec_interval", packets->interval_ns, NS_PER_MS));
        }
        if (packets->advantage_factor != 0) {
            buf_printf(out, " advantage-factor %u", (unsigned)packets->advantage_factor);
        }
        return;
    }
    if (packets->count != DEFAULT_COUNT) {
        buf_printf(out, " num-packets %" PRIu32, packets->count);
    }
    if (packets->interval_ns != DEFAULT_INTERVAL_NS) {
        buf_printf(out, " interval %" PRId64,
                   sender_whole(sender, "interval", packets->interval_ns, NS_PER_MS));
    }
}

static void add_type(struct sender *sender)
{
    const struct spec *spec = sender->spec;
    struct buf *out = &sender->type;
    buf_printf(out, "%s %s", spec->operation->name, spec->identity.host);
    if (spec->operation->has_ports) {
        buf_printf(out, " %u", (unsigned)spec->path.port);
    }
    if (spec->path.source.port != 0) {
        buf_printf(out, " source-port %u", (unsigned)spec->path.source.port);
    }
    if (sender_has_train(sender)) {
        add_train(sender, out);
    }
    if (spec->operation->has_ports && !control_has_request(spec->control.version)) {
        buf_add_string(out, " control disable");
    }
}

static void add_line(struct sender *sender, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_line(struct sender *sender, const char *format, ...)
{
    char text[512];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    buf_printf(&sender->lines, "%s%s\n", sender->dialect == EXPORT_NXOS ? "    " : " ", text);
}

static void add_sizes(struct sender *sender)
{
    const struct spec *spec = sender->spec;
    const struct spec_packets *packets = &spec->packets;
    bool has_size = operation_key(spec->operation, "request_data_size") != NULL &&
                    packets->codec == VOICE_CODEC_NONE;
    /* With microseconds our default is another one than a router's. */
    uint32_t usual =
        sender_has_train(sender) ? DEFAULT_JITTER_BYTES : sender->defaults->packets.bytes;
    if (has_size && packets->bytes != usual) {
        add_line(sender, "request-data-size %" PRIu32, packets->bytes);
    }
    if (packets->pattern.size > PATTERN_MAX) {
        sender_note(sender, "data_pattern", "a router has at most four bytes");
    } else if (packets->pattern.size > 0) {
        char digits[2 * PATTERN_MAX + 1] = "";
        for (unsigned i = 0; i < packets->pattern.size; i++) {
            snprintf(digits + 2 * i, 3, "%02X", (unsigned)packets->pattern.bytes[i]);
        }
        add_line(sender, "data-pattern %s", digits);
    }
    if (packets->verify_data) {
        add_line(sender, "verify-data");
    }
    if (packets->precision == PRECISION_MICROSECONDS) {
        add_line(sender, "precision microseconds");
    }
}

static void add_clocks(struct sender *sender)
{
    const struct spec_clocks *clocks = &sender->spec->clocks;
    if (sender->dialect != EXPORT_IOS) {
        return;
    }
    if (clocks->tolerance_ns != 0) {
        add_line(sender, "clock-tolerance ntp oneway absolute %" PRId64,
                 clocks->tolerance_ns / NS_PER_US);
    } else if (clocks->tolerance_percent != 0) {
        add_line(sender, "clock-tolerance ntp oneway percent %u",
                 (unsigned)clocks->tolerance_percent);
    }
}

static void add_control(struct sender *sender)
{
    const struct spec_control *control = &sender->spec->control;
    bool has_request = sender->spec->operation->has_ports && control_has_request(control->version);
    if (!has_request || sender->dialect != EXPORT_IOS) {
        return;
    }
    if (control->tries != sender->defaults->control.tries) {
        add_line(sender, "control retry %u", (unsigned)control->tries);
    }
    if (control->timeout_ns != sender->defaults->control.timeout_ns) {
        add_line(sender, "control timeout %" PRId64,
                 sender_whole(sender, "control.timeout", control->timeout_ns, NS_PER_SECOND));
    }
}

static void add_lines(struct sender *sender)
{
    const struct spec *spec = sender->spec;
    int64_t timeout_ms = sender_whole(sender, "timeout", spec->schedule.timeout_ns, NS_PER_MS);
    int64_t threshold_ms = sender_threshold_ms(sender);
    add_sizes(sender);
    add_clocks(sender);
    add_control(sender);
    if (spec->path.tos != 0) {
        add_line(sender, "tos %u", (unsigned)spec->path.tos);
    }
    if (spec->path.is_vrf) {
        add_line(sender, "vrf %s", spec->path.options.device);
    }
    if (spec->identity.owner[0] != '\0') {
        add_line(sender, "owner %s", spec->identity.owner);
    }
    if (spec->identity.tag[0] != '\0') {
        add_line(sender, "tag %s", spec->identity.tag);
    }
    if (spec->results.threshold_ns != DEFAULT_TIMEOUT_NS ||
        timeout_ms < DEFAULT_TIMEOUT_NS / NS_PER_MS) {
        add_line(sender, "threshold %" PRId64, threshold_ms);
    }
    if (spec->schedule.timeout_ns != DEFAULT_TIMEOUT_NS) {
        add_line(sender, "timeout %" PRId64, timeout_ms);
    }
    if (spec->schedule.frequency_ns != DEFAULT_FREQUENCY_NS) {
        add_line(sender, "frequency %" PRId64,
                 sender_whole(sender, "frequency", spec->schedule.frequency_ns, NS_PER_SECOND));
    }
}

static void add_ios(struct sender *sender, uint32_t id, struct buf *out)
{
    struct buf schedule = {0};
    add_type(sender);
    add_lines(sender);
    sender_add_life(sender, &schedule);
    if (sender->spec->schedule.start != SPEC_START_PENDING) {
        buf_add_char(&schedule, ' ');
    }
    sender_add_start(sender, &schedule);
    sender_note_echoes(sender);
    sender_note_control(sender);
    note_keys(sender);
    buf_add(out, sender->notes.bytes, sender->notes.size);
    buf_printf(out, "ip sla %" PRIu32 "\n%s%s\n%s", id, sender->dialect == EXPORT_NXOS ? "  " : " ",
               buf_string(&sender->type), buf_string(&sender->lines));
    buf_printf(out, "ip sla schedule %" PRIu32 " %s\n", id, buf_string(&schedule));
    buf_fini(&schedule);
}

const char *export_dialect_name(enum export_dialect dialect)
{
    static const char *const names[EXPORT_DIALECTS] = {
        [EXPORT_IOS] = "ios", [EXPORT_NXOS] = "nxos", [EXPORT_XR] = "xr"};
    return names[dialect];
}

/* Why the dialect has no such operation; NULL: it has. */
static const char *lacks(enum export_dialect dialect, const struct spec *spec)
{
    bool is_icmp_jitter = spec->operation == &operation_icmp_jitter;
    bool is_tcp = spec->operation->transport == TRANSPORT_TCP_CONNECT;
    if (!export_is_ip_sla(spec->operation)) {
        return "is no operation of `ip sla`";
    }
    if (dialect == EXPORT_XR && (is_icmp_jitter || is_tcp)) {
        return "IOS XR has no such operation";
    }
    return dialect == EXPORT_NXOS && is_icmp_jitter ? "NX-OS has no such operation" : NULL;
}

void export_sender_add_head(enum export_dialect dialect, struct buf *out)
{
    if (dialect == EXPORT_NXOS) {
        buf_add_string(out, "feature sla sender\n");
    }
}

bool export_sender_add(enum export_dialect dialect, const struct spec *spec, uint32_t id,
                       struct buf *out)
{
    const char *why = lacks(dialect, spec);
    buf_printf(out, "! %s\n", spec->identity.name);
    if (why != NULL) {
        buf_printf(out, "! %s: %s\n", spec->operation->name, why);
        return false;
    }
    struct spec *defaults =
        spec->packets.codec == VOICE_CODEC_NONE
            ? config_default_spec(spec->operation, spec->identity.host)
            : config_default_voice_spec(spec->packets.codec, spec->identity.host);
    struct sender sender = {.dialect = dialect, .spec = spec, .defaults = defaults};
    if (dialect == EXPORT_XR) {
        sender_add_xr(&sender, id);
        note_keys(&sender);
        buf_add(out, sender.notes.bytes, sender.notes.size);
        buf_add(out, sender.lines.bytes, sender.lines.size);
    } else {
        add_ios(&sender, id, out);
    }
    buf_fini(&sender.type);
    buf_fini(&sender.lines);
    buf_fini(&sender.notes);
    spec_unref(defaults);
    return true;
}
