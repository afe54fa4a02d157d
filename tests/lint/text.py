#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: every text file names its licence where its format has comments, is free of stray white space and
of one machine's paths and package hosts; shell scripts parse; no CTest property can hide a failure."""
import re
import subprocess

import tree

COMMENTED = ("*.c", "*.h", "*.py", "*.sh", "*.yml", "*.yaml", "*.service", "*.cmake", "CMakeLists.txt",
             "Dockerfile", ".dockerignore", ".clang-tidy", ".editorconfig", "*.[1-8]")
PLAIN = ("*.md", "*.json", "*.txt", ".clang-format", ".gitignore")
SPDX = ("SPDX-FileCopyrightText: ", "SPDX-License-Identifier: Apache-2.0")
SPDX_LINES = 6

FORBIDDEN = {
    re.compile(r"(?<![\w.-])/(work|root)/\w"): "a path of one machine",
    re.compile(r"(?<![\w.-])/home/(?!user\b)\w"): "a path of one machine",
    re.compile(r"\b(deb|security)[.]debian[.]org\b|\bregistry[.]npmjs\b|[.]pkg[.]dev\b|\bpypi[.]org/simple"):
        "a package host (the machine's own configuration names it)",
    re.compile(r"SKIP_REGULAR[_]EXPRESSION"): "a failed test that matches counts as skipped: return 77",
}


def judge_text(text):
    """Yields (line, message)."""
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield number, "white space at the end"
        if "\t" in line:
            yield number, "a tab"
        for pattern, message in FORBIDDEN.items():
            if pattern.search(line):
                yield number, message
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end"


def judge_shell(path):
    result = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True)
    return result.stderr.strip().splitlines()


def check(root):
    commented = tree.files(root, *COMMENTED)
    commented += [path for path in (root / ".ci" / "run",) if path.is_file()]
    problems = []
    for path in sorted({*commented, *tree.files(root, *PLAIN)}):
        name = path.relative_to(root).as_posix()
        text = path.read_bytes().decode()
        problems += [f"{name}:{line}: {message}" for line, message in judge_text(text)]
        head = "\n".join(text.splitlines()[:SPDX_LINES])
        if path in commented and not all(word in head for word in SPDX):
            problems.append(f"{name}:1: no SPDX lines")
        if path.suffix == ".sh" or text.startswith("#!/bin/sh"):
            problems += [f"{name}: {line}" for line in judge_shell(path)]
    return problems


if __name__ == "__main__":
    tree.verdict(check(tree.arguments(__doc__).parse_args().root))
