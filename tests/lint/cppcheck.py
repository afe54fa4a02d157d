#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: cppcheck finds nothing in src/ but what cppcheck.supp excuses, each with its reason."""
import os
import pathlib
import shutil
import subprocess
import sys

import tree

TOOL = shutil.which("cppcheck")
EXCUSED = pathlib.Path(__file__).with_suffix(".supp")
CHECKS = "--enable=warning,portability,performance"


def check(root):
    done = subprocess.run(
        [TOOL, "--quiet", f"-j{os.cpu_count()}", CHECKS, "--std=c11", "--library=posix", "--library=gnu", "-I", "src",
         f"--suppressions-list={EXCUSED}", "--template={file}:{line}: {id}: {message}", "src"],
        cwd=root, capture_output=True, text=True)
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


def main():
    root = tree.arguments(__doc__).parse_args().root
    if TOOL is None:
        print("skipped: no cppcheck")
        sys.exit(77)
    tree.verdict(check(root))


if __name__ == "__main__":
    main()
