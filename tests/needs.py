#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What must be built before the tests that some ctest arguments choose can run; tests/run.sh asks.

usage: needs.py BUILD [CTEST-ARGUMENT...]   prints "TREE TARGET..." for each tree that is needed
       needs.py BUILD --check               guard: every test of BUILD says what it needs
BUILD is a configured build directory; nothing in it needs to be built. Its file tests.needs has the lines
of ipsla_needs (tests/CMakeLists.txt): "TEST TREE TARGET...". TREE is HERE, PROGRAMS or THREADS.
"""
import json
import pathlib
import subprocess
import sys

TREES = ("HERE", "PROGRAMS", "THREADS")


def chosen_tests(build, arguments):
    """The names of the tests that ctest would run. Raises ValueError with what ctest says."""
    result = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1", *arguments],
                            capture_output=True, text=True)
    try:
        return [test["name"] for test in json.loads(result.stdout)["tests"]]
    except (json.JSONDecodeError, KeyError):
        raise ValueError((result.stdout + result.stderr).strip()) from None


def read_needs(text):
    """{test: [(tree, targets)]} of the lines of tests.needs."""
    needs = {}
    for line in text.splitlines():
        test, tree, *targets = line.split()
        needs.setdefault(test, []).append((tree, targets))
    return needs


def needed(tests, needs):
    """{tree: targets} of `tests`. One that says nothing may need everything: "all" of each tree."""
    wanted = {tree: set() for tree in TREES}
    for test in tests:
        for tree, targets in needs.get(test, [(tree, ["all"]) for tree in TREES]):
            wanted[tree].update(targets)
    return {tree: sorted(targets) for tree, targets in wanted.items() if targets}


def main():
    build, arguments = pathlib.Path(sys.argv[1]), sys.argv[2:]
    needs = read_needs((build / "tests.needs").read_text())
    if arguments == ["--check"]:
        silent = [test for test in chosen_tests(build, []) if test not in needs]
        for test in silent:
            print(f"{test}: no ipsla_needs() says what must be built for it")
        print(f"{len(silent)} problem(s)")
        sys.exit(1 if silent else 0)
    try:
        tests = chosen_tests(build, arguments)
    except ValueError as error:
        sys.exit(str(error))
    if not tests:
        sys.exit(f"no test matches: {' '.join(arguments)}")
    for tree, targets in needed(tests, needs).items():
        print(tree, *targets)


if __name__ == "__main__":
    main()
