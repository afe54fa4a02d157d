# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""benchmarks.py SOURCE_DIR: what the benchmarks promise of themselves, without running one."""

import contextlib
import io
import os
import sys


def judged(bench, stolen_s):
    """What a bar prints when so much of the last 100 s of one core was stolen."""
    now = [0.0]
    taken = [0.0]
    bench.time.monotonic, bench.read_steal = (lambda: now[0]), (lambda: taken[0])
    bench.os.cpu_count = lambda: 1
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        report = bench.Report()
        report.section("a measurement")
        now[0], taken[0] = 100.0, stolen_s
        report.bar("figure", 1.0, 2.0)
    return printed.getvalue(), report.bars


def main():
    sys.path.insert(0, os.path.join(sys.argv[1], "tests/bench"))
    import bench  # pylint: disable=import-outside-toplevel
    wrong = []
    text, bars = judged(bench, 5.0)
    if "figure: 1.00 (<= 2.00) ok" not in text or bars[0][3] != "ok":
        wrong.append(f"a bar with 5 % stolen is not judged: {text!r}")
    text, bars = judged(bench, 5.2)
    if "figure: not judged, 5.2% of the machine was stolen" not in text or "1.00" in bars[0]:
        wrong.append(f"a bar with 5.2 % stolen is judged: {text!r}")
    for frequency_s in (2, 5):
        start = bench.spread_phases(1000, frequency_s * 1_000_000, 20_000)
        if len({int(start(index)) % 20_000 for index in range(1000)}) != 1000:
            wrong.append(f"sessions of {frequency_s} s share phases")
    try:
        bench.spread_phases(1000, 980_000, 20_000)  # 1 ms apart: 20 phases
        wrong.append("shared phases go unnoticed")
    except bench.Failed:
        pass
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
