# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What a program costs: the same panels for exporter and responder."""
from layout import Row
from panel import curves, stat
from query import LABELED_PROGRAMS as P

def panels(counter):
    """`counter` tells which processes are meant: one of the program, which it always has."""
    ours = f"and on (cluster, job, instance) {P.rate(counter)}"

    def of(expr):
        return f"{expr} {ours}"

    return {
        "uptime": stat("Uptime", "Time since the process started.", "s", [P.curve("", of(P.age("process_start_time_seconds")))], decimals=0),
        "cpu": curves("CPU", "Processor time used by the process; 100 % is one core.", "percentunit", [P.curve("", of(P.rate("process_cpu_seconds_total")))]),
        "memory": curves("Memory", "Memory that the process occupies, and its virtual memory, with the limit of that if there is one.", "bytes",
                         [P.curve("resident", of(P.max("process_resident_memory_bytes"))), P.curve("virtual", of(P.max("process_virtual_memory_bytes"))),
                          P.curve("virtual, limit", of(P.max("process_virtual_memory_max_bytes")))]),
        "files": curves("Open files", "File descriptors in use, sockets among them, as a share of what the system allows.", "percentunit",
                        [P.curve("", of(f"{P.max('process_open_fds')} / {P.max('process_max_fds')}"))]),
        "scrape": curves("Scrapes as Prometheus sees them", "How long a scrape took, as the one who scrapes measures it.", "s",
                         [P.curve("", of(P.max("scrape_duration_seconds")))]),
        "samples": curves("Samples of a scrape", "What one scrape adds: samples, after relabelling.", "short",
                          [P.curve("", of(P.max("scrape_samples_post_metric_relabeling")))]),
    }


def row():
    return Row("What it costs", (8, {"cpu": 8, "memory": 8, "files": 8}), (8, {"scrape": 12, "samples": 12}))
