/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "cli/variation.h"
#include "operation/payload.h"

/* `, "name": seconds`, or null. */
static void add_time(struct buf *out, const char *name, bool has_value, int64_t ns)
{
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    buf_printf(out, ", \"%s\": ", name);
    if (has_value) {
        buf_printf(out, "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "", size / NS_PER_SECOND,
                   size % NS_PER_SECOND);
    } else {
        buf_add_string(out, "null");
    }
}

static void add_word(struct buf *out, const char *name, bool has_value, const char *word)
{
    if (has_value) {
        buf_printf(out, ", \"%s\": \"%s\"", name, word);
    } else {
        buf_printf(out, ", \"%s\": null", name);
    }
}

static void add_sample(const struct cli_result *result, uint32_t index,
                       const struct cli_variation *variation, struct buf *out)
{
    const struct samples *samples = &result->samples;
    const struct sample *sample = &samples->items[index];
    bool is_sent = sample->fate >= FATE_SENT;
    bool is_answered = sample->fate == FATE_RECEIVED || sample->fate == FATE_LATE;
    bool has_time = !result->is_timeless;
    bool has_remote = is_answered && has_time && sample->has_remote_times;
    int64_t due_ns = result->first_due_ns + (int64_t)index * result->spec->packets.interval_ns;
    int64_t rtt_ns =
        is_answered && has_time ? sample_rtt_ns(sample, payload_resolution_ns(result->spec)) : -1;
    buf_printf(out, "%s{\"seq\": %" PRIu32, index > 0 ? ", " : "", result->seq_before + index + 1);
    if (is_answered && sample->responder_seq != 0) {
        buf_printf(out, ", \"responder_seq\": %" PRIu32, sample->responder_seq);
    } else {
        buf_add_string(out, ", \"responder_seq\": null");
    }
    add_word(out, "fate", true, fate_name(sample->fate));
    add_time(out, "t1", is_sent && has_time, sample->t1_ns);
    add_time(out, "t2", has_remote, sample->t2_ns);
    add_time(out, "t3", has_remote, sample->t3_ns);
    add_time(out, "t4", is_answered && has_time, sample->t4_ns);
    add_time(out, "rtt", rtt_ns >= 0, rtt_ns);
    add_time(out, "jitter_sd", variation->has_sd, variation->sd_ns);
    add_time(out, "jitter_ds", variation->has_ds, variation->ds_ns);
    add_time(out, "lateness", is_sent && !result->is_captured, sample->called_ns - due_ns);
    add_time(out, "queueing", is_sent && !result->is_captured && sample->t1_source != STAMP_USER,
             sample->t1_ns - sample->called_ns);
    add_word(out, "t1_source", is_sent && has_time, stamp_source_name(sample->t1_source));
    add_word(out, "t4_source", is_answered && has_time, stamp_source_name(sample->t4_source));
    buf_add_char(out, '}');
}

void cli_json_add_samples(const struct cli_result *result, struct buf *out)
{
    const struct samples *samples = &result->samples;
    bool has_run = result->round->planned > 0;
    struct cli_variations variations = {0};
    buf_add_string(out, "\"samples\": [");
    for (uint32_t i = 0; has_run && i < samples->count; i++) {
        struct cli_variation variation = cli_variation_next(&variations, result, i);
        add_sample(result, i, &variation, out);
    }
    buf_add_char(out, ']');
}
