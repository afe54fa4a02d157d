# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Many targets: the highest rate, Cisco's defaults, calls, and the time to start."""

import re
import time

import bench
import capture
from lateness import lateness_of
from load import QUICK, Load, bare_probe_ns


def loses_nothing(rate, seconds):
    """(whether every packet of 10 000 sessions left in time and was answered, what went wrong)."""
    load = Load(10000, rate, seconds + 1)
    with bench.Echo() as echo, bench.Exporter(load.config) as exporter:
        # From when all sessions have begun until the first one ends.
        echo.wait_for_starts(load.targets)
        answered, begin = echo.probes(), time.monotonic()
        time.sleep(1)
        reached = (echo.probes() - answered) / (time.monotonic() - begin)
        time.sleep(seconds + 3.5)  # operations end, and those with losses wait longer
        totals = exporter.totals()
    expected = load.packets * load.targets
    sent, received = totals["ipsla_packets_sent_total"], totals["ipsla_packets_received_total"]
    text = (f"{reached:.0f}/s reached, {sent:.0f} of {expected} sent, {sent - received:.0f} unanswered, "
            f"{totals.get('ipsla_packets_unsent_total', 0):.0f} unsent, "
            f"{totals.get('ipsla_packets_missed_total', 0):.0f} missed")
    return sent == received == expected and reached >= 0.95 * rate, text


def bare_loses_nothing(rate, seconds):
    with bench.Echo():
        found = bench.bare("send", "--targets", 10000, "--rate", rate, "--duration", seconds, "--tx")
    is_late = found["wall_ns"] > seconds * 1.02e9
    text = f"{found['sent'] - found['received']:.0f} unanswered" + (", too late" if is_late else "")
    return found["sent"] == found["received"] and not is_late, text


def ramp(function, seconds, report, name):
    """The highest rate with zero loss; a step that fails is tried up to three times, since a virtual machine may
    lose its processor at any moment."""
    best = 0
    for rate in range(20000, 400001, 20000):
        for _ in range(1 if QUICK else 3):
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
