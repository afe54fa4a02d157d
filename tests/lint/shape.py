#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: the shape of C files in src/ and tests/ (docs/architecture.md, "Shape").

A C file in src/ has at most 500 lines. A function or file that is nothing but a table may say so with the comment
"lint: table" (a file in its first 12 lines) and be longer; one whose
parameters a library dictates says "lint: callback".
"""
import re

import tree

FUNCTION_LINES, FUNCTION_LINES_WANTED = 80, 60
FILE_LINES, FILE_LINES_WANTED = 800, 500
PARAMETERS = 5
NESTING = 3
COLUMNS = 100
INCLUDES = 8
TABLE_WAIVER, CALLBACK_WAIVER = "lint: table", "lint: callback"

CONTROL = {"if", "for", "while", "switch"}
BLOCK_STARTERS = {"else", "do"}
WORD_AT_END = re.compile(r"(\w+)\s*$")


def matching_open(text, close):
    """The place of the parenthesis that the one at `close` closes."""
    depth = 0
    for place in range(close, -1, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if depth == 0:
            return place
    return -1


def opens_block(text, place):
    """Whether the brace at `place`, inside a function, opens a block and not an initializer."""
    before = text[max(0, place - 4000):place].rstrip()
    last = before[-1:]
    if last in "{};:":
        return last != ":" or not before.endswith("::")
    word = WORD_AT_END.search(before)
    if word:
        return word.group(1) in BLOCK_STARTERS
    if last == ")":
        word = WORD_AT_END.search(before[:max(0, matching_open(before, len(before) - 1))])
        return bool(word) and word.group(1) in CONTROL
    return False


def count_parameters(inside):
    if inside.strip() in ("", "void"):
        return 0
    depth, count = 0, 1
    for character in inside:
        depth += (character in "([{") - (character in ")]}")
        count += character == "," and depth == 0
    return count


def parse_signature(head):
    """(name, parameters) when `head`, the text before a brace at file scope, declares a function."""
    match = re.search(r"(\w+)\s*\(", head)
    if not match or re.search(r"=\s*$", head) or "=" in head[:match.start()]:
        return None
    depth = 0
    for place in range(match.end() - 1, len(head)):
        depth += (head[place] == "(") - (head[place] == ")")
        if depth == 0:
            return match.group(1), count_parameters(head[match.end():place])
    return None


class Function:
    def __init__(self, name, parameters, first_line):
        self.name, self.parameters, self.first_line = name, parameters, first_line
        self.last_line = first_line
        self.nesting = 0


def functions(text):
    """The functions defined in `text`, which tree.code() has cleaned."""
    found, current, head_start = [], None, 0
    blocks = []  # of the open braces: whether each is a block inside a function
    for place, character in enumerate(text):
        if character == "{":
            if not blocks:
                signature = parse_signature(text[head_start:place])
                head = text[head_start:place]
                start = head_start + len(head) - len(head.lstrip())
                current = signature and Function(*signature, text.count("\n", 0, start) + 1)
                blocks.append(False)
            else:
                blocks.append(current is not None and opens_block(text, place))
                if current:
                    current.nesting = max(current.nesting, sum(blocks))
        elif character == "}" and blocks:
            blocks.pop()
            if not blocks:
                if current:
                    current.last_line = text.count("\n", 0, place) + 1
                    found.append(current)
                current, head_start = None, place + 1
        elif character == ";" and not blocks:
            head_start = place + 1
    return found


def judge_function(function, lines):
    """Yields (is_error, message)."""
    length = function.last_line - function.first_line + 1
    body = lines[max(function.first_line - 2, 0):function.last_line]

    def waived(waiver):
        return any(waiver in line for line in body)

    if length > FUNCTION_LINES_WANTED and not waived(TABLE_WAIVER):
        yield (length > FUNCTION_LINES,
               f"{function.name} has {length} lines (wanted {FUNCTION_LINES_WANTED}, at most {FUNCTION_LINES})")
    if function.parameters > PARAMETERS and not waived(CALLBACK_WAIVER):
        yield True, f"{function.name} has {function.parameters} parameters (at most {PARAMETERS})"
    if function.nesting > NESTING:
        yield True, f"{function.name} nests {function.nesting} deep (at most {NESTING})"


def judge_file(name, text):
    """Yields (line, is_error, message)."""
    lines = text.splitlines()
    cleaned = tree.code(text)
    is_table = any(TABLE_WAIVER in line for line in lines[:12])
    is_source = name.startswith("src/") and name.endswith(".c")
    most = FILE_LINES_WANTED if is_source and not is_table else FILE_LINES
    if len(lines) > FILE_LINES_WANTED:
        yield (1, len(lines) > most, f"{len(lines)} lines (wanted {FILE_LINES_WANTED}, at most {most})")
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS:
            yield number, True, f"{len(line)} columns (at most {COLUMNS})"
    ours = re.findall(r'^[ \t]*#[ \t]*include[ \t]*"', tree.without_comments(text), re.MULTILINE)
    if name.endswith(".c") and len(ours) > INCLUDES:
        yield 1, True, f"{len(ours)} project includes (at most {INCLUDES})"
    for match in re.finditer(r"\btypedef\b", cleaned):
        yield cleaned.count("\n", 0, match.start()) + 1, True, "typedef (write struct thing)"
    for function in functions(cleaned):
        for is_error, message in judge_function(function, lines):
            yield function.first_line, is_error, message


def check(root):
    """(problems, notes): what breaks a limit, and what only exceeds what is wanted."""
    problems, notes = [], []
    for area in ("src", "tests"):
        for path in tree.files(root / area, "*.c", "*.h"):
            name = path.relative_to(root).as_posix()
            for line, is_error, message in judge_file(name, path.read_text()):
                (problems if is_error else notes).append(f"{name}:{line}: {message}")
    return problems, notes


if __name__ == "__main__":
    found, remarks = check(tree.arguments(__doc__).parse_args().root)
    for remark in remarks:
        print("note:", remark)
    tree.verdict(found)
