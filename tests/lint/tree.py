# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What the guards share: the source tree as files, C text without its comments, and the verdict."""
import argparse
import pathlib
import re
import sys

# Not ours to judge: build output, the repository's own, bytes for fuzzers.
SKIPPED_DIRECTORIES = {"build", ".git", "__pycache__", "corpus"}

_TOKENS = re.compile(
    r"""//(?:\\\n|[^\n])*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)


def files(root, *patterns):
    """All files below `root` whose name matches one of `patterns`, sorted."""
    found = set()
    for pattern in patterns:
        for path in pathlib.Path(root).rglob(pattern):
            parts = path.relative_to(root).parts
            if path.is_file() and not SKIPPED_DIRECTORIES.intersection(parts):
                found.add(path)
    return sorted(found)


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def without_comments(text):
    """`text` with comments blanked out; line numbers and columns stay."""
    return _TOKENS.sub(lambda match: _blank(match) if match.group()[0] == "/" else match.group(), text)


def code(text):
    """`text` with comments, literals and preprocessor lines blanked out; line numbers and columns stay."""
    return _DIRECTIVE.sub(_blank, _TOKENS.sub(_blank, text))


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("root", type=pathlib.Path, help="the source tree")
    return parser


def verdict(problems):
    """Prints the problems and exits: 1 when there are any."""
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problem(s)")
    sys.exit(1 if problems else 0)
