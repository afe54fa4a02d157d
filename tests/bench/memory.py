#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Memory per target: the slope of PSS and kernel slab from few targets to many, after every target has run.

Run by memory.sh in a network namespace of its own. Targets are addresses of loopback; all are answered by one
ipsla_responder, whose memory does not count. The slab is that of the whole machine: read it on a quiet one.
"""
import argparse
import os
import subprocess
import tempfile
import time
import urllib.request

KINDS = {
    # 10 packets, 20 ms, the default buckets.
    "plain": "num_packets: 10, interval: 20ms",
    # Every histogram in use: both ways, and as many buckets as there can be.
    "histograms": "num_packets: 10, interval: 20ms, precision: microseconds, clock_tolerance: 50%, buckets: ["
                  + ", ".join(f"{20 * 2 ** number}us" for number in range(24)) + "]",
}
BARS_KIB = {"plain": 8, "histograms": 12}
EXPORTER = "http://127.0.0.1:10967"


def config(kind, count, frequency):
    lines = ["defaults: {frequency: %s, timeout: 1s, %s}" % (frequency, KINDS[kind]), "targets:"]
    lines += [f"  - {{name: router-{number:05}, host: 127.{1 + number // 50000}.{number // 250 % 200}."
              f"{1 + number % 250}, port: 16384}}" for number in range(count)]
    return "\n".join(lines) + "\n"


def get(path):
    with urllib.request.urlopen(EXPORTER + path, timeout=60) as answer:
        return answer.read().decode()


def wait_ready(process, timeout_s):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"the exporter ended: {process.returncode}")
        try:
            if 'ipsla_exporter_targets{state="pending"} 0\n' in get("/metrics"):
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("not every target has run in time")


def pss_kib(process):
    with open(f"/proc/{process.pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def slab_kib():
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Slab:"))


def measure(options, kind, count, folder):
    """PSS after every target has run, after a scrape and a reload, and what the slab grew by, in KiB."""
    path = os.path.join(folder, "ipsla.yml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(config(kind, count, options.frequency))
    before = slab_kib()
    with open(os.path.join(folder, "log"), "wb") as log:
        process = subprocess.Popen([os.path.join(options.bin, "ipsla_exporter"), "--config.file", path, "--web.enable-lifecycle",
                                    f"--workers={options.workers}"], stderr=log)
    try:
        wait_ready(process, 300)
        run = pss_kib(process)
        body = len(get("/metrics"))
        scraped = pss_kib(process)
        urllib.request.urlopen(urllib.request.Request(EXPORTER + "/-/reload", method="POST"), timeout=60)
        time.sleep(1)
        return {"run": run, "scraped": scraped, "reloaded": pss_kib(process), "slab": slab_kib() - before,
                "body": body}
    finally:
        process.terminate()
        process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where ipsla_exporter and ipsla_responder are")
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=10000)
    parser.add_argument("--frequency", default="20s")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--quick", action="store_true", help="fewer targets, which run more often")
    options = parser.parse_args()
    if options.quick:
        options.few, options.many, options.frequency = 200, 1000, "5s"
    span = options.many - options.few
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        responder = subprocess.Popen([os.path.join(options.bin, "ipsla_responder"), "--max-sessions=65536"],
                                     stderr=subprocess.DEVNULL)
        try:
            print(f"| targets {options.few} -> {options.many} | PSS, all have run | after a scrape | after a reload | "
                  "kernel slab | exposition |\n|---|---|---|---|---|---|")
            for kind in options.kind or KINDS:
                few, many = (measure(options, kind, count, folder) for count in (options.few, options.many))
                slopes = [(many[key] - few[key]) / span for key in ("run", "scraped", "reloaded", "slab")]
                costs[kind] = max(slopes[:3]) + max(slopes[3], 0)
                cells = [f"{slope:.2f} KiB" for slope in slopes]
                cells.append(f"{(many['body'] - few['body']) / span:.0f} B")
                print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)
        finally:
            responder.terminate()
            responder.wait()
    print("\nThe highest of the PSS and the slab together, for each target:")
    for kind, cost in costs.items():
        word = "ok" if cost <= BARS_KIB[kind] else "short"
        print(f"memory-{kind}: {cost:.2f} KiB (at most {BARS_KIB[kind]} KiB) {word}")


if __name__ == "__main__":
    main()
