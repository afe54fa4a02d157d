/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/spec.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "wire/ipsla.h"

static const char *const operation_names[OPERATION_COUNT] = {
    [OPERATION_UDP_JITTER] = "udp-jitter",   [OPERATION_UDP_ECHO] = "udp-echo",
    [OPERATION_TCP_CONNECT] = "tcp-connect", [OPERATION_ICMP_ECHO] = "icmp-echo",
    [OPERATION_ICMP_JITTER] = "icmp-jitter",
};

const char *operation_name(enum operation operation)
{
    assert((unsigned)operation < OPERATION_COUNT);
    return operation_names[operation];
}

bool operation_parse(const char *name, enum operation *out)
{
    for (unsigned i = 0; i < OPERATION_COUNT; i++) {
        if (strcmp(name, operation_names[i]) == 0) {
            *out = (enum operation)i;
            return true;
        }
    }
    return false;
}

static const char *const precision_names[PRECISION_COUNT] = {
    [PRECISION_MILLISECONDS] = "milliseconds",
    [PRECISION_MICROSECONDS] = "microseconds",
};

static const char *const timestamps_names[TIMESTAMPS_COUNT] = {
    [TIMESTAMPS_AUTO] = "auto",
    [TIMESTAMPS_USER] = "user",
    [TIMESTAMPS_KERNEL] = "kernel",
    [TIMESTAMPS_HARDWARE] = "hardware",
};

const char *timestamps_name(enum timestamps timestamps)
{
    assert((unsigned)timestamps < TIMESTAMPS_COUNT);
    return timestamps_names[timestamps];
}

const char *precision_name(enum precision precision)
{
    assert((unsigned)precision < PRECISION_COUNT);
    return precision_names[precision];
}

const char *control_version_name(enum control_version version)
{
    static const char *const names[CONTROL_VERSION_COUNT] = {
        [CONTROL_NONE] = "none", [CONTROL_V1] = "v1", [CONTROL_V2] = "v2"};
    assert((unsigned)version < CONTROL_VERSION_COUNT);
    return names[version];
}

uint16_t control_version_port(enum control_version version)
{
    return version == CONTROL_V2 ? IPSLA_CONTROL_PORT_V2 : IPSLA_CONTROL_PORT;
}

bool operation_is_icmp(enum operation operation)
{
    return operation == OPERATION_ICMP_ECHO || operation == OPERATION_ICMP_JITTER;
}

bool operation_is_stamped(enum operation operation)
{
    return operation == OPERATION_UDP_JITTER || operation == OPERATION_ICMP_JITTER;
}

struct spec *spec_new(void)
{
    struct spec *spec = mem_alloc(1, sizeof *spec);
    spec->references = 1;
    return spec;
}

void spec_fit_layout(struct spec *spec)
{
    bool is_type_3 =
        spec->operation == OPERATION_UDP_JITTER && spec->precision == PRECISION_MICROSECONDS;
    spec->has_long_sequence = is_type_3 && spec->control == CONTROL_V2;
    if (spec->has_long_sequence && spec->payload_bytes < SPEC_LONG_SEQUENCE_BYTES_MIN) {
        spec->payload_bytes = SPEC_LONG_SEQUENCE_BYTES_MIN;
    }
}

void spec_set_tolerance(struct spec *spec, int64_t tolerance)
{
    spec->tolerance_ns = tolerance > 0 ? tolerance : 0;
    spec->tolerance_percent = tolerance < 0 ? (uint8_t)-tolerance : 0;
}

/* The counter is the one part of a shared spec that changes: hence the casts away from const below.
 */
struct spec *spec_ref(const struct spec *spec)
{
    struct spec *shared = (struct spec *)(uintptr_t)spec;
    __atomic_fetch_add(&shared->references, 1, __ATOMIC_RELAXED);
    return shared;
}

void spec_unref(const struct spec *spec)
{
    struct spec *shared = (struct spec *)(uintptr_t)spec;
    if (shared == NULL || __atomic_sub_fetch(&shared->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    for (size_t i = 0; i < shared->label_count; i++) {
        free(shared->labels[i].name);
        free(shared->labels[i].value);
    }
    free(shared->labels);
    free(shared->name);
    free(shared->host);
    free(shared->owner);
    free(shared->tag);
    auth_key_wipe(&shared->key);
    free(shared);
}

struct spec *spec_with_ip(const struct spec *spec, const struct addr *ip)
{
    struct spec *copy = spec_new();
    /* Everything but the counter, which other threads may be changing. */
    memcpy(copy, spec, offsetof(struct spec, references));
    copy->name = mem_string(spec->name);
    copy->host = mem_string(spec->host);
    copy->owner = mem_string(spec->owner);
    copy->tag = mem_string(spec->tag);
    copy->labels = mem_alloc(spec->label_count, sizeof(struct label));
    for (size_t i = 0; i < spec->label_count; i++) {
        copy->labels[i].name = mem_string(spec->labels[i].name);
        copy->labels[i].value = mem_string(spec->labels[i].value);
    }
    copy->peer = *ip;
    copy->peer.port = ip->family == ADDR_NONE ? 0 : spec->port;
    return copy;
}

enum addr_family spec_ip_version(const struct spec *spec)
{
    return spec->ip_version != ADDR_NONE ? spec->ip_version : spec->source.family;
}

uint64_t spec_hash(const struct spec *spec)
{
    return spec->hash != 0 ? spec->hash : crypto_stable_hash(spec->name, strlen(spec->name));
}

static bool labels_are_equal(const struct spec *a, const struct spec *b)
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

static bool identities_are_equal(const struct spec *a, const struct spec *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->host, b->host) == 0 &&
           strcmp(a->owner, b->owner) == 0 && strcmp(a->tag, b->tag) == 0 && labels_are_equal(a, b);
}

static bool layouts_are_equal(const struct hist_layout *a, const struct hist_layout *b)
{
    return a->count == b->count &&
           memcmp(a->bounds_ns, b->bounds_ns, a->count * sizeof a->bounds_ns[0]) == 0;
}

static bool controls_are_equal(const struct spec *a, const struct spec *b)
{
    return a->control == b->control && auth_key_is_equal(&a->key, &b->key) &&
           a->auth_layout == b->auth_layout && a->control_port == b->control_port &&
           a->control_tries == b->control_tries;
}

static bool timings_are_equal(const struct spec *a, const struct spec *b)
{
    return a->frequency_ns == b->frequency_ns && a->timeout_ns == b->timeout_ns &&
           a->threshold_ns == b->threshold_ns && a->interval_ns == b->interval_ns &&
           a->control_timeout_ns == b->control_timeout_ns;
}

static bool data_are_equal(const struct spec *a, const struct spec *b)
{
    return a->payload_bytes == b->payload_bytes && a->verify_data == b->verify_data &&
           pattern_is_equal(&a->pattern, &b->pattern);
}

static bool options_are_equal(const struct spec *a, const struct spec *b)
{
    return a->tos == b->tos && a->is_vrf == b->is_vrf &&
           strcmp(a->options.device, b->options.device) == 0 && a->options.ttl == b->options.ttl &&
           a->options.dont_fragment == b->options.dont_fragment && a->start == b->start &&
           a->start_after_ns == b->start_after_ns && a->life_ns == b->life_ns;
}

static bool precisions_are_equal(const struct spec *a, const struct spec *b)
{
    return a->precision == b->precision && a->timestamp_format == b->timestamp_format &&
           a->timestamps == b->timestamps && a->has_long_sequence == b->has_long_sequence;
}

bool spec_is_same_target(const struct spec *a, const struct spec *b)
{
    return identities_are_equal(a, b) && timings_are_equal(a, b) && precisions_are_equal(a, b) &&
           layouts_are_equal(&a->layout, &b->layout) && options_are_equal(a, b) &&
           a->operation == b->operation && a->ip_version == b->ip_version && a->port == b->port &&
           addr_is_equal(&a->source, &b->source) && a->num_packets == b->num_packets &&
           data_are_equal(a, b) && controls_are_equal(a, b) && a->codec == b->codec &&
           a->advantage_factor == b->advantage_factor && a->tolerance_ns == b->tolerance_ns &&
           a->tolerance_percent == b->tolerance_percent;
}

struct spec_set *spec_set_new(struct spec *const *specs, size_t count)
{
    struct spec_set *set = mem_alloc(1, sizeof *set);
    set->specs = mem_alloc(count, sizeof set->specs[0]);
    for (size_t i = 0; i < count; i++) {
        if (specs[i]->hash == 0) { /* else it may be shared already */
            specs[i]->hash = spec_hash(specs[i]);
        }
        set->specs[i] = specs[i];
    }
    set->count = count;
    set->references = 1;
    return set;
}

struct spec_set *spec_set_ref(struct spec_set *set)
{
    __atomic_fetch_add(&set->references, 1, __ATOMIC_RELAXED);
    return set;
}

void spec_set_unref(struct spec_set *set)
{
    if (set == NULL || __atomic_sub_fetch(&set->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    for (size_t i = 0; i < set->count; i++) {
        spec_unref(set->specs[i]);
    }
    free(set->specs);
    free(set);
}
