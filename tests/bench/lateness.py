# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""When packets leave and how long they take while there is much to do: pacing at scale, round trips against load,
scrapes beside measuring."""

import re
import time

import bench
import capture
from load import QUICK, Load


def measure_pacing(report):
    report.section("Pacing at 1 000 sessions x 50/s", "Gaps on the wire of every session, from a capture; tick "
                   "lateness of the bare loop in the same run, captured too.")
    seconds = 3 if QUICK else 10
    expression = f"udp and dst port {bench.PROBE_PORT}"
    load = Load(1000, 50000, seconds + 3)
    with bench.Echo() as echo:
        with capture.Capture("lo", expression, 64):
            tick_us = [bench.bare("send", "--targets", 1000, "--rate", 50000, "--tx")["late_p99_us"]
                       for _ in range(1 if QUICK else 3)]
        with bench.Exporter(load.config):
            echo.wait_for_starts(load.targets)
            time.sleep(0.5)
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


def measure_drift(report):
    packets = 1000 if QUICK else 15000
    report.section("Drift among 1 000 sessions x 50/s", f"One session of {packets} packets in a row, captured, while "
                   "999 others run one operation after the other.")
    long_one = f"num_packets: {packets}, frequency: 600s"
    config = bench.configuration(1000, bench.spread(1000, 5_000_000), frequency="5s", timeout="100ms",
                                 num_packets=235, interval="20ms").replace("after 0us", f"after 0us, {long_one}", 1)
    with bench.Echo(), capture.Capture("lo", f"udp and dst host {bench.address(0)} and dst port {bench.PROBE_PORT}",
                                       64) as seen:
        with bench.Exporter(config):
            time.sleep(packets * 0.02 + 1)
    at_ns = [packet.at_ns for packet in seen.packets()]
    if len(at_ns) < packets / 2:
        raise bench.Failed(f"{len(at_ns)} of {packets} packets captured")
    skipped, doubled = capture.wrong_slots(at_ns, 20_000_000)
    drift_us = capture.drift_us(at_ns, 20_000_000)
    report.table(["packets", "drift, us", "slots skipped", "slots doubled"],
                 [[len(at_ns), f"{drift_us:.0f}", skipped, doubled]])
    report.bar("drift_at_scale_us", drift_us, 1000, "{:.0f}")
    report.bar("drift_at_scale_slots_skipped_or_doubled", packets - len(at_ns) + doubled, 0, "{:.0f}")


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


def wire_rtts_us(packets):
    """Round trips on the wire, by target and number."""
    asked = {(packet.target, capture.sequence(packet)): packet.at_ns for packet in packets
             if packet.target_port == bench.PROBE_PORT}
    return [(packet.at_ns - asked[key]) / 1000 for packet in packets if packet.source_port == bench.PROBE_PORT
            for key in [(packet.source, capture.sequence(packet))] if key in asked]


def measure_load(report):
    report.section("Round trips and lateness against load", "A probe every second to each target (one target: every "
                   "20 ms). Medians of reported round trips and of those in a capture of the same run; 99th percentile "
                   "of lateness on the wire, relative to each session's most punctual packet. All in us.")
    rows, medians = [], {}
    for count, rate in ((1, 50), (100, 100), (1000, 1000), (10000, 10000)):
        reported, on_wire, late = [], [], []
        for _ in range(1 if QUICK else 3):
            load = Load(count, rate, 4, buckets=FINE_BUCKETS)
            with bench.Echo(), bench.Exporter(load.config) as exporter:
                with capture.Capture("lo", f"udp port {bench.PROBE_PORT}", 64, core=None) as seen:
                    time.sleep(load.lead_in + 4 + 0.5)
                reported.append(rtt_median_us(exporter))
            packets = seen.packets()
            on_wire.append(bench.median(wire_rtts_us(packets)))
            late.append(bench.quantile([value / 1000 for session in capture.sessions(packets).values()
                                        for value in capture.lateness(session, load.interval_ns)], 0.99))
        medians[count] = bench.median(reported)
        rows.append([count] + [bench.spread_text(values, "{:.1f}") for values in (reported, on_wire, late)])
    report.table(["targets", "median RTT, reported", "on the wire", "p99 lateness"], rows)
    report.bar("rtt_10000_minus_1_us", medians[10000] - medians[1], 10, "{:.1f}")


def lateness_of(load, seconds, beside):
    """(p99, worst) lateness in us relative to each session's best, packets unanswered in all, and what
    `beside(exporter)` gave when called again and again during the capture."""
    results = []
    with bench.Echo() as echo, bench.Exporter(load.config, core=None) as exporter:
        echo.wait_for_starts(load.targets)
        time.sleep(0.5)
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


def fetch(exporter, *paths):
    """Seconds and bytes of one answer after the other."""
    begin = time.monotonic()
    size = sum(len(exporter.request("GET", path)[1]) for path in paths)
    return time.monotonic() - begin, size


def compare_lateness(report, word, beside):
    """Runs with and without `beside` each second, in turns. Returns what it gave, and the latest packet in us."""
    seconds = 6 if QUICK else 12
    load = Load(10000, 10000, seconds + 8)
    quiet, busy, lost_quiet, lost_busy, worst, given = [], [], 0, 0, [], []
    for _ in range(1 if QUICK else 3):
        p99_us, _, lost, _ = lateness_of(load, seconds, lambda exporter: None)
        quiet.append(p99_us)
        lost_quiet += lost
        p99_us, most_us, lost, results = lateness_of(load, seconds, beside)
        busy.append(p99_us)
        worst.append(most_us)
        lost_busy += lost
        given += results
    report.table(["", "p99 lateness, us", "unanswered"], [
        [f"not {word}", bench.spread_text(quiet, "{:.0f}"), f"{lost_quiet:.0f}"],
        [f"{word} every second", bench.spread_text(busy, "{:.0f}"), f"{lost_busy:.0f}"]])
    report.bar(f"{word}_lateness_ratio", bench.median(busy) / bench.median(quiet), 1.15)
    report.bar(f"{word}_packets_unanswered", lost_busy, lost_quiet * 1.3, "{:.0f}")
    return given, max(worst)


LATENESS = ("Lateness on the wire relative to each session's most punctual packet; the exporter may use both cores, "
            "which it shares with the other end, the capture and whoever asks.")


def measure_isolation(report):
    report.section("Scrapes beside measuring, 10 000 targets x 1/s", LATENESS)
    scrapes, worst_us = compare_lateness(report, "scraped", lambda exporter: fetch(exporter, "/metrics"))
    report.note(f"A scrape takes {bench.spread_text([seconds for seconds, _ in scrapes])} s and has "
                f"{scrapes[-1][1] / 10000:.0f} bytes a target. The latest packet was {worst_us:.0f} us late.")


def measure_viewed(report):
    report.section("Pages beside measuring, 10 000 targets x 1/s", LATENESS)
    pages = ("/", "/?sort=rtt", "/matrix?rows=host&columns=host")
    views, worst_us = compare_lateness(report, "viewed", lambda exporter: fetch(exporter, *pages))
    report.note(f"{len(pages)} pages take {bench.spread_text([seconds for seconds, _ in views])} s and have "
                f"{views[-1][1] / 1000:.0f} kB. The latest packet was {worst_us:.0f} us late.")
