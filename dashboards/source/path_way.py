# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The second half of the path dashboard: the way, the responder at its end, the operations, and this host."""
from layout import Row
from panel import LOSS, Column, curves, table
from query import TARGET as T

NO_PATH = " Empty without `path` in the configuration of the target."
ALL = " Empty without `path` and `series: all` in the configuration of the target."
FLOWS = " Empty without `ecmp_ports`."


def hops():
    """Who answered at each hop."""
    made = table("Hops", "Who answered at each hop of the latest search, with the MPLS labels that were told." + ALL,
                 {"hop": "Hop", "address": "Address", "mpls": "MPLS", "instance": "Exporter"},
                 [Column("Present", T.max("ipsla_path_hop_info", "hop", "address", "mpls"))], hidden=("Time", "Value", "job", "cluster"))
    made["options"]["sortBy"] = [{"desc": False, "displayName": "Hop"}]
    return made


def minute(words, metric, *by):
    return T.curve(words, T.minute(metric, *by))


PANELS = {
    "header": curves("TTL and DSCP of the replies", "The IP header of the last reply of each operation as it arrived. Another TTL is another way back; another DSCP than "
                     "was sent is a remarking on the path, or a responder that does not reflect it. Empty for operations whose replies do not tell.", "short",
                     [T.curve("TTL", T.max("ipsla_reply_hop_limit")), T.curve("DSCP", T.max("ipsla_reply_dscp")),
                      T.curve("DSCP sent", T.max("ipsla_target_dscp"))]),
    "hops": curves("Number of hops", "Hops to the host; when it did not answer, up to the last hop that did. The first hop that packets come to with another DSCP or ECN "
                   "than they were sent with has a curve of its own." + NO_PATH, "short",
                   [T.curve("hops", T.max("ipsla_path_hops")), T.curve("{{field}} rewritten at", T.min("ipsla_path_rewritten_hop", "field")),
                    T.curve("host answered (1)", T.min("ipsla_path_reached"))]),
    "changes": curves("Changes of the path", "Searches, a minute, that saw another address at a hop than before; and the time since the latest search." + NO_PATH, "opm",
                      [minute("changes", "ipsla_path_changes_total"),
                       T.curve("minutes since the search", f"(time() - {T.max('ipsla_path_last_search_timestamp_seconds')}) / 60")]),
    "hop_table": hops(),
    "hop_rtt": curves("Round trip to each hop", "Average of the latest search. A hop that is slower than those behind it answers slowly, and does not forward slowly." + ALL,
                      "s", [T.curve("hop {{hop}}", T.max("ipsla_path_hop_rtt_seconds", "hop"))]),
    "hop_loss": curves("Unanswered at each hop", "Share of the packets to a hop without an answer: lost, or not answered by a router that limits its answers." + ALL,
                       "percentunit", [T.curve("hop {{hop}}", T.max("ipsla_path_hop_unanswered_ratio", "hop"))]),
    "hop_other": curves("Addresses and DSCP at each hop", "Addresses that answered (more than one are equal paths), and the DSCP with which packets came." + ALL, "short",
                        [T.curve("addresses at {{hop}}", T.max("ipsla_path_hop_addresses", "hop")),
                         T.curve("DSCP at {{hop}}", T.max("ipsla_path_hop_dscp", "hop"))]),
    "flow_loss": curves("Loss of each flow", "Share of the packets of each source port that were lost: some flows lose and others do not where one of several equal paths is "
                        "bad. Dashed: 1 % and 5 %." + FLOWS, "percentunit",
                        [T.curve("flow {{flow}}", f"{T.rate('ipsla_flow_packets_lost_total', 'flow')} / "
                                                  f"({T.rate('ipsla_flow_packets_sent_total', 'flow')} > 0)")], LOSS),
    "flow_rtt": curves("Round trip of each flow", "Average of the latest operation. Empty without `ecmp_ports` and `series: all`.", "s",
                       [T.curve("flow {{flow}}", T.max("ipsla_flow_rtt_average_seconds", "flow"))]),
    "processing": curves("Processing in the responder", "The time that packets spent inside the target's responder, as it reports it itself. It is subtracted from the round "
                         "trip. Empty where replies do not tell.", "s", T.quantiles("ipsla_responder_processing_seconds", shares=("0.50", "0.99"))),
    "control": curves("Control handshake", "Round trip of the latest control handshake with the responder. Empty with `control: {version: none}` and for operations that "
                      "need none.", "s", [T.curve("", T.max("ipsla_control_rtt_seconds"))]),
    "retries": curves("Control retries", "Control requests that had to be repeated, a minute: loss on the way to the responder's control port, or a busy responder. Empty "
                      "with `control: {version: none}`.", "opm", [minute("", "ipsla_control_retries_total")]),
    "peer": table("What the peer does differently", "How the peer of the latest operation writes its times (icmp-jitter), departs from the documents (STAMP, TWAMP Light) and "
                  "signs (MD5 keys). Empty for other operations.",
                  {"byte_order": "Byte order", "kind": "Deviation", "layout": "MD5 layout", "instance": "Exporter"},
                  [Column("A", T.max("ipsla_responder_byte_order_info", "byte_order")),
                   Column("B", T.max("ipsla_reflector_deviation", "kind")),
                   Column("C", T.max("ipsla_control_auth_layout_info", "layout"))],
                  hidden=("Time", "job", "cluster", "Value #A", "Value #B", "Value #C")),
    "operations": curves("Operations and failures", "Operations a minute, and those that failed, by reason (docs/metrics.md explains each).", "opm",
                         [minute("run", "ipsla_operations_total"),
                          T.curve("{{reason}}", f"{T.minute('ipsla_operation_failures_total', 'reason')} > 0")]),
    "skipped": curves("Skipped and missed starts", "Starts a minute that were skipped because the previous operation was still running, or that passed while this host stood "
                      "still.", "opm", [minute("skipped", "ipsla_operations_skipped_total"), minute("missed", "ipsla_operations_missed_total")]),
    "duration": curves("Duration", "How long the latest operation took, and how long after its end the next one may start at the latest.", "s",
                       [T.curve("operation", T.max("ipsla_operation_duration_seconds")), T.curve("frequency", T.max("ipsla_target_frequency_seconds"))]),
    "outcome": curves("Outcome", "1: the latest operation completed, 0: it failed; and its return code as in CISCO-RTTMON-TC-MIB: 1 ok, 3 over threshold, 4 timeout, "
                      "6 not connected.", "short", [T.curve("completed", T.min("ipsla_operation_success")),
                                                    T.curve("return code", T.max("ipsla_operation_return_code"))]),
    "limits": curves("Limits exceeded", "1 while the target exceeds this limit of its configuration. Empty without `limits`.", "short",
                     [T.curve("{{limit}} {{severity}}", T.max("ipsla_limit_exceeded", "limit", "severity"))], max=1),
    "lookup": curves("Lookup of the name", "Age of the target's address, and how long its lookup took. Empty for an address, and without `series: all`.", "s",
                     [T.curve("age", T.age("ipsla_target_lookup_timestamp_seconds")), T.curve("lookup", T.max("ipsla_target_lookup_duration_seconds"))]),
    "own": curves("Packets that this host spoiled", "Packets that this host sent late, left out because it was too late, could not send, held or dropped in its own queue, or whose "
                  "replies it lost in its own sockets. Not part of the loss.", "pps",
                  [T.curve(words, T.rate(f"ipsla_packets_{name}_total")) for words, name in (
                      ("sent late", "sent_late"), ("missed", "missed"), ("unsent", "unsent"), ("queued", "queued"),
                      ("dropped in the queue", "queue_dropped"), ("replies dropped", "dropped"))]),
    "unmatched": curves("Datagrams that answered nothing", "By reason. Nonce, icmp and many of control: somebody is trying to answer for the target.", "pps",
                        [T.curve("{{reason}}", T.rate("ipsla_unmatched_datagrams_total", "reason"))]),
    "resolution": curves("Native histograms made coarser", "How often, a minute, a native histogram needed more than 160 buckets and lost half of its resolution. Empty until it "
                         "happens.", "opm", [minute("", "ipsla_histogram_resolution_reductions_total")]),
}

WAY_ROWS = [
    Row("The way", (8, {"header": 8, "hops": 8, "changes": 8}), (8, {"hop_table": 12, "hop_rtt": 12}), (8, {"hop_loss": 12, "hop_other": 12}),
        (8, {"flow_loss": 12, "flow_rtt": 12})),
    Row("The responder at its end", (8, {"processing": 8, "control": 8, "retries": 8}), (5, {"peer": 24})),
    Row("Operations", (8, {"operations": 12, "outcome": 12}), (8, {"skipped": 6, "duration": 6, "limits": 6, "lookup": 6})),
    Row("This host", (8, {"own": 12, "unmatched": 6, "resolution": 6})),
]
