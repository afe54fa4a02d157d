#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: the man pages name exactly the flags that the built programs print with --help, are clean roff
(mandoc), and have one date, not before that of the latest release in CHANGELOG.md."""
import pathlib
import re
import shutil
import subprocess
import sys

import tree

# Page: program and the ways to ask for help that together show every flag.
PAGES = {
    "ipsla_exporter.8": ("ipsla_exporter", [[]]),
    "ipsla_responder.8": ("ipsla_responder", [[]]),
    "ipsla.1": ("ipsla", [[], ["probe"], ["discover"], ["path"], ["check"], ["plan"], ["decode"], ["export"], ["import"], ["show"], ["top"], ["health"],
                          ["key-solve"], ["voice-table"]]),
}
SECTION_5 = "ipsla.yml.5"
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")


def flags_of_page(path):
    plain = re.sub(r"\\f(\w|\[\w*\])", "", path.read_text()).replace("\\-", "-").replace("\\&", "")
    return set(FLAG.findall(plain))


def flags_of_program(program, ways):
    """Raises OSError when it cannot be run and ValueError when --help fails."""
    flags = set()
    for words in ways:
        result = subprocess.run([str(program), *words, "--help"], capture_output=True, text=True, timeout=60)
        if result.returncode != 0:
            raise ValueError(f"{' '.join([program.name, *words])} --help: exit {result.returncode}")
        flags.update(FLAG.findall(result.stdout))
    return flags


def check_page(page, program, ways):
    try:
        helped = flags_of_program(program, ways)
    except (OSError, ValueError) as error:
        return [f"{page.name}: {error}"]
    written = flags_of_page(page)
    problems = [f"{page.name}: {flag} is missing" for flag in sorted(helped - written)]
    return problems + [f"{page.name}: {flag} is not in --help" for flag in sorted(written - helped)]


def check_roff(page):
    result = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(page)], capture_output=True, text=True)
    return [f"{page.name}: {line}" for line in (result.stdout + result.stderr).strip().splitlines()]


def check_dates(root, names):
    dates = {name: re.search(r"^[.]TH .*?(\d{4}-\d\d-\d\d)", (root / "docs/man" / name).read_text(), re.M)
             for name in names}
    dates = {name: date.group(1) if date else "no date" for name, date in dates.items()}
    released = re.search(r"^## \S+ .*(\d{4}-\d\d-\d\d)", (root / "CHANGELOG.md").read_text(), re.M)
    earliest = max([*dates.values(), *([released.group(1)] if released else [])])
    return [f"{name}: {date} should be {earliest}" for name, date in dates.items() if date != earliest]


def main():
    parser = tree.arguments(__doc__)
    parser.add_argument("what", choices=("flags", "roff"))
    parser.add_argument("--bin", type=pathlib.Path, help="directory of the built programs")
    options = parser.parse_args()
    pages = options.root / "docs" / "man"
    problems = []
    if options.what == "roff":
        if not shutil.which("mandoc"):
            print("skipped: no mandoc")
            sys.exit(77)
        problems += check_dates(options.root, (*PAGES, SECTION_5))
        for name in (*PAGES, SECTION_5):
            problems += check_roff(pages / name)
    else:
        for name, (program, ways) in PAGES.items():
            problems += check_page(pages / name, options.bin / program, ways)
    tree.verdict(problems)


if __name__ == "__main__":
    main()
