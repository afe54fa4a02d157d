/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "explain/explain.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/addr.h"
#include "config/duration.h"
#include "explain/reason.h"
#include "operation/operation.h"

static const char *system_reason(const struct round *round)
{
    return round->error == 0 ? "unknown error" : strerror(round->error);
}

static const char *const version_words[] = {
    [ADDR_NONE] = "", [ADDR_IPV4] = "IPv4 ", [ADDR_IPV6] = "IPv6 "};

/* Why TCP did not connect. */
static void explain_connect(enum outcome outcome, const struct addr *peer, const char *reason,
                            struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    addr_format(peer, text);
    if (outcome == OUTCOME_REFUSED) {
        buf_printf(out, "%s refuses TCP connections", text);
    } else if (outcome == OUTCOME_TIMEOUT) {
        buf_printf(out, "%s did not answer TCP in time", text);
    } else if (outcome != OUTCOME_OK) {
        buf_printf(out, "no TCP connection to %s: %s", text, reason);
    }
}

/* Answers came, from where nothing was asked: what stands between is the likeliest cause. */
static bool explain_elsewhere(const struct spec *spec, const struct round *round, struct buf *out)
{
    char asked[ADDR_TEXT_MAX], other[ADDR_TEXT_MAX];
    if (round->elsewhere.family == ADDR_NONE) {
        return false;
    }
    buf_printf(out,
               "answers came from %s instead of %s: a virtual gateway address, a load balancer or "
               "an address translation on the way changes their source",
               addr_is_same_ip(&round->elsewhere, &spec->path.peer)
                   ? addr_format(&round->elsewhere, other)
                   : addr_format_ip(&round->elsewhere, other),
               addr_format_ip(&spec->path.peer, asked));
    return true;
}

/* Why ICMP brought no answer; false when the general words say it. */
static bool explain_icmp(const struct round *round, const char *ip, struct buf *out)
{
    if (round->outcome == OUTCOME_TIMEOUT) {
        buf_printf(out, "%s did not answer in time", ip);
        return true;
    }
    if (round->outcome == OUTCOME_UNREACHABLE || round->outcome == OUTCOME_PORT_UNREACHABLE ||
        round->outcome == OUTCOME_PROHIBITED) {
        buf_printf(out, "%s: ", ip);
        reason_add_icmp(&round->icmp, round->error, out);
        return true;
    }
    return false;
}

/* What was asked of the control port, and what to look at when nothing came back. */
static void explain_silence(const struct spec *spec, const struct round *round, const char *ip,
                            struct buf *out)
{
    unsigned port = spec->control.port;
    buf_printf(out,
               "no answer from %s port %u to %" PRIu32 " control requests: is "
               "\"ip sla responder\" configured there, and is UDP %u open on the way?",
               ip, port, round->control_retries + 1, port);
}

/* Replies came, but without the random bytes: a responder that changes the data, or a stranger. */
static void explain_unearned(uint64_t replies, const char *ip, struct buf *out)
{
    buf_printf(out,
               "%s sent %" PRIu64 " replies that do not return the random bytes in the data of the "
               "packets, so none was taken: either the responder changes them, or it is not the "
               "one that answers",
               ip, replies);
}

/* Late replies, or a control answer that took longer, show that the way is open. */
static bool is_path_slow(const struct spec *spec, const struct round *round)
{
    return round->late > 0 || round->missed == round->planned ||
           round->control_rtt_ns > spec->schedule.timeout_ns;
}

/* Replies came, and none was one of this operation. */
static void explain_corrupt(const struct spec *spec, const struct round *round, const char *ip,
                            struct buf *out)
{
    buf_printf(out,
               "replies came from %s port %u, but none that is valid (corrupt: %" PRIu32
               "): %s, or "
               "something changes the data",
               ip, (unsigned)spec->path.port, round->corrupt,
               spec->operation->key_algorithm != AUTH_NONE
                   ? "the reflector has no key or another one, or another service has that port"
                   : "another service has that port");
}

/* Nobody was asked to open the port. */
static void explain_closed(const struct spec *spec, const char *ip, struct buf *out)
{
    unsigned port = spec->path.port;
    bool is_reflector = !operation_takes(spec->operation, CONTROL_V1);
    buf_printf(out, "nothing came back from %s port %u in time: ", ip, port);
    if (is_reflector) {
        buf_printf(out, "does a reflector of %s answer this host there", spec->operation->name);
    } else {
        buf_add_string(out, "does it answer without a control request");
    }
    if (is_reflector && spec->control.key.algorithm != AUTH_NONE) {
        buf_printf(out, ", has it the same key %u", (unsigned)spec->control.key.id);
    }
    buf_printf(out, ", and is UDP %u open on the way?", port);
}

static void explain_timeout(const struct spec *spec, const struct round *round, const char *ip,
                            struct buf *out)
{
    unsigned port = spec->path.port;
    if (is_path_slow(spec, round)) {
        char text[DURATION_TEXT_MAX];
        buf_printf(out, "the path is slower than the timeout of %s: raise timeout",
                   duration_format(spec->schedule.timeout_ns, text));
        return;
    }
    if (round->corrupt > 0) {
        explain_corrupt(spec, round, ip, out);
        return;
    }
    if (!control_has_request(spec->control.version)) {
        explain_closed(spec, ip, out);
        return;
    }
    buf_printf(out,
               "the responder opened port %u, but no probe came back in time: is UDP %u open on "
               "the way, both ways?",
               port, port);
}

static void explain_unreachable(const struct spec *spec, const struct round *round, const char *ip,
                                struct buf *out)
{
    bool is_plain = !control_has_request(spec->control.version);
    buf_printf(out, "%s port %u: ", ip,
               (unsigned)(is_plain ? spec->path.port : spec->control.port));
    reason_add_icmp(&round->icmp, round->error, out);
    if (round->outcome == OUTCOME_PORT_UNREACHABLE) {
        buf_add_string(out, is_plain ? "; the host lives, but nothing listens on that port"
                                     : "; the host lives, but \"ip sla responder\" is not "
                                       "configured there");
    }
}

static void explain_auth(const struct spec *spec, const struct round *round, struct buf *out)
{
    const struct auth_key *key = &spec->control.key;
    const char *algorithm = auth_algorithm_name(key->algorithm);
    if (round->control_status == 0) {
        buf_printf(out, "the responder answered, but its answer is not signed as it must be: ");
    } else {
        buf_printf(out,
                   "the responder refused the control request: auth (status 0x%08" PRIx32 "): ",
                   round->control_status);
    }
    if (key->algorithm == AUTH_NONE) {
        buf_add_string(out, "it demands a key");
    } else {
        buf_printf(out, "it has no %s key %u, or another secret for it", algorithm,
                   (unsigned)key->id);
    }
}

static void explain_refusal(const struct spec *spec, const struct round *round, struct buf *out)
{
    buf_printf(out, "the responder refused the control request: %s (status 0x%08" PRIx32 ")",
               outcome_name(round->outcome), round->control_status);
    if (round->outcome == OUTCOME_PORT_IN_USE) {
        buf_printf(out, "; something else has its port %u: take another one",
                   (unsigned)spec->path.port);
    } else if (round->outcome == OUTCOME_FORMAT) {
        buf_add_string(out, "; it does not speak this version, or not this operation");
    } else if (round->outcome == OUTCOME_REFUSED) {
        buf_printf(out, "; it does not open port %u, or has no session left",
                   (unsigned)spec->path.port);
    }
}

void explain_failure(const struct spec *spec, const struct round *round, uint64_t unearned,
                     struct buf *out)
{
    char ip[ADDR_TEXT_MAX];
    addr_format_ip(&spec->path.peer, ip);
    if (spec->operation->transport == TRANSPORT_TCP_CONNECT && round->planned > 0 &&
        round->outcome != OUTCOME_LOCAL) {
        explain_connect(round->outcome, &spec->path.peer, system_reason(round), out);
        return;
    }
    if (round->outcome == OUTCOME_TIMEOUT && unearned > 0) {
        explain_unearned(unearned, ip, out);
        return;
    }
    bool is_silent = round->outcome == OUTCOME_TIMEOUT || round->outcome == OUTCOME_NO_CONNECTION;
    if (is_silent && explain_elsewhere(spec, round, out)) {
        return;
    }
    if (!spec->operation->has_ports && explain_icmp(round, ip, out)) {
        return;
    }
    switch (round->outcome) {
    case OUTCOME_OK:
        break;
    case OUTCOME_VERIFY:
        buf_add_string(out, "the reply is not what was sent: something on the way, or the "
                            "responder, changes the data");
        break;
    case OUTCOME_TIMEOUT:
        explain_timeout(spec, round, ip, out);
        break;
    case OUTCOME_NO_CONNECTION:
        explain_silence(spec, round, ip, out);
        break;
    case OUTCOME_PORT_UNREACHABLE:
    case OUTCOME_UNREACHABLE:
    case OUTCOME_PROHIBITED:
        explain_unreachable(spec, round, ip, out);
        break;
    case OUTCOME_AUTH:
        explain_auth(spec, round, out);
        break;
    case OUTCOME_FORMAT:
    case OUTCOME_PORT_IN_USE:
    case OUTCOME_REFUSED:
        explain_refusal(spec, round, out);
        break;
    case OUTCOME_RESOLVE:
        buf_printf(out,
                   "the name %s has no %saddress: is it written right, and does the name server "
                   "of this host answer?",
                   spec->identity.host, version_words[spec_ip_version(spec)]);
        break;
    case OUTCOME_LOCAL:
        if (round->is_all_dropped) {
            buf_add_string(out, "this host was too slow to read the answers: its socket was full");
        } else if (round->missed > 0 && round->missed == round->planned) {
            buf_add_string(out, "this host stood still (stopped, suspended or overloaded) until "
                                "the responder had closed the port");
        } else {
            buf_add_string(out, "this host could not send: ");
            reason_add(spec, round->error, out);
        }
        break;
    }
}
