/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a router needs that is measured: a responder, ports that are always open, keys, and an
 * access list for whoever has one. */
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "export/export.h"

#define LIST "IPSLA-SENDER"
#define CHAIN "IPSLA"

struct router {
    const struct export_router *settings;
    const struct spec *const *specs;
    size_t count;
    bool is_ipv6;
    struct buf *out;
};

static bool asks(const struct spec *spec)
{
    return spec->operation->has_ports && control_has_request(spec->control.version);
}

/* A port that nobody asks for: it must be open always. */
static bool is_permanent(const struct spec *spec)
{
    return export_is_ip_sla(spec->operation) && spec->operation->has_ports &&
           !control_has_request(spec->control.version);
}

static bool is_tcp(const struct spec *spec)
{
    return spec->operation->transport == TRANSPORT_TCP_CONNECT;
}

/* An earlier target has the same port, of the same transport, in the same way. */
static bool is_repeated(const struct router *router, size_t index)
{
    const struct spec *spec = router->specs[index];
    for (size_t i = 0; i < index; i++) {
        const struct spec *other = router->specs[i];
        if (other->operation->transport == spec->operation->transport &&
            other->path.port == spec->path.port && is_permanent(other) == is_permanent(spec)) {
            return true;
        }
    }
    return false;
}

static void add_responder(const struct router *router)
{
    static const char *const lines[EXPORT_DIALECTS] = {
        [EXPORT_IOS] = "ip sla responder\n",
        [EXPORT_NXOS] = "ip sla responder\n",
        [EXPORT_XR] = "ipsla\n responder\n",
    };
    buf_add_string(router->out, lines[router->settings->dialect]);
}

static void add_permanent(const struct router *router, const struct spec *spec)
{
    struct addr address;
    bool has_address = addr_parse_ip(spec->identity.host, &address);
    const char *of = has_address ? spec->identity.host : "<an address of this router>";
    if (is_tcp(spec)) {
        buf_printf(router->out, "! unless a server of the router has TCP port %u already:\n",
                   (unsigned)spec->path.port);
    }
    if (router->settings->dialect != EXPORT_XR) {
        buf_printf(router->out, "ip sla responder %s ipaddress %s port %u\n",
                   is_tcp(spec) ? "tcp-connect" : "udp-echo", of, (unsigned)spec->path.port);
    } else if (is_tcp(spec)) {
        buf_printf(router->out, "  ! port %u: the responder of IOS XR has no TCP ports\n",
                   (unsigned)spec->path.port);
    } else {
        buf_printf(router->out, "  type udp ipv%c address %s port %u\n",
                   has_address && address.family == ADDR_IPV6 ? '6' : '4', of,
                   (unsigned)spec->path.port);
    }
}

/* Ports that are open always, each once. */
static void add_permanents(const struct router *router)
{
    for (size_t i = 0; i < router->count; i++) {
        if (is_permanent(router->specs[i]) && !is_repeated(router, i)) {
            add_permanent(router, router->specs[i]);
        }
    }
}

static bool is_key_repeated(const struct router *router, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (router->specs[i]->control.key.id == router->specs[index]->control.key.id) {
            return true;
        }
    }
    return false;
}

static void add_key(const struct router *router, const struct auth_key *key)
{
    struct buf *out = router->out;
    if (key->algorithm != AUTH_MD5) {
        buf_printf(out, " ! key %u (%s): a router's key chain for version 2 is not known\n",
                   (unsigned)key->id, auth_algorithm_name(key->algorithm));
        return;
    }
    buf_printf(out, " key %u\n  key-string ", (unsigned)key->id);
    if (router->settings->has_secrets) {
        buf_add(out, (const char *)key->secret, key->size);
    } else {
        buf_printf(out, "<secret of key %u; --secrets writes it>", (unsigned)key->id);
    }
    buf_add_char(out, '\n');
}

static void add_keys(const struct router *router)
{
    bool has_keys = false;
    for (size_t i = 0; i < router->count; i++) {
        const struct auth_key *key = &router->specs[i]->control.key;
        if (!asks(router->specs[i]) || key->algorithm == AUTH_NONE || is_key_repeated(router, i)) {
            continue;
        }
        if (!has_keys) {
            buf_add_string(router->out, "key chain " CHAIN "\n");
        }
        has_keys = true;
        add_key(router, key);
    }
    if (has_keys) {
        buf_add_string(router->out, router->settings->dialect == EXPORT_XR
                                        ? "ipsla\n key-chain " CHAIN "\n"
                                        : "ip sla key-chain " CHAIN "\n");
    }
}

/* Who sends: the flag's address, the target's, or a placeholder. */
static void add_source(const struct router *router, const struct spec *spec, struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    const struct addr *own =
        router->settings->own != NULL ? router->settings->own : &spec->path.source;
    const char *address =
        own->family == ADDR_NONE ? "<address of this host>" : addr_format_ip(own, text);
    if (router->settings->dialect == EXPORT_NXOS) {
        buf_printf(out, "%s/%s", address, router->is_ipv6 ? "128" : "32");
    } else {
        buf_printf(out, "host %s", address);
    }
}

/* What answers them is no responder of `ip sla`. */
static void note_others(const struct router *router)
{
    for (size_t i = 0; i < router->count; i++) {
        const struct spec *spec = router->specs[i];
        if (!export_is_ip_sla(spec->operation)) {
            buf_printf(router->out,
                       "! %s: %s is no operation of `ip sla`; the router needs a reflector "
                       "at UDP port %u\n",
                       spec->identity.name, spec->operation->name, (unsigned)spec->path.port);
        }
    }
}

/* A line, unless the list has it already. */
static void permit(const struct router *router, struct buf *list, const struct spec *spec,
                   const char *what, const char *where)
{
    struct buf line = {0};
    buf_printf(&line, " permit %s ", what);
    add_source(router, spec, &line);
    buf_printf(&line, " any %s\n", where);
    if (strstr(buf_string(list), buf_string(&line)) == NULL) {
        buf_add(list, line.bytes, line.size);
    }
    buf_fini(&line);
}

static void permit_target(const struct router *router, struct buf *list, const struct spec *spec)
{
    char port[16];
    if (!spec->operation->has_ports) {
        bool is_stamp = spec->operation->transport == TRANSPORT_ICMP_TIMESTAMP;
        const char *echo = router->is_ipv6 ? "echo-request" : "echo";
        permit(router, list, spec, "icmp", is_stamp ? "timestamp-request" : echo);
        return;
    }
    if (asks(spec)) { /* routers answer version 1 on one port, version 2 on the other */
        permit(router, list, spec, "udp", "eq 1967");
        permit(router, list, spec, "udp", "eq 1167");
    }
    snprintf(port, sizeof port, "eq %u", (unsigned)spec->path.port);
    permit(router, list, spec, is_tcp(spec) ? "tcp" : "udp", port);
}

static void add_access_list(const struct router *router)
{
    static const char *const heads[EXPORT_DIALECTS][2] = {
        [EXPORT_IOS] = {"ip access-list extended " LIST, "ipv6 access-list " LIST},
        [EXPORT_NXOS] = {"ip access-list " LIST, "ipv6 access-list " LIST},
        [EXPORT_XR] = {"ipv4 access-list " LIST, "ipv6 access-list " LIST},
    };
    struct buf list = {0};
    for (size_t i = 0; i < router->count; i++) {
        permit_target(router, &list, router->specs[i]);
    }
    buf_printf(router->out, "! where an access list filters what comes to this router:\n%s\n%s",
               heads[router->settings->dialect][router->is_ipv6], buf_string(&list));
    buf_fini(&list);
}

static void add_head(const struct router *router)
{
    const struct spec *const *specs = router->specs;
    buf_printf(router->out, "! %s:", specs[0]->identity.host);
    for (size_t i = 0; i < router->count; i++) {
        buf_printf(router->out, "%s %s", i > 0 ? "," : "", specs[i]->identity.name);
    }
    buf_add_char(router->out, '\n');
}

void export_router_add(const struct export_router *settings, const struct spec *const *specs,
                       size_t count, struct buf *out)
{
    struct addr address;
    struct router router = {.settings = settings, .specs = specs, .count = count, .out = out};
    router.is_ipv6 =
        addr_parse_ip(specs[0]->identity.host, &address) && address.family == ADDR_IPV6;
    bool needs_responder = false, needs_feature = false;
    for (size_t i = 0; i < count; i++) {
        needs_responder = needs_responder || asks(specs[i]) ||
                          (is_permanent(specs[i]) && settings->dialect == EXPORT_XR);
        needs_feature = needs_feature || asks(specs[i]) || is_permanent(specs[i]);
    }
    add_head(&router);
    if (settings->dialect == EXPORT_NXOS && needs_feature) {
        buf_add_string(out, "feature sla responder\n");
    }
    if (needs_responder) {
        add_responder(&router);
    }
    add_permanents(&router);
    note_others(&router);
    add_keys(&router);
    add_access_list(&router);
}
