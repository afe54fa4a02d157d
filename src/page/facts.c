/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/facts.h"

#include <inttypes.h>

#include "explain/explain.h"
#include "explain/reason.h"
#include "operation/operation.h"
#include "page/html.h"
#include "page/value.h"

static void begin_fact(struct buf *out, const char *name, bool is_bad)
{
    buf_printf(out, "<div%s><dt>%s</dt><dd><span class=\"v\">", is_bad ? " class=\"hit\"" : "",
               name);
}

static void end_fact(struct buf *out)
{
    buf_add_string(out, "</dd></div>");
}

static void add_rtt(struct buf *out, const struct round *round)
{
    begin_fact(out, "Round trip, average", false);
    if (round->rtt.count == 0) {
        buf_add_string(out, HTML_NONE "</span>");
    } else {
        value_add_ms(out, moments_average_ns(&round->rtt));
        buf_add_string(out, "</span>");
    }
    if (round->rtt.count > 1) {
        buf_add_string(out, " <small>");
        value_add_ms_number(out, (double)round->rtt.min_ns);
        buf_add_string(out, " to ");
        value_add_ms(out, (double)round->rtt.max_ns);
        buf_add_string(out, ", p95 ");
        value_add_ms_number(out, (double)round->rtt_p95_ns);
        buf_add_string(out, "</small>");
    }
    end_fact(out);
}

static void add_loss(struct buf *out, const char *name, uint32_t lost, uint32_t sent)
{
    begin_fact(out, name, lost > 0);
    if (sent == 0) {
        buf_add_string(out, HTML_NONE "</span>");
    } else {
        value_add_share(out, lost, sent);
        buf_printf(out, "</span> <small>%" PRIu32 " of %" PRIu32 "</small>", lost, sent);
    }
    end_fact(out);
}

static void add_losses(struct buf *out, const struct report *report)
{
    const struct round *round = &report->latest;
    bool has_direction = operation_has(report->spec->operation, RESULT_DIRECTION);
    if (has_direction) {
        add_loss(out, "Loss source to destination &rarr;", round->sd.lost, round->sent);
        add_loss(out, "Loss destination to source &larr;", round->ds.lost, round->sent);
    }
    if (!has_direction || round->lost_unknown > 0) {
        add_loss(out, has_direction ? "Loss, direction not known" : "Loss", round->lost_unknown,
                 round->sent);
    }
    if (round->late > 0) {
        add_loss(out, "Answered after the timeout", round->late, round->sent);
    }
    if (round->dropped_here > 0) {
        add_loss(out, "Dropped in this host", round->dropped_here, round->sent);
    }
}

static void add_jitter(struct buf *out, const char *name, const struct jitter *jitter)
{
    if (jitter->samples == 0) {
        return;
    }
    begin_fact(out, name, false);
    value_add_ms(out, jitter_average_ns(jitter));
    buf_add_string(out, "</span> <small>at most ");
    value_add_ms(out, (double)jitter->max_ns);
    buf_add_string(out, "</small>");
    end_fact(out);
}

static void add_voice(struct buf *out, const struct voice *voice)
{
    if (!voice->is_scored) {
        return;
    }
    begin_fact(out, "MOS", false);
    buf_printf(out, "%u.%02u</span> <small>ICPIF %u, R %.1f</small>", voice->mos_hundredths / 100u,
               voice->mos_hundredths % 100u, (unsigned)voice->icpif, voice->r_factor);
    end_fact(out);
}

static uint64_t count_failures(const struct tally *tally)
{
    uint64_t failures = 0;
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        failures += tally->failures[i];
    }
    return failures;
}

static void add_latest(struct buf *out, const struct report *report, struct wall now)
{
    if (report->has_run) {
        bool is_ok = report->latest.outcome == OUTCOME_OK;
        buf_printf(out, "Latest operation: %s at ",
                   is_ok ? "completed" : outcome_name(report->latest.outcome));
        value_add_moment(out, report->last_run, now);
    } else {
        buf_add_string(out, "No operation has ended");
    }
    if (report->next_start.ns != 0) {
        buf_add_string(out, "; next at ");
        value_add_time(out, report->next_start, now);
    }
    buf_add_string(out, ". ");
}

static void add_counts(struct buf *out, const struct tally *tally)
{
    buf_printf(out,
               "Since the counters began: %" PRIu64 " operations, %" PRIu64 " failed; %" PRIu64
               " packets sent, %" PRIu64 " answered in time.",
               tally->operations, count_failures(tally), tally->sent, tally->received);
}

/* Which protocol it is, when auto chose it. */
static void add_choice(struct buf *out, const struct spec *spec)
{
    struct buf text = {0};
    explain_choice(spec, &text);
    if (text.size > 0) {
        buf_add_string(out, "<p class=\"soft\">Protocol: ");
        html_add_text(out, buf_string(&text));
        buf_add_string(out, ".</p>\n");
    }
    buf_fini(&text);
}

void facts_add(struct buf *out, const struct report *report, struct wall now)
{
    const struct round *round = &report->latest;
    if (report->has_run && round->sent > 0) {
        buf_add_string(out, "<dl class=\"facts\">");
        add_losses(out, report);
        add_rtt(out, round);
        add_jitter(out, "Jitter source to destination &rarr;", &round->sd.jitter);
        add_jitter(out, "Jitter destination to source &larr;", &round->ds.jitter);
        add_voice(out, &round->voice);
        buf_add_string(out, "</dl>\n");
    }
    buf_add_string(out, "<p class=\"soft\">");
    add_latest(out, report, now);
    add_counts(out, &report->tally);
    buf_add_string(out, "</p>\n");
    add_choice(out, report->spec);
}

static void add_delay(struct buf *out, const char *name, const struct moments *delay)
{
    buf_printf(out, "<dt>%s</dt><dd>", name);
    value_add_ms(out, moments_average_ns(delay));
    buf_add_string(out, " <small>");
    value_add_ms_number(out, (double)delay->min_ns);
    buf_add_string(out, " to ");
    value_add_ms(out, (double)delay->max_ns);
    buf_add_string(out, "</small></dd>");
}

static void add_one_way(struct buf *out, const struct round *round)
{
    if (round->sd.delay.count > 0) {
        add_delay(out, "One way, there &rarr;", &round->sd.delay);
        add_delay(out, "One way, back &larr;", &round->ds.delay);
    } else {
        buf_printf(out, "<dt>One-way delay</dt><dd>withheld: %s</dd>",
                   round->one_way == ONE_WAY_SHOWN ? one_way_text(ONE_WAY_NO_SAMPLES)
                                                   : one_way_text(round->one_way));
    }
    buf_add_string(out, "<dt>Clock of the responder minus ours</dt><dd>");
    if (round->offset.is_known) {
        value_add_ms(out, (double)round->offset.offset_ns);
        buf_add_string(out, " <small>at most ");
        value_add_ms(out, (double)round->offset.error_ns);
        buf_add_string(out, " off</small></dd>");
    } else {
        buf_add_string(out, "not known</dd>");
    }
}

static void add_icmp(struct buf *out, const struct icmp_error *icmp)
{
    char ip[ADDR_TEXT_MAX];
    struct buf kind = {0};
    if (icmp->from.family == ADDR_NONE) {
        return;
    }
    reason_add_icmp_kind(icmp, &kind);
    buf_printf(out, "<dt>ICMP</dt><dd>%s says: ", addr_format_ip(&icmp->from, ip));
    html_add_text(out, buf_string(&kind));
    buf_add_string(out, "</dd>");
    buf_fini(&kind);
}

/* What spoils numbers that are there. */
static void add_notes(struct buf *out, const struct round *round)
{
    struct buf text = {0};
    explain_all_spoilt(round, "; ", &text);
    if (round->is_slewed) {
        buf_add_string(&text, text.size > 0 ? "; " : "");
        buf_add_string(&text, "our clock was slewed: no jitter, and round trips are off by the "
                              "rate of it");
    }
    if (text.size > 0) {
        buf_add_string(out, "<dt>Note</dt><dd>");
        html_add_text(out, buf_string(&text));
        buf_add_string(out, "</dd>");
    }
    buf_fini(&text);
}

static void add_order(struct buf *out, const struct round *round)
{
    buf_printf(out,
               "<dt>Order</dt><dd>%" PRIu32 " out of order, %" PRIu32 " duplicate, %" PRIu32
               " corrupt</dd>",
               round->out_of_order, round->duplicate, round->corrupt);
}

/* What the network and the clocks did, as pairs of a list. */
static void add_way_facts(struct buf *out, const struct report *report)
{
    const struct round *round = &report->latest;
    if (operation_has(report->spec->operation, RESULT_ONE_WAY) && round->sent > 0) {
        add_one_way(out, round);
    }
    if (round->control_rtt_ns >= 0) {
        buf_add_string(out, "<dt>Control request</dt><dd>answered after ");
        value_add_ms(out, (double)round->control_rtt_ns);
        if (round->control_retries > 0) {
            buf_printf(out, ", at try %" PRIu32, round->control_retries + 1);
        }
        buf_add_string(out, "</dd>");
    }
    if (round->has_reply) {
        buf_printf(out, "<dt>Replies</dt><dd>DSCP %u, TTL %u</dd>", round->reply_tos >> 2u,
                   (unsigned)round->reply_ttl);
    }
    if (round->sent > 0) {
        add_order(out, round);
    }
    add_icmp(out, &round->icmp);
    add_notes(out, round);
}

void facts_add_clocks(struct buf *out, const struct report *report)
{
    struct buf facts = {0};
    if (report->has_run) {
        add_way_facts(&facts, report);
    }
    if (facts.size > 0) {
        buf_printf(out,
                   "<section class=\"card\"><h2>On the way</h2><dl class=\"pairs\">%s</dl>"
                   "</section>\n",
                   buf_string(&facts));
    }
    buf_fini(&facts);
}
