/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The words and objects of `ipsla decode` around those of a live result. */
#include <inttypes.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "cli/decode.h"
#include "cli/variation.h"
#include "config/json_value.h"
#include "operation/operation.h"

/* The session as the other outputs of ipsla read it. */
static struct cli_result live_result(const struct capture_session *session)
{
    return (struct cli_result){
        .spec = session->spec,
        .round = &session->round,
        .samples = train_samples(&session->train),
        .seq_before = session->before,
        .is_captured = true,
        .is_timeless = session->is_timeless,
        .is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
    };
}

/* What a session says beside its result, one sentence each. */
static void add_lines(const struct capture_session *session, struct buf *out)
{
    const char *point = capture_point_name(session->point);
    if (point != NULL) {
        buf_printf(out, "Captured at: %s\n", session->point == POINT_BOTH ? "both ends" : point);
    }
    if (session->point == POINT_RESPONDER) {
        buf_add_string(out, "        Round trips are from the responder's side: its own time\n");
    }
    if (session->copies > 0) {
        buf_printf(out, "Seen more than once: %" PRIu32 " frames\n", session->copies);
    }
    if (session->request_duplicates > 0) {
        buf_printf(out, "Duplicate requests: %" PRIu32 "\n", session->request_duplicates);
    }
    if (session->missing > 0) {
        buf_printf(out, "Not in the capture: requests of %" PRIu32 " packets\n", session->missing);
    }
    if (session->lacking > 0) {
        buf_printf(out, "The capture lacks a piece of %" PRIu32 " replies: no loss\n",
                   session->lacking);
    }
    if (session->open > 0) {
        buf_printf(out, "Unanswered when the capture ends: %" PRIu32 "\n", session->open);
    }
    if (session->is_timeless) {
        buf_add_string(out, "The capture has no times: no delays\n");
    }
}

static void add_control(const struct exchange *exchange, struct buf *out)
{
    if (exchange == NULL) {
        buf_add_string(out, "Control: no request in the capture\n");
        return;
    }
    buf_printf(out, "Control: version %d, authentication %s", (int)exchange->version,
               auth_algorithm_name(exchange->auth));
    if (exchange->auth != AUTH_NONE) {
        buf_printf(out, " with key %u", (unsigned)exchange->key_id);
    }
    buf_printf(out, ", port %u for %" PRIu32 " ms, ", (unsigned)exchange->port,
               exchange->duration_ms);
    if (exchange->reply_frame == 0) {
        buf_add_string(out, "no answer\n");
    } else if (exchange->status != 0) {
        buf_printf(out, "refused with status %" PRIu32 "\n", exchange->status);
    } else if (exchange->granted_ms != 0) {
        buf_printf(out, "granted: port %u for %" PRIu32 " ms\n", (unsigned)exchange->granted_port,
                   exchange->granted_ms);
    } else {
        buf_add_string(out, "granted\n");
    }
}

/* Milliseconds in a column, or a dash. */
static void add_ms(struct buf *out, bool has_value, int64_t ns)
{
    if (has_value) {
        buf_printf(out, " %10.3f", (double)ns / 1e6);
    } else {
        buf_printf(out, " %10s", "-");
    }
}

/* What is known of one packet. */
struct line {
    uint32_t seq;
    const struct sample *sample;
    struct cli_variation variation;
    bool is_sent, is_answered, has_remote;
    int64_t rtt_ns; /* -1: none */
};

static struct line make_line(const struct cli_result *result, struct cli_variations *variations,
                             uint32_t index)
{
    const struct sample *sample = &result->samples.items[index];
    bool is_answered = sample->fate == FATE_RECEIVED || sample->fate == FATE_LATE;
    bool has_time = is_answered && !result->is_timeless;
    return (struct line){
        .seq = result->seq_before + index + 1,
        .sample = sample,
        .variation = cli_variation_next(variations, result, index),
        .is_sent = sample->fate >= FATE_SENT && !result->is_timeless,
        .is_answered = has_time,
        .has_remote = has_time && sample->has_remote_times,
        .rtt_ns = has_time ? sample_rtt_ns(sample, payload_resolution_ns(result->spec)) : -1,
    };
}

static void add_table(const struct cli_result *result, struct buf *out)
{
    struct cli_variations variations = {0};
    buf_add_string(out, "   Seq    Far  Fate            Sent     RTT ms  SD jitter  DS jitter\n");
    for (uint32_t i = 0; i < result->samples.count; i++) {
        struct line line = make_line(result, &variations, i);
        const struct sample *first = &result->samples.items[0];
        buf_printf(out, "%6" PRIu32 " %6" PRIu32 "  %-8s", line.seq, line.sample->responder_seq,
                   fate_name(line.sample->fate));
        add_ms(out, line.is_sent && first->fate >= FATE_SENT, line.sample->t1_ns - first->t1_ns);
        add_ms(out, line.rtt_ns >= 0, line.rtt_ns);
        add_ms(out, line.variation.has_sd, line.variation.sd_ns);
        add_ms(out, line.variation.has_ds, line.variation.ds_ns);
        buf_add_char(out, '\n');
    }
}

void cli_decode_add_text(const struct capture_session *session, bool with_packets, struct buf *out)
{
    struct cli_result result = live_result(session);
    buf_printf(out, "Session: %s\n", session->spec->identity.name);
    add_control(session->exchange, out);
    add_lines(session, out);
    cli_text_format(&result, out);
    if (with_packets && result.samples.count > 0) {
        add_table(&result, out);
    }
    buf_add_char(out, '\n');
}

static void add_exchange(const struct exchange *exchange, struct buf *out)
{
    if (exchange == NULL) {
        buf_add_string(out, "null");
        return;
    }
    buf_printf(out, "{\"request_frame\": %" PRIu32 ", \"reply_frame\": ", exchange->frame);
    if (exchange->reply_frame == 0) {
        buf_add_string(out, "null");
    } else {
        buf_printf(out, "%" PRIu32, exchange->reply_frame);
    }
    buf_printf(out, ", \"key_id\": %u, \"port\": %u, \"granted_port\": %u",
               (unsigned)exchange->key_id, (unsigned)exchange->port,
               (unsigned)exchange->granted_port);
    buf_printf(out, ", \"duration_ms\": %" PRIu32 ", \"granted_ms\": %" PRIu32 "}",
               exchange->duration_ms, exchange->granted_ms);
}

static void add_end(const struct addr *addr, bool has_port, struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    buf_printf(out, "{\"address\": \"%s\", \"port\": ", addr_format_ip(addr, text));
    if (has_port) {
        buf_printf(out, "%u}", (unsigned)addr->port);
    } else {
        buf_add_string(out, "null}");
    }
}

void cli_decode_add_json(const struct capture_session *session, bool with_packets, struct buf *out)
{
    struct cli_result result = live_result(session);
    const struct spec *spec = session->spec;
    const char *point = capture_point_name(session->point);
    struct buf live = {0};
    cli_json_format(&result, with_packets, &live);
    buf_add_string(out, "{\"capture\": {\"sender\": ");
    add_end(&spec->path.source, spec->operation->has_ports, out);
    buf_add_string(out, ", \"responder\": ");
    add_end(&spec->path.peer, spec->operation->has_ports, out);
    buf_printf(out, ", \"point\": %s%s%s", point == NULL ? "" : "\"",
               point == NULL ? "null" : point, point == NULL ? "" : "\"");
    buf_printf(out, ", \"has_times\": %s, \"copies\": %" PRIu32,
               session->is_timeless ? "false" : "true", session->copies);
    buf_printf(out, ", \"missing_requests\": %" PRIu32 ", \"lacking_pieces\": %" PRIu32,
               session->missing, session->lacking);
    buf_printf(out, ", \"duplicate_requests\": %" PRIu32 ", \"unanswered_at_end\": %" PRIu32,
               session->request_duplicates, session->open);
    buf_add_string(out, ", \"exchange\": ");
    add_exchange(session->exchange, out);
    buf_printf(out, "}, %s", buf_string(&live) + 1); /* the rest of the object of a live result */
    buf_fini(&live);
}

void cli_decode_add_json_end(const struct capture *capture, const struct cli_decode_end *end,
                             uint32_t sessions, struct buf *out)
{
    const struct capture_stats *stats = &capture->stats;
    buf_add_string(out, "{\"file\": {\"name\": ");
    json_string_write(end->name, out);
    buf_printf(out, ", \"bytes\": %" PRIu64 ", \"problem\": ", end->offset);
    if (end->problem == NULL) {
        buf_add_string(out, "null");
    } else {
        json_string_write(end->problem, out);
    }
    buf_printf(out, ", \"sessions\": %" PRIu32 ", \"frames\": %" PRIu64, sessions, stats->frames);
    buf_printf(out, ", \"packets\": %" PRIu64 ", \"measurement_packets\": %" PRIu64, stats->packets,
               stats->sights);
    buf_printf(out, ", \"cut\": %" PRIu64 ", \"lacking_pieces\": %" PRIu64, stats->cut,
               stats->lacking + capture->reassembly.given_up);
    buf_printf(out, ", \"out_of_order\": %" PRIu64 ", \"bad_checksums\": %" PRIu64, stats->shuffled,
               stats->bad_checksums);
    buf_printf(out, ", \"split\": %" PRIu64 ", \"left_out\": %" PRIu64, stats->split,
               stats->left_out);
    buf_printf(out, ", \"unknown_link_type\": %" PRIu64 ", \"unknown_interface\": %" PRIu64 "}}\n",
               stats->unknown_link, end->strangers);
}

static void add_note(const struct cli_decode_end *end, uint64_t count, const char *what,
                     struct buf *out)
{
    if (count > 0) {
        buf_printf(out, "%s: %" PRIu64 " %s\n", end->name, count, what);
    }
}

void cli_decode_add_notes(const struct capture *capture, const struct cli_decode_end *end,
                          struct buf *out)
{
    const struct capture_stats *stats = &capture->stats;
    if (end->problem != NULL) {
        buf_printf(out, "%s: at byte %" PRIu64 ": %s; what is before it was read\n", end->name,
                   end->offset, end->problem);
    }
    if (stats->unknown_link > 0) {
        buf_printf(out,
                   "%s: %" PRIu64 " frames of a link type that is not known, such as %" PRIu32 "\n",
                   end->name, stats->unknown_link, stats->link_type);
    }
    add_note(end, end->strangers, "frames of interfaces that the capture does not describe", out);
    add_note(end, stats->cut, "frames are cut too short", out);
    add_note(end, stats->lacking + capture->reassembly.given_up,
             "packets lack a fragment in the capture: no loss of the network", out);
    add_note(end, stats->shuffled, "frames are older than one before them: sorted by time", out);
    add_note(end, stats->bad_checksums, "datagrams with a wrong checksum", out);
    add_note(end, stats->split, "frames hold several datagrams that an adapter was to split", out);
    add_note(end, stats->left_out, "packets were left out: more than this program keeps", out);
}

void cli_decode_add_csv_head(bool with_packets, struct buf *out)
{
    buf_add_string(
        out, with_packets
                 ? "session,sender,sender_port,responder,responder_port,operation,seq,"
                   "responder_seq,fate,t1,t2,t3,t4,rtt,jitter_sd,jitter_ds\n"
                 : "session,sender,sender_port,responder,responder_port,operation,start,outcome,"
                   "control_version,auth,control_status,control_rtt,sent,received,lost_sd,lost_ds,"
                   "lost_unknown,late,duplicate,out_of_order,rtt_min,rtt_avg,rtt_max,jitter_sd,"
                   "jitter_ds,one_way_sd,one_way_ds,withheld,copies\n");
}

/* `,seconds`, or `,` without a value. */
static void add_seconds(struct buf *out, bool has_value, int64_t ns)
{
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    buf_add_char(out, ',');
    if (has_value) {
        buf_printf(out, "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "",
                   size / (uint64_t)NS_PER_SECOND, size % (uint64_t)NS_PER_SECOND);
    }
}

static void add_average(struct buf *out, bool has_value, double ns)
{
    add_seconds(out, has_value, (int64_t)(ns + 0.5));
}

static void add_csv_ends(const struct spec *spec, uint32_t number, struct buf *out)
{
    char sender[ADDR_TEXT_MAX], responder[ADDR_TEXT_MAX];
    buf_printf(out, "%" PRIu32 ",%s,%u,%s,%u,%s", number,
               addr_format_ip(&spec->path.source, sender), (unsigned)spec->path.source.port,
               addr_format_ip(&spec->path.peer, responder), (unsigned)spec->path.peer.port,
               spec->operation->name);
}

static void add_csv_packets(const struct capture_session *session, uint32_t number, struct buf *out)
{
    struct cli_result result = live_result(session);
    struct cli_variations variations = {0};
    for (uint32_t i = 0; i < result.samples.count; i++) {
        struct line line = make_line(&result, &variations, i);
        add_csv_ends(session->spec, number, out);
        buf_printf(out, ",%" PRIu32 ",%" PRIu32 ",%s", line.seq, line.sample->responder_seq,
                   fate_name(line.sample->fate));
        add_seconds(out, line.is_sent, line.sample->t1_ns);
        add_seconds(out, line.has_remote, line.sample->t2_ns);
        add_seconds(out, line.has_remote, line.sample->t3_ns);
        add_seconds(out, line.is_answered, line.sample->t4_ns);
        add_seconds(out, line.rtt_ns >= 0, line.rtt_ns);
        add_seconds(out, line.variation.has_sd, line.variation.sd_ns);
        add_seconds(out, line.variation.has_ds, line.variation.ds_ns);
        buf_add_char(out, '\n');
    }
}

static void add_csv_session(const struct capture_session *session, uint32_t number, struct buf *out)
{
    const struct round *round = &session->round;
    bool has_rtt = round->rtt.count > 0;
    add_csv_ends(session->spec, number, out);
    add_seconds(out, !session->is_timeless, round->started.ns);
    buf_printf(out, ",%s,%s,%s,", outcome_name(round->outcome),
               control_version_name(session->spec->control.version),
               auth_algorithm_name(session->spec->control.key.algorithm));
    if (session->exchange != NULL && session->exchange->reply_frame != 0) {
        buf_printf(out, "%" PRIu32, round->control_status);
    }
    add_seconds(out, round->control_rtt_ns >= 0, round->control_rtt_ns);
    buf_printf(out, ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32, round->sent,
               round->received, round->sd.lost, round->ds.lost, round->lost_unknown);
    buf_printf(out, ",%" PRIu32 ",%" PRIu32 ",%" PRIu32, round->late, round->duplicate,
               round->out_of_order);
    add_seconds(out, has_rtt, round->rtt.min_ns);
    add_average(out, has_rtt, moments_average_ns(&round->rtt));
    add_seconds(out, has_rtt, round->rtt.max_ns);
    add_average(out, round->sd.jitter.samples > 0, jitter_average_ns(&round->sd.jitter));
    add_average(out, round->ds.jitter.samples > 0, jitter_average_ns(&round->ds.jitter));
    add_average(out, round->sd.delay.count > 0, moments_average_ns(&round->sd.delay));
    add_average(out, round->ds.delay.count > 0, moments_average_ns(&round->ds.delay));
    buf_printf(out, ",%s,%" PRIu32 "\n", one_way_name(round->one_way), session->copies);
}

void cli_decode_add_csv(const struct capture_session *session, uint32_t number, bool with_packets,
                        struct buf *out)
{
    if (with_packets) {
        add_csv_packets(session, number, out);
    } else {
        add_csv_session(session, number, out);
    }
}
