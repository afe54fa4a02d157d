#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Says what a ctest run's summary leaves out: the slowest tests, and what was skipped and why.

usage: report.py JUNIT-FILE
A test that is skipped says why on its last line of output. cmocka and unittest count a skipped case as
passed, so the output of the tests that passed is searched for their marks too.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

CMOCKA_CASE = re.compile(r"\[  SKIPPED \] (\w+)$")
UNITTEST_CASE = re.compile(r"(\w+) .*\.\.\. skipped ['\"](.*)['\"]$")
UNITTEST_SUM = re.compile(r"OK \(.*skipped=\d+\)$")


def read(path):
    """Yields (name, seconds, is_skipped, output lines) of each test."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        output = (case.findtext("system-out") or "").strip().splitlines()
        yield (case.get("name"), float(case.get("time") or 0), case.find("skipped") is not None, output)


def skipped_cases(output):
    """The cases that a test skipped while it passed as a whole, with the reason where it is known."""
    cases = {}
    for line in output:
        cmocka, unittest = CMOCKA_CASE.match(line), UNITTEST_CASE.match(line)
        if cmocka:
            cases[cmocka.group(1)] = "no reason given"
        elif unittest:
            cases[unittest.group(1)] = unittest.group(2)
        elif UNITTEST_SUM.match(line) and not cases:
            cases["(some cases)"] = line
    return cases.items()


def main():
    tests = list(read(sys.argv[1]))
    for name, seconds, _, _ in sorted(tests, key=lambda test: -test[1])[:5]:
        print(f"{seconds:8.1f} s  {name}")
    skipped = []
    for name, _, is_skipped, output in tests:
        if is_skipped:
            skipped.append((name, output[-1] if output else "no reason given"))
        else:
            skipped += [(f"{name} {case}", reason) for case, reason in skipped_cases(output)]
    if skipped:
        print("\n== skipped")
    for name, reason in skipped:
        print(f"{name}: {reason}")


if __name__ == "__main__":
    main()
