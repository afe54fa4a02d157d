/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/effective_responder.h"

#include <inttypes.h>
#include <string.h>

#include "config/duration.h"
#include "config/effective_impair.h"
#include "config/number_field.h"
#include "config/schema.h"
#include "config/yaml_text.h"

/* "[a, b]": one item after the other. */
static void begin_item(size_t index, struct buf *out)
{
    buf_add_string(out, index == 0 ? "[" : ", ");
}

static void end_list(size_t count, struct buf *out)
{
    buf_add_string(out, count == 0 ? "[]" : "]");
}

static void add_endpoints(const struct addr *addrs, size_t count, struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    for (size_t i = 0; i < count; i++) {
        begin_item(i, out);
        yaml_add_text(out, addr_format(&addrs[i], text));
    }
    end_list(count, out);
}

/* Item `index` was written as a port alone. */
static bool is_both(const struct reflect_settings *settings, size_t index)
{
    return index < REFLECT_LISTEN_MAX && (settings->listen_both >> index & 1) != 0;
}

/* The IPv6 half of such a port, which the program has added behind the others. */
static bool is_added(const struct reflect_settings *settings, size_t index)
{
    const struct addr *addr = &settings->listen[index];
    for (size_t i = 0; i < index; i++) {
        if (is_both(settings, i) && addr->family == ADDR_IPV6 && addr_is_any(addr) &&
            addr->port == settings->listen[i].port) {
            return true;
        }
    }
    return false;
}

static void add_listen(const struct reflect_settings *settings, struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    size_t count = 0;
    for (size_t i = 0; i < settings->listen_count; i++) {
        if (is_added(settings, i)) {
            continue;
        }
        begin_item(count++, out);
        if (is_both(settings, i)) {
            buf_printf(out, "%u", (unsigned)settings->listen[i].port);
        } else {
            yaml_add_text(out, addr_format(&settings->listen[i], text));
        }
    }
    end_list(count, out);
}

static void add_ports(const struct port_set *ports, struct buf *out)
{
    size_t count = 0;
    for (uint32_t port = 1; port <= UINT16_MAX; port++) {
        if (!port_set_has(ports, (uint16_t)port)) {
            continue;
        }
        uint32_t last = port;
        while (last < UINT16_MAX && port_set_has(ports, (uint16_t)(last + 1))) {
            last++;
        }
        begin_item(count++, out);
        buf_printf(out, port == last ? "%u" : "%u-%u", (unsigned)port, (unsigned)last);
        port = last;
    }
    end_list(count, out);
}

static void add_ids(const struct auth_key *keys, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        begin_item(i, out);
        buf_printf(out, "%u", (unsigned)keys[i].id);
    }
    end_list(count, out);
}

static void add_number(const struct schema_key *key, const struct reflect_settings *settings,
                       struct buf *out)
{
    char text[DURATION_TEXT_MAX];
    int64_t number =
        number_field_get((const char *)settings + key->setting.offset, key->setting.size);
    if (key->kind == SCHEMA_DURATION) {
        buf_add_string(out, duration_format(number, text));
    } else if (key->kind == SCHEMA_CHOICE) {
        buf_add_string(out, key->choices[number]);
    } else {
        buf_printf(out, "%" PRId64, number);
    }
}

/* Keys that are no number. */
static void add_other(enum slot slot, const struct reflect_settings *settings, struct buf *out)
{
    switch (slot) {
    case SLOT_LISTEN:
        add_listen(settings, out);
        break;
    case SLOT_PERMANENT_PORTS:
        add_endpoints(settings->permanent, settings->permanent_count, out);
        break;
    case SLOT_PERMANENT_TCP_PORTS:
        add_endpoints(settings->permanent_tcp, settings->permanent_tcp_count, out);
        break;
    case SLOT_STAMP_PORTS:
        add_endpoints(settings->stamp.ports, settings->stamp.port_count, out);
        break;
    case SLOT_STAMP_KEY:
        buf_printf(out, "%u", (unsigned)settings->stamp.key.id);
        break;
    case SLOT_TWAMP_PORTS:
        add_endpoints(settings->twamp.ports, settings->twamp.port_count, out);
        break;
    case SLOT_TWAMP_KEYS:
        add_ids(settings->twamp.keys, settings->twamp.key_count, out);
        break;
    case SLOT_RESPONDER_VRF:
        yaml_add_text(out, settings->device);
        break;
    case SLOT_ALLOW:
        yaml_add_prefixes(settings->allow, settings->allow_count, out);
        break;
    case SLOT_RESERVE_FOR:
        yaml_add_prefixes(settings->reserve_for, settings->reserve_for_count, out);
        break;
    case SLOT_IMPAIR:
        effective_add_impair(&settings->impair, out);
        break;
    case SLOT_PORTS:
        add_ports(&settings->ports, out);
        break;
    case SLOT_RESPONDER_KEYS:
        add_ids(settings->keys, settings->key_count, out);
        break;
    default:
        break;
    }
}

/* Keys that have no value that says "none". */
static bool is_absent(enum slot slot, const struct reflect_settings *settings)
{
    return (slot == SLOT_RESPONDER_VRF && settings->device[0] == '\0') ||
           (slot == SLOT_STAMP_KEY && settings->stamp.key.algorithm == AUTH_NONE) ||
           (slot == SLOT_IMPAIR && settings->impair.rule_count == 0);
}

void effective_add_responder(const struct reflect_settings *settings, struct buf *out)
{
    buf_add_string(out, "responder:\n");
    for (size_t i = 0; i < schema_responder.count; i++) {
        const struct schema_key *key = &schema_responder.keys[i];
        if (is_absent(key->slot, settings)) {
            continue;
        }
        buf_printf(out, "  %s: ", key->name);
        if (key->setting.size > 0) {
            add_number(key, settings, out);
        } else {
            add_other(key->slot, settings, out);
        }
        buf_add_char(out, '\n');
    }
}
