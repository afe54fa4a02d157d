#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: who may include whom (the table of rooms in src/README.md), and who may call whom.

Every #include below src/ is checked against the table; third-party headers stay in the files that are
their only users; headers include each other without circles, and files call each other without circles.
"""
import re

import shape
import tree

README = "src/README.md"
ROW = re.compile(r"\|\s*`(\w+)/`\s*\|[^|]*\|([^|]*)\|", re.MULTILINE)
EVERYTHING = "everything below"

THIRD_PARTY = {
    re.compile(r"openssl/"): "base/crypto.c",
    re.compile(r"yaml\.h$"): "config/yaml.c",
    re.compile(r"event2?/|event\.h$|evutil\.h$"): "host/host.c",
    re.compile(r"microhttpd\.h$"): "web/http.c, web/exchange.c, web/response.c",
    re.compile(r"isa-l(\.h$|/)"): "web/gzip.c",
    re.compile(r"gnutls/"): "web/tls.c",
    re.compile(r"crypt\.h$"): "web/password.c",
}

# Headers of the C library that compute and touch nothing outside.
PURE = set("""assert.h ctype.h endian.h errno.h float.h inttypes.h limits.h math.h stdalign.h stdarg.h stdbool.h
    stddef.h stdint.h stdio.h stdlib.h string.h strings.h""".split())
SYSTEM = re.compile(r"(sys|netinet|arpa|net|linux)/\w+\.h$|\w+\.h$")
EXTRA = {
    "base": {"arpa/inet.h"},
    "probe": {"stdatomic.h"},
    "engine": {"stdatomic.h"},
    "reflect": {"stdatomic.h"},
    "page": {"time.h"},  # to write a date
    "web": {"time.h"},
}
# Files outside libcore that may use any header of the system.
WITH_SYSTEM = re.compile(r"host/|web/(exchange|hasher|http|listen|response)\.c$|config/(file_pattern|secret|watched|yaml)\.c$|config/file\.[ch]$|(program|exporter|responder|cli)/")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)


def table_of(readme):
    """Maps each room to what it may include: rooms ("base") or one header of a room ("probe/spec.h")."""
    table = {}
    for room, allowed in ROW.findall(readme):
        names = [name.strip(" `") for name in allowed.split(",")]
        rows_above = list(table)
        table[room] = rows_above if names == [EVERYTHING] else [name for name in names if "nothing" not in name]
    return table


def room_of(name):
    return name.split("/")[0]


def includes(path):
    """Yields (line, header, is_ours)."""
    text = tree.without_comments(path.read_text())
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield line, match.group(1) or match.group(2), match.group(2) is not None


def judge_ours(source, table, name, header):
    room, other = room_of(name), room_of(header)
    if not (source / header).is_file():
        return f'"{header}" is not a file below src/ (write "room/file.h")'
    if other == room or other in table[room] or header in table[room]:
        return None
    allowed = ", ".join(table[room]) or "nothing"
    return f'"{header}": {room} may include {allowed} of the other rooms'


def judge_system(name, header):
    for pattern, owners in THIRD_PARTY.items():
        if pattern.match(header):
            return None if name in owners.split(", ") else f"<{header}> is for {owners} only"
    if header in PURE or header in EXTRA.get(room_of(name), ()):
        return None
    if WITH_SYSTEM.match(name) and SYSTEM.match(header):
        return None
    return f"<{header}> is not for {name}"


def stem(name):
    """A source file and its header are one."""
    return name.rsplit(".", 1)[0]


def defined_in(text):
    """The functions that other files may call: defined in `text` (cleaned) and not static."""
    lines = text.splitlines()
    for function in shape.functions(text):
        head = " ".join(lines[max(function.first_line - 1, 0):function.first_line + 1])
        if not re.search(r"\bstatic\b", head):
            yield function.name


def calls(texts):
    """The graph of who calls whom, by file."""
    home = {function: stem(name) for name, text in texts.items() for function in defined_in(text)}
    graph = {}
    for name, text in texts.items():
        used = {home[word] for word in re.findall(r"\w+", text) if word in home}
        graph.setdefault(stem(name), set()).update(used - {stem(name)})
    return graph


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
    table = table_of((root / README).read_text())
    problems = []
    graph, texts = {}, {}
    for path in tree.files(source, "*.c", "*.h"):
        name = path.relative_to(source).as_posix()
        if room_of(name) not in table:
            problems.append(f"src/{name}: the room is not in the table of {README}")
            continue
        if name.endswith(".c"):
            texts[name] = tree.code(path.read_text())
        for line, header, is_ours in includes(path):
            judgement = judge_ours(source, table, name, header) if is_ours else judge_system(name, header)
            if judgement:
                problems.append(f"src/{name}:{line}: {judgement}")
            if is_ours:
                graph.setdefault(name, set()).add(header)
    problems += ["files include each other: " + " -> ".join(circle) for circle in cycles(graph)]
    problems += ["files call each other: " + " -> ".join(circle) for circle in cycles(calls(texts))]
    return problems


if __name__ == "__main__":
    tree.verdict(check(tree.arguments(__doc__).parse_args().root))
