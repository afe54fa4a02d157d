/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/refusal_watch.h"

#include <inttypes.h>

#include "base/buf.h"
#include "host/log.h"

static void log_refusal(void *context, unsigned reason, const struct refused *row, uint64_t count)
{
    (void)context;
    char source[ADDR_TEXT_MAX];
    addr_format_ip(&row->source, source);
    if (refusal_is_of_request(reason)) {
        log_line(LOG_LEVEL_WARN, "control request refused", "source", source, "reason",
                 refusal_reason_name(reason), "port", LOG_NUMBER(row->port), "datagrams",
                 LOG_NUMBER(count), NULL);
    } else {
        log_line(LOG_LEVEL_WARN, "datagram not answered", "source", source, "reason",
                 refusal_reason_name(reason), "datagrams", LOG_NUMBER(count), NULL);
    }
}

static void log_sum(void *context, const struct refusal_sum *sum)
{
    (void)context;
    struct buf reasons = {0};
    for (unsigned i = 0; i < REFUSAL_REASONS; i++) {
        if (sum->by_reason[i] > 0) {
            buf_printf(&reasons, "%s%s=%" PRIu64, reasons.size == 0 ? "" : " ",
                       refusal_reason_name(i), sum->by_reason[i]);
        }
    }
    log_line(LOG_LEVEL_WARN, "more was refused than has lines of its own", "datagrams",
             LOG_NUMBER(sum->datagrams), "reasons", buf_string(&reasons), NULL);
    buf_fini(&reasons);
}

struct mono refusal_watch(struct refusal_watch *watch, struct responder_team *team, struct mono now)
{
    static const struct refusal_log_sink sink = {log_refusal, log_sum, NULL};
    if (!mono_is_before(now, watch->next)) {
        for (unsigned i = 0; i < responder_team_size(team); i++) {
            responder_team_refusals(team, i, &watch->refusals);
            refusal_log_look(&watch->logs[i], &watch->refusals, now, &sink);
        }
        watch->next = mono_add(now, REFUSAL_WATCH_NS);
    }
    return watch->next;
}
