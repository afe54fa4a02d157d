/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/spec.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "operation/operation.h"
#include "probe/choice.h"

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

struct spec *spec_new(void)
{
    struct spec *spec = mem_alloc(1, sizeof *spec);
    spec->references = 1;
    spec->results.layout = &hist_layout_default;
    return spec;
}

static void free_layout(const struct spec *spec)
{
    if (spec->results.layout != &hist_layout_default) {
        free((struct hist_layout *)(uintptr_t)spec->results.layout);
    }
}

void spec_set_layout(struct spec *spec, const struct hist_layout *layout)
{
    const struct hist_layout *own = &hist_layout_default;
    if (!hist_layout_is_equal(layout, own)) {
        struct hist_layout *copy = mem_alloc(1, sizeof *copy);
        *copy = *layout;
        own = copy;
    }
    free_layout(spec);
    spec->results.layout = own;
}

void spec_fit_layout(struct spec *spec)
{
    bool is_type_3 = spec->packets.precision == PRECISION_MICROSECONDS;
    spec->packets.has_long_sequence = is_type_3 && spec->control.version == CONTROL_V2;
    if (spec->packets.has_long_sequence && spec->packets.bytes < SPEC_LONG_SEQUENCE_BYTES_MIN) {
        spec->packets.bytes = SPEC_LONG_SEQUENCE_BYTES_MIN;
    }
}

void spec_set_tolerance(struct spec *spec, int64_t tolerance)
{
    spec->clocks.tolerance_ns = tolerance > 0 ? tolerance : 0;
    spec->clocks.tolerance_percent = tolerance < 0 ? (uint8_t)-tolerance : 0;
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
    for (size_t i = 0; i < shared->identity.label_count; i++) {
        free(shared->identity.labels[i].name);
        free(shared->identity.labels[i].value);
    }
    free(shared->identity.labels);
    free(shared->identity.name);
    free(shared->identity.host);
    free(shared->identity.owner);
    free(shared->identity.tag);
    free_layout(shared);
    choice_unref(shared->choice);
    auth_key_wipe(&shared->control.key);
    free(shared);
}

struct spec *spec_with_ip(const struct spec *spec, const struct addr *ip)
{
    struct spec *copy = spec_new();
    /* Everything but the counter, which other threads may be changing. */
    memcpy(copy, spec, offsetof(struct spec, references));
    copy->results.layout = &hist_layout_default;
    spec_set_layout(copy, spec->results.layout);
    copy->identity.name = mem_string(spec->identity.name);
    copy->identity.host = mem_string(spec->identity.host);
    copy->identity.owner = mem_string(spec->identity.owner);
    copy->identity.tag = mem_string(spec->identity.tag);
    copy->identity.labels = mem_alloc(spec->identity.label_count, sizeof(struct label));
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        copy->identity.labels[i].name = mem_string(spec->identity.labels[i].name);
        copy->identity.labels[i].value = mem_string(spec->identity.labels[i].value);
    }
    choice_ref(copy->choice);
    copy->path.peer = *ip;
    copy->path.peer.port = ip->family == ADDR_NONE ? 0 : spec->path.port;
    return copy;
}

enum addr_family spec_ip_version(const struct spec *spec)
{
    return spec->path.ip_version != ADDR_NONE ? spec->path.ip_version : spec->path.source.family;
}

bool spec_is_control_port(const struct spec *spec, uint16_t port)
{
    return spec->operation->transport == TRANSPORT_UDP &&
           (port == control_version_port(CONTROL_V1) || port == control_version_port(CONTROL_V2) ||
            (control_has_request(spec->control.version) && port == spec->control.port));
}

bool spec_probes_control_port(const struct spec *spec)
{
    return spec_is_control_port(spec, spec->path.port);
}

uint64_t spec_hash(const struct spec *spec)
{
    return spec->identity.hash != 0
               ? spec->identity.hash
               : crypto_stable_hash(spec->identity.name, strlen(spec->identity.name));
}

struct spec_set *spec_set_new(struct spec *const *specs, size_t count)
{
    struct spec_set *set = mem_alloc(1, sizeof *set);
    set->specs = mem_alloc(count, sizeof set->specs[0]);
    for (size_t i = 0; i < count; i++) {
        if (specs[i]->identity.hash == 0) { /* else it may be shared already */
            specs[i]->identity.hash = spec_hash(specs[i]);
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
