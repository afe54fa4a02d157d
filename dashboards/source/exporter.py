# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The exporter itself: may its numbers be believed, and what do they cost."""
import frame
import process
from layout import Row
from panel import YES_NO, Column, curves, heatmap, names, stat, table, timeline, words
from query import LABELED_PROGRAMS as P

LOADED = {0: ("failed", "red"), 1: ("ok", "green")}
CLOCK_STATES = {0: ("synchronized", "green"), 1: ("unsynchronized", "red"), 2: ("unanswered", "orange"), 3: ("stale", "orange"), 4: ("unknown", "gray")}


def percentiles(title, description, metric):
    return curves(title, description, "s", P.quantiles(metric))


def clock_state():
    expr = P.number_of("ipsla_exporter_clock_state", "state", names(CLOCK_STATES))
    return timeline("State of the clock", "What the system of the exporter says of its clock: synchronized, unsynchronized (nothing synchronizes it), unanswered "
                    "(ntpd has had no answer yet), stale (nothing has adjusted it for more than an hour), unknown (the exporter may not read it).",
                    [P.curve("", expr)], CLOCK_STATES)


def versions():
    return table("Versions and configurations", "Version and configuration in force; two exporters with the same hash run the same files. Empty behind an "
                 "OpenTelemetry collector that asks for OpenMetrics: it renames these metrics.",
                 {"instance": "Exporter", "version": "Version", "revision": "Revision", "sha256": "Configuration", "cluster": "Cluster"},
                 [Column("A", P.max("ipsla_exporter_build_info", "version", "revision")),
                  Column("B", P.max("ipsla_exporter_config_hash_info", "sha256"))],
                 hidden=("Time", "job", "Value #A", "Value #B"))


def files():
    return table("Target files", "Target files: how many targets are in force from each, whether what it holds now is in force, and since when. Empty without "
                 "`target_files`.", {"instance": "Exporter", "file": "File", "cluster": "Cluster"},
                 [Column("In force", P.min("ipsla_exporter_target_file_last_read_successful", "file"), mapping=words(YES_NO)),
                  Column("Targets", P.max("ipsla_exporter_target_file_targets", "file")),
                  Column("Age", f"time() - {P.max('ipsla_exporter_target_file_last_read_success_timestamp_seconds', 'file')}", "s", decimals=0)])


PANELS = {
    **process.panels(frame.EXPORTER_COUNTER),
    "config": stat("Configuration", "Whether the last load of the configuration, of the web configuration and the last write of the history succeeded. Failed: the exporter "
                   "goes on with what it had. Web and history only where they are configured.", "short",
                   [P.curve("configuration", P.min("ipsla_exporter_config_last_reload_successful")),
                    P.curve("web", P.min("ipsla_exporter_web_config_last_reload_successful")),
                    P.curve("history", P.min("ipsla_exporter_history_last_write_successful"))], words=LOADED),
    "config_age": stat("Age", "Time since the configuration and the web configuration were last taken, and since the history was last written.", "s",
                       [P.curve("configuration", P.age("ipsla_exporter_config_last_reload_success_timestamp_seconds")),
                        P.curve("web", P.age("ipsla_exporter_web_config_last_reload_success_timestamp_seconds")),
                        P.curve("history", P.age("ipsla_exporter_history_last_write_success_timestamp_seconds"))], decimals=0),
    "targets": stat("Targets by state", "How many targets are ok, degraded (a limit is exceeded), failed, pending (not measured yet) or inactive (no further operation "
                    "will be started).", "short", [("{{state}}", f"sum by (state) ({P.select('ipsla_exporter_targets')})")]),
    "realtime": stat("Real-time priority", "Whether the measuring threads have it (`--realtime`).", "short", [P.curve("", P.min("ipsla_exporter_realtime"))], words=YES_NO),
    "synchronized": stat("Clock synchronized", "Whether the clock of the host counts as synchronized. Empty where the exporter may not read its state.", "short",
                         [P.curve("", P.min("ipsla_exporter_clock_synchronized"))], words=YES_NO),
    "versions": versions(),
    "files_read": files(),
    "send": percentiles("Packets sent late: percentiles", "How much later than scheduled the system was asked to send packets: this host's threads. Rising values mean a host "
                        "without enough CPU.", "ipsla_exporter_send_lateness_seconds"),
    "send_heatmap": heatmap("Packets sent late: heatmap", "How the lateness of packets is spread.", P.buckets("ipsla_exporter_send_lateness_seconds")),
    "queue": percentiles("Own queue: percentiles", "How long packets then waited until they left, perhaps in a shaper of this host; that is in no round trip. Empty where the "
                         "kernel does not tell.", "ipsla_exporter_send_queueing_seconds"),
    "queue_heatmap": heatmap("Own queue: heatmap", "How the time in the own queue is spread. Empty where the kernel does not tell.",
                             P.buckets("ipsla_exporter_send_queueing_seconds")),
    "start": percentiles("Operations begun late: percentiles", "How much later than scheduled operations began. Above a second the process stood still, and the log says so.",
                         "ipsla_exporter_start_lateness_seconds"),
    "lag": percentiles("Loop lag: percentiles", "How late a measuring thread came to what was due. With many targets it works in steps of 1 ms, so up to that is normal.",
                       "ipsla_exporter_loop_lag_seconds"),
    "stamps": curves("Timestamps by source", "Where the times of packets were taken. Those of kernel and adapter exclude delays inside the exporter, those of user space do not. "
                     "Sockets that stopped asking for them have a curve of their own.", "pps",
                     [P.curve("{{point}} {{source}}", P.rate("ipsla_exporter_timestamps_total", "point", "source")),
                      P.curve("sockets without", P.rate("ipsla_exporter_timeless_sockets_total"))]),
    "errors": curves("Send errors", "Datagrams that the system did not send, by reason (docs/metrics.md explains each).", "pps",
                     [P.curve("{{reason}}", P.rate("ipsla_exporter_send_errors_total", "reason"))]),
    "drops": curves("Dropped in its sockets", "Datagrams that the exporter did not read in time. They count as dropped here, not as lost.", "pps",
                    [P.curve("", P.rate("ipsla_exporter_socket_drops_total"))]),
    "unmatched": curves("Unmatched datagrams", "Received datagrams that belong to no operation, by reason: too old, never asked for, or forged.", "pps",
                        [P.curve("{{reason}}", P.rate("ipsla_exporter_unmatched_datagrams_total", "reason"))]),
    "clock_state": clock_state(),
    "clock": curves("Clock error", "The system's estimate of the error of its clock, and the upper bound, which grows until the next adjustment. Empty where the system reports "
                    "none.", "s", [P.curve("estimated", P.max("ipsla_exporter_clock_estimated_error_seconds")),
                                   P.curve("at most", P.max("ipsla_exporter_clock_maximum_error_seconds"))]),
    "steps": curves("Clock steps", "How often the clock of the host was set, a minute.", "cpm", [P.curve("", P.minute("ipsla_exporter_clock_steps_total"))]),
    "names": curves("Names and protocols", "Lookups of host names that failed, moves to the next address of a name, and moves of a target of `operation: auto` to another "
                    "protocol, a minute; and names that wait for an answer.", "cpm",
                    [P.curve("failed", P.minute("ipsla_exporter_resolve_failures_total")), P.curve("moved", P.minute("ipsla_exporter_address_failovers_total")),
                     P.curve("other protocol", P.minute("ipsla_exporter_protocol_changes_total")),
                     P.curve("waiting now", P.max("ipsla_exporter_names_waiting"))]),
    "log": curves("Log lines dropped", "Log lines, a minute, that were dropped because nobody read them: measuring never waits for the log.", "cpm",
                  [P.curve("", P.minute("ipsla_exporter_log_lines_dropped_total"))]),
    "answers": curves("Scrapes as the exporter sees them", "How long the previous scrape took, from the request to its last byte. Empty before the second.", "s",
                      [P.curve("", P.max("ipsla_exporter_scrape_duration_seconds"))]),
    "rejected": curves("Scrapes rejected", "Scrapes, a minute, that got no answer, or not to its end, by reason (docs/metrics.md explains each).", "cpm",
                       [P.curve("{{reason}}", P.minute("ipsla_exporter_scrapes_rejected_total", "reason"))]),
    "requests": curves("Operations on request", "Operations that clients asked for at /probe, a minute: those that ended, by result, and those that were refused, by reason; and "
                       "how many run now.", "cpm",
                       [P.curve("{{result}}", P.minute("ipsla_exporter_probes_total", "result")),
                        P.curve("refused: {{reason}}", P.minute("ipsla_exporter_probes_refused_total", "reason")),
                        P.curve("running now", P.max("ipsla_exporter_probes_running"))]),
}

ROWS = [
    Row("Now", (4, {"config": 6, "config_age": 5, "targets": 5, "synchronized": 3, "realtime": 2, "uptime": 3}), (6, {"versions": 12, "files_read": 12})),
    Row("Is it in time", (9, {"send": 12, "send_heatmap": 12}), (9, {"queue": 12, "queue_heatmap": 12}), (8, {"start": 12, "lag": 12})),
    Row("What it loses, and where its times come from", (8, {"stamps": 12, "errors": 12}), (8, {"drops": 8, "unmatched": 8, "names": 8})),
    Row("Its clock", (8, {"clock_state": 10, "clock": 8, "steps": 6})),
    Row("Requests", (8, {"answers": 6, "rejected": 6, "requests": 6, "log": 6})),
    process.row(),
]


def dashboard():
    return frame.dashboard("exporter", "The exporter itself: may its numbers be believed (lateness, timestamps, drops, clock), and what do they cost (CPU, memory, "
                           "scrapes).", frame.about_programs(frame.EXPORTER_COUNTER), frame.program_annotations(P), PANELS, ROWS)
