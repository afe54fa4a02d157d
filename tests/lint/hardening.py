#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: the programs of the release build are hardened, as their ELF files say: position independent, all relocations
read-only from the start (full RELRO), no executable stack, stack protector, fortified functions."""
import argparse
import pathlib
import re
import subprocess

import tree

PROGRAMS = ("ipsla", "ipsla_exporter", "ipsla_responder")
# What readelf says, and what it means when it does not.
WANTED = {
    r"FLAGS_1.*\bPIE\b": "is not position independent (-pie)",
    r"^ +GNU_RELRO ": "has no read-only relocations (-z relro)",
    r"FLAGS\b.*BIND_NOW|FLAGS_1.*\bNOW\b": "resolves functions late, so the table of them stays writable (-z now)",
    r"^ +GNU_STACK .* RW +0x": "has an executable stack",
    r"UND __stack_chk_fail\b": "has no stack protector",
    r"UND __(memcpy|memset|read|snprintf|vsnprintf)_chk\b": "has no fortified functions (-D_FORTIFY_SOURCE)",
}


def check(path):
    text = subprocess.run(["readelf", "--wide", "--program-headers", "--dynamic", "--dyn-syms", str(path)], check=True,
                          capture_output=True, text=True).stdout
    return [f"{path.name}: {problem}" for pattern, problem in WANTED.items() if not re.search(pattern, text, re.MULTILINE)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", type=pathlib.Path, help="the directory of the release build's programs")
    programs = parser.parse_args().programs
    tree.verdict([problem for name in PROGRAMS for problem in check(programs / name)])


if __name__ == "__main__":
    main()
