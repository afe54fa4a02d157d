/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/discover.h"
#include "operation/operation.h"
#include "wire/ipsla.h"

#define STATUS_AUTH 2
#define CELL_BYTES_MAX 40

static const struct discover_result *result_of(const struct cli_discover *view, size_t index,
                                               enum discover_method method)
{
    return discover_result(view->discover, index, method);
}

bool cli_discover_is_answer(const struct discover_result *result)
{
    return result->outcome == DISCOVER_ACCEPTED || result->outcome == DISCOVER_REFUSED;
}

static bool demands_auth(const struct discover_result *result)
{
    return result->outcome == DISCOVER_REFUSED && ipsla_status_code(result->status) == STATUS_AUTH;
}

/* Not wanted, or not of this family: nothing was to be found out. */
static bool is_void(const struct discover_result *result)
{
    return result->outcome == DISCOVER_NOT_ASKED && result->error == 0;
}

bool cli_discover_is_found(const struct cli_discover *view, size_t index)
{
    bool has_responders = view->methods[DISCOVER_V1] || view->methods[DISCOVER_V2] ||
                          view->methods[DISCOVER_STAMP] || view->methods[DISCOVER_TWAMP];
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        if (discover_is_responder(method) == has_responders &&
            cli_discover_is_answer(result_of(view, index, method))) {
            return true;
        }
    }
    return false;
}

static void add_names(const struct cli_hosts *hosts, const char *address, const char *name,
                      struct buf *out)
{
    buf_printf(out, "%-*s  ", hosts->address_width, address);
    if (hosts->name_width > 0) {
        buf_printf(out, "%-*s  ", hosts->name_width, name);
    }
}

/* "refused 1234.567" fits. */
static int cell_width(enum discover_method method)
{
    return discover_is_responder(method) ? 16 : 9;
}

void cli_discover_add_head(const struct cli_discover *view, struct buf *out)
{
    static const char *const heads[] = {
        [DISCOVER_V1] = "V1",       [DISCOVER_V2] = "V2",     [DISCOVER_STAMP] = "STAMP",
        [DISCOVER_TWAMP] = "TWAMP", [DISCOVER_ECHO] = "ECHO", [DISCOVER_TIMESTAMP] = "TIMESTAMP",
    };
    add_names(view->hosts, "ADDRESS", "NAME", out);
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        if (view->methods[method]) {
            buf_printf(out, "%-*s  ", cell_width(method), heads[method]);
        }
    }
    buf_add_string(out, "DETAIL\n");
}

static const char *word_of(const struct discover_result *result)
{
    switch (result->outcome) {
    case DISCOVER_ACCEPTED:
        return "yes";
    case DISCOVER_REFUSED:
        return demands_auth(result) ? "auth" : "refused";
    case DISCOVER_CLOSED:
        return "no";
    case DISCOVER_NOT_ASKED:
        return "n/a";
    default:
        return "-";
    }
}

static void add_cell(const struct discover_result *result, enum discover_method method,
                     struct buf *out)
{
    char cell[CELL_BYTES_MAX];
    double rtt_ms = (double)result->rtt_ns / NS_PER_MS;
    if (!cli_discover_is_answer(result)) {
        snprintf(cell, sizeof cell, "%s", word_of(result));
    } else if (discover_is_responder(method)) {
        snprintf(cell, sizeof cell, "%s %.3f", word_of(result), rtt_ms);
    } else {
        snprintf(cell, sizeof cell, "%.3f", rtt_ms);
    }
    buf_printf(out, "%-*s  ", cell_width(method), cell);
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

/* What the operation that sends the same packets says it needs. */
static const char *privilege_of(enum discover_method method)
{
    enum transport wanted =
        method == DISCOVER_ECHO ? TRANSPORT_ICMP_ECHO : TRANSPORT_ICMP_TIMESTAMP;
    size_t i = 0;
    while (operation_at(i)->transport != wanted) {
        i++;
    }
    return operation_at(i)->privilege;
}

void cli_discover_add_refusal(enum discover_method method, int error, struct buf *out)
{
    if (error == EPROTONOSUPPORT && !discover_is_responder(method)) {
        buf_add_string(out, privilege_of(method));
    } else {
        buf_add_string(out, strerror(error));
    }
}

/* "STAMP with TLVs, numbers its replies". */
static void add_signs(unsigned signs, struct buf *out)
{
    static const char *const texts[DISCOVER_SIGN_COUNT] = {
        [3] = "says that its clock is synchronized",
        [4] = "claims an error of 0.2 ns",
        [5] = "no TTL",
        [6] = "T2 is T3",
        [7] = "T1 and T3 exchanged",
        [8] = "sender fields not returned, so it cannot be measured",
    };
    const char *software = discover_software(signs);
    buf_add_string(out, discover_is_stamp(signs) ? "STAMP with TLVs" : "TWAMP Light or STAMP");
    buf_add_string(out, (signs & DISCOVER_STATEFUL) != 0 ? ", stateful" : ", stateless");
    for (unsigned bit = 0; bit < DISCOVER_SIGN_COUNT; bit++) {
        if ((signs & 1U << bit) != 0 && texts[bit] != NULL) {
            buf_printf(out, ", %s", texts[bit]);
        }
    }
    if (software != NULL) {
        buf_printf(out, "; as %s does", software);
    }
}

/* "offers unauthenticated, authenticated". */
static void add_server(const struct discover_result *result, struct buf *out)
{
    const char *software = discover_server_software(result->modes, result->count);
    const char *separator = "";
    buf_add_string(out, "offers ");
    for (unsigned bit = 0; discover_mode_name(bit) != NULL; bit++) {
        if ((result->modes & 1U << bit) != 0) {
            buf_printf(out, "%s%s", separator, discover_mode_name(bit));
            separator = ", ";
        }
    }
    if (separator[0] == '\0') {
        buf_printf(out, "modes 0x%" PRIx32, result->modes);
    }
    if (software != NULL) {
        buf_printf(out, "; as %s does", software);
    }
}

static void add_accepted(const struct discover_result *result, enum discover_method method,
                         struct buf *out)
{
    if (method == DISCOVER_V1) {
        buf_printf(out, "reply shape %s", discover_shape_name(result->shape));
    } else if (method == DISCOVER_V2) {
        buf_add_string(out, "no authentication demanded");
    } else if (method == DISCOVER_STAMP) {
        add_signs(result->signs, out);
    } else if (method == DISCOVER_TWAMP) {
        add_server(result, out);
    } else if (method == DISCOVER_TIMESTAMP && !result->is_utc) {
        buf_add_string(out, "its clock is not UTC");
    } else if (method == DISCOVER_TIMESTAMP && result->is_swapped) {
        buf_add_string(out, "its times are byte-swapped");
    }
}

/* Empty when the word says it all. */
static void add_detail(const struct discover_result *result, enum discover_method method,
                       struct buf *out)
{
    switch (result->outcome) {
    case DISCOVER_NO_ANSWER:
        buf_add_string(out, "no answer");
        break;
    case DISCOVER_ACCEPTED:
        add_accepted(result, method, out);
        break;
    case DISCOVER_REFUSED:
        if (method == DISCOVER_TWAMP) {
            buf_add_string(out, "a server that offers no mode");
            break;
        }
        buf_printf(out, "%s (status 0x%08" PRIx32 ")", refusal_text(result->status),
                   result->status);
        break;
    case DISCOVER_UNREADABLE:
        if (result->signs != 0) {
            add_signs(result->signs, out);
        } else if (method == DISCOVER_TWAMP) {
            buf_add_string(out, "somebody listens who does not greet as a TWAMP server");
        } else {
            buf_add_string(out, "something came back that is no answer");
        }
        break;
    case DISCOVER_CLOSED:
        buf_add_string(out, "host up, port closed");
        break;
    case DISCOVER_UNREACHABLE:
        buf_printf(out, "ICMP error: %s",
                   result->error == EACCES ? "administratively prohibited"
                                           : strerror(result->error));
        break;
    case DISCOVER_UNSENT:
        buf_printf(out, "not sent: %s", strerror(result->error));
        break;
    case DISCOVER_NOT_ASKED:
        if (result->error != 0) {
            cli_discover_add_refusal(method, result->error, out);
        }
        break;
    }
}

/* "v1, v2: no answer; echo: ...": methods with the same to say share it. What could not be asked
 * was said once for all addresses. */
static void add_details(const struct cli_discover *view, size_t index, struct buf *out)
{
    struct buf details[DISCOVER_METHOD_COUNT] = {{0}};
    const char *separator = "";
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        const struct discover_result *result = result_of(view, index, method);
        if (result->outcome != DISCOVER_NOT_ASKED) {
            add_detail(result, method, &details[method]);
        }
    }
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        if (details[method].size == 0) {
            continue;
        }
        buf_printf(out, "%s%s", separator, discover_method_name(method));
        for (enum discover_method other = method + 1; other < DISCOVER_METHOD_COUNT; other++) {
            if (strcmp(buf_string(&details[other]), buf_string(&details[method])) == 0) {
                buf_printf(out, ", %s", discover_method_name(other));
                details[other].size = 0;
            }
        }
        buf_printf(out, ": %s", buf_string(&details[method]));
        separator = "; ";
    }
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        buf_fini(&details[method]);
    }
}

void cli_discover_add_row(const struct cli_discover *view, size_t index, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    const struct cli_host *host = &view->hosts->hosts[index];
    add_names(view->hosts, addr_format_ip(&host->addr, address),
              host->name == NULL ? "-" : host->name, out);
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        if (view->methods[method]) {
            add_cell(result_of(view, index, method), method, out);
        }
    }
    add_details(view, index, out);
    buf_add_char(out, '\n');
}

void cli_discover_add_legend(struct buf *out)
{
    buf_add_string(
        out,
        "\n"
        "1.234    round-trip time in milliseconds\n"
        "yes      a responder of that version opened the port; a reflector answered; a server\n"
        "         offers modes\n"
        "auth     a responder answered that it demands authentication, and opened nothing\n"
        "refused  a responder answered and opened nothing; the status says why\n"
        "no       the host is up and has no responder on the control port\n"
        "-        not known: \"no answer\" does not prove that there is nothing, because\n"
        "         filters and routers that protect themselves drop without a word\n"
        "n/a      not asked\n"
        "copy     the request itself came back: some responders do that, any echo service too\n");
}

static void add_optional(const char *name, bool has_value, uint32_t value, struct buf *out)
{
    buf_printf(out, ", \"%s\": ", name);
    if (has_value) {
        buf_printf(out, "%" PRIu32, value);
    } else {
        buf_add_string(out, "null");
    }
}

/* Only an answer tells: silence does not, nor does a refusal for another reason, nor what an echo
 * service returns. */
static const char *auth_word(const struct discover_result *result, enum discover_method method)
{
    bool is_copy = method == DISCOVER_V1 && result->shape == DISCOVER_COPY;
    if (demands_auth(result)) {
        return "true";
    }
    return result->outcome == DISCOVER_ACCEPTED && !is_copy ? "false" : "null";
}

static void add_control(const struct discover_result *result, enum discover_method method,
                        struct buf *out)
{
    bool is_refused = result->outcome == DISCOVER_REFUSED;
    if (method == DISCOVER_V1 && result->outcome == DISCOVER_ACCEPTED) {
        buf_printf(out, ", \"shape\": \"%s\"", discover_shape_name(result->shape));
    } else if (method == DISCOVER_V1) {
        buf_add_string(out, ", \"shape\": null");
    }
    add_optional("status", is_refused, result->status, out);
    add_optional("status_code", is_refused, ipsla_status_code(result->status), out);
    buf_printf(out, ", \"auth_demanded\": %s", auth_word(result, method));
}

static void add_reflector(const struct discover_result *result, struct buf *out)
{
    bool is_answer = result->signs != 0 || cli_discover_is_answer(result);
    const char *software = is_answer ? discover_software(result->signs) : NULL;
    const char *separator = "";
    buf_printf(out, ", \"mode\": %s",
               !is_answer                         ? "null"
               : discover_is_stamp(result->signs) ? "\"stamp\""
                                                  : "\"twamp-light\"");
    buf_printf(out, ", \"reflector\": %s",
               !is_answer                                 ? "null"
               : (result->signs & DISCOVER_STATEFUL) != 0 ? "\"stateful\""
                                                          : "\"stateless\"");
    buf_add_string(out, ", \"signs\": [");
    for (unsigned bit = 0; bit < DISCOVER_SIGN_COUNT; bit++) {
        if ((result->signs & 1U << bit) != 0) {
            buf_printf(out, "%s\"%s\"", separator, discover_sign_name(bit));
            separator = ", ";
        }
    }
    buf_printf(out, "], \"software\": %s%s%s", software == NULL ? "" : "\"",
               software == NULL ? "null" : software, software == NULL ? "" : "\"");
}

static void add_offer(const struct discover_result *result, struct buf *out)
{
    const char *software = discover_server_software(result->modes, result->count);
    const char *separator = "";
    bool is_answer = cli_discover_is_answer(result);
    buf_add_string(out, ", \"modes\": [");
    for (unsigned bit = 0; discover_mode_name(bit) != NULL; bit++) {
        if ((result->modes & 1U << bit) != 0) {
            buf_printf(out, "%s\"%s\"", separator, discover_mode_name(bit));
            separator = ", ";
        }
    }
    buf_add_char(out, ']');
    add_optional("count", is_answer, result->count, out);
    buf_printf(out, ", \"software\": %s%s%s", software == NULL ? "" : "\"",
               software == NULL ? "null" : software, software == NULL ? "" : "\"");
}

static void add_method(const struct discover_result *result, enum discover_method method,
                       struct buf *out)
{
    buf_printf(out, ", \"%s\": ", discover_method_name(method));
    if (is_void(result)) {
        buf_add_string(out, "null");
        return;
    }
    buf_printf(out, "{\"outcome\": \"%s\"", discover_outcome_name(result->outcome));
    if (discover_is_control(method)) {
        add_control(result, method, out);
    } else if (method == DISCOVER_STAMP) {
        add_reflector(result, out);
    } else if (method == DISCOVER_TWAMP) {
        add_offer(result, out);
    } else if (method == DISCOVER_TIMESTAMP) {
        buf_printf(out, ", \"utc\": %s",
                   !cli_discover_is_answer(result) ? "null"
                   : result->is_utc                ? "true"
                                                   : "false");
    }
    buf_add_string(out, ", \"rtt_seconds\": ");
    if (cli_discover_is_answer(result)) {
        buf_printf(out, "%" PRId64 ".%09" PRId64, result->rtt_ns / NS_PER_SECOND,
                   result->rtt_ns % NS_PER_SECOND);
    } else {
        buf_add_string(out, "null");
    }
    buf_printf(out, ", \"requests\": %u, \"detail\": \"", result->tries);
    add_detail(result, method, out);
    buf_add_string(out, "\"}");
}

static bool is_up(const struct cli_discover *view, size_t index)
{
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        const struct discover_result *result = result_of(view, index, method);
        if (cli_discover_is_answer(result) || result->outcome == DISCOVER_CLOSED ||
            result->outcome == DISCOVER_UNREADABLE) {
            return true;
        }
    }
    return false;
}

void cli_discover_add_json(const struct cli_discover *view, size_t index, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    const struct cli_host *host = &view->hosts->hosts[index];
    buf_printf(out, "{\"address\": \"%s\", \"name\": ", addr_format_ip(&host->addr, address));
    if (host->name == NULL) {
        buf_add_string(out, "null");
    } else {
        buf_printf(out, "\"%s\"", host->name);
    }
    buf_printf(out, ", \"host_up\": %s", is_up(view, index) ? "true" : "null");
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        add_method(result_of(view, index, method), method, out);
    }
    buf_add_string(out, "}\n");
}
