#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: C files are formatted as .clang-format says, and clang-tidy with the checks of .clang-tidy finds
nothing in src/. Its static analyzer takes ten times as long and is wrong at times: only with --analyzer."""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

import tree

FILES_A_RUN = 8
NO_ANALYZER = "--checks=-clang-analyzer-*"


def findings(command, files, root):
    """The lines that `command` prints about `files`, with names relative to `root`."""
    result = subprocess.run([*command, *files], capture_output=True, text=True, cwd=root)
    lines = (result.stdout + result.stderr).replace(f"{root}/", "").splitlines()
    found = [line for line in lines if "warning: " in line or "error: " in line]
    return found if found or result.returncode == 0 else lines


def in_parallel(command, files, root):
    runs = [files[at:at + FILES_A_RUN] for at in range(0, len(files), FILES_A_RUN)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return sorted({line for found in pool.map(lambda run: findings(command, run, root), runs)
                       for line in found})


def check_format(root):
    files = [str(path.relative_to(root)) for path in tree.files(root, "*.c", "*.h")]
    return in_parallel(["clang-format", "--dry-run", "-Werror"], files, root)


def check_tidy(root, build, with_analyzer):
    command = ["clang-tidy", "-p", str(build), "--quiet", *([] if with_analyzer else [NO_ANALYZER])]
    files = [str(path.relative_to(root)) for path in tree.files(root / "src", "*.c")]
    return in_parallel(command, files, root)


def main():
    parser = tree.arguments(__doc__)
    parser.add_argument("what", choices=("format", "tidy"))
    parser.add_argument("--build", type=pathlib.Path, help="tidy: a configured build directory")
    parser.add_argument("--analyzer", action="store_true", help="tidy: run the static analyzer too")
    options = parser.parse_args()
    if not shutil.which(f"clang-{options.what}"):
        print(f"skipped: no clang-{options.what} (sh deploy/install-deps.sh --test)")
        sys.exit(77)
    root = options.root.resolve()
    if options.what == "format":
        tree.verdict(check_format(root))
    if options.build is None or not (options.build / "compile_commands.json").is_file():
        parser.error("--build names no configured build directory")
    tree.verdict(check_tidy(root, options.build.resolve(), options.analyzer))


if __name__ == "__main__":
    main()
