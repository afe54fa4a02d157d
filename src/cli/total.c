/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/total.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "cli/distribution.h"
#include "cli/values.h"
#include "operation/operation.h"

void cli_total_fini(struct cli_total *total)
{
    free(total->rtts);
    *total = (struct cli_total){0};
}

static void keep_rtts(struct cli_total *total, const struct cli_result *result)
{
    int64_t *rtts;
    size_t count = cli_sorted_rtts(result, &rtts);
    if (total->rtts == NULL) {
        total->rtts = mem_alloc(CLI_TOTAL_RTTS_MAX, sizeof *total->rtts);
    }
    for (size_t i = 0; i < count; i++) {
        total->rtts[total->rtts_next] = rtts[i];
        total->rtts_next = (total->rtts_next + 1) % CLI_TOTAL_RTTS_MAX;
        total->rtts_used += total->rtts_used < CLI_TOTAL_RTTS_MAX;
    }
    free(rtts);
}

static void add_rtt(struct cli_total *total, const struct moments *rtt)
{
    if (rtt->count == 0) {
        return;
    }
    if (total->rtt_count == 0 || rtt->min_ns < total->rtt_min_ns) {
        total->rtt_min_ns = rtt->min_ns;
    }
    if (rtt->max_ns > total->rtt_max_ns) {
        total->rtt_max_ns = rtt->max_ns;
    }
    total->rtt_count += rtt->count;
    total->rtt_sum_ns += (double)rtt->sum_ns;
}

static void add_jitter(struct cli_total *total, size_t way, const struct jitter *jitter)
{
    total->jitter_count[way] += jitter->positive.count + jitter->negative.count;
    total->jitter_sum_ns[way] += (double)(jitter->positive.sum_ns + jitter->negative.sum_ns);
}

void cli_total_add(struct cli_total *total, const struct cli_result *result)
{
    const struct round *round = result->round;
    total->runs++;
    total->outcomes[round->outcome]++;
    total->over_threshold += round->return_code == RETURN_CODE_OVER_THRESHOLD;
    total->sent += round->sent;
    total->received += round->received;
    total->late += round->late;
    total->lost_sd += round->sd.lost;
    total->lost_ds += round->ds.lost;
    total->lost_unknown += round->lost_unknown;
    total->dropped += round->dropped_here;
    total->unsent += round->unsent;
    total->is_utf8 = result->is_utf8;
    add_rtt(total, &round->rtt);
    add_jitter(total, 0, &round->sd.jitter);
    add_jitter(total, 1, &round->ds.jitter);
    keep_rtts(total, result);
}

static bool is_train(const struct spec *spec)
{
    return operation_has(spec->operation, RESULT_JITTER);
}

void cli_total_add_line(const struct cli_total *total, const struct cli_result *result,
                        struct buf *out)
{
    const struct round *round = result->round;
    char start[32];
    struct tm utc;
    time_t seconds = (time_t)floor_div(round->started.ns, NS_PER_SECOND);
    gmtime_r(&seconds, &utc);
    strftime(start, sizeof start, "%H:%M:%S UTC", &utc);
    buf_printf(out, "%s  run %" PRIu64 ": %s", start, total->runs,
               return_code_text(round->return_code));
    if (round->rtt.count > 0) {
        buf_printf(out, ", RTT %.3f/%.3f/%.3f ms", (double)round->rtt.min_ns / 1e6,
                   moments_average_ns(&round->rtt) / 1e6, (double)round->rtt.max_ns / 1e6);
    }
    if (is_train(result->spec) && round->rtt.count > 0) {
        buf_printf(out, ", jitter %.3f/%.3f ms", jitter_average_ns(&round->sd.jitter) / 1e6,
                   jitter_average_ns(&round->ds.jitter) / 1e6);
    }
    if (round->sent > 0) {
        buf_printf(out, ", lost %" PRIu32 " of %" PRIu32,
                   round->sent - round->received - round->dropped_here, round->sent);
    }
    if (round->dropped_here > 0) {
        buf_printf(out, ", dropped here %" PRIu32, round->dropped_here);
    }
    if (result->is_interrupted) {
        buf_add_string(out, " (interrupted)");
    }
    buf_add_char(out, '\n');
    enum target_state state = cli_state(result);
    if (state != TARGET_OK) {
        buf_add_string(out,
                       state == TARGET_DEGRADED ? "        Limits exceeded: " : "        Reason: ");
        cli_add_reason(result, out);
        buf_add_char(out, '\n');
    }
}

static void add_failures(const struct cli_total *total, struct buf *out)
{
    uint64_t failures = total->runs - total->outcomes[OUTCOME_OK];
    const char *before = " (";
    buf_printf(out, "Number of failures: %" PRIu64, failures);
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        if (i != OUTCOME_OK && total->outcomes[i] > 0) {
            buf_printf(out, "%s%s: %" PRIu64, before, outcome_name((enum outcome)i),
                       total->outcomes[i]);
            before = ", ";
        }
    }
    buf_add_string(out, failures > 0 ? ")\n" : "\n");
}

static double average_ms(double sum_ns, uint64_t count)
{
    return count == 0 ? 0 : sum_ns / (double)count / 1e6;
}

static void add_distribution(const struct cli_total *total, struct buf *out)
{
    int64_t *sorted = mem_alloc(total->rtts_used, sizeof *sorted);
    if (total->rtts_used > 0) {
        memcpy(sorted, total->rtts, total->rtts_used * sizeof *sorted);
        cli_sort(sorted, total->rtts_used);
    }
    cli_percentiles_add(sorted, total->rtts_used, "RTT", out);
    cli_histogram_add(sorted, total->rtts_used, total->is_utf8, out);
    free(sorted);
}

void cli_total_format(const struct cli_total *total, const struct spec *spec, struct buf *out)
{
    buf_printf(out, "\nSummary of %" PRIu64 " runs of %s to %s\n", total->runs,
               spec->operation->name, spec->identity.name);
    buf_printf(out, "Number of successes: %" PRIu64 "\n", total->outcomes[OUTCOME_OK]);
    add_failures(total, out);
    buf_printf(out, "RTT Values:\n        Number Of RTT: %" PRIu64, total->rtt_count);
    buf_printf(out, "\t\tRTT Min/Avg/Max: %.3f/%.3f/%.3f milliseconds\n",
               (double)total->rtt_min_ns / 1e6, average_ms(total->rtt_sum_ns, total->rtt_count),
               (double)total->rtt_max_ns / 1e6);
    if (is_train(spec)) {
        buf_printf(out,
                   "Jitter Time:\n"
                   "        Source to Destination Jitter Avg: %.3f milliseconds\n"
                   "        Destination to Source Jitter Avg: %.3f milliseconds\n",
                   average_ms(total->jitter_sum_ns[0], total->jitter_count[0]),
                   average_ms(total->jitter_sum_ns[1], total->jitter_count[1]));
    }
    buf_printf(out,
               "Packet Loss Values:\n"
               "        Sent: %" PRIu64 "\tReceived: %" PRIu64 "\tPacket Late Arrival: %" PRIu64
               "\tPacket Skipped: %" PRIu64 "\n",
               total->sent, total->received, total->late, total->unsent);
    buf_printf(out,
               "        Loss Source to Destination: %" PRIu64 "\tDestination to Source: %" PRIu64
               "\tTail Drop: %" PRIu64 "\tDropped Here: %" PRIu64 "\n",
               total->lost_sd, total->lost_ds, total->lost_unknown, total->dropped);
    add_distribution(total, out);
}
