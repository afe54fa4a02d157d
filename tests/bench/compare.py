# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Two builds of ours, side by side: run.sh --compare BUILD. Each figure is taken of both builds in turn, and of the
bare loop between them where it has one; what is printed are medians of ratios of neighbouring runs."""

import os
import sys

import bench
import costs
import reflected
from load import Load, QUICK, bare_probe_ns


def whole_operations():
    return costs.whole_operations(1000, 2 if QUICK else 5)[0]


def middle_of_operations():
    return costs.within_operation(1000, 50000)[0]


def bare_loop():
    with bench.Echo():
        return bare_probe_ns(1000, 47000, 1 if QUICK else 2)


def reflected_packet():
    return reflected.reflected_ns(reflected.Responder())[0]


def reflected_by_bare():
    return reflected.reflected_ns(reflected.bare_responder())[0]


def start():
    with bench.Echo(), bench.Exporter(Load(10000, 10000, 20).config) as exporter:
        return exporter.start_seconds


# name: (of a build, of the bare loop)
FIGURES = {
    "sender_whole_ns": (whole_operations, bare_loop),
    "sender_middle_ns": (middle_of_operations, bare_loop),
    "reflected_ns": (reflected_packet, reflected_by_bare),
    "start_seconds": (start, None),
}
ROUNDS = 1 if QUICK else 7


def compare(name, before, after):
    """The medians of before/bare, after/bare and after/before, as text."""
    of_build, of_bare = FIGURES[name]
    ratios = {"before/bare": [], "after/bare": [], "after/before": []}
    for number in range(ROUNDS):
        found = {}
        steps = [before, None, after] if number % 2 == 0 else [after, None, before]
        for build in steps:
            if build is not None:
                bench.use_build(build)
                found[build] = of_build()
            elif of_bare is not None:
                found[None] = of_bare()
        if None in found:
            ratios["before/bare"].append(found[before] / found[None])
            ratios["after/bare"].append(found[after] / found[None])
        ratios["after/before"].append(found[after] / found[before])
    return {key: bench.spread_text(values) if values else "" for key, values in ratios.items()}


def programs_of(build):
    for directory in (build, os.path.join(build, "bin")):
        if os.path.exists(os.path.join(directory, "ipsla_exporter")):
            return directory
    sys.exit(f"run.sh: no ipsla_exporter in {build} or {build}/bin")


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    wanted = words[1:] or list(FIGURES)
    unknown = set(wanted) - set(FIGURES)
    if not words or unknown:
        sys.exit(f"run.sh: --compare BUILD [FIGURE...]; figures: {' '.join(FIGURES)}")
    before = programs_of(words[0])
    print(bench.machine(), flush=True)
    for name in wanted:
        steal = bench.Steal()
        try:
            found = compare(name, before, bench.BIN_DIR)
        except (bench.Failed, OSError, ValueError, ArithmeticError) as error:
            print(f"{name}: could not be measured: {error}", flush=True)
            continue
        if steal.share() > bench.STEAL_MAX:
            print(f"{name}: not judged, {steal.share():.1%} of the machine was stolen during it", flush=True)
            continue
        print(f"{name}: " + ", ".join(f"{key} {text}" for key, text in found.items() if text), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
