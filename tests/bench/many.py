# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Up to 100 000 targets with 10 packets a minute: start, reload, memory, a scrape, and what becomes of packets.

Run by many.sh in a network namespace of its own. Times are of the wall clock and of the CPU: on a machine that has
something else to do, the latter tells more."""

import http.client
import re
import sys
import time

import bench

QUICK = "--quick" in sys.argv
CHOSEN = [int(word) for word in sys.argv[1:] if word.isdigit()]
COUNTS = CHOSEN or ((1000, 2000) if QUICK else (10000, 50000, 100000))
FREQUENCY_S = 5 if QUICK else 60
PROTOBUF = ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
LATENESS = re.compile(r'ipsla_exporter_send_lateness_seconds_bucket{le="([^"]+)"} (\d+)')
TOTALS = ("sent", "lost", "late", "unsent", "missed", "sent_late")


def pss_kib(exporter):
    with open(f"/proc/{exporter.program.pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def metric(exporter, name):
    """The lines of one metric: all of them would be a gigabyte."""
    return exporter.request("GET", f"/metrics?name[]={name}")[1].decode()


def lateness(exporter):
    """{upper bound in seconds: packets up to there}"""
    text = metric(exporter, "ipsla_exporter_send_lateness_seconds")
    return {float(bound): int(count) for bound, count in LATENESS.findall(text)}


def total(exporter, name):
    lines = metric(exporter, name).splitlines()
    return sum(int(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#"))


def late_share(before, after, limit_s):
    """Share of the packets sent meanwhile that were later than `limit_s`."""
    sent = after[float("inf")] - before[float("inf")]
    return (sent - (after[limit_s] - before[limit_s])) / sent if sent > 0 else 0.0


def spent_s(exporter):
    """CPU of the threads that do not measure."""
    return (exporter.program.cpu_ns() - exporter.program.cpu_ns("measure")) / 1e9


def scrape(exporter):
    """Bytes of a native exposition as protobuf, seconds and CPU of it."""
    begin, spent = time.monotonic(), spent_s(exporter)
    connection = http.client.HTTPConnection("127.0.0.1", bench.HTTP_PORT, timeout=120)
    connection.request("GET", "/metrics", headers={"Accept": PROTOBUF, "Accept-Encoding": "identity"})
    response = connection.getresponse()
    size = 0
    while part := response.read(1 << 20):
        size += len(part)
    connection.close()
    return size, time.monotonic() - begin, spent_s(exporter) - spent


def reload_tenth(exporter, config):
    """Seconds and CPU of a reload that changes every tenth target."""
    bench.scratch("ipsla.yml", re.sub(r"(name: t\d*0, .*)}", r"\1, tag: changed}", config))
    begin, spent = time.monotonic(), spent_s(exporter)
    status, body = exporter.request("POST", "/-/reload")
    if status != 200:
        raise bench.Failed(f"/-/reload answers {status} {body[:200]!r}")
    return time.monotonic() - begin, spent_s(exporter) - spent


def measure(count):
    config = bench.configuration(count, num_packets=10, interval="20ms", frequency=f"{FREQUENCY_S}s", timeout="1s",
                                 histograms="native")
    found = {"targets": count}
    with bench.Echo(), bench.Exporter(config, core=None) as exporter:
        found["start"], found["start_cpu"] = exporter.start_seconds, spent_s(exporter)
        time.sleep(FREQUENCY_S + 3)
        found["kib"] = pss_kib(exporter)
        before = lateness(exporter)
        time.sleep(10)
        quiet = lateness(exporter)
        found["bytes"], found["scrape"], found["scrape_cpu"] = scrape(exporter)
        time.sleep(1)
        scraped = lateness(exporter)
        found["reload"], found["reload_cpu"] = reload_tenth(exporter, config)
        time.sleep(1)
        reloaded = lateness(exporter)
        found["kib"] = max(found["kib"], pss_kib(exporter))
        found["late"] = [late_share(*pair, 0.01) for pair in ((before, quiet), (quiet, scraped), (scraped, reloaded))]
        time.sleep(3)
        found["totals"] = [total(exporter, f"ipsla_packets_{name}_total") for name in TOTALS]
    bench.say(f"  {count} targets: started in {found['start']:.2f} s")
    return found


def main():
    report = bench.Report()
    report.section("Up to 100 000 targets", f"udp-jitter, 10 packets, 20 ms, every {FREQUENCY_S} s, native histograms; the "
                   "exporter may use both cores.")
    runs = [measure(count) for count in COUNTS]
    report.table(["targets", "start s (CPU)", "reload s (CPU)", "scrape MB", "scrape s (CPU)", "KiB a target",
                  "later than 10 ms: quiet / scrape / reload"],
                 [[run["targets"], f"{run['start']:.2f} ({run['start_cpu']:.2f})",
                   f"{run['reload']:.2f} ({run['reload_cpu']:.2f})", f"{run['bytes'] / 1e6:.1f}",
                   f"{run['scrape']:.2f} ({run['scrape_cpu']:.2f})", f"{run['kib'] / run['targets']:.2f}",
                   " / ".join(f"{share:.4%}" for share in run["late"])] for run in runs])
    report.table(["targets", *TOTALS], [[run["targets"], *(f"{value:.0f}" for value in run["totals"])] for run in runs])
    last = runs[-1]
    report.bar("many_start_seconds", last["start"], 8)
    report.bar("many_reload_seconds", last["reload"], 5)
    report.bar("many_kib_a_target", last["kib"] / last["targets"], 6)
    report.bar("many_scrape_mb", last["bytes"] / 1e6, 120)
    report.bar("many_scrape_cpu_seconds", last["scrape_cpu"], 2)
    report.bar("many_packets_sent_late_or_not", sum(last["totals"][3:]), 0, "{:.0f}")


main()
