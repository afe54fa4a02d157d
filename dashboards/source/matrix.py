# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Targets by two of their labels, such as site by site: each cell has the worst value of its targets."""
import frame
from layout import Row
from panel import JITTER, LOSS, MOS, RTT, matrix, thresholds
from query import RANGE
from query import TARGETS_2 as T

CELL = frame.link("overview", "The targets of this cell", "${instance:queryparam}", "var-label=${label}", "var-value=${__data.fields[0]:percentencode}",
                  "var-label2=${label2}", "var-value2=${__field.name:percentencode}")
HOW = " Rows are the values of the first label, columns those of the second."


def worst(expr, aggregation="max"):
    """The labels that the variables name get fixed names, so that the table can ask for them."""
    named = f'label_replace(label_replace({expr}, "row", "$1", "$label", "(.*)"), "column", "$1", "$label2", "(.*)")'
    return f"{aggregation} by (row, column) ({named})"


def ratio(part, whole, label):
    return f"sum without ({label}) (rate({T.select(part)}{RANGE})) / (rate({T.select(whole)}{RANGE}) > 0)"


def quantile(metric):
    native, classic = (f"histogram_quantile(0.95, rate({T.select(metric, suffix)}{RANGE}))" for suffix in ("", "_bucket"))
    return f"({native} or {classic}) >= 0"


def colors(limits):
    return thresholds((None, "transparent"), (0, "green"), *zip(limits, ("orange", "red")))


PANELS = {
    "failed": matrix("Failed operations", "Share of the operations that did not complete, of the worst target of each cell." + HOW,
                     worst(ratio("ipsla_operation_failures_total", "ipsla_operations_total", "reason")), "percentunit", colors((0.01, 0.1)), CELL),
    "loss": matrix("Packet loss", "Loss in both directions, of the worst target of each cell." + HOW + " Orange from 1 %, red from 5 %.",
                   worst(ratio("ipsla_packets_lost_total", "ipsla_packets_sent_total", "direction")), "percentunit", colors(LOSS), CELL),
    "rtt": matrix("Round-trip time p95", "95th percentile of the round trip, of the worst target of each cell." + HOW + " Orange from 300 ms, red "
                  "from 500 ms. Empty for targets with `series: minimal`.", worst(quantile("ipsla_rtt_seconds")), "s", colors(RTT), CELL),
    "jitter": matrix("Jitter p95", "95th percentile of the jitter of the worse direction, of the worst target of each cell." + HOW + " Orange from "
                     "30 ms, red from 50 ms. Empty for operations without jitter.", worst(quantile("ipsla_jitter_seconds")), "s", colors(JITTER), CELL),
    "mos": matrix("MOS", "The lowest score of each cell, 1 (bad) to 5, as IOS prints it." + HOW + " Red below 3.6, orange below 4. Empty for "
                  "targets without a codec.", worst(T.select('ipsla_mos_score{method="cisco"}'), "min"), "short",
                  thresholds((None, "transparent"), (0, "red"), *zip(MOS, ("orange", "green"))), CELL),
    "count": matrix("Targets", "How many targets each cell has." + HOW, worst(T.select("ipsla_operation_success"), "count"), "short",
                    thresholds((None, "transparent")), CELL),
}

ROWS = [
    Row("Does it work", (10, {"failed": 12, "loss": 12})),
    Row("How well", (10, {"rtt": 12, "jitter": 12}), (10, {"mos": 12, "count": 12})),
]


def dashboard():
    return frame.dashboard("matrix", "Targets by two of their labels, such as site by site: each cell has the worst value of its targets and leads to "
                           "them. Choose the labels above.", frame.targets(second=True), frame.target_annotations(T, enabled=False), PANELS, ROWS)
