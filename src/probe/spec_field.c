/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/spec_field.h"

#include <string.h>

#include "probe/choice.h"

#define SIZE_OF(member) sizeof(((struct spec *)NULL)->member)
#define END_OF(member) (offsetof(struct spec, member) + SIZE_OF(member))
#define FIELD(member, kind, rule)                                                                  \
    {                                                                                              \
#member, offsetof(struct spec, member), SIZE_OF(member), kind, rule                        \
    }

const struct spec_field spec_fields[SPEC_FIELD_COUNT] = {
    FIELD(identity.name, FIELD_STRING, FIELD_RESETS),
    FIELD(identity.host, FIELD_STRING, FIELD_RESETS),
    {"identity.labels", offsetof(struct spec, identity.labels),
     END_OF(identity.label_count) - offsetof(struct spec, identity.labels), FIELD_LABELS,
     FIELD_KEEPS},
    FIELD(identity.owner, FIELD_STRING, FIELD_KEEPS),
    FIELD(identity.tag, FIELD_STRING, FIELD_KEEPS),
    FIELD(identity.hash, FIELD_NUMBER, FIELD_INTERNAL),
    FIELD(operation, FIELD_NUMBER, FIELD_RESETS),
    FIELD(choice, FIELD_CHOICE, FIELD_KEEPS),
    FIELD(clocks.timestamps, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(clocks.tolerance_ns, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(clocks.tolerance_percent, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(clocks.trusts_peer, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(clocks.is_assumed_synchronized, FIELD_NUMBER, FIELD_LOCAL),
    FIELD(path.peer, FIELD_ADDR, FIELD_LOCAL),
    FIELD(path.port, FIELD_NUMBER, FIELD_RESETS),
    FIELD(path.ip_version, FIELD_NUMBER, FIELD_RESETS),
    FIELD(path.source, FIELD_ADDR, FIELD_RESETS),
    FIELD(path.tos, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(path.is_vrf, FIELD_NUMBER, FIELD_RESETS),
    FIELD(path.is_alone, FIELD_NUMBER, FIELD_INTERNAL),
    FIELD(path.options.device, FIELD_TEXT, FIELD_RESETS),
    FIELD(path.options.ttl, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(path.options.dont_fragment, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(packets.interval_ns, FIELD_NUMBER, FIELD_RESETS),
    FIELD(packets.count, FIELD_NUMBER, FIELD_RESETS),
    FIELD(packets.bytes, FIELD_NUMBER, FIELD_RESETS),
    FIELD(packets.codec, FIELD_NUMBER, FIELD_RESETS),
    FIELD(packets.advantage_factor, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(packets.flows, FIELD_NUMBER, FIELD_RESETS),
    FIELD(packets.precision, FIELD_NUMBER, FIELD_RESETS),
    FIELD(packets.timestamp_format, FIELD_NUMBER, FIELD_RESETS),
    FIELD(packets.reflector, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(packets.has_long_sequence, FIELD_NUMBER, FIELD_RESETS),
    FIELD(packets.verify_data, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(packets.pattern, FIELD_PATTERN, FIELD_RESETS),
    FIELD(control.version, FIELD_NUMBER, FIELD_RESETS),
    FIELD(control.port, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(control.tries, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(control.timeout_ns, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(control.key, FIELD_KEY, FIELD_KEEPS),
    FIELD(control.mode, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(control.auth_layout, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(schedule.frequency_ns, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(schedule.timeout_ns, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(schedule.start, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(schedule.start_after_ns, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(schedule.life_ns, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(schedule.budget_ns, FIELD_NUMBER, FIELD_INTERNAL),
    FIELD(trace.frequency_ns, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(trace.timeout_ns, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(trace.port, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(trace.is_icmp, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(trace.flows, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(trace.probes, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(trace.max_hops, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(results.series, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(results.threshold_ns, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(results.layout, FIELD_LAYOUT, FIELD_RESETS),
    FIELD(results.limits, FIELD_LIMITS, FIELD_KEEPS),
    FIELD(results.histograms, FIELD_NUMBER, FIELD_RESETS),
    FIELD(results.shows_created, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(results.history, FIELD_NUMBER, FIELD_KEEPS),
    FIELD(results.keeps_packets, FIELD_NUMBER, FIELD_INTERNAL),
    FIELD(references, FIELD_NUMBER, FIELD_INTERNAL),
};

const struct spec_field *spec_field_find(const char *name)
{
    for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
        if (strcmp(spec_fields[i].name, name) == 0) {
            return &spec_fields[i];
        }
    }
    return NULL;
}

/* The sizes that numbers have are compared without a call. */
static bool numbers_are_equal(const void *a, const void *b, size_t size)
{
    switch (size) {
    case 1:
        return memcmp(a, b, 1) == 0;
    case 2:
        return memcmp(a, b, 2) == 0;
    case 4:
        return memcmp(a, b, 4) == 0;
    default:
        return memcmp(a, b, 8) == 0;
    }
}

static bool labels_are_equal(const struct spec_identity *a, const struct spec_identity *b)
{
    if (a->label_count != b->label_count) {
        return false;
    }
    for (size_t i = 0; i < a->label_count; i++) {
        if (strcmp(a->labels[i].name, b->labels[i].name) != 0 ||
            strcmp(a->labels[i].value, b->labels[i].value) != 0) {
            return false;
        }
    }
    return true;
}

static bool addrs_are_equal(const struct addr *a, const struct addr *b)
{
    return addr_is_equal(a, b) && a->scope == b->scope;
}

bool spec_field_is_equal(const struct spec_field *field, const struct spec *left,
                         const struct spec *right)
{
    const void *a = (const char *)left + field->offset;
    const void *b = (const char *)right + field->offset;
    switch (field->kind) {
    case FIELD_NUMBER:
        return numbers_are_equal(a, b, field->size);
    case FIELD_STRING:
        return strcmp(*(char *const *)a, *(char *const *)b) == 0;
    case FIELD_TEXT:
        return strcmp(a, b) == 0;
    case FIELD_LABELS:
        return labels_are_equal(&left->identity, &right->identity);
    case FIELD_ADDR:
        return addrs_are_equal(a, b);
    case FIELD_PATTERN:
        return pattern_is_equal(a, b);
    case FIELD_KEY:
        return auth_key_is_equal(a, b);
    case FIELD_LAYOUT:
        return hist_layout_is_equal(*(const struct hist_layout *const *)a,
                                    *(const struct hist_layout *const *)b);
    case FIELD_LIMITS:
        return limit_set_is_equal(a, b);
    case FIELD_CHOICE:
        return choice_is_equal(left->choice, right->choice);
    }
    return false;
}

/* Everything behind the identity, which is what stands elsewhere in memory. */
#define REST_OFFSET offsetof(struct spec, operation)
#define REST_SIZE (offsetof(struct spec, references) - REST_OFFSET)

/* The fields whose rule is at most `last` are equal. Bytes that are equal are equal fields, so that
 * a target that did not change costs no look at each. */
static bool fields_are_equal(const struct spec *a, const struct spec *b, enum field_rule last)
{
    bool is_rest_equal =
        memcmp((const char *)a + REST_OFFSET, (const char *)b + REST_OFFSET, REST_SIZE) == 0;
    for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
        const struct spec_field *field = &spec_fields[i];
        if (is_rest_equal && field->offset >= REST_OFFSET) {
            break;
        }
        if (field->rule <= last && !spec_field_is_equal(field, a, b)) {
            return false;
        }
    }
    return true;
}

bool spec_is_same_target(const struct spec *a, const struct spec *b)
{
    return fields_are_equal(a, b, FIELD_RESETS);
}

bool spec_is_equal(const struct spec *a, const struct spec *b)
{
    return fields_are_equal(a, b, FIELD_LOCAL);
}
