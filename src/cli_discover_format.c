/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "cli_discover.h"
#include "wire/ipsla.h"

#define STATUS_AUTH 2

static void add_line(struct buf *out, const char *address, const char *name, int width)
{
    buf_printf(out, "%-15s  ", address);
    if (width > 0) {
        buf_printf(out, "%-*s  ", width, name);
    }
}

void cli_discover_add_head(const struct cli_hosts *hosts, struct buf *out)
{
    add_line(out, "ADDRESS", "NAME", hosts->name_width);
    buf_printf(out, "%-7s  %8s  DETAIL\n", "V1", "RTT ms");
}

static bool is_answer(const struct discover_result *result)
{
    return result->outcome == DISCOVER_ACCEPTED || result->outcome == DISCOVER_REFUSED;
}

static bool demands_auth(const struct discover_result *result)
{
    return result->outcome == DISCOVER_REFUSED && ipsla_status_code(result->status) == STATUS_AUTH;
}

static const char *word_of(enum discover_outcome outcome)
{
    switch (outcome) {
    case DISCOVER_ACCEPTED:
        return "yes";
    case DISCOVER_REFUSED:
        return "refused";
    case DISCOVER_CLOSED:
        return "no";
    default:
        return "-";
    }
}

/* What RFC 6812 calls the codes. */
static const char *refusal_text(uint32_t status)
{
    switch (ipsla_status_code(status)) {
    case 1:
        return "fail";
    case STATUS_AUTH:
        return "authentication demanded";
    case 3:
        return "format error";
    case 4:
        return "port in use";
    default:
        return "unknown reason";
    }
}

static void add_detail(const struct discover_result *result, struct buf *out)
{
    switch (result->outcome) {
    case DISCOVER_NO_ANSWER:
        buf_add_string(out, "no answer");
        break;
    case DISCOVER_ACCEPTED:
        buf_printf(out, "reply shape: %s", discover_shape_name(result->shape));
        break;
    case DISCOVER_REFUSED:
        buf_printf(out, "%s (status 0x%08" PRIx32 ")", refusal_text(result->status),
                   result->status);
        break;
    case DISCOVER_UNREADABLE:
        buf_add_string(out, "an answer that is not one of version 1");
        break;
    case DISCOVER_CLOSED:
        buf_add_string(out, "host up, no responder (ICMP port unreachable)");
        break;
    case DISCOVER_UNREACHABLE:
        buf_printf(out, "ICMP error: %s", strerror(result->error));
        break;
    case DISCOVER_UNSENT:
        buf_printf(out, "not sent: %s", strerror(result->error));
        break;
    }
}

void cli_discover_add_row(const struct cli_hosts *hosts, size_t index,
                          const struct discover_result *result, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    const char *name = hosts->hosts[index].name;
    add_line(out, addr_format_ip(&result->peer, address), name == NULL ? "-" : name,
             hosts->name_width);
    buf_printf(out, "%-7s  ", word_of(result->outcome));
    if (is_answer(result)) {
        buf_printf(out, "%8.3f  ", (double)result->rtt_ns / NS_PER_MS);
    } else {
        buf_printf(out, "%8s  ", "-");
    }
    add_detail(result, out);
    buf_add_char(out, '\n');
}

void cli_discover_add_legend(struct buf *out)
{
    buf_add_string(
        out,
        "\n"
        "yes      a responder of version 1 opened the port\n"
        "refused  a responder answered and opened nothing; the status says why\n"
        "no       the host is up and has no responder on the control port\n"
        "-        not known: \"no answer\" does not prove that there is no responder, because\n"
        "         filters and routers that protect themselves drop without a word\n"
        "copy     the request itself came back: some responders do that, any echo service too\n");
}

static void add_status(const char *name, bool has_value, uint32_t value, struct buf *out)
{
    buf_printf(out, ", \"%s\": ", name);
    if (has_value) {
        buf_printf(out, "%" PRIu32, value);
    } else {
        buf_add_string(out, "null");
    }
}

static void add_v1(const struct discover_result *result, struct buf *out)
{
    bool is_accepted = result->outcome == DISCOVER_ACCEPTED;
    bool is_refused = result->outcome == DISCOVER_REFUSED;
    buf_printf(out, "{\"outcome\": \"%s\", \"shape\": ", discover_outcome_name(result->outcome));
    if (is_accepted) {
        buf_printf(out, "\"%s\"", discover_shape_name(result->shape));
    } else {
        buf_add_string(out, "null");
    }
    add_status("status", is_refused, result->status, out);
    add_status("status_code", is_refused, ipsla_status_code(result->status), out);
    buf_printf(
        out, ", \"auth_demanded\": %s, \"rtt_seconds\": ", demands_auth(result) ? "true" : "false");
    if (is_answer(result)) {
        buf_printf(out, "%" PRId64 ".%09" PRId64, result->rtt_ns / NS_PER_SECOND,
                   result->rtt_ns % NS_PER_SECOND);
    } else {
        buf_add_string(out, "null");
    }
    buf_printf(out, ", \"requests\": %u, \"detail\": \"", result->tries);
    add_detail(result, out);
    buf_add_string(out, "\"}");
}

void cli_discover_add_json(const struct cli_host *host, const struct discover_result *result,
                           struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    buf_printf(out, "{\"address\": \"%s\", \"name\": ", addr_format_ip(&result->peer, address));
    if (host->name == NULL) {
        buf_add_string(out, "null");
    } else {
        buf_printf(out, "\"%s\"", host->name);
    }
    bool is_up = is_answer(result) || result->outcome == DISCOVER_CLOSED ||
                 result->outcome == DISCOVER_UNREADABLE;
    buf_printf(out, ", \"host_up\": %s, \"v1\": ", is_up ? "true" : "null");
    add_v1(result, out);
    buf_add_string(out, "}\n");
}
