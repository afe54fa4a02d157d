/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla probe` prints: one operation as text or as JSON; and the other words. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

#include "base/buf.h"
#include "engine/state.h"
#include "probe/probe.h"
#include "probe/spec.h"
#include "stats/round.h"

struct cli_result {
    const struct spec *spec;
    const struct round *round;
    struct samples samples;
    int64_t first_due_ns; /* of the first packet, as t1 */
    uint64_t unmatched[UNMATCHED_COUNT]; /* datagrams since the result before that belong to none */
    bool is_interrupted; /* the operation was cut short */
    bool is_utf8; /* text may have blocks */
    bool is_captured; /* read from a capture: when the host was asked to send is not known */
    bool is_timeless; /* and that has no times */
    uint32_t seq_before; /* sequence number before that of the first sample */
};

/* The words and order of `show ip sla statistics`, in milliseconds with microseconds, then
 * percentiles. */
void cli_text_format(const struct cli_result *result, struct buf *out);

/* One JSON object on one line; fields as docs/cli.md lists them. `with_packets`: every packet too.
 */
void cli_json_format(const struct cli_result *result, bool with_packets, struct buf *out);

/* The part of it that lists the packets: `"samples": [...]`. */
void cli_json_add_samples(const struct cli_result *result, struct buf *out);

/* What became of the packets from each source port; nothing when it is one: of JSON
 * `, "flows": [...]`. */
void cli_json_add_flows(const struct cli_result *result, struct buf *out);
void cli_text_add_flows(const struct cli_result *result, struct buf *out);

/* The part of it about limits: `"state": "degraded", "limits": [...], `. */
void cli_json_add_limits(const struct cli_result *result, struct buf *out);

/* Ok, degraded or failed: by this operation alone, however many in a row `for` asks for. */
enum target_state cli_state(const struct cli_result *result);

/* Appends why it is not ok, as a sentence; nothing when it is. */
void cli_add_reason(const struct cli_result *result, struct buf *out);

/* `ipsla key-solve`; returns the exit status. */
int cli_key_solve(int argc, char **argv);

/* ICPIF and MOS of a codec (not VOICE_CODEC_NONE) for losses up to 10 % and delays up to 600 ms;
 * `advantage` as in struct voice_input. */
void cli_voice_table_format(enum voice_codec codec, unsigned advantage, struct buf *out);

/* `ipsla voice-table`; argv[0] is the word. Returns the exit status. */
int cli_voice_table(int argc, char **argv);

/* `ipsla probe`; argv[0] is the word. Returns the exit status. */
int cli_probe_main(int argc, char **argv);

/* `ipsla show`; argv[0] is the word. Returns the exit status. */
int cli_show_main(int argc, char **argv);
int cli_top_main(int argc, char **argv);

/* `ipsla health`; argv[0] is the word. Returns the exit status. */
int cli_health_main(int argc, char **argv);

/* `ipsla export`; argv[0] is the word. Returns the exit status. */
int cli_export_main(int argc, char **argv);

/* `ipsla plan`: what a configuration will cost. argv[0] is the word. Returns the exit status. */
int cli_plan_main(int argc, char **argv);

/* `ipsla import`: targets from configurations of routers and of other programs. argv[0] is the
 * word. Returns the exit status. */
int cli_import_main(int argc, char **argv);

/* `ipsla discover`: who answers IP SLA control requests. argv[0] is the word. Returns the exit
 * status. */
int cli_discover_main(int argc, char **argv);

/* `ipsla path`: the hops on the way to a host. argv[0] is the word. Returns the exit status. */
int cli_trace_main(int argc, char **argv);

/* `ipsla decode`: measurements in a capture. argv[0] is the word. Returns the exit status. */
int cli_decode_main(int argc, char **argv);

#endif
