/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/target.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/check.h"
#include "config/codec.h"
#include "config/keys.h"
#include "config/labels.h"
#include "config/packet.h"
#include "config/words.h"

static int64_t number_of(const struct values *values, enum slot slot)
{
    return values->of[slot].state == VALUE_SET ? values->of[slot].number : 0;
}

static char *copy_text(const struct values *values, enum slot slot)
{
    const struct value *value = &values->of[slot];
    return mem_string(value->state == VALUE_SET ? value->node->text : "");
}

static struct addr source_of(const struct values *values)
{
    struct addr source = {0};
    if (values->of[SLOT_SOURCE_ADDRESS].state == VALUE_SET) {
        source = values->of[SLOT_SOURCE_ADDRESS].addr;
    }
    source.port = (uint16_t)number_of(values, SLOT_SOURCE_PORT);
    return source;
}

static enum addr_family ip_version_of(const struct values *values)
{
    static const enum addr_family versions[] = {ADDR_IPV4, ADDR_IPV6};
    const struct value *value = &values->of[SLOT_IP_VERSION];
    return value->state == VALUE_SET ? versions[value->number] : ADDR_NONE;
}

static void set_identity(const struct values *values, struct spec *spec)
{
    spec->identity.name = copy_text(values, SLOT_NAME);
    spec->identity.host = copy_text(values, SLOT_HOST);
    spec->identity.owner = copy_text(values, SLOT_OWNER);
    spec->identity.tag = copy_text(values, SLOT_TAG);
    spec->path.port = (uint16_t)number_of(values, SLOT_PORT);
    spec->path.ip_version = ip_version_of(values);
    spec->path.source = source_of(values);
    spec->path.peer = values->of[SLOT_HOST].addr;
    if (spec->path.peer.family != ADDR_NONE) {
        spec->path.peer.port = spec->path.port;
    }
    if (values->of[SLOT_LABELS].state == VALUE_SET) {
        labels_copy(values->of[SLOT_LABELS].node, spec);
    }
}

static void set_data(const struct values *values, struct spec *spec)
{
    const struct value *pattern = &values->of[SLOT_DATA_PATTERN];
    spec->packets.verify_data = number_of(values, SLOT_VERIFY_DATA) != 0;
    if (pattern->state == VALUE_SET && !pattern->is_default) {
        pattern_parse(pattern->node->text, &spec->packets.pattern);
    }
}

/* VRF or network device, on Linux the same; not set when there is neither. */
static const struct value *device_of(const struct values *values)
{
    const struct value *vrf = &values->of[SLOT_VRF];
    return vrf->state == VALUE_SET ? vrf : &values->of[SLOT_INTERFACE];
}

static void set_packets(const struct values *values, struct spec *spec)
{
    const struct value *device = device_of(values);
    int64_t dscp = number_of(values, SLOT_DSCP);
    bool is_byte = values->of[SLOT_TOS].state == VALUE_SET;
    spec->path.tos = (uint8_t)(is_byte ? number_of(values, SLOT_TOS) : dscp * 4);
    spec->path.is_vrf = device == &values->of[SLOT_VRF];
    if (device->state == VALUE_SET) {
        size_t length = strlen(device->node->text);
        memcpy(spec->path.options.device, device->node->text, length + 1);
    }
    spec->path.options.ttl = (uint8_t)number_of(values, SLOT_TTL);
    spec->path.options.dont_fragment = number_of(values, SLOT_DONT_FRAGMENT) != 0;
}

static void set_schedule(const struct values *values, struct spec *spec)
{
    spec->schedule.life_ns = number_of(values, SLOT_LIFE);
    if (values->of[SLOT_START].state == VALUE_SET) {
        packet_parse_start(values->of[SLOT_START].node->text, &spec->schedule.start,
                           &spec->schedule.start_after_ns);
    }
}

static void set_tolerance(const struct values *values, struct spec *spec)
{
    if (schema_row(SLOT_CLOCK_TOLERANCE, spec->operation) != NULL) {
        spec_set_tolerance(spec, number_of(values, SLOT_CLOCK_TOLERANCE));
    }
}

/* A default size has no room for the timestamps of microseconds; one from the file was refused. */
static void set_precision(const struct values *values, struct spec *spec)
{
    if (schema_row(SLOT_PRECISION, spec->operation) == NULL) {
        return;
    }
    spec->packets.precision = (enum precision)number_of(values, SLOT_PRECISION);
    spec->packets.timestamp_format =
        (enum timestamp_format)number_of(values, SLOT_TIMESTAMP_FORMAT);
    if (spec->packets.precision == PRECISION_MICROSECONDS &&
        spec->packets.bytes < SPEC_MICROSECONDS_BYTES_MIN) {
        spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    }
}

/* ICMP has neither ports nor a control request, whatever is inherited. */
static void spec_drop_ports(struct spec *spec)
{
    spec->control.version = CONTROL_NONE;
    spec->control.port = 0;
    spec->path.port = spec->path.peer.port = spec->path.source.port = 0;
}

struct spec *target_build(const struct values *values, const struct operation *operation)
{
    struct spec *spec = spec_new();
    set_identity(values, spec);
    spec->operation = operation;
    spec->schedule.frequency_ns = number_of(values, SLOT_FREQUENCY);
    spec->schedule.timeout_ns = number_of(values, SLOT_TIMEOUT);
    spec->results.threshold_ns = number_of(values, SLOT_THRESHOLD);
    spec->packets.count = 1;
    spec->packets.bytes = (uint32_t)number_of(values, SLOT_REQUEST_DATA_SIZE);
    if (schema_row(SLOT_CODEC, operation) != NULL) {
        codec_build(values, spec);
    } else if (schema_row(SLOT_NUM_PACKETS, operation) != NULL) {
        spec->packets.count = (uint32_t)number_of(values, SLOT_NUM_PACKETS);
        spec->packets.interval_ns = number_of(values, SLOT_INTERVAL);
    }
    set_data(values, spec);
    spec->control.version = (enum control_version)number_of(values, SLOT_CONTROL_VERSION);
    set_precision(values, spec);
    spec->clocks.timestamps = (enum timestamps)number_of(values, SLOT_TIMESTAMPS);
    spec_fit_layout(spec);
    spec->control.auth_layout = (unsigned)number_of(values, SLOT_CONTROL_AUTH_LAYOUT);
    spec->control.port = (uint16_t)number_of(values, SLOT_CONTROL_PORT);
    if (spec->control.port == 0) {
        spec->control.port = control_version_port(spec->control.version);
    }
    spec->control.tries = (uint8_t)number_of(values, SLOT_CONTROL_RETRIES);
    spec->control.timeout_ns = number_of(values, SLOT_CONTROL_TIMEOUT);
    set_packets(values, spec);
    set_schedule(values, spec);
    set_tolerance(values, spec);
    if (!operation->has_ports) {
        spec_drop_ports(spec);
    }
    if (operation->ipv4_only != NULL) {
        spec->path.ip_version = ADDR_IPV4;
    }
    value_get_bounds(&values->of[SLOT_BUCKETS], &spec->results.layout);
    spec->results.histograms = (enum hist_forms)number_of(values, SLOT_HISTOGRAMS);
    spec->results.shows_created = number_of(values, SLOT_CREATED) != 0;
    return spec;
}

static void report_unknown_module(const struct inheritance *inheritance, const struct node *node,
                                  struct diagnostics *diagnostics)
{
    char quoted[WORDS_QUOTE_MAX];
    const char **names = mem_alloc(inheritance->module_count, sizeof *names);
    struct buf allowed = {0};
    for (size_t i = 0; i < inheritance->module_count; i++) {
        names[i] = inheritance->modules[i].name;
    }
    const char *nearest = words_nearest(node->text, names, inheritance->module_count);
    words_quote(node->text, quoted);
    if (nearest != NULL) {
        diagnostics_error(diagnostics, place_value(node), "no module %s; did you mean '%s'?",
                          quoted, nearest);
    } else {
        words_add_nearest(node->text, names, inheritance->module_count, &allowed);
        diagnostics_error(diagnostics, place_value(node),
                          "no module %s; write it under modules, or take one of: %s", quoted,
                          buf_string(&allowed));
    }
    buf_fini(&allowed);
    free(names);
}

/* False when the target names a module whose keys are not known. */
static bool find_module(const struct inheritance *inheritance, const struct values *own,
                        struct diagnostics *diagnostics, const struct module **out)
{
    const struct value *value = &own->of[SLOT_MODULE];
    *out = NULL;
    if (value->state != VALUE_SET) {
        return value->state == VALUE_UNSET;
    }
    *out = inheritance_find(inheritance, value->node->text);
    if (*out == NULL) {
        report_unknown_module(inheritance, value->node, diagnostics);
        return false;
    }
    return !(*out)->is_broken;
}

static void make_claim(const struct node *target, const struct values *values, bool has_ports,
                       struct claim *out)
{
    const struct value *name = &values->of[SLOT_NAME];
    *out = (struct claim){.target = target, .order = target->index, .source = source_of(values)};
    out->name = name->state == VALUE_SET ? name->node : NULL;
    out->source_port = values->of[SLOT_SOURCE_PORT].node;
    out->device = device_of(values)->state == VALUE_SET ? device_of(values)->node->text : NULL;
    if (values->of[SLOT_SOURCE_ADDRESS].state == VALUE_BROKEN || !has_ports) {
        out->source.port = 0;
    }
}

struct spec *target_read(const struct node *node, const struct inheritance *inheritance,
                         struct diagnostics *diagnostics, struct claim *claim)
{
    size_t errors = diagnostics->error_count;
    struct values own = {0};
    const struct module *module;
    struct merged merged;
    if (!value_is_mapping(node, diagnostics)) {
        *claim = (struct claim){.target = node, .order = node->index};
        return NULL;
    }
    values_read(&own, &schema_target, node, diagnostics);
    bool is_module_known = find_module(inheritance, &own, diagnostics, &module);
    inheritance_merge(inheritance, module, &own, &merged);
    make_claim(node, &merged.values, merged.operation->has_ports, claim);
    if (is_module_known && merged.is_operation_known) {
        check_applies(&own, merged.operation, diagnostics);
        check_target(&merged.values, merged.operation, node, diagnostics);
    }
    if (diagnostics->error_count > errors || !merged.is_operation_known ||
        merged.values.of[SLOT_BUCKETS].state != VALUE_SET) {
        return NULL;
    }
    struct spec *spec = target_build(&merged.values, merged.operation);
    spec->clocks.is_assumed_synchronized = inheritance->assumes_clock;
    if (spec->operation->has_ports) {
        keys_assign(inheritance->keys, &merged.values, diagnostics, spec);
    }
    return spec;
}
