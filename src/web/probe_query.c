/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/probe_query.h"

#include <string.h>

#include "config/address.h"
#include "web/query.h"

#define SECONDS_DIGITS_MAX 9
#define PORT_DIGITS_MAX 5

static const char digits[] = "0123456789";

bool probe_parse_seconds(const char *text, int64_t *out_ns)
{
    size_t whole = strspn(text, digits);
    const char *fraction = text + whole + 1;
    int64_t ns = 0, step_ns = NS_PER_SECOND;
    if (whole == 0 || whole > SECONDS_DIGITS_MAX) {
        return false;
    }
    if (text[whole] == '.' ? strspn(fraction, digits) != strlen(fraction) || *fraction == '\0'
                           : text[whole] != '\0') {
        return false;
    }
    for (size_t i = 0; i < whole; i++) {
        ns = ns * 10 + (text[i] - '0') * NS_PER_SECOND;
    }
    for (; text[whole] == '.' && *fraction != '\0' && step_ns > 1; fraction++) {
        step_ns /= 10;
        ns += (*fraction - '0') * step_ns;
    }
    *out_ns = ns;
    return true;
}

int64_t probe_budget_ns(int64_t timeout_ns, int64_t offset_ns)
{
    if (timeout_ns == 0) {
        return PROBE_TIMEOUT_MAX_NS;
    }
    int64_t budget_ns = timeout_ns - (offset_ns < timeout_ns / 2 ? offset_ns : timeout_ns / 2);
    return budget_ns < PROBE_TIMEOUT_MAX_NS ? budget_ns : PROBE_TIMEOUT_MAX_NS;
}

static const char *read_port(const char *text, uint16_t *out)
{
    size_t length = strspn(text, digits);
    unsigned port = 0;
    if (length > 0 && length <= PORT_DIGITS_MAX && text[length] == '\0') {
        for (size_t i = 0; i < length; i++) {
            port = port * 10 + (unsigned)(text[i] - '0');
        }
    }
    *out = (uint16_t)port;
    return port >= 1 && port <= UINT16_MAX ? NULL : "target has a port that is not from 1 to 65535";
}

/* "HOST", "HOST:PORT", "[IPv6]:PORT" or a bare IPv6 address. */
static const char *read_target(struct probe_query *out)
{
    const struct address_parts parts = address_split(out->name);
    if (parts.host_length >= sizeof out->host) {
        return "target is too long";
    }
    memcpy(out->host, parts.host, parts.host_length);
    out->host[parts.host_length] = '\0';
    if (strchr(out->host, '%') != NULL) {
        return "target is a link-local address, which is not measured on request";
    }
    if (address_parse_host(out->host, &out->addr) != NULL) {
        return "target is neither a host name nor the address of one host, perhaps with a port: "
               "HOST, HOST:PORT, [IPv6]:PORT";
    }
    if (out->name[0] == '[' && out->addr.family != ADDR_IPV6) {
        return "target has brackets around what is no IPv6 address";
    }
    return parts.port == NULL ? NULL : read_port(parts.port, &out->port);
}

static const char *read_debug(const struct request *request, bool *out)
{
    char text[8];
    const char *debug = request_argument(request, REQUEST_DEBUG);
    *out = false;
    if (debug == NULL) {
        return NULL;
    }
    bool is_text = query_decode(debug, text, sizeof text);
    *out = is_text && strcmp(text, "true") == 0;
    return *out || (is_text && strcmp(text, "false") == 0) ? NULL
                                                           : "debug is neither true nor false";
}

static const char *read_timeout(const struct request *request, int64_t *out_ns)
{
    const char *text = request_header(request, REQUEST_SCRAPE_TIMEOUT);
    *out_ns = 0;
    return text == NULL || (probe_parse_seconds(text, out_ns) && *out_ns > 0)
               ? NULL
               : "X-Prometheus-Scrape-Timeout-Seconds is not a number of seconds above 0";
}

const char *probe_query_read(const struct request *request, struct probe_query *out)
{
    const char *target = request_argument(request, REQUEST_TARGET);
    const char *module = request_argument(request, REQUEST_MODULE);
    *out = (struct probe_query){0};
    if (request->repeated != NULL) {
        return "target, module and debug may be given once each";
    }
    if (target == NULL || *target == '\0') {
        return "target is missing: /probe?target=HOST&module=NAME";
    }
    if (module == NULL || *module == '\0') {
        return "module is missing: /probe?target=HOST&module=NAME";
    }
    if (!query_decode(target, out->name, sizeof out->name)) {
        return "target is too long, or has a wrong escape";
    }
    if (!query_decode(module, out->module, sizeof out->module)) {
        return "module is too long, or has a wrong escape";
    }
    const char *problem = read_target(out);
    problem = problem != NULL ? problem : read_debug(request, &out->wants_log);
    return problem != NULL ? problem : read_timeout(request, &out->timeout_ns);
}
