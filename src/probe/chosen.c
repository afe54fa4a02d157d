/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/chosen.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "operation/operation.h"

/* A trial is no load, and whoever is silent does not hold up the others for long. */
#define TRIAL_PACKETS 3
#define TRIAL_TRIES 2
#define TRIAL_TIMEOUT_NS (2 * NS_PER_SECOND)
#define TRIAL_MARGIN_NS (100 * NS_PER_MS) /* then nobody waits for late replies any more */
#define ONCE_NS (7 * MS_PER_DAY * NS_PER_MS) /* the next start is too far away to come */

static uint32_t default_bytes(const struct operation *operation)
{
    const struct operation_key *key = operation_key(operation, "request_data_size");
    return (uint32_t)strtoul(key->default_text, NULL, 10);
}

/* A key that this version cannot have is left out: it is for another one. */
static void take_ip_sla(struct spec *spec, enum control_version version)
{
    struct spec_control *control = &spec->control;
    control->version = version;
    if (control->port == 0) {
        control->port = control_version_port(version);
    }
    if (!control_takes_key(version, control->key.algorithm)) {
        auth_key_wipe(&control->key);
    }
    if (spec->packets.precision == PRECISION_MICROSECONDS) {
        spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    }
    spec->packets.reflector = REFLECTOR_AUTO;
    spec->clocks.trusts_peer = false;
    spec_fit_layout(spec);
}

static void take_reflector(struct spec *spec, const struct choice *choice)
{
    spec->control = (struct spec_control){.port = control_version_port(CONTROL_NONE)};
    if (spec->operation->key_algorithm != AUTH_NONE) {
        spec->control.key = choice->stamp_key;
    }
    spec->path.port = choice->stamp_port;
    spec->packets.precision = PRECISION_MICROSECONDS;
}

static void take_icmp(struct spec *spec)
{
    spec->control = (struct spec_control){.version = CONTROL_NONE};
    spec->path.port = 0;
    spec->packets.precision = PRECISION_MILLISECONDS;
    spec->packets.timestamp_format = TIMESTAMP_NTP;
    spec->packets.reflector = REFLECTOR_AUTO;
    spec->clocks.trusts_peer = false;
    spec_set_tolerance(spec, 0);
}

static struct spec *with_protocol(const struct spec *head, const struct choice *choice,
                                  const struct addr *ip)
{
    const struct protocol_row *row = choice_row(choice);
    struct spec *spec = spec_with_ip(head, ip);
    spec->operation = row->operation;
    spec->packets.bytes = default_bytes(row->operation);
    spec->packets.has_long_sequence = false;
    if (control_has_request(row->version)) {
        take_ip_sla(spec, row->version);
    } else if (row->operation->has_ports) {
        take_reflector(spec, choice);
    } else {
        take_icmp(spec);
    }
    spec->path.peer.port = ip->family == ADDR_NONE ? 0 : spec->path.port;
    choice_unref(spec->choice);
    spec->choice = choice_ref(choice);
    return spec;
}

struct spec *chosen_spec(const struct spec *head, const struct choice *choice,
                         const struct addr *ip)
{
    struct spec *spec = with_protocol(head, choice, ip);
    bool waits = choice->state == CHOICE_OPEN && ip->family != ADDR_NONE;
    if (waits && spec->schedule.start != SPEC_START_PENDING) {
        spec->schedule.start = SPEC_START_AFTER;
        spec->schedule.start_after_ns = CHOSEN_WAIT_NS;
    }
    return spec;
}

static int64_t at_most(int64_t value, int64_t most)
{
    return value < most ? value : most;
}

/* One operation, and nothing beside it. */
static void cut_down(struct spec *spec)
{
    struct spec_packets *packets = &spec->packets;
    packets->count = packets->count < TRIAL_PACKETS ? packets->count : TRIAL_PACKETS;
    packets->reflector = REFLECTOR_STATELESS; /* which is not to be found out */
    spec->control.tries = (uint8_t)at_most(spec->control.tries, TRIAL_TRIES);
    spec->control.timeout_ns = at_most(spec->control.timeout_ns, TRIAL_TIMEOUT_NS);
    int64_t timeout_ns = at_most(spec->schedule.timeout_ns, TRIAL_TIMEOUT_NS);
    spec->schedule = (struct spec_schedule){
        .frequency_ns = ONCE_NS,
        .timeout_ns = timeout_ns,
        .start = SPEC_START_NOW,
        .life_ns = SPEC_FOREVER,
        .budget_ns = spec->control.tries * spec->control.timeout_ns + timeout_ns + TRIAL_MARGIN_NS +
                     operation_train_ns(spec->operation, packets->count, packets->interval_ns),
    };
    spec->trace.frequency_ns = 0;
    spec->results.history = 0;
}

struct spec *chosen_trial(const struct spec *head, size_t place, const struct addr *ip,
                          const char *name)
{
    assert(place < head->choice->count);
    struct choice *choice = choice_copy(head->choice);
    choice->chosen = (uint8_t)place;
    struct spec *spec = with_protocol(head, choice, ip);
    choice_unref(choice);
    free(spec->identity.name);
    spec->identity.name = mem_string(name);
    spec->identity.hash = 0; /* that of the name before */
    cut_down(spec);
    return spec;
}

struct spec_set *chosen_most_wanted(struct spec_set *set)
{
    struct spec **specs = mem_alloc(set->count + 1, sizeof *specs);
    for (size_t i = 0; i < set->count; i++) {
        const struct spec *head = set->specs[i];
        if (head->choice == NULL) {
            specs[i] = spec_ref(head);
            continue;
        }
        struct choice *choice = choice_copy(head->choice);
        choice->chosen = 0;
        choice->state = CHOICE_MADE;
        specs[i] = chosen_spec(head, choice, &head->path.peer);
        choice_unref(choice);
    }
    struct spec_set *chosen = spec_set_new(specs, set->count);
    spec_set_unref(set);
    free(specs);
    return chosen;
}
