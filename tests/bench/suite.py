# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The measurements of run.sh: ours, the bare loop's and the peers', interleaved. Called by run.sh alone."""

import contextlib
import os
import re
import subprocess
import sys
import time

import bench
import capture
import peers

QUICK = "--quick" in sys.argv
PAIRS = 2 if QUICK else 7
INTERVAL_NS = 20_000_000


class Load:
    """Operations whose probes make up `rate` a second, each session in its own phase of the interval."""

    def __init__(self, targets, rate, seconds, **keys):
        self.targets, self.rate = targets, rate
        interval_us = targets * 1_000_000 // rate
        self.interval_ns = interval_us * 1000
        self.packets = max(2, int(seconds * 1e6) // interval_us)
        self.config = bench.configuration(targets, bench.spread(targets, interval_us), frequency="300s",
                                          timeout="1s", num_packets=self.packets, interval=f"{interval_us}us", **keys)
        self.lead_in = interval_us / 1e6 + 1.0


def bare_probe_ns(targets, rate, seconds=2):
    """CPU of the bare loop with the stamps that the exporter takes, ns a probe."""
    return bench.bare("send", "--targets", targets, "--rate", rate, "--duration", seconds, "--tx")["ns_per_probe"]


# --- CPU ------------------------------------------------------------------------------------------


def whole_operations(targets, frequency_s):
    """(measuring thread, process, rate, counted): ns a probe over exactly one period of every session, so that
    handshakes, statistics and histograms are in it once each. Probes are those that the responder answered;
    `counted` is what the exporter's counter says in relation to that."""
    packets = frequency_s * 50 - 15
    config = bench.configuration(targets, bench.spread(targets, frequency_s * 1_000_000),
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
    """ns a probe of the measuring thread in the middle of operations."""
    seconds = 1.5 if QUICK else 4
    load = Load(targets, rate, seconds + 6)
    with bench.Echo() as echo, bench.Exporter(load.config) as exporter:
        time.sleep(load.lead_in)
        answered, cpu_ns = echo.probes(), exporter.measuring_cpu_ns()
        time.sleep(seconds)
        return (exporter.measuring_cpu_ns() - cpu_ns) / (echo.probes() - answered)


def measure_flat(report):
    report.section("CPU per probe against the number of targets", "50 000 probes/s in all, in the middle of "
                   "operations; ns/probe, medians of interleaved rounds.")
    counts = (1000, 20000) if QUICK else (100, 1000, 5000, 10000, 20000)
    rounds = 1 if QUICK else 3
    ours = {count: [] for count in counts}
    reference = {count: [] for count in counts}
    for _ in range(rounds):
        for count in counts:
            # 100 targets cannot reach it at 4 ms, the shortest interval.
            rate = min(50000, count * 250)
            ours[count].append(within_operation(count, rate))
            with bench.Echo():
                reference[count].append(bare_probe_ns(count, rate, 1))
    report.table(["targets", "ipsla_exporter", "bare loop"],
                 [[count, bench.spread_text(ours[count], "{:.0f}"), bench.spread_text(reference[count], "{:.0f}")]
                  for count in counts])
    report.bar("cpu_20000_to_1000_targets", bench.median(ours[20000]) / bench.median(ours[1000]), 1.15)


def measure_syscalls(report):
    report.section("System calls per probe at 50 000/s", "`strace -c -f` of the whole process.")
    rows, figures = [], []
    for count in (1000, 10000):
        load = Load(count, 50000, 12)
        with bench.Echo() as echo, bench.Exporter(load.config) as exporter:
            time.sleep(load.lead_in)
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


# --- rate -----------------------------------------------------------------------------------------


def loses_nothing(rate, seconds):
    """(whether every packet of 10 000 sessions left in time and was answered, what went wrong)."""
    load = Load(10000, rate, seconds)
    with bench.Echo() as echo, bench.Exporter(load.config) as exporter:
        # From when all sessions have begun until the first one ends.
        time.sleep(load.interval_ns / 1e9 + 0.2)
        begin, answered = time.monotonic(), echo.probes()
        time.sleep(seconds - load.interval_ns / 1e9 - 0.5)
        reached = (echo.probes() - answered) / (time.monotonic() - begin)
        time.sleep(seconds + 3.5)  # operations end, and those with losses wait longer
        totals = exporter.totals()
    expected = load.packets * load.targets
    sent, received = totals["ipsla_packets_sent_total"], totals["ipsla_packets_received_total"]
    text = (f"{reached:.0f}/s reached, {sent:.0f} of {expected} sent, {sent - received:.0f} unanswered, "
            f"{totals.get('ipsla_packets_unsent_total', 0):.0f} unsent, "
            f"{totals.get('ipsla_packets_missed_total', 0):.0f} missed")
    return sent == received == expected and reached >= 0.98 * rate, text


def bare_loses_nothing(rate, seconds):
    with bench.Echo():
        found = bench.bare("send", "--targets", 10000, "--rate", rate, "--duration", seconds, "--tx")
    is_late = found["wall_ns"] > seconds * 1.02e9
    text = f"{found['sent'] - found['received']:.0f} unanswered" + (", too late" if is_late else "")
    return found["sent"] == found["received"] and not is_late, text


def ramp(function, seconds, report, name):
    """The highest rate with zero loss; a step that fails is tried up to three times, since a virtual machine may lose its
    processor at any moment."""
    best = 0
    for rate in range(20000, 400001, 20000):
        for _ in range(3):
            is_good, text = function(rate, seconds)
            if is_good:
                break
        else:
            report.note(f"{name} at {rate}/s: {text}")
            break
        best = rate
    return best


def measure_rate(report):
    report.section("Highest rate with zero loss, 10 000 targets, one core",
                   "Ramp in steps of 20 000/s; every packet sent, answered, and the rate kept.")
    seconds = 2 if QUICK else 3
    bests, references = [], []
    for _ in range(1 if QUICK else 2):
        references.append(ramp(bare_loses_nothing, seconds, report, "bare loop"))
        bests.append(ramp(loses_nothing, seconds, report, "ipsla_exporter"))
    report.table(["", "probes/s"], [["ipsla_exporter", bench.spread_text(bests, "{:.0f}")],
                                    ["bare loop", bench.spread_text(references, "{:.0f}")]])
    if max(references) == 0:
        raise bench.Failed("the bare loop loses packets at the first step")
    report.bar("zero_loss_rate_ratio_to_bare", bench.median(bests) / bench.median(references), 0.6, at_least=True)


def per_millisecond(stamps_ns):
    """(most in one millisecond, mean)."""
    counts = {}
    for at_ns in stamps_ns:
        counts[at_ns // 1_000_000] = counts.get(at_ns // 1_000_000, 0) + 1
    length_ms = (max(stamps_ns) - min(stamps_ns)) / 1e6
    return max(counts.values()), len(stamps_ns) / length_ms


def measure_defaults(report):
    report.section("10 000 targets with Cisco's defaults", "10 packets, 20 ms, every 60 s, each with its control "
                   "handshake; starts as the exporter spreads them. The bare loop has the same packet rate.")
    window_s = 20 if QUICK else 60
    config = bench.configuration(10000, request_data_size=32)
    with bench.Echo():
        before = bare_probe_ns(10000, 1667, 5)
    with bench.Echo(), bench.Exporter(config) as exporter:
        time.sleep(1 if QUICK else 61)
        cpu_ns, sent = exporter.measuring_cpu_ns(), exporter.totals()["ipsla_packets_sent_total"]
        expression = f"udp and (dst port {bench.PROBE_PORT} or dst port 1967)"
        with capture.Capture("lo", expression, 64) as seen:
            time.sleep(window_s)
        cpu_ns = exporter.measuring_cpu_ns() - cpu_ns
        totals = exporter.totals()
    with bench.Echo():
        reference = (before + bare_probe_ns(10000, 1667, 5)) / 2
    sent = totals["ipsla_packets_sent_total"] - sent
    packets = seen.packets()
    most, mean = per_millisecond([packet.at_ns for packet in packets])
    starts = [packet.at_ns for packet in packets if packet.target_port == 1967]
    most_starts, mean_starts = per_millisecond(starts)
    cost = cpu_ns / sent
    report.table(["", "figure"], [
        ["CPU, ns/probe (handshakes included)", f"{cost:.0f}"], ["bare loop, ns/probe", f"{reference:.0f}"],
        ["packets in one millisecond, most / mean", f"{most} / {mean:.2f}"],
        ["starts in one millisecond, most / mean", f"{most_starts} / {mean_starts:.2f}"],
        ["packets lost, late, unsent, missed", " ".join(f"{totals.get(f'ipsla_packets_{name}_total', 0):.0f}"
                                                for name in ("lost", "late", "unsent", "missed"))]])
    report.bar("defaults_cpu_ratio_to_bare", cost / reference, 2.0)
    report.bar("defaults_most_packets_in_1ms", most, 3 * mean + 3, "{:.1f}")


def measure_calls(report):
    report.section("2 000 G.711 streams at once", "100 000 packets/s of 172 bytes on one core, each stream a "
                   "packet every 20 ms.")
    packets = 200 if QUICK else 1000
    config = bench.configuration(2000, bench.spread(2000, 20000), frequency="120s", timeout="1s", codec="g711ulaw",
                                 codec_num_packets=packets, request_data_size=None)
    with bench.Echo(), bench.Exporter(config) as exporter:
        time.sleep(packets * 0.02 + 5)
        totals = exporter.totals()
    names = ("sent", "received", "unsent", "missed", "sent_late", "lost", "late")
    figures = {name: totals.get(f"ipsla_packets_{name}_total", 0) for name in names}
    report.table(names, [[f"{figures[name]:.0f}" for name in names]])
    report.bar("calls_packets_not_sent", 2000 * packets - figures["sent"], 0, "{:.0f}")


# --- pacing, round trips, isolation ---------------------------------------------------------------


def measure_pacing(report):
    report.section("Pacing at 1 000 sessions x 50/s", "Gaps on the wire of every session, from a capture; tick "
                   "lateness of the bare loop in the same run, captured too.")
    seconds = 3 if QUICK else 10
    expression = f"udp and dst port {bench.PROBE_PORT}"
    load = Load(1000, 50000, seconds + 3)
    with bench.Echo():
        with capture.Capture("lo", expression, 64):
            tick_us = [bench.bare("send", "--targets", 1000, "--rate", 50000, "--tx")["late_p99_us"]
                       for _ in range(1 if QUICK else 3)]
        with bench.Exporter(load.config):
            time.sleep(load.lead_in)
            with capture.Capture("lo", expression, 64) as seen:
                time.sleep(seconds)
    found = [capture.gaps(session, load.interval_ns) for session in capture.sessions(seen.packets()).values()]
    p99_us = [bench.quantile(errors, 0.99) / 1000 for errors, _, _ in found if errors]
    skipped, doubled = sum(item[1] for item in found), sum(item[2] for item in found)
    limit_us = 1000 + 2 * bench.median(tick_us)
    report.table(["", "figure"], [
        ["p99 of a session's gap error, median of sessions, us", f"{bench.median(p99_us):.0f}"],
        ["the same, worst session", f"{max(p99_us):.0f}"],
        ["p99 of the bare loop's tick lateness, us", bench.spread_text(tick_us, "{:.0f}")],
        ["sessions", len(p99_us)], ["slots skipped / doubled", f"{skipped} / {doubled}"]])
    report.bar("pacing_at_scale_p99_us", max(p99_us), limit_us, "{:.0f}")
    report.bar("pacing_at_scale_slots_skipped_or_doubled", skipped + doubled, 0, "{:.0f}")


# The 24 that a configuration may have: fine where the median is on an idle machine.
FINE_BUCKETS = "[" + ", ".join(f"{bound}us" for bound in (*range(15, 105, 5), 120, 150, 200, 400, 1000, 10000)) + "]"


def rtt_median_us(exporter):
    """The median of all round trips, interpolated in its bucket."""
    buckets, count = {}, 0
    for line in exporter.request("GET", "/metrics")[1].decode().splitlines():
        if line.startswith("ipsla_rtt_seconds_bucket") and "+Inf" not in line:
            bound = float(re.search(r'le="([^"]+)"', line).group(1))
            buckets[bound] = buckets.get(bound, 0) + float(line.rsplit(" ", 1)[1])
        elif line.startswith("ipsla_rtt_seconds_count"):
            count += float(line.rsplit(" ", 1)[1])
    below, last = 0.0, 0.0
    for bound in sorted(buckets):
        if count and buckets[bound] >= count / 2:
            return 1e6 * (last + (bound - last) * (count / 2 - below) / (buckets[bound] - below))
        below, last = buckets[bound], bound
    raise bench.Failed(f"the median is not within the buckets ({count:.0f} round trips)")


def measure_rtt(report):
    report.section("Median round trip against load", "As reported; a probe every second to each target "
                   "(one target: every 20 ms).")
    medians = {}
    for count, rate in ((1, 50), (100, 100), (1000, 1000), (10000, 10000)):
        runs = []
        for _ in range(1 if QUICK else 3):
            load = Load(count, rate, 4, buckets=FINE_BUCKETS)
            with bench.Echo(), bench.Exporter(load.config) as exporter:
                time.sleep(load.lead_in + 4 + 0.5)
                runs.append(rtt_median_us(exporter))
        medians[count] = runs
    report.table(["targets", "median RTT, us"],
                 [[count, bench.spread_text(runs, "{:.1f}")] for count, runs in medians.items()])
    report.bar("rtt_10000_minus_1_us", bench.median(medians[10000]) - bench.median(medians[1]), 10, "{:.1f}")


def lateness_of(load, seconds, beside):
    """(p99, worst) lateness in us relative to each session's best, packets unanswered in all, and what
    `beside(exporter)` gave when called again and again during the capture."""
    results = []
    with bench.Echo(), bench.Exporter(load.config, core=None) as exporter:
        time.sleep(load.lead_in + 1)
        with capture.Capture("lo", f"udp and dst port {bench.PROBE_PORT}", 64, core=None) as seen:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                begin = time.monotonic()
                results.append(beside(exporter))
                time.sleep(max(0.0, 1.0 - (time.monotonic() - begin)))
        time.sleep(load.packets * load.interval_ns / 1e9 - seconds + 2)
        totals = exporter.totals()
    late = [value / 1000 for session in capture.sessions(seen.packets()).values()
            for value in capture.lateness(session, load.interval_ns)]
    lost = totals["ipsla_packets_sent_total"] - totals["ipsla_packets_received_total"]
    return bench.quantile(late, 0.99), max(late), lost, results


def scrape(exporter):
    begin = time.monotonic()
    body = exporter.request("GET", "/metrics")[1]
    return time.monotonic() - begin, len(body)


def measure_isolation(report):
    report.section("Scrapes beside measuring, 10 000 targets x 1/s", "Lateness on the wire relative to each "
                   "session's most punctual packet; the exporter may use both cores.")
    seconds = 6 if QUICK else 12
    load = Load(10000, 10000, seconds + 8)
    quiet, scraped, lost_quiet, lost_scraped, worst, scrapes = [], [], 0, 0, [], []
    for _ in range(1 if QUICK else 3):
        p99_us, _, lost, _ = lateness_of(load, seconds, lambda exporter: None)
        quiet.append(p99_us)
        lost_quiet += lost
        p99_us, most_us, lost, results = lateness_of(load, seconds, scrape)
        scraped.append(p99_us)
        worst.append(most_us)
        lost_scraped += lost
        scrapes += results
    report.table(["", "p99 lateness, us", "unanswered"], [
        ["not scraped", bench.spread_text(quiet, "{:.0f}"), f"{lost_quiet:.0f}"],
        ["scraped every second", bench.spread_text(scraped, "{:.0f}"), f"{lost_scraped:.0f}"]])
    times = [seconds for seconds, _ in scrapes]
    report.note(f"A scrape takes {bench.spread_text(times)} s and has {scrapes[-1][1] / 10000:.0f} bytes a target. "
                f"The latest packet was {max(worst):.0f} us late.")
    report.bar("scraped_lateness_ratio", bench.median(scraped) / bench.median(quiet), 1.3)
    report.bar("scraped_packets_unanswered", lost_scraped, lost_quiet * 1.3, "{:.0f}")


def measure_start(report):
    report.section("Start and reload with 10 000 targets", "From the start of the program until it serves; from the "
                   "request until the answer, with every tenth target changed.")
    starts, reloads = [], []
    load = Load(10000, 10000, 20)
    for _ in range(2 if QUICK else 5):
        with bench.Echo(), bench.Exporter(load.config) as exporter:
            starts.append(exporter.start_seconds)
            time.sleep(1)
            bench.scratch("ipsla.yml", re.sub(r"(name: t\d*0, .*)}", r"\1, tag: changed}", load.config))
            begin = time.monotonic()
            status, body = exporter.request("POST", "/-/reload")
            reloads.append(time.monotonic() - begin)
            if status != 200:
                raise bench.Failed(f"/-/reload answers {status} {body[:200]!r}")
    report.table(["", "seconds"], [["start", bench.spread_text(starts)], ["reload", bench.spread_text(reloads)]])
    report.bar("start_seconds", bench.median(starts), 2.0)
    report.bar("reload_seconds", bench.median(reloads), 1.0)
    seconds = 5

    def reload_once(exporter):
        if not done:
            done.append(exporter.request("POST", "/-/reload")[0])

    done = [None]
    quiet_us = lateness_of(Load(10000, 10000, seconds + 8), seconds, reload_once)
    done.clear()
    loud_us = lateness_of(Load(10000, 10000, seconds + 8), seconds, reload_once)
    report.table(["", "p99 lateness, us", "worst"], [["no reload", f"{quiet_us[0]:.0f}", f"{quiet_us[1]:.0f}"],
                                                     ["a reload", f"{loud_us[0]:.0f}", f"{loud_us[1]:.0f}"]])


# --- other scripts --------------------------------------------------------------------------------


def measure_script(report, name):
    """A benchmark of its own; its lines `name: figure (bar) ok|short` count as bars of this run."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    report.section(f"{name.removesuffix('.sh').capitalize()}", f"By `sh tests/bench/{name}`.")
    done = subprocess.run(["sh", path] + ["--quick"] * QUICK, capture_output=True, text=True, check=False,
                          timeout=300 if QUICK else 1200)
    for line in done.stdout.splitlines():
        print(line, flush=True)
        found = re.match(r"(\S+): (\S.*) \((.*)\) (ok|short)$", line)
        if found:
            report.bars.append(found.groups())
    if done.returncode != 0:
        raise bench.Failed(f"{name} ended with {done.returncode}: {(done.stderr or done.stdout)[-500:]}")
    report.note("```\n" + done.stdout.strip() + "\n```")


MEASUREMENTS = {
    "cpu": measure_cpu, "peers": measure_peers, "flat": measure_flat, "syscalls": measure_syscalls,
    "rate": measure_rate, "defaults": measure_defaults, "calls": measure_calls, "pacing": measure_pacing,
    "rtt": measure_rtt, "isolation": measure_isolation, "start": measure_start,
}


def main():
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    unknown = set(wanted) - set(MEASUREMENTS) - {"memory.sh", "exposition.sh"}
    if unknown:
        sys.exit(f"run.sh: no measurement {', '.join(sorted(unknown))}; there are {' '.join(MEASUREMENTS)}")
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("run.sh: needs two cores")
    report = bench.Report()
    for name, function in MEASUREMENTS.items():
        if not wanted or name in wanted:
            report.attempt(name, function)
    for name in ("memory.sh", "exposition.sh"):
        here = os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), name))
        if here and (not wanted or name in wanted):
            report.attempt(name, measure_script, name)
    if not wanted and not QUICK:
        with contextlib.suppress(FileNotFoundError):
            bench.write_generated("benchmarks.md", "run.sh", report.markdown("sh tests/bench/run.sh"))
    return report.status()


if __name__ == "__main__":
    sys.exit(main())
