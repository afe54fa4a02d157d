# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Targets with a codec: how calls would sound, and what makes them sound so."""
import frame
from layout import Row
from panel import JITTER, LOSS, MOS, R_FACTOR, RTT, Column, curves, stat, table
from query import TARGETS as T

CODEC = " Empty without targets that have a codec."
PATH = frame.link_of_curve()
CISCO = T.select('ipsla_mos_score{method="cisco"}')


def mos(method):
    return T.min(f'ipsla_mos_score{{method="{method}"}}')


def of_calls(expr):
    return f"{expr} and {mos('cisco')}"


def calls():
    columns = [
        Column("MOS", f"sort({mos('cisco')})", scores=MOS, decimals=2),
        Column("MOS (CQ)", mos("emodel_cq"), scores=MOS, decimals=2),
        Column("MOS (LQ)", mos("emodel_lq"), scores=MOS, decimals=2),
        Column("ICPIF", T.max("ipsla_icpif"), limits=(10, 20)),
        Column("R", T.min("ipsla_r_factor"), scores=R_FACTOR, decimals=1),
        Column("Loss", of_calls(T.ratio("ipsla_packets_lost_total", "ipsla_packets_sent_total")), "percentunit", limits=LOSS, decimals=2),
        Column("RTT p95", of_calls(f"({T.quantile('0.95', 'ipsla_rtt_seconds')})"), "s", limits=RTT, decimals=1),
        Column("Target", link=frame.link_of_row()),
    ]
    return table("Calls, worst first", "One line for each target with a codec: the scores of its latest operation, and loss and round trip of the last "
                 "minutes. A click on the name leads to its path. An empty cell was not measured: a failed operation has no score." + CODEC,
                 {"target": "Target", "instance": "Exporter", "cluster": "Cluster"}, columns)


PANELS = {
    "good": stat("Good calls", "Share of the targets with a codec whose latest operation has a MOS of 4 or more." + CODEC, "percentunit",
                 [("MOS of 4 or more", f"(count({CISCO} >= 4) or 0 * count({CISCO})) / count({CISCO})")], decimals=0),
    "poor": stat("Poor calls", "Targets with a codec whose latest operation has a MOS below 3.6." + CODEC, "short",
                 [("MOS below 3.6", f"count({CISCO} < 3.6) or 0 * count({CISCO})")], limits=(1,)),
    "lowest": stat("Lowest MOS", "The worst of the latest operations." + CODEC, "short", [("lowest", f"min({CISCO})")], decimals=2),
    "calls": calls(),
    "mos": curves("MOS as IOS prints it", "How a call would sound, 1 (bad) to 5: satisfied users from 4, many dissatisfied below 3.6." + CODEC,
                  "short", [T.curve("", mos("cisco"))], max=5, link=PATH),
    "emodel": curves("MOS by the E-model", "The score of ITU-T G.107 with (emodel_cq, conversation) and without (emodel_lq, listening) the delay: a gap "
                     "between the two is the part that delay has." + CODEC, "short",
                     [T.curve("{{method}}", T.min('ipsla_mos_score{method=~"emodel_.q"}', "method"))], max=5, link=PATH),
    "icpif": curves("ICPIF", "Impairment as IOS prints it, 0 (none) to 93." + CODEC, "short", [T.curve("", T.max("ipsla_icpif"))], link=PATH),
    "r": curves("R factor", "R of ITU-T G.107, 100 (best) to 0." + CODEC, "short", [T.curve("", T.min("ipsla_r_factor"))], max=100, link=PATH),
    "loss": curves("Loss", "Share of the packets that were lost, by direction. What the listener at the responder misses is SD, the one at the exporter "
                   "DS. Dashed: 1 % and 5 %.", "percentunit",
                   [T.curve("{{direction}}", T.ratio_by("ipsla_packets_lost_total", "ipsla_packets_sent_total", "direction"))], LOSS, link=PATH),
    "runs": curves("Longest run of losses", "The longest sequence of packets lost one after the other in the latest operation. A codec hides one lost "
                   "packet, not a run of them. Empty for operations other than udp-jitter.", "short",
                   [T.curve("{{direction}}", T.max("ipsla_loss_period_packets_max", "direction"))], link=PATH),
    "jitter": curves("Jitter p95", "95th percentile of the change of delay between adjacent packets, by direction: what a jitter buffer must hold. Dashed: "
                     "30 ms and 50 ms. Empty for operations without jitter.", "s",
                     [T.curve("{{direction}}", T.quantile("0.95", "ipsla_jitter_seconds", "direction"))], JITTER, link=PATH),
    "rtt": curves("Round-trip time p50 and p95", "Half of it is about the delay from mouth to ear that the network adds. Dashed: 300 ms and 500 ms.", "s",
                  T.quantiles("ipsla_rtt_seconds", shares=("0.50", "0.95")), RTT, link=PATH),
}

ROWS = [
    Row("Calls", (4, {"good": 8, "poor": 8, "lowest": 8}), (9, {"calls": 24})),
    Row("Scores", (9, {"mos": 12, "emodel": 12}), (8, {"icpif": 12, "r": 12})),
    Row("What makes them", (9, {"loss": 12, "runs": 12}), (9, {"jitter": 12, "rtt": 12})),
]


def dashboard():
    return frame.dashboard("voice", "How calls would sound over the measured paths, for targets with a codec: MOS, ICPIF and R, and the loss, jitter and "
                           "delay that make them.", frame.targets(), frame.target_annotations(T, enabled=False), PANELS, ROWS)
