#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Boots a kernel for each case (guest.py runs in it), and compares what it found with what is right."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

LIMIT = 240  # seconds for a case

# At a rate of just 500 ppm either may come first; what is left to slew is more than the path explains.
SLEW = ("local_slew", "tolerance")

# What `ipsla probe` withholds (or one of several), in the order of the measurements of a case; None: it is shown.
EXPECTED = {
    "nobody": [("nothing keeps the clock", "local_clock")],
    "chronyd": [("in sync", None), ("killed 20 s ago", None), ("killed 84 minutes ago", "local_clock")],
    "chronyd-without-rtcsync": [("in sync, without rtcsync", "local_clock"),
                                ("the same, assume_synchronized", None)],
    "chronyd-slewing": [("slewing 300 ms", "local_slew")],
    "timesyncd": [("in sync", None), ("slewing 300 ms", SLEW), ("killed with 69 ms left", SLEW)],
    "ntpsec": [("no answer yet", "local_clock"), ("in sync", None)],
    "ptp4l": [("software stamps, locked", None)],
}


def boot(case, options):
    """The measurements of a case, or a message."""
    work = pathlib.Path(options.work)
    with tempfile.TemporaryDirectory(dir=work) as directory:
        result = pathlib.Path(directory, "result.json")
        guest = pathlib.Path(__file__).resolve().with_name("guest.py")
        command = [work / "root/usr/bin/linux.uml", "mem=256M", "rootfstype=hostfs", "rootflags=/", "root=/dev/root",
                   "rw", "con=null", "con0=null,fd:2", f"uml_dir={directory}/", f"umid={case}", "panic=-1", "quiet",
                   "init=/usr/bin/python3", "--", "-B", guest, case, work / "root", options.programs, result]
        with open(work / f"{case}.log", "wb") as log:
            # A kernel is many processes: they are one group, which ends with the case.
            kernel = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                      env={"PATH": os.environ["PATH"]}, start_new_session=True)
            try:
                kernel.wait(LIMIT)
            except subprocess.TimeoutExpired:
                pass
            finally:
                try:
                    os.killpg(kernel.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                kernel.wait()
        if not result.exists():
            return [], f"no result; see {log.name}"
        found = json.loads(result.read_text())
        return found["measured"], found["error"]


def describe(withheld):
    return "shown" if withheld is None else f"withheld: `{withheld}`"


def check(case, options):
    measured, error = boot(case, options)
    problems = [f"{case}: {error}"] if error else []
    for index, (state, withheld) in enumerate(EXPECTED[case]):
        if index >= len(measured):
            break
        found = measured[index]
        print(f"| {case}: {state} | {found['kernel']} | {describe(found['withheld'])} |", flush=True)
        allowed = withheld if isinstance(withheld, tuple) else (withheld,)
        if found["withheld"] not in allowed:
            problems.append(f"{case}: {state}: {describe(found['withheld'])}, not {describe(allowed[0])}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True)
    parser.add_argument("--programs", required=True)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(EXPECTED)}")
    options = parser.parse_args()
    unknown = set(options.cases) - set(EXPECTED)
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a kernel is ended all the same
    print("| clock | what the kernel says | one-way delay |\n|---|---|---|")
    problems = []
    for case in options.cases or EXPECTED:
        problems += check(case, options)
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
