# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What a probe costs: CPU and system calls, beside the bare loop and the peers."""

import re
import time

import bench
import peers
from load import QUICK, Load, bare_probe_ns

PAIRS = 2 if QUICK else 7


def whole_operations(targets, frequency_s):
    """(measuring thread, process, rate, counted): ns a probe over exactly one period of every session, so that
    handshakes, statistics and histograms are in it once each. Probes are those that the responder answered;
    `counted` is what the exporter's counter says in relation to that."""
    packets = frequency_s * 50 - 15
    config = bench.configuration(targets, bench.spread_phases(targets, frequency_s * 1_000_000, 20_000),
                                 frequency=f"{frequency_s}s", timeout="100ms", num_packets=packets, interval="20ms")
    with bench.Echo() as echo, bench.Exporter(config) as exporter:
        time.sleep(frequency_s + 0.6)
        sent = exporter.totals()["ipsla_packets_sent_total"]
        answered = echo.probes()
        thread_ns, process_ns = exporter.measuring_cpu_ns(), exporter.program.cpu_ns()
        time.sleep(frequency_s)
        thread_ns, process_ns = exporter.measuring_cpu_ns() - thread_ns, exporter.program.cpu_ns() - process_ns
        answered = echo.probes() - answered
        totals = exporter.totals()
    sent = totals["ipsla_packets_sent_total"] - sent
    if answered == 0:
        raise bench.Failed(f"{sent:.0f} packets sent by the counter, none seen by the responder")
    return thread_ns / answered, process_ns / answered, answered / frequency_s, sent / answered


def measure_cpu(report):
    report.section("CPU per probe, 1 000 sessions x 50/s",
                   "Over whole operations: handshake, statistics and histograms included. The bare loop sends at the "
                   "same rate with the same timestamps; each ratio is of one pair of runs, one right after the other.")
    frequency_s = 2 if QUICK else 5
    threads, processes, references, ratios, counted = [], [], [], [], []
    for _ in range(PAIRS):
        thread, process, rate, count = whole_operations(1000, frequency_s)
        with bench.Echo():
            reference = bare_probe_ns(1000, int(rate))
        threads.append(thread)
        processes.append(process)
        references.append(reference)
        ratios.append(thread / reference)
        counted.append(count)
    rows = [["ipsla_exporter, measuring thread", bench.spread_text(threads, "{:.0f}")],
            ["ipsla_exporter, whole process", bench.spread_text(processes, "{:.0f}")],
            ["bare loop R1, kernel RX and TX stamps", bench.spread_text(references, "{:.0f}")],
            ["ratio of pairs", bench.spread_text(ratios)]]
    with bench.Echo():
        connected = [bench.bare("send", "--targets", 1000, "--rate", int(rate), "--tx", "--connected")["ns_per_probe"]
                     for _ in range(1 if QUICK else 3)]
    rows.append(["bare loop R2, a socket for each session", bench.spread_text(connected, "{:.0f}")])
    report.table(["", "ns/probe"], rows)
    report.note(f"{rate:.0f} probes/s; ipsla_packets_sent_total grew by {bench.spread_text(counted, '{:.3f}')} of what "
                "the responder answered.")
    report.bar("cpu_per_probe_ratio_to_bare", bench.median(ratios), 1.5)
    report.bar("cpu_rate_reached", rate / (1000 * (50 - 15 / frequency_s)), 0.98, at_least=True)
    report.ours_us = bench.median(threads) / 1000


def measure_peers(report):
    report.section("CPU per probe of peers", "Each at the best rate it reaches on this machine. fping's and "
                   "smokeping_prober's figures are of ICMP, fping's with the kernel's own answer in it.")
    rows = []
    for name, function, factor in peers.CPU:
        runs = [function() for _ in range(1 if QUICK else 3)]
        costs = [cost for cost, _ in runs]
        rows.append([name, bench.spread_text(costs, "{:.1f}"), f"{bench.median(rate for _, rate in runs):.0f}"])
        if hasattr(report, "ours_us"):
            report.bar(f"cpu_per_probe_ratio_to_{name.split()[0]}", report.ours_us / bench.median(costs), factor,
                       "{:.3f}")
    report.table(["peer", "us/probe", "probes/s"], rows)


def within_operation(targets, rate):
    """(ns a probe of the measuring thread in the middle of operations, share of the rate that was reached)."""
    seconds = 1.5 if QUICK else 4
    load = Load(targets, rate, seconds + 6)
    with bench.Echo() as echo, bench.Exporter(load.config) as exporter:
        echo.wait_for_starts(targets)
        time.sleep(0.5)
        begin, answered, cpu_ns = time.monotonic(), echo.probes(), exporter.measuring_cpu_ns()
        time.sleep(seconds)
        cpu_ns, answered = exporter.measuring_cpu_ns() - cpu_ns, echo.probes() - answered
        if answered == 0:
            raise bench.Failed(f"no probe arrives with {targets} targets")
        return cpu_ns / answered, answered / (time.monotonic() - begin) / rate


def measure_flat(report):
    report.section("CPU per probe against the number of targets", "50 000 probes/s in all, in the middle of "
                   "operations; ns/probe, medians of interleaved rounds.")
    counts = (1000, 20000) if QUICK else (100, 1000, 5000, 10000, 20000)
    rounds = 1 if QUICK else 3
    ours = {count: [] for count in counts}
    reached = {count: [] for count in counts}
    reference = {count: [] for count in counts}
    for _ in range(rounds):
        for count in counts:
            # 100 targets cannot reach it at 4 ms, the shortest interval.
            rate = min(50000, count * 250)
            cost, share = within_operation(count, rate)
            ours[count].append(cost)
            reached[count].append(share)
            with bench.Echo():
                reference[count].append(bare_probe_ns(count, rate, 1))
    report.table(["targets", "ipsla_exporter", "bare loop", "share of the rate that ipsla_exporter reached"],
                 [[count, bench.spread_text(ours[count], "{:.0f}"), bench.spread_text(reference[count], "{:.0f}"),
                   bench.spread_text(reached[count])] for count in counts])
    report.bar("cpu_20000_to_1000_targets", bench.median(ours[20000]) / bench.median(ours[1000]), 1.15)


def measure_syscalls(report):
    report.section("System calls per probe at 50 000/s", "`strace -c -f` of the whole process.")
    rows, figures = [], []
    for count in (1000, 10000):
        load = Load(count, 50000, 12)
        with bench.Echo() as echo, bench.Exporter(load.config) as exporter:
            echo.wait_for_starts(count)
            time.sleep(0.5)
            path = bench.scratch("strace.out")
            tracer = bench.Program(["strace", "-c", "-f", "-o", path, "-p", exporter.program.pid],
                                   bench.RESPONDER_CORE)
            time.sleep(1.0)  # attached
            answered = echo.probes()
            before = exporter.program.cpu_ns()
            time.sleep(2 if QUICK else 4)
            answered = echo.probes() - answered
            tracer.stop(2)
            assert exporter.program.cpu_ns() > before
        seconds = 2 if QUICK else 4
        with open(path, encoding="utf-8") as file:
            calls = [(line.split()[-1], int(line.split()[3])) for line in file if re.match(r"\s*\d+\.\d+\s", line)]
        total = sum(number for name, number in calls if name != "total")
        # The trace is a little longer than the time for which probes were counted.
        probes = answered * (seconds + 1.0) / seconds
        figures.append(total / probes)
        often = ", ".join(f"{name} {number / probes:.3f}" for name, number in calls[:5] if name != "total")
        rows.append([f"{count} targets", f"{total / probes:.3f}", often])
    with bench.Echo():
        rows.append(["bare loop, 10000 targets", "{:.3f}".format(bench.bare(
            "send", "--targets", 10000, "--rate", 50000, "--tx")["syscalls_per_probe"]), ""])
    report.table(["", "calls/probe", "most frequent"], rows)
    report.bar("syscalls_per_probe", max(figures), 0.25, "{:.3f}")
