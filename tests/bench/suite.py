# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The measurements of run.sh, one after another. Called by run.sh alone."""

import os
import re
import subprocess
import sys

import bench
import costs
import lateness
import reflected
import scale
from load import QUICK

# Benchmarks of their own, with what makes them quick.
SCRIPTS = {"memory.sh": ["--few", "200", "--many", "1000"], "exposition.sh": ["--quick"]}
MEMORY_BARS_KIB = {"plain": 8, "histograms": 12}


def judge_memory(report, output):
    """memory.sh prints a table: kind, PSS three times, slab, bytes of exposition."""
    for kind, *cells in re.findall(r"\| (\w+) \| (\S+) KiB \| (\S+) KiB \| (\S+) KiB \| (\S+) KiB \|", output):
        if kind in MEMORY_BARS_KIB:
            pss_kib, slab_kib = float(cells[0]), float(cells[3])
            report.bar(f"memory_per_target_{kind}_kib", pss_kib + slab_kib, MEMORY_BARS_KIB[kind])


def measure_script(report, name):
    """One of SCRIPTS; its lines `name: figure (bar) ok|short` count as bars of this run."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    report.section(f"{name.removesuffix('.sh').capitalize()}", f"By `sh tests/bench/{name}`.")
    done = subprocess.run(["sh", path] + SCRIPTS[name] * QUICK, capture_output=True, text=True, check=False,
                          timeout=300 if QUICK else 1200)
    rest = []
    for line in done.stdout.splitlines():
        found = re.match(r"(\S+): (\S.*) \((.*)\) (ok|short)$", line)
        if found:
            report.bars.append(found.groups())
            print(line, flush=True)
        else:
            rest.append(line)
    if done.returncode != 0:
        raise bench.Failed(f"{name} ended with {done.returncode}: {(done.stderr or done.stdout)[-500:]}")
    report.note("\n".join(rest).strip())
    if name == "memory.sh":
        judge_memory(report, done.stdout)


MEASUREMENTS = {
    "cpu": costs.measure_cpu,
    "peers": costs.measure_peers,
    "flat": costs.measure_flat,
    "syscalls": costs.measure_syscalls,
    "rate": scale.measure_rate,
    "reflected": reflected.measure_reflected,
    "defaults": scale.measure_defaults,
    "calls": scale.measure_calls,
    "pacing": lateness.measure_pacing,
    "drift": lateness.measure_drift,
    "load": lateness.measure_load,
    "isolation": lateness.measure_isolation,
    "viewed": lateness.measure_viewed,
    "start": scale.measure_start,
}


def main():
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    unknown = set(wanted) - set(MEASUREMENTS) - set(SCRIPTS)
    if unknown:
        sys.exit(f"run.sh: no measurement {', '.join(sorted(unknown))}; there are "
                 f"{' '.join([*MEASUREMENTS, *SCRIPTS])}")
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("run.sh: needs two cores")
    report = bench.Report()
    for name, function in MEASUREMENTS.items():
        if not wanted or name in wanted:
            report.attempt(name, function)
    for name in SCRIPTS:
        here = os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), name))
        if here and (not wanted or name in wanted):
            report.attempt(name, measure_script, name)
    if not wanted and not QUICK:
        bench.write_generated("benchmarks.md", "run.sh", report.markdown("sh tests/bench/run.sh"))
    return report.status()


if __name__ == "__main__":
    sys.exit(main())
