# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Responders: those inside exporters, and ipsla_responder."""
import frame
import process
from layout import Row
from panel import Column, curves, heatmap, stat, table
from query import LABELED_PROGRAMS as P

LOADED = {0: ("reload failed", "red"), 1: ("ok", "green")}
ALONE = " Empty without `ipsla_responder`: a responder in an exporter is configured with it."

PANELS = {
    **process.panels(frame.RESPONDER_COUNTER),
    "sessions_now": stat("Sessions now", "Open sessions, as a share of those that may be open at once.", "percentunit",
                         [P.curve("", f"{P.max('ipsla_responder_sessions')} / {P.max('ipsla_responder_sessions_max')}")], limits=(0.8, 0.95), decimals=1),
    "config": stat("Settings", "Whether the latest attempt to load settings and web configuration succeeded." + ALONE, "short",
                   [P.curve("settings", P.min("ipsla_responder_config_last_reload_successful")),
                    P.curve("web", P.min("ipsla_responder_web_config_last_reload_successful"))], words=LOADED),
    "config_age": stat("Age of the settings", "Time since settings and web configuration were last loaded." + ALONE, "s",
                       [P.curve("settings", P.age("ipsla_responder_config_last_reload_success_timestamp_seconds")),
                        P.curve("web", P.age("ipsla_responder_web_config_last_reload_success_timestamp_seconds"))], decimals=0),
    "version": table("Versions", "The versions that run. Empty behind an OpenTelemetry collector that asks for OpenMetrics: it renames this metric.",
                     {"instance": "Instance", "version": "Version", "revision": "Revision", "cluster": "Cluster"},
                     [Column("Present", P.max("ipsla_responder_build_info", "version", "revision"))], hidden=("Time", "job", "Value")),
    "requests": curves("Control requests", "Valid control requests, by version of the protocol and result.", "reqps",
                       [P.curve("v{{version}} {{result}}", P.rate("ipsla_responder_control_requests_total", "version", "result"))]),
    "probes": curves("Probes answered", "Probe packets answered, by kind.", "pps", [P.curve("{{kind}}", P.rate("ipsla_responder_probes_total", "kind"))]),
    "sessions": curves("Sessions", "Open sessions, and the most that may be open at once.", "short",
                       [P.curve("open", P.max("ipsla_responder_sessions")), P.curve("at most", P.max("ipsla_responder_sessions_max"))]),
    "dropped": curves("Datagrams not answered", "By reason; each datagram counts once.", "pps",
                      [P.curve("{{reason}}", P.rate("ipsla_responder_dropped_total", "reason"))]),
    "sockets": curves("Dropped in its sockets", "Datagrams that the responder did not read in time, so that its sockets dropped them: senders see them as loss SD.", "pps",
                      [P.curve("", P.rate("ipsla_responder_socket_drops_total"))]),
    "log": curves("Log lines dropped", "Log lines, a minute, that nobody read and that were dropped." + ALONE, "cpm",
                  [P.curve("", P.minute("ipsla_responder_log_lines_dropped_total"))]),
    "impaired": curves("Wrong on purpose", "What the responder loses, delays, refuses and so on because its configuration says so (docs/impair.md), by kind, and how many "
                       "rules say so. Empty without `impair`, as it should be where people rely on it.", "pps",
                       [P.curve("{{kind}}", P.rate("ipsla_responder_impairments_total", "kind")),
                        P.curve("rules", P.max("ipsla_responder_impaired"))]),
    "turnaround": curves("Turnaround percentiles", "Time from the arrival of a probe packet to its reply. Senders subtract what the timestamps in the reply tell of it.", "s",
                         P.quantiles("ipsla_responder_turnaround_seconds")),
    "turnaround_heatmap": heatmap("Turnaround heatmap", "How the times from arrival to reply are spread.", P.buckets("ipsla_responder_turnaround_seconds")),
}

ROWS = [
    Row("Now", (4, {"sessions_now": 6, "config": 6, "config_age": 6, "uptime": 6}), (5, {"version": 24})),
    Row("Requests and probes", (9, {"requests": 8, "probes": 8, "sessions": 8}), (8, {"dropped": 8, "impaired": 8, "sockets": 4, "log": 4})),
    Row("How fast it answers", (9, {"turnaround": 12, "turnaround_heatmap": 12})),
    process.row(),
]


def dashboard():
    return frame.dashboard("responder", "Responders, those inside exporters and ipsla_responder: who asks, what is answered and what is not, how fast, and what it "
                           "costs.", frame.about_programs(frame.RESPONDER_COUNTER), frame.program_annotations(P, "responder"), PANELS, ROWS)
