#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: the unit files are valid and stay as confined as they are (systemd-analyze, offline)."""
import re
import shutil
import subprocess
import sys
import tempfile
import pathlib

import tree

TOOL = shutil.which("systemd-analyze")
# Ten times the exposure score (0 to 10, lower is better) that a unit may not exceed; real-time scheduling costs two, asking
# for the state of the clock four.
STRICT = 11
THRESHOLDS = {"ipsla-exporter.service": 16}


def analyze(*arguments):
    result = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True)
    return result.returncode, result.stdout + result.stderr


def check_security(unit):
    threshold = THRESHOLDS.get(unit.name, STRICT)
    status, output = analyze("security", "--offline=true", f"--threshold={threshold}", "--no-pager", unit)
    verdict = [line for line in output.splitlines() if "exposure level" in line]
    print(unit.name, *verdict)
    return [] if status == 0 else [f"{unit.name}: exposed more than {threshold / 10}"]


def check_syntax(unit):
    """`verify` also wants the program to exist: a copy of the unit names one that does."""
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory) / unit.name
        copy.write_text(re.sub(r"^(Exec\w+)=/\S+", r"\1=/bin/true", unit.read_text(), flags=re.MULTILINE))
        status, output = analyze("verify", "--man=no", copy)
    # It also speaks of other units of the machine.
    lines = [line for line in output.splitlines() if unit.name in line or directory in line]
    if status != 0 and not lines:
        lines = output.splitlines()[-1:] or [f"systemd-analyze verify: exit {status}"]
    return [f"{unit.name}: {line}" for line in lines]


def check_clock(unit):
    """The exporter asks for the state of the clock; ProtectClock= and @clock refuse even that."""
    lines = unit.read_text().splitlines()
    asks = "SystemCallFilter=adjtimex clock_adjtime" in lines
    if unit.name == "ipsla-exporter.service" and ("ProtectClock=yes" in lines or not asks):
        return [f"{unit.name}: may not ask for the state of the clock"]
    return []


def main():
    root = tree.arguments(__doc__).parse_args().root
    if not TOOL:
        print("skipped: no systemd-analyze")
        sys.exit(77)
    units = sorted((root / "deploy" / "systemd").glob("*.service"))
    problems = [] if units else ["no unit files"]
    for unit in units:
        problems += check_syntax(unit) + check_security(unit) + check_clock(unit)
    tree.verdict(problems)


if __name__ == "__main__":
    main()
