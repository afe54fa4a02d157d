/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/responder.h"

#include <stdbool.h>
#include <string.h>

#include "base/addr.h"
#include "config/address.h"
#include "config/impair.h"
#include "config/put.h"
#include "config/schema.h"
#include "config/value.h"

#define LISTEN_MAX (REFLECT_LISTEN_MAX + 3 * REFLECT_PERMANENT_MAX)

/* Addresses that sockets will be bound to, and where they were written; NULL: nowhere, they are
 * defaults. */
struct bindings {
    const struct node *nodes[LISTEN_MAX];
    struct addr addrs[LISTEN_MAX];
    size_t count;
};

static void bind_address(struct bindings *bindings, const struct node *node,
                         const struct addr *addr, struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < bindings->count; i++) {
        if (!addr_does_collide(&bindings->addrs[i], addr)) {
            continue;
        }
        char text[ADDR_TEXT_MAX];
        if (bindings->nodes[i] == NULL) {
            diagnostics_error(diagnostics, place_value(node),
                              "%s is taken by the default of listen; write listen without it",
                              addr_format(addr, text));
        } else {
            diagnostics_error(diagnostics, place_value(node),
                              "%s is taken by line %u already; each address and port stands once",
                              addr_format(addr, text), bindings->nodes[i]->line);
        }
        return;
    }
    bindings->nodes[bindings->count] = node;
    bindings->addrs[bindings->count] = *addr;
    bindings->count++;
}

/* One list of addresses and ports; `out` has room for what the schema allows. Returns how many. */
static size_t read_endpoints(const struct value *value, struct bindings *bindings,
                             struct diagnostics *diagnostics, struct addr *out)
{
    size_t count = 0;
    for (const struct node *node = value->node->first; node != NULL; node = node->next) {
        struct addr *addr = &out[count++];
        address_parse_endpoint(node->text, addr);
        bind_address(bindings, node, addr, diagnostics);
    }
    return count;
}

/* UDP: what listens and what is always open share one space of ports. */
static void read_udp(const struct values *values, struct diagnostics *diagnostics,
                     struct reflect_settings *out)
{
    struct bindings bindings = {0};
    const struct value *listen = &values->of[SLOT_LISTEN];
    const struct value *permanent = &values->of[SLOT_PERMANENT_PORTS];
    if (listen->state == VALUE_SET) {
        out->listen_count = read_endpoints(listen, &bindings, diagnostics, out->listen);
        out->listen_both = 0;
        uint32_t bit = 1;
        for (const struct node *at = listen->node->first; at != NULL; at = at->next, bit <<= 1) {
            out->listen_both |= address_is_port(at->text) ? bit : 0;
        }
    } else {
        for (size_t i = 0; i < out->listen_count; i++) {
            bind_address(&bindings, NULL, &out->listen[i], diagnostics);
        }
    }
    if (permanent->state == VALUE_SET) {
        out->permanent_count = read_endpoints(permanent, &bindings, diagnostics, out->permanent);
    }
    const struct value *stamp = &values->of[SLOT_STAMP_PORTS];
    if (stamp->state == VALUE_SET) {
        out->stamp.port_count = read_endpoints(stamp, &bindings, diagnostics, out->stamp.ports);
    }
}

static void read_tcp(const struct values *values, struct diagnostics *diagnostics,
                     struct reflect_settings *out)
{
    struct bindings bindings = {0};
    const struct value *permanent = &values->of[SLOT_PERMANENT_TCP_PORTS];
    if (permanent->state == VALUE_SET) {
        out->permanent_tcp_count =
            read_endpoints(permanent, &bindings, diagnostics, out->permanent_tcp);
    }
    const struct value *twamp = &values->of[SLOT_TWAMP_PORTS];
    if (twamp->state == VALUE_SET) {
        out->twamp.port_count = read_endpoints(twamp, &bindings, diagnostics, out->twamp.ports);
    }
}

static void read_ports(const struct value *value, struct port_set *out)
{
    *out = (struct port_set){0};
    for (const struct node *node = value->node->first; node != NULL; node = node->next) {
        struct port_range range;
        port_range_parse(node->text, &range);
        port_set_add(out, range);
    }
}

void responder_read(const struct node *node, const struct key_ring *ring,
                    struct diagnostics *diagnostics, struct reflect_settings *out)
{
    struct values values = {0};
    values_read(&values, &schema_responder, node, diagnostics);
    reflect_settings_default(out);
    read_udp(&values, diagnostics, out);
    read_tcp(&values, diagnostics, out);
    if (values.of[SLOT_RESPONDER_VRF].state == VALUE_SET) {
        const char *name = values.of[SLOT_RESPONDER_VRF].node->text;
        memcpy(out->device, name, strlen(name) + 1);
    }
    if (values.of[SLOT_ALLOW].state == VALUE_SET) {
        out->allow_count = address_list_prefixes(values.of[SLOT_ALLOW].node, out->allow);
    }
    if (values.of[SLOT_RESERVE_FOR].state == VALUE_SET) {
        out->reserve_for_count =
            address_list_prefixes(values.of[SLOT_RESERVE_FOR].node, out->reserve_for);
    }
    if (values.of[SLOT_PORTS].state == VALUE_SET) {
        read_ports(&values.of[SLOT_PORTS], &out->ports);
    }
    if (values.of[SLOT_RESPONDER_KEYS].state == VALUE_SET) {
        keys_list(ring, values.of[SLOT_RESPONDER_KEYS].node, diagnostics, out);
    }
    if (values.of[SLOT_STAMP_KEY].state == VALUE_SET) {
        keys_take_one(ring, values.of[SLOT_STAMP_KEY].node, AUTH_HMAC_SHA256, diagnostics,
                      &out->stamp.key);
    }
    if (values.of[SLOT_TWAMP_KEYS].state == VALUE_SET) {
        out->twamp.key_count = keys_take_list(ring, values.of[SLOT_TWAMP_KEYS].node, AUTH_TWAMP,
                                              diagnostics, out->twamp.keys);
    }
    if (values.of[SLOT_STAMP_KEY].state == VALUE_SET &&
        values.of[SLOT_STAMP_PORTS].state == VALUE_UNSET) {
        diagnostics_warn(diagnostics, place_value(values.of[SLOT_STAMP_KEY].node),
                         "has no effect without stamp_ports: no port takes STAMP");
    }
    impair_read(&values, diagnostics, &out->impair);
    values_put(&values, &schema_responder, out);
}
