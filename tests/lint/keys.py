#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: the keys in docs/configuration.md and ipsla.yml(5) are those of the schema, word for word.

The generated parts stand between a line that says `begin keys: PART` and one that says `end keys`. With --update
they are written instead of compared: keys.py ROOT --print BUILD/bin/print_keys --update
"""
import difflib
import re
import subprocess

import tree

# Page: how it is generated.
PAGES = {"docs/configuration.md": "table", "docs/man/ipsla.yml.5": "roff"}
PART = re.compile(r"^(?P<begin>.*begin keys: (?P<name>\w+).*\n)(?P<text>(?:.*\n)*?)(?P<end>.*end keys.*\n)", re.MULTILINE)


def parts_of(printed):
    """Maps (how, part) to its lines."""
    parts, lines = {}, None
    for line in printed.splitlines(keepends=True):
        if line.startswith("== "):
            lines = parts.setdefault(tuple(line.split()[1:3]), [])
        else:
            lines.append(line)
    return {name: "".join(lines) for name, lines in parts.items()}


def renew(text, how, parts):
    """The page with every part as it should be, and the names of its parts."""
    names = []

    def one(match):
        names.append(match["name"])
        return match["begin"] + parts.get((how, match["name"]), "") + match["end"]

    return PART.sub(one, text), names


def check(root, printed, is_update):
    parts = parts_of(printed)
    problems = []
    for page, how in PAGES.items():
        path = root / page
        text = path.read_text()
        renewed, names = renew(text, how, parts)
        wanted = [name for way, name in parts if way == how]
        if sorted(names) != sorted(wanted):
            problems.append(f"{page}: has the parts {sorted(names)}, not {sorted(wanted)}")
        elif is_update:
            path.write_text(renewed)
        elif renewed != text:
            changes = difflib.unified_diff(text.splitlines(), renewed.splitlines(), lineterm="", n=0)
            first = [line for line in changes if line[0] in "+-" and line[:3] not in ("+++", "---")][0]
            problems.append(f"{page}: is not what the schema says (run keys.py --update): {first}")
    return problems


def main():
    parser = tree.arguments(__doc__)
    parser.add_argument("--print", required=True, help="the built program print_keys")
    parser.add_argument("--update", action="store_true", help="write the parts instead of comparing them")
    options = parser.parse_args()
    printed = subprocess.run([options.print], check=True, capture_output=True, text=True, timeout=30).stdout
    tree.verdict(check(options.root, printed, options.update))


if __name__ == "__main__":
    main()
