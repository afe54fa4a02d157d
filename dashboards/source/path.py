# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""One target and all that is known of it."""
import frame
from layout import Row
from panel import JITTER, LOSS, RTT, STATES, YES_NO, Column, band, curves, heatmap, names, stat, table
from path_way import PANELS as WAY
from path_way import WAY_ROWS
from query import PROGRAMS
from query import TARGET as T

NO_JITTER = " Empty for operations without jitter."
CLOCKS = " Empty while one of the clocks cannot be trusted: see \"One-way delay withheld\"."
SD, DS = '{direction="sd"}', '{direction="ds"}'


def every(aggregation, metric):
    """Of all chosen exporters that measure the target."""
    return f"{aggregation}({T.select(metric)})"


def pps(*pairs):
    return [T.curve(legend, T.rate(metric)) for legend, metric in pairs]


def info():
    columns = {"operation": "Operation", "host": "Host", "address": "Address", "port": "Port", "source": "Source", "interface": "Interface",
               "vrf": "VRF", "dscp": "DSCP", "codec": "Codec", "control": "Control", "auth": "Keys", "precision": "Precision", "owner": "Owner",
               "tag": "Tag", "auto": "Protocol of auto", "instance": "Exporter"}
    made = table("Target", "What is measured, how and from where. Empty behind an OpenTelemetry collector that asks for OpenMetrics: it renames this metric.",
                 columns, [Column("Present", T.select("ipsla_target_info"))])
    organize = made["transformations"][-1]["options"]
    organize["excludeByName"] = {name: True for name in ("Time", "Value", "__name__", "target", "job", "cluster")}
    return made


def state():
    expr = T.number_of("ipsla_target_state", "state", names(STATES))
    return stat("State", "The state of the target now: ok, degraded (it exceeds a limit of its configuration), failed (its latest operation did), pending or "
                "inactive. Empty with `series: minimal`.", "short", [T.curve("", expr)], words=STATES)


PANELS = {
    "state": state(),
    "active": stat("Active", "Whether further operations are started: not before `start`, nor after `life`.", "short",
                   [T.curve("", T.min("ipsla_target_active"))], words=YES_NO),
    "latest_rtt": stat("Round trip now", "Average of the latest operation. Empty when it failed.", "s",
                       [T.curve("", T.max("ipsla_latest_rtt_average_seconds"))], limits=RTT),
    "latest_loss": stat("Loss now", "Share of the packets of the latest operation that were lost, by direction. Empty when nothing was sent.", "percentunit",
                        [T.curve("{{direction}}", T.max("ipsla_latest_packet_loss_ratio", "direction"))], limits=LOSS),
    "age": stat("Latest operation", "Time since the latest operation ended, and since the latest one that completed.", "s",
                [T.curve("ended", T.age("ipsla_operation_last_run_timestamp_seconds")),
                 T.curve("completed", T.age("ipsla_operation_last_success_timestamp_seconds"))], decimals=0),
    "next": stat("Schedule", "From the start of one operation to the start of the next, and the time until the next.", "s",
                 [T.curve("frequency", T.max("ipsla_target_frequency_seconds")),
                  T.curve("next in", f"{T.max('ipsla_target_next_start_timestamp_seconds')} - time()")], decimals=0),
    "info": info(),
    "band": curves("Round trip of each operation", "Shortest, average and longest round trip of the latest operation at each moment. Of several exporters that measure "
                   "this target, the extremes. Dashed: 300 ms and 500 ms. A gap where it failed.", "s",
                   [("shortest", every("min", "ipsla_latest_rtt_minimum_seconds")), ("average", every("avg", "ipsla_latest_rtt_average_seconds")),
                    ("longest", every("max", "ipsla_latest_rtt_maximum_seconds"))], RTT, overrides=[band("shortest", "longest")]),
    "rtt": curves("Round-trip time percentiles", "Percentiles of the round-trip time of single packets, processing in the responder subtracted: p50 is the path, p99 "
                  "its queues. Dashed: 300 ms and 500 ms. Empty with `series: minimal`.", "s", T.quantiles("ipsla_rtt_seconds"), RTT),
    "rtt_heatmap": heatmap("Round-trip time heatmap", "How the round-trip times are spread: one column for each point in time, one row for each bucket of the "
                           "histogram, the brighter the more packets. Two bands are two paths, or a queue. Empty with `series: minimal`.",
                           T.buckets("ipsla_rtt_seconds")),
    "threshold": curves("Over threshold", "Packets a second whose round trip exceeded `threshold`, and operations a minute whose average did.", "short",
                        [T.curve("packets/s", T.rate("ipsla_packets_over_threshold_total")),
                         T.curve("operations/min", T.minute("ipsla_operations_over_threshold_total"))]),
    "loss": curves("Packet loss by direction", "Share of the packets sent that never came back. SD: lost on the way to the responder; DS: on the way back; unknown: after "
                   "the last reply of an operation (IOS: Tail Drop). Dashed: 1 % and 5 %.", "percentunit",
                   [T.curve("{{direction}}", T.ratio_by("ipsla_packets_lost_total", "ipsla_packets_sent_total", "direction"))], LOSS),
    "runs": curves("Longest run of losses", "The longest sequence of packets lost one after the other in the latest operation: outages or single losses. Empty for "
                   "operations other than udp-jitter.", "short",
                   [T.curve("{{direction}}", T.max("ipsla_loss_period_packets_max", "direction"))]),
    "packets": curves("Packets sent and received", "Probe packets sent, and answered in time. The rest was lost, late, or dropped in this host.", "pps",
                      pps(("sent", "ipsla_packets_sent_total"), ("received", "ipsla_packets_received_total"))),
    "reordered": curves("Reordered packets", "Packets that were overtaken on the way to the responder only (sd), on the way back only (ds) or on both; and replies that came "
                        "out of order. Empty for operations of one packet.", "pps",
                        [T.curve("{{direction}}", T.rate("ipsla_packets_reordered_total", "direction")),
                         T.curve("out of order", T.rate("ipsla_packets_out_of_order_total"))]),
    "odd": curves("Late, duplicate, corrupt, unprocessed", "Packets that arrived, but not as they should: after the timeout, twice, damaged, or without usable timestamps of "
                  "the responder. Late ones are not part of the loss.", "pps",
                  pps(("late", "ipsla_packets_late_total"), ("duplicate", "ipsla_packets_duplicate_total"),
                      ("corrupt", "ipsla_packets_corrupt_total"), ("unprocessed", "ipsla_packets_unprocessed_total"))),
    "jitter_sd": curves("Jitter percentiles, source to destination", "Percentiles of the change of delay between adjacent packets on the way to the responder, without sign. "
                        "Clocks need not agree for this. Dashed: 30 ms and 50 ms." + NO_JITTER, "s", T.quantiles("ipsla_jitter_seconds" + SD), JITTER),
    "jitter_ds": curves("Jitter percentiles, destination to source", "Percentiles of the change of delay between adjacent packets on the way back to the exporter, without "
                        "sign. Dashed: 30 ms and 50 ms." + NO_JITTER, "s", T.quantiles("ipsla_jitter_seconds" + DS), JITTER),
    "jitter_heatmap_sd": heatmap("Jitter heatmap, source to destination", "How the jitter on the way to the responder is spread." + NO_JITTER,
                                 T.buckets("ipsla_jitter_seconds" + SD)),
    "jitter_heatmap_ds": heatmap("Jitter heatmap, destination to source", "How the jitter on the way back is spread." + NO_JITTER,
                                 T.buckets("ipsla_jitter_seconds" + DS)),
    "jitter_sign": curves("Average jitter by sign", "The average of positive (packets drifted apart) and of negative (packets moved together) jitter, as IOS splits them: "
                          "samples of zero belong to neither. Negative jitter is shown below zero." + NO_JITTER, "s",
                          [T.curve(f"{{{{direction}}}} {sign}",
                                   f"{minus}{T.rate(f'ipsla_jitter_{sign}_seconds_total', 'direction')} / "
                                   f"({T.rate(f'ipsla_jitter_{sign}_samples_total', 'direction')} > 0)")
                           for sign, minus in (("positive", ""), ("negative", "-"))], signed=True),
    "jitter_latest": curves("Jitter of the latest operation", "The average as IOS prints it (zeros left out), and the smoothed jitter of RFC 3550 as an RTP receiver would "
                            "report it. With `series: all` also the smallest and the largest." + NO_JITTER, "s",
                            [T.curve("{{direction}} average", T.max("ipsla_latest_jitter_average_seconds", "direction")),
                             T.curve("{{direction}} RFC 3550", T.max("ipsla_interarrival_jitter_seconds", "direction")),
                             T.curve("{{direction}} smallest", T.min("ipsla_latest_jitter_minimum_seconds", "direction")),
                             T.curve("{{direction}} largest", T.max("ipsla_latest_jitter_maximum_seconds", "direction"))]),
    "delay": curves("One-way delay percentiles", "Delay in each direction, only of operations in which both clocks could be trusted." + CLOCKS, "s",
                    T.quantiles("ipsla_one_way_delay_seconds", "direction", shares=("0.50", "0.95"))),
    "delay_heatmap": heatmap("One-way delay heatmap", "How the delays in both directions are spread: two bands are an asymmetric path." + CLOCKS,
                             T.buckets("ipsla_one_way_delay_seconds")),
    "delay_latest": curves("One-way delay of each operation", "Average of the latest operation by direction. With `series: all` also the shortest and the longest." + CLOCKS, "s",
                           [T.curve("{{direction}} average", T.max("ipsla_latest_one_way_delay_average_seconds", "direction")),
                            T.curve("{{direction}} shortest", T.min("ipsla_latest_one_way_delay_minimum_seconds", "direction")),
                            T.curve("{{direction}} longest", T.max("ipsla_latest_one_way_delay_maximum_seconds", "direction"))]),
    "withheld": curves("One-way delay withheld", "Operations a minute whose one-way delay was not reported, by reason (docs/metrics.md explains each); and packets a second "
                       "that were left out because a delay was negative. Empty for operations without one-way delay.", "opm",
                       [T.curve("{{reason}}", f"{T.minute('ipsla_one_way_delay_withheld_total', 'reason')} > 0"),
                        T.curve("negative packets/s", T.rate("ipsla_one_way_delay_negative_total"))]),
    "offset": curves("Clock offset to the responder", "Clock of the responder minus the clock of the exporter; between the curves above and below it the true value lies. "
                     "Of several exporters the average. Empty where the latest operation could not measure it.", "s",
                     [("offset", every("avg", "ipsla_clock_offset_seconds")),
                      ("at least", f"{every('avg', 'ipsla_clock_offset_seconds')} - {every('max', 'ipsla_clock_offset_error_seconds')}"),
                      ("at most", f"{every('avg', 'ipsla_clock_offset_seconds')} + {every('max', 'ipsla_clock_offset_error_seconds')}")],
                     signed=True, overrides=[band("at least", "at most")]),
    "clock": curves("Clock error of the exporter", "What the system of the exporter says of its own clock: its estimate of the error, and the upper bound. Empty "
                    "where the system reports none.", "s",
                    [PROGRAMS.curve("estimated", PROGRAMS.max("ipsla_exporter_clock_estimated_error_seconds")),
                     PROGRAMS.curve("at most", PROGRAMS.max("ipsla_exporter_clock_maximum_error_seconds"))]),
    "steps": curves("Clock steps and slews", "How often a clock was set, a minute: the exporter's, or the responder's during an operation; and operations during which the "
                    "exporter's clock was slewed, which have no jitter.", "opm",
                    [PROGRAMS.curve("exporter set", PROGRAMS.minute("ipsla_exporter_clock_steps_total")),
                     T.curve("responder set", T.minute("ipsla_responder_clock_steps_total")),
                     T.curve("slewed", T.minute("ipsla_slewed_operations_total"))]),
    "synchronized": stat("Clock synchronized", "Whether the clock of the exporter counts as synchronized. Empty where the exporter may not read its state.", "short",
                         [PROGRAMS.curve("", PROGRAMS.min("ipsla_exporter_clock_synchronized"))], words=YES_NO),
    **WAY,
}

ROWS = [
    Row("This target", (4, {"state": 4, "active": 3, "latest_rtt": 4, "latest_loss": 5, "age": 4, "next": 4}), (4, {"info": 24})),
    Row("Round trip", (9, {"band": 12, "threshold": 12}), (9, {"rtt": 12, "rtt_heatmap": 12})),
    Row("Loss and order", (9, {"loss": 12, "runs": 12}), (8, {"packets": 8, "reordered": 8, "odd": 8})),
    Row("Jitter", (9, {"jitter_sd": 12, "jitter_ds": 12}), (9, {"jitter_heatmap_sd": 12, "jitter_heatmap_ds": 12}),
        (8, {"jitter_sign": 12, "jitter_latest": 12})),
    Row("One-way delay and clocks", (9, {"delay": 12, "delay_heatmap": 12}), (8, {"delay_latest": 12, "withheld": 12}),
        (8, {"offset": 10, "clock": 6, "steps": 5, "synchronized": 3})),
    *WAY_ROWS,
]


def dashboard():
    return frame.dashboard("path", "One target and all that is known of it: round trip, loss and jitter by direction, one-way delay and clocks, the way, the "
                           "responder at its end, and what this host spoiled.", frame.targets(single=True),
                           frame.target_annotations(T, enabled=True), PANELS, ROWS)
