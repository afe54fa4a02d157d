# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Many targets at once: which are in trouble, since when, and of which kind."""
import frame
from layout import Row
from panel import JITTER, LOSS, MOS, RTT, STATES, Column, curves, heatmap, names, ranges, stat, table, timeline
from query import PROGRAMS
from query import TARGETS_2 as T

PATH = frame.link_of_curve()
STATE = T.number_of("ipsla_target_state", "state", names(STATES))
RETURN_CODES = {0: "other", 1: "ok", 3: "overThreshold", 4: "timeout", 5: "busy", 6: "notConnected", 7: "dropped",
                8: "sequenceError", 9: "verifyError", 16: "error"}


def severity():
    """Worst first: the state, and behind the point the loss. With `series: minimal` there are ok and failed only."""
    rank = f"({STATE} or 4 - 4 * {T.max('ipsla_operation_success')})"
    loss = f"clamp_max({T.ratio('ipsla_packets_lost_total', 'ipsla_packets_sent_total')}, 0.99)"
    return f"sort_desc({rank} + ({loss} or 0 * {rank}))"


def loss(direction):
    return T.ratio(f'ipsla_packets_lost_total{{direction="{direction}"}}', "ipsla_packets_sent_total")


def jitter(direction):
    return T.quantile("0.95", f'ipsla_jitter_seconds{{direction="{direction}"}}')


def targets():
    columns = [
        Column("State", severity(), mapping=ranges(STATES)),
        Column("Return code", T.max("ipsla_operation_return_code"), texts=RETURN_CODES),
        Column("RTT latest", T.max("ipsla_latest_rtt_average_seconds"), "s", limits=RTT, decimals=1),
        Column("RTT p95", T.quantile("0.95", "ipsla_rtt_seconds"), "s", limits=RTT, decimals=1),
        Column("Loss SD", loss("sd"), "percentunit", limits=LOSS, decimals=2),
        Column("Loss DS", loss("ds"), "percentunit", limits=LOSS, decimals=2),
        Column("Loss unknown", loss("unknown"), "percentunit", limits=LOSS, decimals=2),
        Column("Jitter SD p95", jitter("sd"), "s", limits=JITTER, decimals=1),
        Column("Jitter DS p95", jitter("ds"), "s", limits=JITTER, decimals=1),
        Column("MOS", T.min('ipsla_mos_score{method="cisco"}'), scores=MOS, decimals=2),
        Column("Last run", T.age("ipsla_operation_last_run_timestamp_seconds"), "s", decimals=0),
        Column("Target", link=frame.link_of_row()),
    ]
    return table("Targets, worst first", "One line for each target: failed before degraded, then the greatest loss; a click on the "
                 "name leads to its path. Loss, percentiles and jitter are of the last minutes, the rest of the latest operation. An empty "
                 "cell was not measured.", {"target": "Target", "instance": "Exporter", "cluster": "Cluster"}, columns)


def limits_exceeded():
    expr = f"{T.max('ipsla_limit_exceeded', 'limit', 'severity')} == 1"
    return table("Limits exceeded", "The limits of their configuration that targets exceed now. Empty while none is exceeded. The page of "
                 "the exporter has value and limit.", {"target": "Target", "limit": "Limit", "severity": "Severity", "instance": "Exporter"},
                 [Column("Exceeded", expr), Column("Target", link=frame.link_of_row())], hidden=("Time", "job", "cluster", "Value"))


PANELS = {
    "states": stat("Targets by state", "How many targets of the chosen exporters are ok, degraded (a limit is exceeded), failed, pending "
                   "(not measured yet) or inactive (no further operation will be started).", "short",
                   [("{{state}}", f"sum by (state) ({PROGRAMS.select('ipsla_exporter_targets')})")]),
    "failed": stat("Failed now", "Targets whose latest operation failed.", "short",
                   [("failed", f"count({T.select('ipsla_operation_success')} == 0) or 0 * count({T.select('ipsla_operation_success')})")],
                   limits=(1,)),
    "available": stat("Availability", "Share of the operations of the last minutes that completed, all chosen targets together.", "percentunit",
                      [("completed", "1 - sum(rate({}[$__rate_interval])) / (sum(rate({}[$__rate_interval])) > 0)".format(
                          T.select("ipsla_operation_failures_total"), T.select("ipsla_operations_total")))], decimals=2),
    "targets": targets(),
    "timeline": timeline("State of the targets", "The state of each target over time. Degraded: the latest operation completed, but the target "
                         "exceeds a limit of its configuration; failed: the latest operation failed; inactive: no further operation will be "
                         "started. Empty for targets with `series: minimal`.",
                         [T.curve("", STATE)], STATES, PATH),
    "limits": limits_exceeded(),
    "loss": curves("Packet loss by direction", "Share of the packets sent that never came back, by the direction in which they were lost. SD: on "
                   "the way to the responder; DS: on the way back; unknown: lost after the last reply of an operation (IOS: Tail Drop). "
                   "Dashed: 1 % and 5 %.", "percentunit",
                   [T.curve("{{direction}}", T.ratio_by("ipsla_packets_lost_total", "ipsla_packets_sent_total", "direction"))],
                   LOSS, link=PATH),
    "availability": curves("Availability of each target", "Share of operations that completed.", "percentunit",
                           [T.curve("", f"1 - {T.ratio('ipsla_operation_failures_total', 'ipsla_operations_total')}")],
                           max=1, link=PATH),
    "rtt": curves("Round-trip time p95", "95th percentile of the round-trip time of single packets, processing in the responder subtracted. "
                  "Dashed: 300 ms and 500 ms. Empty for targets with `series: minimal`.", "s",
                  [T.curve("", T.quantile("0.95", "ipsla_rtt_seconds"))], RTT, link=PATH),
    "rtt_heatmap": heatmap("Round-trip time heatmap", "How the round-trip times of all chosen targets are spread: one column for each point in time, "
                           "one row for each bucket of the histogram, the brighter the more packets. Several paths or queues show as several "
                           "bands.", T.buckets("ipsla_rtt_seconds")),
    "jitter": curves("Jitter p95", "95th percentile of the change of delay between adjacent packets, without sign, by direction. Clocks need not agree "
                     "for this. Dashed: 30 ms and 50 ms. Empty for operations without jitter.", "s",
                     [T.curve("{{direction}}", T.quantile("0.95", "ipsla_jitter_seconds", "direction"))], JITTER, link=PATH),
    "mos": curves("MOS", "How a call would sound, 1 (bad) to 5, as IOS prints it. Empty for targets without a codec.", "short",
                  [T.curve("", T.min('ipsla_mos_score{method="cisco"}'))], max=5, link=frame.link_of_curve("voice")),
    "failures": curves("Failures by reason", "Operations a minute that failed, by reason. Empty while none fails.", "opm",
                       [T.curve("{{reason}}", f"{T.minute('ipsla_operation_failures_total', 'reason')} > 0")], link=PATH),
    "over": curves("Over threshold, skipped and missed", "Operations a minute that completed slower than the target's threshold; starts that were "
                   "skipped because the previous operation was still running, and that passed while the exporter's host stood still.", "opm",
                   [T.curve("over threshold", T.minute("ipsla_operations_over_threshold_total")),
                    T.curve("skipped", T.minute("ipsla_operations_skipped_total")),
                    T.curve("missed", T.minute("ipsla_operations_missed_total"))], link=PATH),
}

ROWS = [
    Row("Now", (4, {"states": 12, "failed": 6, "available": 6}), (12, {"targets": 24})),
    Row("State", (9, {"timeline": 16, "limits": 8})),
    Row("Loss", (9, {"loss": 12, "availability": 12}), (8, {"failures": 12, "over": 12})),
    Row("Round trip, jitter and voice", (9, {"rtt": 12, "rtt_heatmap": 12}), (8, {"jitter": 12, "mos": 12})),
]


def dashboard():
    return frame.dashboard("overview", "Network paths as ipsla_exporter measures them: which targets are in trouble, the worst first, and the past "
                           "of all of them.", frame.targets(second=True), frame.target_annotations(T, enabled=False), PANELS, ROWS)
