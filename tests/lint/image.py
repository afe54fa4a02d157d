#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: what .dockerignore lets through is enough to configure a release build, and holds what the Dockerfile
copies. tests/image/run.sh builds the whole image, which takes minutes."""
import fnmatch
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import tree


def admitted(root):
    """The names at the top of the tree that are sent to the builder: .dockerignore leaves out all but those."""
    lines = [line for line in (root / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    if lines[:1] != ["*"] or any(line[0] != "!" or "/" in line for line in lines[1:]):
        raise SystemExit(".dockerignore: this guard knows '*' and then lines such as '!src' only")
    return [line[1:] for line in lines[1:]]


def copy(root, context):
    for name in admitted(root):
        if (root / name).is_dir():
            shutil.copytree(root / name, context / name, ignore=shutil.ignore_patterns(*tree.SKIPPED_DIRECTORIES))
        else:
            shutil.copy(root / name, context / name)


def copied(root):
    """What the Dockerfile copies from the tree."""
    for line in (root / "Dockerfile").read_text().splitlines():
        match = re.match(r"COPY\s+(?!--from)(.*\S)\s+\S+$", line)
        yield from match.group(1).split() if match else []


def check_configures(context):
    # The compiler is not what is tested here: one that the caller has, without its options.
    environment = {name: value for name, value in os.environ.items() if not fnmatch.fnmatch(name, "CMAKE_*")}
    done = subprocess.run(["cmake", "--preset", "release", "-DCMAKE_INSTALL_PREFIX=/usr"], cwd=context,
                          env=environment, capture_output=True, text=True)
    return [] if done.returncode == 0 else [f"a release build of the image's files: {done.stderr.strip()}"]


def main():
    root = tree.arguments(__doc__).parse_args().root
    with tempfile.TemporaryDirectory() as directory:
        context = pathlib.Path(directory)
        copy(root, context)
        problems = [f"Dockerfile: COPY {name}: not let through by .dockerignore" for name in copied(root)
                    if not (context / name).exists()]
        problems += check_configures(context)
    tree.verdict(problems)


if __name__ == "__main__":
    main()
