/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What was discovered, as a configuration of the exporter. */
#include "cli/discover.h"
#include "probe/control.h"
#include "wire/ipsla.h"
#include "wire/stamp_packet.h"
#include "wire/twamp_control.h"

#define DEFAULT_PORT 16384
#define CODE_PORT_IN_USE 4 /* ipsla_status_code */

static const struct discover_result *result_of(const struct cli_discover *view, size_t index,
                                               enum discover_method method)
{
    return discover_result(view->discover, index, method);
}

/* The first that answered: version 1 before 2, a responder before a host. */
static enum discover_method method_of(const struct cli_discover *view, size_t index)
{
    enum discover_method method = DISCOVER_V1;
    while (method + 1 < DISCOVER_METHOD_COUNT &&
           !cli_discover_is_answer(result_of(view, index, method))) {
        method++;
    }
    return method;
}

static void add_control(const struct discover_result *result, enum control_version version,
                        struct buf *out)
{
    bool is_usual = result->peer.port == control_version_port(version);
    if (version == CONTROL_V1 && is_usual) {
        return;
    }
    buf_printf(out, ", control: {version: %d", (int)version);
    if (!is_usual) {
        buf_printf(out, ", port: %u", (unsigned)result->peer.port);
    }
    buf_add_char(out, '}');
}

static void add_reflector(const struct discover_result *result, struct buf *out)
{
    buf_printf(out, ", operation: %s", discover_is_stamp(result->signs) ? "stamp" : "twamp-light");
    if (result->peer.port != STAMP_PORT) {
        buf_printf(out, ", port: %u", (unsigned)result->peer.port);
    }
}

static void add_server(const struct discover_result *result, struct buf *out)
{
    buf_add_string(out, ", operation: twamp");
    if (result->peer.port != TWAMP_PORT) {
        buf_printf(out, ", server_port: %u", (unsigned)result->peer.port);
    }
}

/* What somebody has to do before the target can be measured; nothing when that is nothing. */
static void add_comment(const struct discover_result *result, enum discover_method method,
                        struct buf *out)
{
    unsigned code = ipsla_status_code(result->status);
    bool is_refused = result->outcome == DISCOVER_REFUSED;
    if (method == DISCOVER_TWAMP && is_refused) {
        buf_add_string(out, "  # a TWAMP server that offers this host no mode\n");
    } else if (method == DISCOVER_TWAMP && (result->modes & TWAMP_OPEN) == 0) {
        buf_add_string(out, "  # offers no unauthenticated mode: add mode and auth_key\n");
    } else if (is_refused) {
        buf_printf(out, "  # refused a request (status %u)%s\n", code,
                   code == CODE_PORT_IN_USE
                       ? ": something has the port; write {host: ..., port: N} with another port"
                       : "; where it demands a key, add control: {key: ID}");
    }
}

static void add_method(const struct discover_result *result, enum discover_method method,
                       struct buf *out)
{
    switch (method) {
    case DISCOVER_V1:
        add_control(result, CONTROL_V1, out);
        break;
    case DISCOVER_V2:
        add_control(result, CONTROL_V2, out);
        break;
    case DISCOVER_STAMP:
        add_reflector(result, out);
        break;
    case DISCOVER_TWAMP:
        add_server(result, out);
        break;
    case DISCOVER_ECHO:
        buf_add_string(out, ", module: ping");
        break;
    default:
        buf_add_string(out, ", operation: icmp-jitter");
        break;
    }
}

void cli_discover_add_yaml_head(uint16_t port, struct buf *out)
{
    if (port != DEFAULT_PORT) {
        buf_printf(out, "defaults: {port: %u}\n", (unsigned)port);
    }
    buf_add_string(out, "targets:\n");
}

void cli_discover_add_yaml(const struct cli_discover *view, size_t index, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    const struct cli_host *host = &view->hosts->hosts[index];
    enum discover_method method = method_of(view, index);
    const struct discover_result *result = result_of(view, index, method);
    bool is_ipv6 = host->addr.family == ADDR_IPV6;
    struct buf more = {0};
    if (host->name != NULL && is_ipv6) {
        buf_add_string(&more, ", ip_version: 6");
    }
    add_method(result, method, &more);
    add_comment(result, method, out);
    if (host->name != NULL && is_ipv6) { /* the name stands for its IPv4 address too */
        buf_printf(out, "  - {name: %s-ipv6, host: %s%s}\n", host->name, host->name,
                   buf_string(&more));
    } else {
        const char *quote = host->name == NULL && is_ipv6 ? "'" : "";
        const char *text = host->name != NULL ? host->name : addr_format_ip(&host->addr, address);
        buf_printf(out, more.size > 0 ? "  - {host: %s%s%s%s}\n" : "  - %s%s%s%s\n", quote, text,
                   quote, buf_string(&more));
    }
    buf_fini(&more);
}
