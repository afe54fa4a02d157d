/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What becomes of each operation. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "config/address.h"
#include "config/duration.h"
#include "import/release.h"
#include "import/target.h"
#include "import/towards.h"

/* The routers' defaults, in ms. */
#define TIMEOUT_DEFAULT 5000
#define FREQUENCY_DEFAULT 60000

static void remark(struct import_device *device, int entry, enum import_fate fate, const char *why,
                   const char *instead)
{
    struct import_note note = {
        .fate = fate, .entry = entry, .is_remark = true, .why = why, .instead = instead};
    import_note_add(device, &note);
}

static const struct import_value *value_of(const struct import_entry *entry,
                                           enum import_param param)
{
    return &entry->values[param];
}

/* A parameter that this project has not, or not so: its statement is not supported. */
static void leave_out(struct import_device *device, int index, enum import_param param,
                      const char *why, const char *instead)
{
    struct import_value *value = &device->entries[index].values[param];
    const struct import_param_row *row = import_param_row(param);
    char text[160];
    snprintf(text, sizeof text, "%s %.100s", row->ios != NULL ? row->ios : row->key,
             value->text != NULL ? value->text : "");
    struct import_note note = {.fate = FATE_UNSUPPORTED,
                               .line = value->line,
                               .entry = index,
                               .text = text,
                               .why = why,
                               .instead = instead};
    import_note_add(device, &note);
    import_recount(device, index, value->line, FATE_UNSUPPORTED);
    value->is_set = false;
}

/* ---- what a router does not do ---- */

static void refuse(struct import_device *device, int index, enum import_param param,
                   const char *why)
{
    struct import_entry *entry = &device->entries[index];
    struct import_value *value = &entry->values[param];
    struct import_note note = {.fate = FATE_REFUSED,
                               .line = value->line,
                               .entry = index,
                               .text = import_param_row(param)->ios,
                               .why = why};
    import_note_add(device, &note);
    import_recount(device, index, value->line, FATE_REFUSED);
    value->is_set = false;
    entry->refusal = "refused";
}

/* IOS compares when it schedules: what does not fit is never started. */
static void check_times(struct import_device *device, int index)
{
    const struct import_entry *entry = &device->entries[index];
    const struct import_value *frequency = value_of(entry, PARAM_FREQUENCY);
    const struct import_value *timeout = value_of(entry, PARAM_TIMEOUT);
    const struct import_value *threshold = value_of(entry, PARAM_THRESHOLD);
    int64_t period_ms = frequency->is_set ? frequency->number * 1000 : FREQUENCY_DEFAULT;
    int64_t timeout_ms = timeout->is_set ? timeout->number : TIMEOUT_DEFAULT;
    char why[200];
    if (threshold->is_set && threshold->number > timeout_ms) {
        snprintf(why, sizeof why,
                 "a threshold of %" PRId64 " ms above the timeout of %" PRId64
                 " ms is not scheduled: it never ran",
                 threshold->number, timeout_ms);
        refuse(device, index, PARAM_THRESHOLD, why);
    }
    if (timeout->is_set && timeout->number > period_ms) {
        snprintf(why, sizeof why,
                 "a timeout of %" PRId64 " ms above the frequency of %" PRId64
                 " ms is not scheduled: it never ran",
                 timeout->number, period_ms);
        refuse(device, index, PARAM_TIMEOUT, why);
    } else if (!timeout->is_set && period_ms < TIMEOUT_DEFAULT) {
        remark(device, index, FATE_MAPPED,
               "the router's default timeout of 5 s is longer than the frequency; here it is half "
               "of it",
               NULL);
    }
}

static void check_schedule(struct import_device *device, int index)
{
    struct import_entry *entry = &device->entries[index];
    const struct import_value *start = value_of(entry, PARAM_START);
    const struct import_value *life = value_of(entry, PARAM_LIFE);
    if (!entry->is_scheduled) {
        remark(device, index, FATE_REFUSED, "never scheduled: the router does not run it", NULL);
    } else if (start->number == -1) {
        remark(device, index, FATE_REFUSED,
               "its start is pending (no start-time says otherwise): the router does not run it",
               NULL);
    } else if (!life->is_set) {
        remark(device, index, FATE_REFUSED,
               "scheduled without `life`: the router stopped after an hour, so does the target",
               "`life forever`, or no `life` here");
    }
}

/* With a codec the train is the codec's own. */
static void check_codec(struct import_device *device, int index)
{
    static const enum import_param plain[] = {PARAM_NUM_PACKETS, PARAM_INTERVAL, PARAM_SIZE};
    static const enum import_param voice[] = {PARAM_CODEC_NUM_PACKETS, PARAM_CODEC_INTERVAL,
                                              PARAM_CODEC_SIZE, PARAM_ADVANTAGE};
    bool has_codec = device->entries[index].values[PARAM_CODEC].is_set;
    const enum import_param *list = has_codec ? plain : voice;
    size_t count = has_codec ? sizeof plain / sizeof plain[0] : sizeof voice / sizeof voice[0];
    for (size_t i = 0; i < count; i++) {
        struct import_value *value = &device->entries[index].values[list[i]];
        if (value->is_set) {
            struct import_note note = {.fate = FATE_REFUSED,
                                       .line = value->line,
                                       .entry = index,
                                       .text = import_param_row(list[i])->ios,
                                       .why = has_codec
                                                  ? "the router takes it without `codec` only"
                                                  : "the router takes it behind `codec` only"};
            import_note_add(device, &note);
            import_recount(device, index, value->line, FATE_REFUSED);
            value->is_set = false;
        }
    }
}

/* ---- whether it can be a target at all ---- */

/* Why it is none, and the fate of its statements; NULL: it can be one. */
static const char *reason_against(struct import_device *device, int index, enum import_fate *fate,
                                  const char **instead)
{
    struct import_entry *entry = &device->entries[index];
    const struct import_kind_row *kind = import_kind_row(entry->kind);
    const struct import_value *host = value_of(entry, PARAM_HOST);
    bool has_port = entry->kind == KIND_UDP_ECHO || entry->kind == KIND_UDP_JITTER ||
                    entry->kind == KIND_TCP_CONNECT;
    struct addr addr;
    *fate = FATE_UNSUPPORTED;
    *instead = kind->instead;
    if (device->stranger != NULL) {
        return "of another vendor, whose commands have other ranges and defaults";
    }
    if (entry->is_template) {
        return "a template: write the values, then import it";
    }
    if (kind->why != NULL && entry->kind != KIND_NONE) {
        return kind->why;
    }
    if (device->is_peer && entry->kind == KIND_NONE) {
        return "its probe is not known";
    }
    *fate = FATE_REFUSED;
    if (entry->kind == KIND_NONE) {
        return "without a type the router does nothing";
    }
    if (!host->is_set || (has_port && !value_of(entry, PARAM_PORT)->is_set)) {
        return host->is_set ? "the port is missing" : "the destination is missing";
    }
    *fate = FATE_UNSUPPORTED;
    return address_parse_host(host->text, &addr);
}

/* ---- the keys of a target ---- */

/* No router takes a larger number; it must not overflow in nanoseconds. */
#define NUMBER_MAX INT64_C(4294967295)

static int64_t seconds_ns(int64_t seconds)
{
    return (seconds < NUMBER_MAX ? seconds : NUMBER_MAX) * NS_PER_SECOND;
}

static void add_duration(struct import_device *device, struct import_target *target,
                         const char *section, const char *key, int64_t ns)
{
    char text[DURATION_TEXT_MAX];
    import_field_add(device, target, section, key, duration_format(ns, text));
}

static void add_number(struct import_device *device, struct import_target *target, const char *key,
                       int64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, number);
    import_field_add(device, target, NULL, key, text);
}

static void add_text(struct import_device *device, struct import_target *target,
                     const char *section, const char *key, const char *text)
{
    import_field_add(device, target, section, key, text)->is_text = true;
}

/* Keys whose value is the router's, in other words. */
static void add_plain(struct import_device *device, struct import_target *target,
                      enum import_param param)
{
    const struct import_param_row *row = import_param_row(param);
    const struct import_value *value = &device->entries[target->entry].values[param];
    int64_t number = value->number < NUMBER_MAX ? value->number : NUMBER_MAX;
    switch (row->unit) {
    case UNIT_SECONDS:
        add_duration(device, target, NULL, row->key, seconds_ns(number));
        break;
    case UNIT_MS:
        add_duration(device, target, NULL, row->key, number * NS_PER_MS);
        break;
    case UNIT_COUNT:
        add_number(device, target, row->key, number);
        break;
    case UNIT_SWITCH:
        import_field_add(device, target, NULL, row->key, number != 0 ? "true" : "false");
        break;
    default:
        add_text(device, target, NULL, row->key, value->text != NULL ? value->text : "");
    }
    target->fields[target->count - 1].param = param;
    target->fields[target->count - 1].line = value->line;
}

static bool is_plain(enum import_param param)
{
    static const enum import_param others[] = {PARAM_NONE, PARAM_HOST,   PARAM_START,
                                               PARAM_LIFE, PARAM_SOURCE, PARAM_VRF};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (others[i] == param) {
            return false;
        }
    }
    return import_param_row(param)->key != NULL;
}

static void add_control(struct import_device *device, struct import_target *target)
{
    const struct import_entry *entry = &device->entries[target->entry];
    const struct import_value *retries = value_of(entry, PARAM_CONTROL_RETRIES);
    const struct import_value *timeout = value_of(entry, PARAM_CONTROL_TIMEOUT);
    bool is_off = entry->values[PARAM_CONTROL].is_set && entry->values[PARAM_CONTROL].number == 0;
    char text[32];
    if (is_off) {
        import_field_add(device, target, "control", "version", "none");
        return;
    }
    if (retries->is_set) {
        snprintf(text, sizeof text, "%" PRId64, retries->number);
        import_field_add(device, target, "control", "retries", text)->line = retries->line;
    }
    if (timeout->is_set) {
        add_duration(device, target, "control", "timeout", seconds_ns(timeout->number));
        target->fields[target->count - 1].line = timeout->line;
    }
}

static void add_schedule(struct import_device *device, struct import_target *target)
{
    const struct import_entry *entry = &device->entries[target->entry];
    const struct import_value *start = value_of(entry, PARAM_START);
    const struct import_value *life = value_of(entry, PARAM_LIFE);
    char text[48];
    if (!entry->is_scheduled || entry->refusal != NULL || start->number == -1) {
        import_field_add(device, target, NULL, "start", "pending");
    } else if (start->number > 0) {
        snprintf(text, sizeof text, "after %" PRId64 "s", start->number - 1);
        import_field_add(device, target, NULL, "start", text);
    }
    if (entry->is_scheduled && (!life->is_set || life->number >= 0)) {
        add_duration(device, target, NULL, "life", seconds_ns(life->is_set ? life->number : 3600));
        target->fields[target->count - 1].line = life->line;
    }
}

static void add_tolerance(struct import_device *device, struct import_target *target)
{
    const struct import_entry *entry = &device->entries[target->entry];
    char text[32];
    if (value_of(entry, PARAM_TOLERANCE_US)->is_set) {
        snprintf(text, sizeof text, "%" PRId64 "us", value_of(entry, PARAM_TOLERANCE_US)->number);
    } else if (value_of(entry, PARAM_TOLERANCE_PERCENT)->is_set) {
        snprintf(text, sizeof text, "%" PRId64 "%%",
                 value_of(entry, PARAM_TOLERANCE_PERCENT)->number);
    } else {
        return;
    }
    import_field_add(device, target, NULL, "clock_tolerance", text);
}

/* The address that the router sends from; NULL: it chooses. */
static const char *source_of(struct import_device *device, const struct import_entry *entry)
{
    const struct import_value *interface = value_of(entry, PARAM_SOURCE_INTERFACE);
    if (value_of(entry, PARAM_SOURCE)->is_set) {
        return value_of(entry, PARAM_SOURCE)->text;
    }
    return interface->is_set ? import_find_interface(device, interface->text) : NULL;
}

/* Source and VRF are the router's: here they are labels, or keys for a host in its place. */
static void add_place(struct import_device *device, struct import_target *target,
                      const struct import_wish *wish)
{
    const struct import_entry *entry = &device->entries[target->entry];
    const struct import_value *vrf = value_of(entry, PARAM_VRF);
    const struct import_value *interface = value_of(entry, PARAM_SOURCE_INTERFACE);
    const char *source = source_of(device, entry);
    if (wish->is_from_device && source != NULL) {
        add_text(device, target, NULL, "source_address", source);
    }
    if (wish->is_from_device && vrf->is_set) {
        add_text(device, target, NULL, "vrf", vrf->text);
    }
    if (source != NULL) {
        add_text(device, target, "labels", "device_source", source);
    }
    if (interface->is_set) {
        add_text(device, target, "labels", "device_interface", interface->text);
    }
    if (vrf->is_set) {
        add_text(device, target, "labels", "device_vrf", vrf->text);
    }
    if (interface->is_set && source == NULL && wish->is_from_device) {
        leave_out(device, target->entry, PARAM_SOURCE_INTERFACE,
                  "the address of this interface is not in the file", "`source_address`");
    } else if (!wish->is_from_device && (source != NULL || vrf->is_set)) {
        char why[300];
        snprintf(why, sizeof why,
                 "measured from this host, on another way than from the router (%s%.60s%s%.60s%s)",
                 source != NULL ? "source " : "", source != NULL ? source : "",
                 source != NULL && vrf->is_set ? ", " : "", vrf->is_set ? "VRF " : "",
                 vrf->is_set ? vrf->text : "");
        remark(device, target->entry, FATE_KEPT, why, NULL);
    }
}

static void check_size(struct import_device *device, int index)
{
    const struct import_entry *entry = &device->entries[index];
    const struct import_value *precision = value_of(entry, PARAM_PRECISION);
    const struct import_value *size = value_of(entry, PARAM_SIZE);
    bool is_fine =
        precision->is_set && precision->text != NULL && strncmp(precision->text, "mic", 3) == 0;
    if (is_fine && size->is_set && size->number < 56) {
        leave_out(device, index, PARAM_SIZE, "packets in microseconds need 56 bytes", "64 bytes");
    }
}

static const char *const words[][2] = {{"mil", "milliseconds"}, {"mic", "microseconds"}};

/* Words of IOS that may be abbreviated in a configuration typed by hand. */
static void spell_out(struct import_device *device, int index)
{
    struct import_value *precision = &device->entries[index].values[PARAM_PRECISION];
    for (size_t i = 0; precision->is_set && i < sizeof words / sizeof words[0]; i++) {
        if (precision->text != NULL && strncmp(precision->text, words[i][0], 3) == 0) {
            precision->text = words[i][1];
        }
    }
}

static void make_target(struct import_device *device, int index, const struct import_wish *wish,
                        struct import_target *target)
{
    struct import_entry *entry = &device->entries[index];
    char name[300];
    spell_out(device, index);
    check_codec(device, index);
    check_size(device, index);
    if (!device->is_peer && !device->is_of_sessions) {
        check_times(device, index);
        check_schedule(device, index);
    }
    import_release_fill(device, index, device->is_of_sessions ? NULL : wish->release);
    if (device->is_peer) {
        snprintf(name, sizeof name, "%.240s", entry->id);
    } else {
        snprintf(name, sizeof name, "%.180s-%.60s", import_device_name(device), entry->id);
    }
    target->entry = index;
    target->line = entry->line;
    target->name = entry->target = import_keep(device, name);
    add_text(device, target, NULL, "host", value_of(entry, PARAM_HOST)->text);
    add_text(device, target, NULL, "operation", import_kind_row(entry->kind)->name);
    for (enum import_param param = PARAM_NONE; param < PARAM_COUNT; param++) {
        if (entry->values[param].is_set && is_plain(param)) {
            add_plain(device, target, param);
        }
    }
    add_tolerance(device, target);
    add_control(device, target);
    add_schedule(device, target);
    import_add_labels(device, target, wish);
    add_place(device, target, wish);
    import_limits(device, target);
}

static void judge_entry(struct import_device *device, int index, const struct import_wish *wish,
                        struct import_targets *out)
{
    struct import_entry *entry = &device->entries[index];
    enum import_fate fate;
    const char *instead;
    if (entry->is_recipe) {
        return;
    }
    if (entry->is_removed) {
        import_recount_all(device, index, FATE_UNDONE);
        return;
    }
    const char *why = reason_against(device, index, &fate, &instead);
    if (why != NULL) {
        remark(device, index, fate, why, instead);
        import_recount_all(device, index, fate);
    } else if (!wish->is_towards) {
        make_target(device, index, wish, import_targets_add(out));
    }
}

void import_judge(struct import_device *device, const struct import_wish *wish,
                  struct import_targets *out)
{
    for (size_t i = 0; i < device->entry_count; i++) {
        judge_entry(device, (int)i, wish, out);
    }
    if (wish->is_towards) {
        import_towards(device, wish, out);
    }
}
