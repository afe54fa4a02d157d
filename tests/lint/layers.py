#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: who may include whom (docs/architecture.md, "Who may include whom").

Every #include below src/ is checked against the table; third-party headers stay in the one file that is
their only user; modules include each other without cycles.
"""
import re

import tree

# A layer may include all of another ("base") or one header of it ("probe/spec.h"). Its own is implied.
TABLE = {
    "base": [],
    "wire": ["base"],
    "stats": ["base"],
    "probe": ["wire", "stats", "base"],
    "engine": ["probe", "stats", "base"],
    "config": ["probe/spec.h", "probe/reflect.h", "base"],
    "host": ["engine", "probe/io.h", "probe/spec.h", "probe/reflect.h", "base"],
    "expo": ["engine/report.h", "stats", "probe/spec.h", "base"],
}
PROGRAMS = ""  # files directly in src/ may include everything

THIRD_PARTY = {
    re.compile(r"openssl/"): "base/crypto.c",
    re.compile(r"yaml\.h$"): "config/yaml.c",
    re.compile(r"event2?/|event\.h$|evutil\.h$"): "host/host.c",
    re.compile(r"microhttpd\.h$"): "expo/http.c",
    re.compile(r"zlib\.h$"): "expo/gzip.c",
}

# Headers of the C library that compute and touch nothing outside.
PURE = set("""assert.h ctype.h errno.h float.h inttypes.h limits.h math.h stdalign.h stdarg.h stdbool.h
    stddef.h stdint.h stdio.h stdlib.h string.h strings.h""".split())
SYSTEM = re.compile(r"(sys|netinet|arpa|net|linux)/\w+\.h$|\w+\.h$")
EXTRA = {
    "base": {"arpa/inet.h"},
    "probe": {"stdatomic.h"},
    "engine": {"stdatomic.h"},
    "expo": {"time.h"},  # to write a date
}
# Files outside libcore that may use any header of the system.
WITH_SYSTEM = re.compile(r"host/|expo/http\.c$|config/(config|secret|yaml)\.c$|[^/]+$")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)


def layer_of(name):
    return name.split("/")[0] if "/" in name else PROGRAMS


def includes(path):
    """Yields (line, header, is_ours)."""
    text = tree.without_comments(path.read_text())
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield line, match.group(1) or match.group(2), match.group(2) is not None


def judge_ours(source, name, header):
    layer, other = layer_of(name), layer_of(header)
    if not (source / header).is_file():
        return f'"{header}" is not a file below src/ (write "layer/file.h")'
    if layer in (PROGRAMS, other):
        return None
    if other == PROGRAMS:
        return f'"{header}" belongs to the programs'
    if other in TABLE[layer] or header in TABLE[layer]:
        return None
    allowed = ", ".join(TABLE[layer]) or "nothing"
    return f'"{header}": {layer} may include {allowed} of the other layers'


def judge_system(name, header):
    for pattern, owner in THIRD_PARTY.items():
        if pattern.match(header):
            return None if name == owner else f"<{header}> is for {owner} only"
    if header in PURE or header in EXTRA.get(layer_of(name), ()):
        return None
    if WITH_SYSTEM.match(name) and SYSTEM.match(header):
        return None
    return f"<{header}> is not for {name}"


def modules(names):
    """Maps each file to its module: x.c and x.h are one, and x_part belongs to x when there is an x."""
    stems = {name.rsplit(".", 1)[0] for name in names}

    def module(stem):
        shorter = stem.rsplit("_", 1)[0]
        return module(shorter) if shorter != stem and shorter in stems else stem

    return {name: module(name.rsplit(".", 1)[0]) for name in names}


def cycles(graph):
    """Lists the cycles that a depth-first walk meets."""
    found, done = [], set()

    def walk(node, path):
        if node in path:
            found.append(path[path.index(node):] + [node])
        elif node not in done:
            for following in sorted(graph.get(node, ())):
                walk(following, path + [node])
            done.add(node)

    for node in sorted(graph):
        walk(node, [])
    return found


def check(root):
    source = root / "src"
    problems = []
    names = [path.relative_to(source).as_posix() for path in tree.files(source, "*.c", "*.h")]
    module_of = modules(names)
    graph = {}
    for name in names:
        if layer_of(name) not in TABLE and layer_of(name) != PROGRAMS:
            problems.append(f"src/{name}: the layer is not in the table")
            continue
        for line, header, is_ours in includes(source / name):
            judgement = judge_ours(source, name, header) if is_ours else judge_system(name, header)
            if judgement:
                problems.append(f"src/{name}:{line}: {judgement}")
            if is_ours and module_of.get(header, module_of[name]) != module_of[name]:
                graph.setdefault(module_of[name], set()).add(module_of[header])
    problems += ["modules include each other: " + " -> ".join(cycle) for cycle in cycles(graph)]
    return problems


if __name__ == "__main__":
    tree.verdict(check(tree.arguments(__doc__).parse_args().root))
