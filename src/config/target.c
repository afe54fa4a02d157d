/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/target.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/auto.h"
#include "config/codec.h"
#include "config/labels.h"
#include "config/limit_keys.h"
#include "config/packet.h"
#include "config/port_range.h"

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
    if (values->of[SLOT_SOURCE_PORTS].state == VALUE_SET) {
        source.port = port_range_unpack(values->of[SLOT_SOURCE_PORTS].number).first;
    }
    return source;
}

/* From how many source ports packets leave in turn. */
static unsigned count_ports(const struct values *values, const struct operation *operation)
{
    if (schema_row(SLOT_ECMP_PORTS, operation) == NULL) {
        return 1;
    }
    int64_t ports = values->of[SLOT_SOURCE_PORTS].state == VALUE_SET
                        ? port_range_count(port_range_unpack(values->of[SLOT_SOURCE_PORTS].number))
                        : number_of(values, SLOT_ECMP_PORTS);
    return ports > 1 ? (unsigned)ports : 1;
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

static void set_trace(const struct values *values, struct spec *spec)
{
    spec->trace = (struct spec_trace){
        .frequency_ns = number_of(values, SLOT_PATH_FREQUENCY),
        .timeout_ns = number_of(values, SLOT_PATH_TIMEOUT),
        .port = (uint16_t)number_of(values, SLOT_PATH_PORT),
        .is_icmp = number_of(values, SLOT_PATH_PROTOCOL) != 0,
        .flows = (uint8_t)number_of(values, SLOT_PATH_FLOWS),
        .probes = (uint8_t)number_of(values, SLOT_PATH_PROBES),
        .max_hops = (uint8_t)number_of(values, SLOT_PATH_MAX_HOPS),
    };
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
    spec->packets.timestamp_format =
        (enum timestamp_format)number_of(values, SLOT_TIMESTAMP_FORMAT);
    if (spec->operation->is_fine) {
        spec->packets.precision = PRECISION_MICROSECONDS;
    }
    if (schema_row(SLOT_PRECISION, spec->operation) == NULL) {
        return;
    }
    spec->packets.precision = (enum precision)number_of(values, SLOT_PRECISION);
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
    struct hist_layout bounds;
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
    unsigned ports = count_ports(values, operation);
    spec->packets.flows = (uint8_t)(ports > 1 ? ports : 0);
    set_data(values, spec);
    spec->control.version = (enum control_version)number_of(values, SLOT_CONTROL_VERSION);
    set_precision(values, spec);
    spec->packets.reflector = (enum reflector)number_of(values, SLOT_REFLECTOR);
    spec->clocks.trusts_peer = number_of(values, SLOT_TRUST_PEER_CLOCK) != 0;
    spec->clocks.timestamps = (enum timestamps)number_of(values, SLOT_TIMESTAMPS);
    spec_fit_layout(spec);
    spec->control.auth_layout = (unsigned)number_of(values, SLOT_CONTROL_AUTH_LAYOUT);
    spec->control.mode = (uint8_t)number_of(values, SLOT_MODE);
    spec->control.port =
        (uint16_t)number_of(values, operation->negotiates ? SLOT_SERVER_PORT : SLOT_CONTROL_PORT);
    if (operation->chooses) {
        auto_build(values, spec);
    } else if (spec->control.port == 0) {
        spec->control.port = control_version_port(spec->control.version);
    }
    spec->control.tries = (uint8_t)number_of(values, SLOT_CONTROL_RETRIES);
    spec->control.timeout_ns = number_of(values, SLOT_CONTROL_TIMEOUT);
    set_packets(values, spec);
    set_schedule(values, spec);
    set_trace(values, spec);
    set_tolerance(values, spec);
    if (!operation->has_ports) {
        spec_drop_ports(spec);
    }
    if (operation->ipv4_only != NULL) {
        spec->path.ip_version = ADDR_IPV4;
    }
    value_get_bounds(&values->of[SLOT_BUCKETS], &bounds);
    spec_set_layout(spec, &bounds);
    limit_build(values, spec);
    spec->results.series = (enum series_level)(number_of(values, SLOT_SERIES) + SERIES_MINIMAL);
    spec->results.histograms = (enum hist_forms)number_of(values, SLOT_HISTOGRAMS);
    spec->results.shows_created = number_of(values, SLOT_CREATED) != 0;
    spec->results.history = (uint32_t)number_of(values, SLOT_HISTORY);
    return spec;
}

static void assign_keys(const struct inheritance *inheritance, const struct values *values,
                        struct diagnostics *diagnostics, struct spec *spec)
{
    if (spec->operation->chooses) {
        auto_assign_keys(inheritance->keys, values, diagnostics, spec);
    } else if (spec->operation->has_ports) {
        keys_assign(inheritance->keys, values, diagnostics, spec);
    }
}

/* A module as a target of its name that says nothing more; what is wrong shows in its targets. */
struct spec *target_of_module(const struct inheritance *inheritance, const struct module *module)
{
    static const struct values nothing;
    struct diagnostics ignored = {0};
    struct merged merged;
    inheritance_merge(inheritance, module, &nothing, &merged);
    if (module->is_broken || !merged.is_operation_known ||
        merged.values.of[SLOT_BUCKETS].state != VALUE_SET) {
        return NULL;
    }
    struct spec *spec = target_build(&merged.values, merged.operation);
    free(spec->identity.name);
    spec->identity.name = mem_string(module->name);
    for (enum value_level level = LEVEL_BUILT_IN; level <= LEVEL_MODULE; level++) {
        if (merged.labels[level] != NULL) {
            labels_add(merged.labels[level], spec);
        }
    }
    assign_keys(inheritance, &merged.values, &ignored, spec);
    diagnostics_fini(&ignored);
    return spec;
}

static void make_claim(const struct target_entry *entry, const struct merged *merged,
                       struct claim *out)
{
    const struct values *values = &merged->values;
    const struct value *name = &values->of[SLOT_NAME];
    const struct value *device = device_of(values);
    *out = (struct claim){.target = entry->node, .source = source_of(values)};
    out->name = name->state == VALUE_SET ? name->node : NULL;
    bool is_range = values->of[SLOT_SOURCE_PORTS].state == VALUE_SET;
    out->source_port = values->of[is_range ? SLOT_SOURCE_PORTS : SLOT_SOURCE_PORT].node;
    out->port_count = count_ports(values, merged->operation);
    out->device = device->state == VALUE_SET ? device->node->text : NULL;
    if (values->of[SLOT_SOURCE_ADDRESS].state == VALUE_BROKEN || !merged->operation->has_ports) {
        out->source.port = 0;
    }
}

static bool has_codec(const struct merged *merged)
{
    return schema_row(SLOT_CODEC, merged->operation) != NULL &&
           merged->values.of[SLOT_CODEC].state != VALUE_UNSET;
}

static void add_labels(const struct target_entry *entry, const struct merged *merged,
                       struct diagnostics *diagnostics, struct spec *spec)
{
    for (enum value_level level = LEVEL_BUILT_IN; level <= LEVEL_TARGET; level++) {
        if (merged->labels[level] != NULL) {
            labels_add(merged->labels[level], spec);
        }
    }
    if (spec->identity.label_count > SCHEMA_LABELS_MAX) {
        diagnostics_error(diagnostics, place_below(entry->node, "labels"),
                          "these are %zu labels with the inherited ones; allowed: up to %d",
                          spec->identity.label_count, SCHEMA_LABELS_MAX);
    }
}

void target_add_control_port(const struct spec *spec, struct buf *out)
{
    const struct schema_key *key = schema_row(SLOT_PORT, spec->operation);
    bool is_reflector = !operation_takes(spec->operation, CONTROL_V1);
    buf_printf(out,
               "%u is where responders take control requests, not probes; leave it out for %s, or "
               "write %s",
               (unsigned)spec->path.port, schema_limits(key, spec->operation).default_text,
               is_reflector ? "the port of the reflector"
                            : "another port: the responder opens it when asked");
}

/* The mistake of everybody who has read that the responder listens at 1967. */
static void check_port(const struct target_entry *entry, const struct merged *merged,
                       const struct spec *spec, struct diagnostics *diagnostics)
{
    const struct node *port = merged->values.of[SLOT_PORT].node;
    if (spec_probes_control_port(spec)) {
        bool is_own = node_is_within(port, entry->node);
        struct buf words = {0};
        target_add_control_port(spec, &words);
        diagnostics_error(diagnostics,
                          is_own ? place_value(port) : place_below(entry->node, "port"), "%s",
                          buf_string(&words));
        buf_fini(&words);
    }
}

struct spec *target_read(const struct target_entry *entry, struct diagnostics *diagnostics,
                         struct claim *claim)
{
    size_t errors = diagnostics->error_count;
    struct merged merged;
    if (!entry->is_readable) {
        *claim = (struct claim){.target = entry->node};
        return NULL;
    }
    inheritance_merge(entry->inheritance, entry->module, &entry->own, &merged);
    make_claim(entry, &merged, claim);
    if (entry->is_module_known && merged.is_operation_known) {
        check_applies(&entry->own, merged.operation, diagnostics);
        limit_check_own(&entry->own, merged.operation, has_codec(&merged), diagnostics);
        check_target(&merged.values, merged.operation, entry->node, diagnostics);
        if (merged.operation->chooses) {
            auto_check(&merged.values, entry->node, diagnostics);
        }
    }
    if (entry->is_broken || diagnostics->error_count > errors || !entry->is_module_known ||
        !merged.is_operation_known || merged.values.of[SLOT_BUCKETS].state != VALUE_SET) {
        return NULL;
    }
    struct spec *spec = target_build(&merged.values, merged.operation);
    spec->clocks.is_assumed_synchronized = entry->inheritance->assumes_clock;
    add_labels(entry, &merged, diagnostics, spec);
    check_port(entry, &merged, spec, diagnostics);
    assign_keys(entry->inheritance, &merged.values, diagnostics, spec);
    return spec;
}
