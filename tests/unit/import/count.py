#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Counts the lines of a configuration that belong to IP SLA: `count.py FILE...`. Written apart from src/import, with other means
(regular expressions, and indentation where there is some), so that the two can be compared."""
import re
import sys

PROMPT = re.compile(r"^(?:RP/\S+:)?[A-Za-z][\w.-]*(?:\([^)\s]*\))?[#>]\s?")
COMMAND = re.compile(r"(?:no |default )?(?:ip +sla\b(?! *$)|rtr +\S|sla +mon\w* +\S)", re.I)
ENTRY = re.compile(r"(?:ip +sla(?: +mon[itor]*)?|rtr|sla +mon\w*) +(\d+|\{\{.*|\$\S+)", re.I)
BLOCK = re.compile(r"(?:no |default )?ip +sla +(?:auto|endpoint-list|ethernet-monitor|server|responder twamp|reaction-c\S*|monior)\b", re.I)
TRACK = re.compile(r"(?:no )?track +(?:\S+|\{\{.*?\}\}) +(?:ip +sla|rtr|list)\b", re.I)
OTHER_TRACK = re.compile(r"track +\S+(?: +(?!ip +sla|rtr|list).*)?$", re.I)
XR_TRACK_TYPE = re.compile(r"type +(?:rtr|list)\b", re.I)
FEATURE = re.compile(r"feature +sla\b", re.I)
SUB = re.compile(r"""(?:no\ |default\ )?(?:icmp-|udp-|tcp-connect|path-|type\ |freq|timeo|thres|tos\ |tag\ |owner\ |vrf\ \S+$|request-data|verify-data
    |data-pattern|history\ |dest-|num-packets|interval\ |codec|t\ \d|h\ \d)""", re.I | re.X)
TRACK_SUB = re.compile(r"(?:no )?(?:delay|object|threshold|default-state|up|down) ", re.I)
TAIL = re.compile(r"(?:port|timer|timeout) ", re.I)
XR_TOP = re.compile(r"(?:no )?(?:operation|schedule|reaction|responder|key-chain|low-memory|hw-timestamp)\b", re.I)
XR_SUB = re.compile(r"(?:type|destination|source|packet|datasize|frequency|timeout|start-time|life|control|react|action|threshold)\b", re.I)


# Sessions of TWAMP: files of these vendors, their commands on one line, and blocks: whether the line that they begin with counts, and
# those of one word.
OTHER_VENDOR = re.compile(r"^(?:set system|set version|nqa twamp-light|# TiMOS|configure \{|## Last)", re.M)
SET = re.compile(r"set services (?:rpm|monitoring) twamp (?:client control-connection \S+|server) \S|set services rpm probe ")
SESSIONS = ((re.compile(r"(?:server|control-connection \S+|reflector\b.*|session \S.*?)(?: \{)?$"), True),
            (re.compile(r"nqa test-instance "), True), (re.compile(r"nqa twamp-light$"), False))
CLOSING = re.compile(r"(?:exit\b.*|\}|#.*|)$")


def screen(raw):
    """The lines as a terminal shows them."""
    for line in raw.decode("utf-8", "replace").split("\n"):
        line = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line.rstrip("\r"))
        if "\r" in line:
            line = line.rsplit("\r", 1)[1]
        while "\x08" in line:
            line = re.sub("[^\x08]\x08|^\x08", "", line, count=1)
        yield re.sub(r" ?--More-- ?|<--- More --->", "", line).replace("\t", " ")


class Counter:
    def __init__(self):
        self.count, self.block, self.indent, self.mark = 0, None, 0, None
        self.tracks = set()

    def enter(self, block, indent):
        self.block, self.indent = block, indent
        self.count += 1

    def free_text(self, text):
        """Banners and the bodies of web requests."""
        if self.mark is not None:
            if self.mark in text:
                self.mark = None
            return True
        banner = re.match(r"banner \w+ (\^.|.)(.*)", text)
        if banner:
            if banner.group(1) not in banner.group(2):
                self.mark = banner.group(1)
            return True
        if self.block == "raw":
            if text == "exit":
                self.block = "entry"
            return True
        return False

    def take(self, line):
        prompt = PROMPT.match(line)
        text = line[prompt.end():] if prompt else line
        indent = 0 if prompt else len(text) - len(text.lstrip(" "))
        text = re.sub(r" +", " ", text.strip(" ").replace("\x00", ""))
        if self.free_text(text) or not text or text[0] in "!#" or text.lower() in ("exit", "^"):
            return
        if re.match(r"(?:no )?ipsla\b", text):
            self.enter("xr", indent)
        elif COMMAND.match(text):
            kind = "entry" if ENTRY.match(text) else "block" if BLOCK.match(text) else None
            self.enter(kind, indent)
        elif TRACK.match(text) and indent <= self.indent:
            self.tracks.add(text.split()[1])
            self.enter("track", indent)
        elif re.match(r"no track \S+$", text) and text.split()[2] in self.tracks:
            self.enter(None, indent)
        elif FEATURE.match(text):
            self.enter(None, indent)
        elif OTHER_TRACK.match(text) and (indent == 0 or self.block == "track"):
            self.block, self.indent = "maybe", indent
        else:
            self.below(text, indent)

    def below(self, text, indent):
        deeper = indent > self.indent
        if self.block == "maybe" and XR_TRACK_TYPE.match(text):
            self.block = "track"
            self.count += 2
        elif self.block == "xr" and (deeper or XR_TOP.match(text) or XR_SUB.match(text)):
            self.count += 1
        elif self.block == "entry" and (deeper or SUB.match(text)):
            self.count += 1
            if text.startswith("http-raw-request"):
                self.block = "raw"
        elif self.block == "track" and (deeper or TRACK_SUB.match(text)):
            self.count += 1
        elif self.block == "block" and (deeper or TAIL.match(text)):
            self.count += 1
        elif not deeper or self.block != "maybe":
            self.block = None
            self.indent = 0


def count_sessions(lines):
    total, begin, is_whole = 0, None, False
    for line in lines:
        text, indent = line.strip(), len(line) - len(line.lstrip())
        if CLOSING.match(text):
            continue
        if begin is not None and indent > begin:
            total += is_whole or " " in text
            continue
        begin = None
        total += bool(SET.match(text))
        for first, counts in SESSIONS:
            if first.match(text):
                begin, is_whole = indent, counts
                total += counts
    return total


def count(raw):
    if OTHER_VENDOR.search(raw.decode("utf-8", "replace")):
        return count_sessions(screen(raw))
    counter = Counter()
    for line in screen(raw):
        counter.take(line)
    return counter.count


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with open(name, "rb") as file:
            print(count(file.read()), name)
