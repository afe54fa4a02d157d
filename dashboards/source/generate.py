#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Writes dashboards/*.json. With --check it says instead which of them are not what it would write; lint.dashboards does that."""
import importlib
import json
import pathlib
import sys

import frame

FOLDER = pathlib.Path(__file__).resolve().parent.parent
DEPTH = 4  # so deep each entry has a line: of a panel its keys, not its settings


def write(value, depth=0):
    """JSON that is short and still has useful differences."""
    if depth >= DEPTH or not isinstance(value, (dict, list)) or not value:
        return json.dumps(value, ensure_ascii=False)
    pad = "\n" + " " * (depth + 1)
    if isinstance(value, dict):
        inside = (f"{json.dumps(key)}: {write(entry, depth + 1)}" for key, entry in value.items())
        return "{" + pad + ("," + pad).join(inside) + pad[:-1] + "}"
    return "[" + pad + ("," + pad).join(write(entry, depth + 1) for entry in value) + pad[:-1] + "]"


def dashboards():
    """(file name, content) of each."""
    for name in frame.NAMES:
        yield f"ipsla-{name}.json", write(importlib.import_module(name).dashboard()) + "\n"


def main():
    wanted = dict(dashboards())
    stale = {path.name for path in FOLDER.glob("*.json")} - set(wanted)
    for name, text in wanted.items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.add(name)
            if "--check" not in sys.argv[1:]:
                path.write_text(text, encoding="utf-8")
    if "--check" in sys.argv[1:] and stale:
        sys.exit(f"not what the generator writes: {', '.join(sorted(stale))}; run python3 dashboards/source/generate.py")


if __name__ == "__main__":
    main()
