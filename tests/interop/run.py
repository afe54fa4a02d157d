# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Measures between our programs and those of peers.py, and prints the tables of docs/interop.md. tests/interop.sh
installs the peers and calls this: run.py FOLDER [--update] [--only PEER] [--PEER PATH]..."""

import argparse
import datetime
import os
import re
import subprocess
import sys

import harness
import peers

PAGE = os.path.join(harness.SOURCE_DIR, "docs/interop.md")
HOSTS = {"IPv4": "127.0.0.1", "IPv6": "::1"}
HEADERS = {
    "peers": ["program", "version", "from", "measured on"],
    "reflectors": ["their reflector", "it is", "our `operation`", "IPv4", "IPv6", "remarks"],
    "senders": ["their sender", "protocol", "it is", "IPv4", "IPv6", "remarks"],
}
OUR_SENDER = ["--count", peers.COUNT, "--interval", 20, "--timeout", 1000, "--output", "json"]
OUR_REFLECTOR = [f"--stamp-port={peers.PORT}", f"--stamp-port=[::]:{peers.PORT}", f"--twamp-port={peers.PORT}",
                 f"--twamp-port=[::]:{peers.PORT}"]


class Outcome:
    """How one measurement went: replies that counted, of packets that were sent, and what else is to be said."""

    def __init__(self, received, sent, remarks=(), evidence=""):
        self.received, self.sent, self.remarks, self.evidence = received, sent, list(remarks), evidence

    def is_good(self):
        return self.received == self.sent > 0

    def text(self):
        return f"{self.received} of {self.sent}"


def listens(namespace, port):
    """Something in the namespace has the UDP port, or waits on the TCP port."""
    with namespace.entered():
        tables = [(name, open(f"/proc/thread-self/net/{name}", encoding="ascii").read().splitlines()[1:])
                  for name in ("udp", "udp6", "tcp", "tcp6")]
    return any(line.split()[1].endswith(f":{port:04X}") and (name.startswith("udp") or line.split()[3] == "0A")
               for name, lines in tables for line in lines)


def own_namespace():
    """A namespace where everybody may have port 862, since some peers refuse to be root, with addresses that are
    not loopback's, since others look for one."""
    namespace = harness.Namespace()
    with namespace.entered():
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", "w", encoding="ascii") as file:
            file.write("0")
        for words in ("address add 192.0.2.1/32 dev lo", "-6 address add 2001:db8::1/128 dev lo nodad"):
            subprocess.run(["ip", *words.split()], check=True)
    return namespace


def started(namespace, command, user=None):
    process = harness.Process(namespace, command, user)

    def is_ready():
        assert process.is_running(), f"it ended: {process.evidence()}"
        return listens(namespace, peers.PORT)

    harness.wait_for(is_ready, lambda: f"it does not listen: {process.evidence()}")
    return process


def remarks_of(result):
    """What our result says of the reflector, but not of the clocks of this host."""
    remarks = [f"`{kind}`" for kind in result["clock"].get("deviations", [])]
    ttl = result["reply"]["ttl"] if result["reply"] else 255
    return remarks + ([f"replies leave with TTL {ttl}"] if ttl != 255 else [])


def measure_reflector(path, row, host):
    """Our sender, their reflector."""
    namespace = own_namespace()
    reflector = started(namespace, row.command(path, host), row.user)
    port = "--server-port" if row.operation == "twamp" else "--port"
    words = [harness.program("ipsla"), "probe", host, f"--operation={row.operation}", port, peers.PORT, *OUR_SENDER, *row.flags]
    done = harness.Finished(harness.Process(namespace, words))
    reflector.kill()
    if not done.stdout.strip():
        return Outcome(0, 0, [], done.evidence + reflector.evidence())
    result = done.json()
    packets = result["packets"]
    # What this host itself lost, being busy, says nothing of the two.
    sent = packets["sent"] - packets["dropped"]
    remarks = remarks_of(result) + ([result["outcome"]] if packets["received"] < (sent or 1) else [])
    return Outcome(packets["received"], sent or peers.COUNT, remarks, done.evidence + reflector.evidence())


def measure_sender(path, row, host):
    """Their sender, our reflector."""
    namespace = own_namespace()
    ours = started(namespace, [harness.program("ipsla_responder"), *OUR_REFLECTOR, *row.flags])
    done = harness.Finished(harness.Process(namespace, row.command(path, host), row.user))
    ours.stop()
    evidence = done.evidence + ours.evidence()
    found = re.search(row.received, done.stdout + done.stderr)
    if not found:
        return Outcome(0, peers.COUNT, ["it says nothing of replies"], evidence)
    number = round(float(found[1]))
    return Outcome(peers.COUNT - number if row.counts_losses else number, peers.COUNT, [], evidence)


class Table:
    """The rows of one table, in the order of the peers: those of before stay until their peer is measured."""

    def __init__(self, name, page):
        self.name, self.rows = name, {}
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->\n"
        for line in page.partition(begin)[2].partition(end)[0].splitlines()[2:]:
            self.rows.setdefault(line.split("|")[1].strip(), []).append(line)

    def begin_peer(self, peer):
        self.rows[peer] = []

    def add(self, *cells):
        self.rows[cells[0]].append("| " + " | ".join(cells) + " |")

    def text(self):
        names = [peer.name for peer in peers.all_peers()]
        rows = [row for name in names for row in self.rows.get(name, [])]
        head = HEADERS[self.name]
        return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *rows]) + "\n"

    def written_into(self, page):
        begin, end = f"<!-- begin {self.name} -->\n", f"<!-- end {self.name} -->\n"
        before, _, behind = page.partition(begin)
        assert end in behind, f"{PAGE}: {begin}"
        return before + begin + self.text() + end + behind.partition(end)[2]


def cells_of(measure, path, row):
    """The cells of the two families and the remarks, and what is otherwise than expected."""
    cells, remarks, surprises = [], [row.fails or row.remark] if row.fails or row.remark else [], []
    for family, host in HOSTS.items():
        if family not in row.families:
            cells.append("-")
            remarks.append(row.without)
            continue
        try:
            outcome = measure(path, row, host)
        except AssertionError as error:
            outcome = Outcome(0, peers.COUNT, ["not measured"], str(error))
        cells.append(outcome.text())
        remarks += [remark for remark in outcome.remarks if remark not in remarks]
        if outcome.is_good() == bool(row.fails):
            surprises.append(f"{row.mode}, {family}: {outcome.text()} {outcome.remarks}\n{outcome.evidence}")
    return cells, "; ".join(remarks), surprises


def measure_peer(peer, path, tables):
    for table in tables.values():
        table.begin_peer(peer.name)
    tables["peers"].add(peer.name, peer.version, peer.origin, str(datetime.date.today()))
    surprises = []
    for row in peer.reflectors:
        cells, remarks, found = cells_of(measure_reflector, path, row)
        tables["reflectors"].add(peer.name, row.mode, f"`{row.operation}`", *cells, remarks)
        surprises += found
    for row in peer.senders:
        cells, remarks, found = cells_of(measure_sender, path, row)
        tables["senders"].add(peer.name, row.protocol, row.mode, *cells, remarks)
        surprises += found
    return [f"{peer.name}, {surprise}" for surprise in surprises]


def place_of(peer, folder, given):
    """Where the programs of the peer are, None: they are not at hand."""
    if given:
        return os.path.abspath(given)
    path = os.path.join(folder, peer.at)
    return path if os.path.exists(path) else None


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--only")
    for peer in peers.all_peers():
        if peer.origin == "source":
            parser.add_argument(f"--{peer.at}", dest=peer.at)
    return vars(parser.parse_args())


def main():
    given = arguments()
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    tables = {name: Table(name, page) for name in HEADERS}
    surprises = []
    for peer in peers.all_peers():
        path = place_of(peer, given["folder"], given.get(peer.at))
        if given["only"] not in (None, peer.at):
            continue
        if path is None:
            print(f"not measured: {peer.name} {peer.version} is not at hand")
            continue
        surprises += measure_peer(peer, path, tables)
    for table in tables.values():
        page = table.written_into(page)
        print(table.text())
    if given["update"]:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(page)
    for surprise in surprises:
        print(f"otherwise than expected: {surprise}")
    sys.exit(1 if surprises else 0)


main()
