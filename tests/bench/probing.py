# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""How late scheduled targets send while nobody and while a Prometheus with 50 targets asks /probe: in turns within one run,
from a capture. Needs root, tcpdump and two cores; docs/scale.md has the command. Exit status 0, or 1 when it could
not be measured."""

import queue
import threading
import time

import bench
import capture
from load import Load, QUICK

PROBED = 50
CYCLE_SECONDS = 4.0  # in which each of them is asked once
WINDOW_SECONDS = 4.0
# A control request asks for a port for 65 s at most, so that is how long one train can be.
PAIRS = 5
RUNS = 1 if QUICK else 3
RATIO_MAX = 1.2


class Asker:
    """Asks for each target once in a cycle, evenly, while it is on; as many requests at once as there are targets."""

    def __init__(self, exporter):
        self.exporter = exporter
        self.is_on, self.is_over = threading.Event(), threading.Event()
        self.due = queue.Queue()
        self.answers = []
        self.threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(PROBED)]
        self.threads.append(threading.Thread(target=self._clock, daemon=True))
        for thread in self.threads:
            thread.start()

    def _clock(self):
        number = 0
        while not self.is_over.is_set():
            if self.is_on.is_set():
                self.due.put(number % PROBED)
                number += 1
            time.sleep(CYCLE_SECONDS / PROBED)

    def _ask(self):
        while (number := self.due.get()) is not None:
            body = self.exporter.request("GET", f"/probe?target=127.2.0.{number + 1}&module=probed")[1]
            self.answers.append(b"\nprobe_success 1\n" in body)

    def stop(self):
        self.is_over.set()
        self.threads[-1].join()
        for _ in range(PROBED):
            self.due.put(None)
        for thread in self.threads[:-1]:
            thread.join()


def windows_of(exporter):
    """(is it probed, begin, end) of windows in turns, in ns of Unix time."""
    asker = Asker(exporter)
    windows = []
    for number in range(2 * PAIRS):
        is_probed = number % 2 == 1
        if is_probed:
            asker.is_on.set()
        else:
            asker.is_on.clear()
        time.sleep(1.0)  # until what runs has ended, or what was asked for has begun
        begin_ns = time.time_ns()
        time.sleep(WINDOW_SECONDS)
        windows.append((is_probed, begin_ns, time.time_ns()))
    asker.stop()
    return windows, asker.answers


def p99_us(sessions, load, begin_ns, end_ns):
    late_ns = []
    for session in sessions:
        inside = [(at_ns, number) for at_ns, number in session if begin_ns <= at_ns < end_ns]
        late_ns += capture.lateness(inside, load.interval_ns) if inside else []
    return bench.quantile(late_ns, 0.99) / 1000


def measure(load):
    """The 99th percentiles of the windows in which nobody asks, those of the others, and what was answered."""
    config = load.config + (f"modules: {{probed: {{num_packets: 10, interval: 20ms}}}}\n"
                            f"probe: {{modules: [probed], allow: [127.2.0.0/24], max_concurrent: {PROBED}}}\n")
    with bench.Echo() as echo, bench.Exporter(config, core=None) as exporter:
        echo.wait_for_starts(load.targets)
        with capture.Capture("lo", f"udp and dst port {bench.PROBE_PORT} and dst net 127.1.0.0/16", 64, core=None) as seen:
            windows, answers = windows_of(exporter)
    sessions = list(capture.sessions(seen.packets()).values())
    return *([p99_us(sessions, load, begin, end) for is_probed, begin, end in windows if is_probed == wanted]
             for wanted in (False, True)), answers


def main():
    load = Load(100, 2000, 2 * PAIRS * (WINDOW_SECONDS + 1) + 10)
    quiet, probed, answers = [], [], []
    for _ in range(RUNS):
        for found, one in zip((quiet, probed, answers), measure(load)):
            found += one
    report = bench.Report()
    report.section(f"Scheduled targets beside {PROBED} targets of /probe", f"{load.targets} targets, {load.rate} packets/s.")
    report.table(["", "p99 lateness of a window, us"], [["nobody asks", bench.spread_text(quiet, "{:.0f}")],
                                                        ["asked", bench.spread_text(probed, "{:.0f}")]])
    report.note(f"{len(answers)} operations asked for, {sum(answers)} completed.")
    report.bar("probed_lateness_ratio", bench.median(probed) / bench.median(quiet), RATIO_MAX)


if __name__ == "__main__":
    main()
