#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: the keys in docs/configuration.md and ipsla.yml(5) are those of the schema, and the flags of ipsla probe in
ipsla(1) those of its --help, word for word.

The generated parts stand between a line that says `begin keys: PART` and one that says `end keys`. With --update
they are written instead of compared: keys.py ROOT --bin BUILD/bin --update
"""
import difflib
import pathlib
import re
import subprocess

import tree

# Page: how it is generated.
PAGES = {"docs/configuration.md": "table", "docs/man/ipsla.yml.5": "roff", "docs/man/ipsla.1": "flags"}
# Described once for all commands.
COMMON = "Other"
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


def escape(text):
    return text.replace("\\", "\\e").replace("-", "\\-")


def flag_line(line):
    """`--count=N, --size` as roff: names bold, values in italics."""
    parts = []
    for flag in line.strip().split(", "):
        name, equals, value = flag.partition("=")
        parts.append(f"\\fB{escape(name)}\\fR" + (f"=\\fI{value}\\fR" if equals else ""))
    return ", ".join(parts)


def flags_of(help_text):
    """The flags of `ipsla probe --help` as roff."""
    out, heading = [], None
    body = help_text[help_text.index(":\n  --"):]
    body = help_text[help_text.rindex("\n", 0, len(help_text) - len(body)) + 1:]
    for block in re.split(r"\n(?=  --)|\n\n", body.rstrip("\n")):
        lines = block.splitlines()
        if not lines[0].startswith(" "):
            heading = lines.pop(0).rstrip(":")
            if heading != COMMON:
                out.append(f".SS ipsla probe: {heading}\n")
        if heading != COMMON and lines:
            text = " ".join(line.strip() for line in lines[1:])
            out.append(f".TP\n{flag_line(lines[0])}\n" + escape(re.sub(r"\. (?=[A-Z])", ".\n", text)) + "\n")
    return "".join(out)


def renew(text, how, parts):
    """The page with every part as it should be, and the names of its parts."""
    names = []

    def one(match):
        names.append(match["name"])
        return match["begin"] + parts.get((how, match["name"]), "") + match["end"]

    return PART.sub(one, text), names


def check(root, parts, is_update):
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


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


def main():
    parser = tree.arguments(__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="directory of the built programs")
    parser.add_argument("--update", action="store_true", help="write the parts instead of comparing them")
    options = parser.parse_args()
    parts = parts_of(output_of(options.bin / "print_keys"))
    parts["flags", "probe"] = flags_of(output_of(options.bin / "ipsla", "probe", "--help"))
    tree.verdict(check(options.root, parts, options.update))


if __name__ == "__main__":
    main()
