/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/check.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/time.h"
#include "config/codec.h"
#include "config/duration.h"
#include "config/port_range.h"
#include "config/words.h"

static void report_inapplicable(const struct schema_key *key, const struct node *node,
                                const struct operation *operation, struct diagnostics *diagnostics)
{
    struct buf others = {0};
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        if (schema_row(key->slot, operation_at(i)) != NULL) {
            buf_printf(&others, "%s%s", others.size > 0 ? ", " : "", operation_at(i)->name);
        }
    }
    diagnostics_error(diagnostics, place_key(node), "does not apply to %s; allowed with: %s",
                      operation->name, buf_string(&others));
    buf_fini(&others);
}

void check_applies(const struct values *own, const struct operation *operation,
                   struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < schema_operation.count; i++) {
        const struct schema_key *key = &schema_operation.keys[i];
        const struct value *value = &own->of[key->slot];
        if (value->state == VALUE_UNSET || value->node == NULL ||
            schema_row(key->slot, operation) != NULL) {
            continue;
        }
        report_inapplicable(key, value->node, operation, diagnostics);
    }
}

/* One target with its findings. */
struct checking {
    const struct values *values;
    const struct operation *operation;
    const struct node *target;
    struct diagnostics *diagnostics;
};

static const struct value *get(const struct checking *checking, enum slot slot)
{
    return &checking->values->of[slot];
}

static bool is_own(const struct checking *checking, enum slot slot)
{
    const struct value *value = get(checking, slot);
    return value->node != NULL && node_is_within(value->node, checking->target);
}

/* The value that the target has itself; when all are inherited, the key that could change that. */
static struct place blame(const struct checking *checking, const enum slot slots[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_own(checking, slots[i])) {
            return place_value(get(checking, slots[i])->node);
        }
    }
    return place_below(checking->target, schema_row(slots[0], checking->operation)->name);
}

/* Appends "'5s'", "'5s' (the default)" or "'5s' (line 3)". */
static void add_value(const struct checking *checking, enum slot slot, struct buf *out)
{
    const struct value *value = get(checking, slot);
    char quoted[WORDS_QUOTE_MAX], time[DURATION_TEXT_MAX];
    if (value->is_default && slot == SLOT_TIMEOUT) { /* which follows the frequency */
        buf_printf(out, "'%s' (the default)", duration_format(value->number, time));
        return;
    }
    buf_add_string(out, words_quote(value->node->text, quoted));
    if (value->is_default) {
        buf_add_string(out, " (the default)");
    } else if (!is_own(checking, slot)) {
        buf_printf(out, " (line %u%s)", value->node->line,
                   node_is_beside(value->node, checking->target) ? "" : " of the configuration");
    }
}

static void describe(const struct checking *checking, enum slot slot, struct buf *out)
{
    buf_printf(out, "%s ", schema_row(slot, checking->operation)->name);
    add_value(checking, slot, out);
}

/* "'6s' is longer than frequency '5s'": a value that the finding stands at has no name there. */
static struct buf compare(const struct checking *checking, const enum slot slots[2],
                          const char *relation)
{
    struct buf message = {0};
    bool is_at_other = !is_own(checking, slots[0]) && is_own(checking, slots[1]);
    (is_at_other ? describe : add_value)(checking, slots[0], &message);
    buf_add_string(&message, relation);
    describe(checking, slots[1], &message);
    return message;
}

static void check_row(const struct checking *checking, const struct schema_key *key)
{
    const struct value *value = get(checking, key->slot);
    const struct schema_limits limits = schema_limits(key, checking->operation);
    if (value->state != VALUE_SET || (value->number >= limits.min && value->number <= limits.max)) {
        return;
    }
    struct buf message = {0};
    add_value(checking, key->slot, &message);
    buf_printf(&message, " is out of range for %s; allowed: ", checking->operation->name);
    schema_add_range(key, checking->operation, &message);
    diagnostics_error(checking->diagnostics, blame(checking, &key->slot, 1), "%s",
                      buf_string(&message));
    buf_fini(&message);
}

static void check_rows(const struct checking *checking)
{
    for (size_t i = 0; i < schema_operation.count; i++) {
        const struct schema_key *key = &schema_operation.keys[i];
        bool is_number = key->kind != SCHEMA_CHOICE && key->kind != SCHEMA_CHOICES &&
                         key->kind != SCHEMA_PORT_RANGE;
        if (key->is_by_operation && is_number &&
            schema_row(key->slot, checking->operation) != NULL) {
            check_row(checking, key);
        }
    }
}

static bool are_set(const struct checking *checking, const enum slot slots[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (get(checking, slots[i])->state != VALUE_SET) {
            return false;
        }
    }
    return true;
}

static bool is_train(const struct operation *operation)
{
    return schema_row(SLOT_NUM_PACKETS, operation) != NULL;
}

static bool has_codec(const struct checking *checking)
{
    return schema_row(SLOT_CODEC, checking->operation) != NULL &&
           get(checking, SLOT_CODEC)->state == VALUE_SET;
}

static struct schema_train train_slots(const struct checking *checking)
{
    return schema_train(has_codec(checking));
}

/* How long sending takes; 0 without a train. */
static int64_t train_ns(const struct checking *checking)
{
    if (!is_train(checking->operation)) {
        return 0;
    }
    struct schema_train slots = train_slots(checking);
    return operation_train_ns(checking->operation, get(checking, slots.num_packets)->number,
                              get(checking, slots.interval)->number);
}

static const char *run_text(const struct checking *checking)
{
    if (train_ns(checking) == 0) {
        return "timeout";
    }
    bool is_jitter = operation_has(checking->operation, RESULT_JITTER);
    return has_codec(checking) ? "codec_num_packets x codec_interval + timeout"
           : is_jitter         ? "num_packets x interval + timeout"
                               : "(num_packets - 1) x interval + timeout";
}

/* False when the timeout alone is too long. */
static bool check_timeout(const struct checking *checking)
{
    static const enum slot slots[] = {SLOT_TIMEOUT, SLOT_FREQUENCY};
    if (!are_set(checking, slots, 2) ||
        get(checking, SLOT_TIMEOUT)->number <= get(checking, SLOT_FREQUENCY)->number) {
        return true;
    }
    struct buf message = compare(checking, slots, " is longer than ");
    diagnostics_error(checking->diagnostics, blame(checking, slots, 2),
                      "%s; allowed: a timeout up to the frequency", buf_string(&message));
    buf_fini(&message);
    return false;
}

static void check_threshold(const struct checking *checking)
{
    static const enum slot slots[] = {SLOT_THRESHOLD, SLOT_TIMEOUT};
    if (!are_set(checking, slots, 2) || get(checking, SLOT_THRESHOLD)->is_default ||
        get(checking, SLOT_THRESHOLD)->number <= get(checking, SLOT_TIMEOUT)->number) {
        return;
    }
    struct buf message = compare(checking, slots, " is longer than ");
    diagnostics_warn(checking->diagnostics, blame(checking, slots, 2),
                     "%s and can never be exceeded", buf_string(&message));
    buf_fini(&message);
}

static const char *const version_names[] = {
    [ADDR_IPV4] = "an IPv4 address", [ADDR_IPV6] = "an IPv6 address"};

/* What the value of an address key, or of ip_version, asks for. */
static enum addr_family family_of(const struct checking *checking, enum slot slot)
{
    const struct value *value = get(checking, slot);
    if (value->state != VALUE_SET) {
        return ADDR_NONE;
    }
    if (slot == SLOT_IP_VERSION) {
        return value->number == 0 ? ADDR_IPV4 : ADDR_IPV6;
    }
    /* The one host that is IPv6 but not known by number. */
    bool is_zoned = slot == SLOT_HOST && strchr(value->node->text, '%') != NULL;
    return is_zoned ? ADDR_IPV6 : value->addr.family;
}

/* IPv6 is certain. */
static bool is_ipv6(const struct checking *checking)
{
    return family_of(checking, SLOT_HOST) == ADDR_IPV6 ||
           family_of(checking, SLOT_IP_VERSION) == ADDR_IPV6 ||
           family_of(checking, SLOT_SOURCE_ADDRESS) == ADDR_IPV6;
}

/* Host, source address and ip_version agree. */
static void check_families(const struct checking *checking)
{
    static const struct {
        enum slot slot;
        const char *name;
    } keys[] = {{SLOT_SOURCE_ADDRESS, "source_address"},
                {SLOT_IP_VERSION, "ip_version"},
                {SLOT_HOST, "host"}};
    for (size_t i = 0; i + 1 < sizeof keys / sizeof keys[0]; i++) {
        for (size_t j = i + 1; j < sizeof keys / sizeof keys[0]; j++) {
            enum addr_family a = family_of(checking, keys[i].slot);
            enum addr_family b = family_of(checking, keys[j].slot);
            if (a == ADDR_NONE || b == ADDR_NONE || a == b) {
                continue;
            }
            struct buf message = {0};
            buf_printf(&message, "%s ", keys[i].name);
            add_value(checking, keys[i].slot, &message);
            buf_printf(&message, " asks for %s, %s ", version_names[a], keys[j].name);
            add_value(checking, keys[j].slot, &message);
            buf_printf(&message, " for %s; allowed: one IP version", version_names[b]);
            struct place place = is_own(checking, keys[i].slot)
                                     ? place_value(get(checking, keys[i].slot)->node)
                                     : place_below(checking->target, keys[i].name);
            diagnostics_error(checking->diagnostics, place, "%s", buf_string(&message));
            buf_fini(&message);
            return;
        }
    }
}

/* What would leave later than the port can be asked for is never sent. */
static void check_grant(const struct checking *checking, const struct schema_train *train)
{
    const enum slot slots[] = {train->num_packets, train->interval};
    int64_t version = get(checking, SLOT_CONTROL_VERSION)->number;
    uint32_t most_ms = control_duration_max_ms((enum control_version)version,
                                               is_ipv6(checking) ? ADDR_IPV6 : ADDR_IPV4);
    char time[DURATION_TEXT_MAX];
    if (checking->operation->has_ports && train_ns(checking) > most_ms * NS_PER_MS) {
        diagnostics_error(checking->diagnostics, blame(checking, slots, 2),
                          "sending takes %s, but a control request of version 1 over IPv4 can ask "
                          "for the port for %" PRIu32 "ms at most; allowed: a shorter train, "
                          "ip_version 6, control.version 2 or none",
                          duration_format(train_ns(checking), time), most_ms);
    }
}

static void check_run(const struct checking *checking)
{
    struct schema_train train = train_slots(checking);
    const enum slot slots[] = {SLOT_FREQUENCY, SLOT_TIMEOUT, train.num_packets, train.interval};
    size_t count = is_train(checking->operation) ? 4 : 2;
    if (!are_set(checking, slots, count)) {
        return;
    }
    const char *sum = run_text(checking);
    int64_t run_ns = train_ns(checking) + get(checking, SLOT_TIMEOUT)->number;
    char run[DURATION_TEXT_MAX];
    if (run_ns >= get(checking, SLOT_FREQUENCY)->number) {
        struct buf frequency = {0};
        describe(checking, SLOT_FREQUENCY, &frequency);
        diagnostics_warn(checking->diagnostics, blame(checking, slots, count),
                         "an operation without answers takes %s (%s), %s is not longer; "
                         "starts will be skipped",
                         duration_format(run_ns, run), sum, buf_string(&frequency));
        buf_fini(&frequency);
    }
    check_grant(checking, &train);
}

static void check_precision(const struct checking *checking)
{
    const enum slot slots[] = {train_slots(checking).size, SLOT_PRECISION};
    const struct value *size = get(checking, slots[0]);
    if (schema_row(SLOT_PRECISION, checking->operation) == NULL || !are_set(checking, slots, 2) ||
        get(checking, SLOT_PRECISION)->number != PRECISION_MICROSECONDS || size->is_default ||
        size->number >= SPEC_MICROSECONDS_BYTES_MIN) {
        return;
    }
    struct buf message = compare(checking, slots, " is too small for ");
    diagnostics_error(checking->diagnostics, blame(checking, slots, 2),
                      "%s; allowed: %d bytes or more", buf_string(&message),
                      SPEC_MICROSECONDS_BYTES_MIN);
    buf_fini(&message);
}

/* Late replies come to the next packet, in this operation or the next: they must be told apart. */
static void check_nonce_room(const struct checking *checking)
{
    bool has_port = get(checking, SLOT_SOURCE_PORT)->state == VALUE_SET;
    const enum slot slots[] = {SLOT_REQUEST_DATA_SIZE,
                               has_port ? SLOT_SOURCE_PORT : SLOT_NUM_PACKETS};
    int64_t least = checking->operation->bytes_min_with_nonce;
    bool needs_room = has_port || get(checking, SLOT_NUM_PACKETS)->number > 1;
    if (!are_set(checking, slots, 2) || !needs_room || get(checking, slots[0])->number >= least) {
        return;
    }
    struct buf message = compare(checking, slots, " is too small for ");
    diagnostics_error(checking->diagnostics, blame(checking, slots, 2),
                      "%s: a late reply would pass for the next one; allowed: %" PRId64
                      " bytes or more",
                      buf_string(&message), least);
    buf_fini(&message);
}

/* Which adapter, one must know. */
static void check_timestamps(const struct checking *checking)
{
    const struct value *who = get(checking, SLOT_TIMESTAMPS);
    if (who->state == VALUE_SET && who->number == TIMESTAMPS_HARDWARE &&
        schema_row(SLOT_TIMESTAMPS, checking->operation) != NULL &&
        get(checking, SLOT_INTERFACE)->state != VALUE_SET) {
        diagnostics_error(checking->diagnostics, place_value(who->node),
                          "'hardware' needs interface, the device whose adapter stamps");
    }
}

static void check_control(const struct checking *checking)
{
    const struct value *value = get(checking, SLOT_CONTROL_VERSION);
    enum control_version version = (enum control_version)value->number;
    if (value->state != VALUE_SET || schema_row(SLOT_CONTROL, checking->operation) == NULL ||
        operation_takes(checking->operation, version)) {
        return;
    }
    const struct schema_key *key = schema_row(SLOT_CONTROL_VERSION, checking->operation);
    struct buf others = {0};
    for (unsigned i = 0; i < CONTROL_VERSION_COUNT; i++) {
        if (operation_takes(checking->operation, (enum control_version)i)) {
            buf_printf(&others, "%s%s", others.size > 0 ? ", " : "", key->choices[i]);
        }
    }
    diagnostics_error(checking->diagnostics, place_value(value->node),
                      "'%s' cannot open the port of %s; allowed: %s", key->choices[version],
                      checking->operation->name, buf_string(&others));
    buf_fini(&others);
}

/* A mode that protects needs a secret, and a secret that is not used misleads. */
static void check_mode(const struct checking *checking)
{
    const struct value *mode = get(checking, SLOT_MODE);
    const struct value *key = get(checking, SLOT_AUTH_KEY);
    if (!checking->operation->negotiates || mode->state != VALUE_SET) {
        return;
    }
    if (mode->number > 0 && key->state != VALUE_SET) {
        diagnostics_error(checking->diagnostics, place_value(mode->node),
                          "this mode needs auth_key, a key of algorithm twamp");
    } else if (mode->number == 0 && key->state == VALUE_SET) {
        diagnostics_error(checking->diagnostics, place_value(key->node),
                          "mode unauthenticated uses no key; allowed with mode authenticated, "
                          "encrypted or mixed");
    }
}

static void check_ip_version(const struct checking *checking)
{
    if (checking->operation->ipv4_only != NULL && is_ipv6(checking)) {
        diagnostics_error(checking->diagnostics, place_below(checking->target, "host"),
                          "%s is for IPv4 only: %s", checking->operation->name,
                          checking->operation->ipv4_only);
    }
}

/* A responder that is asked opens its port for the sender's port that asked. */
static void check_ecmp(const struct checking *checking)
{
    const struct value *range = get(checking, SLOT_SOURCE_PORTS);
    const enum slot slot = range->state == VALUE_SET ? SLOT_SOURCE_PORTS : SLOT_ECMP_PORTS;
    const struct value *ports = get(checking, slot);
    int64_t count = slot == SLOT_ECMP_PORTS ? ports->number
                                            : port_range_count(port_range_unpack(range->number));
    if (schema_row(slot, checking->operation) == NULL || ports->state != VALUE_SET || count <= 1) {
        return;
    }
    const struct value *source = get(checking, SLOT_SOURCE_PORT);
    if (source->state == VALUE_SET && source->number + count - 1 > UINT16_MAX) {
        diagnostics_error(checking->diagnostics, blame(checking, &slot, 1),
                          "from source_port %" PRId64
                          " on there are not so many ports; allowed: up to "
                          "%" PRId64,
                          source->number, UINT16_MAX + 1 - source->number);
    }
    if (schema_row(SLOT_CONTROL_VERSION, checking->operation) != NULL &&
        operation_key(checking->operation, "control") != NULL &&
        get(checking, SLOT_CONTROL_VERSION)->number != CONTROL_NONE) {
        diagnostics_error(checking->diagnostics, blame(checking, &slot, 1),
                          "a port that a control request opens is open to one source port; write "
                          "control: {version: none} for a responder whose port is always open");
    }
}

void check_target(const struct values *values, const struct operation *operation,
                  const struct node *target, struct diagnostics *diagnostics)
{
    struct checking checking = {
        .values = values, .operation = operation, .target = target, .diagnostics = diagnostics};
    check_rows(&checking);
    check_ip_version(&checking);
    if (schema_row(SLOT_CODEC, operation) != NULL) {
        codec_check_target(values, target, diagnostics);
    }
    check_timestamps(&checking);
    check_precision(&checking);
    check_nonce_room(&checking);
    check_ecmp(&checking);
    check_families(&checking);
    check_threshold(&checking);
    check_control(&checking);
    check_mode(&checking);
    if (check_timeout(&checking)) {
        check_run(&checking);
    }
}
