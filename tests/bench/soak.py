#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the exporter's memory grows: it runs a number of operations, is scraped and reloaded on the way, and says
what it held at each tenth.

Run by soak.sh in a network namespace of its own. The first tenth is for everything to reach its size; after it the
exporter may not grow by more than --allow. Virtual time is faster: build/debug/bin/sim_endless --operations N.
"""
import argparse
import os
import subprocess
import tempfile
import time
import urllib.request

import memory

PARTS = 10


def operations():
    return sum(float(line.rpartition(" ")[2]) for line in memory.get("/metrics").splitlines()
               if line.startswith("ipsla_operations_total{"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("operations", type=int)
    parser.add_argument("--bin", required=True, help="where ipsla_exporter and ipsla_responder are")
    parser.add_argument("--targets", type=int, default=500, help="each runs once a second")
    parser.add_argument("--allow", type=int, default=512, help="KiB")
    options = parser.parse_args()
    text = memory.config("plain", options.targets, "1s").replace("num_packets: 10", "num_packets: 2")
    text = text.replace("timeout: 1s", "timeout: 500ms")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ipsla.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        programs = [subprocess.Popen([os.path.join(options.bin, name), *flags], stderr=subprocess.DEVNULL)
                    for name, flags in (("ipsla_responder", ["--max-sessions=65536"]),
                                        ("ipsla_exporter", ["--config.file", path, "--web.enable-lifecycle"]))]
        try:
            memory.wait_ready(programs[1], 60)
            held = []
            for part in range(1, PARTS + 1):
                while operations() < options.operations * part / PARTS:
                    time.sleep(1)
                time.sleep(1)  # at most one reload a second
                urllib.request.urlopen(urllib.request.Request(memory.EXPORTER + "/-/reload", method="POST"), timeout=60)
                held.append(memory.pss_kib(programs[1]))
                print(f"{operations():.0f} operations: {held[-1]} KiB", flush=True)
        finally:
            for process in programs:
                process.terminate()
                process.wait()
    growth = held[-1] - held[0]
    print(f"grew by {growth} KiB after the first tenth; allowed: {options.allow} KiB")
    return growth > options.allow


if __name__ == "__main__":
    raise SystemExit(main())
