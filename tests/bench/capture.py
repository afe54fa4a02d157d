# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""tcpdump with nanosecond stamps, and what its files say about probes."""

import os
import signal
import struct
from collections import namedtuple

import bench

NANO_MAGIC = 0xA1B23C4D
ETHERNET_BYTES = 14

# One UDP or ICMP packet; `at_ns` is Unix time, addresses are text, ports 0 for ICMP.
Packet = namedtuple("Packet", "at_ns source target source_port target_port protocol payload")


class Capture:
    """Captures on one device while in the context; afterwards packets() has what was seen."""

    def __init__(self, device, expression, snap=128, core=bench.RESPONDER_CORE):
        self.path = bench.scratch("capture.pcap")
        self.command = ["tcpdump", "-i", device, "--time-stamp-precision=nano", "--immediate-mode", "-s", snap, "-n",
                        "-Z", "root", "-B", "262144", "-w", self.path, expression]
        self.core = core

    def __enter__(self):
        self.program = bench.Program(self.command, self.core)
        bench.wait_for(lambda: "listening on" in self.program.output(), "tcpdump")
        return self

    def __exit__(self, *_):
        self.program.stop(signal.SIGINT)
        self.dropped = "\n0 packets dropped by kernel" not in self.program.output()

    def packets(self):
        if self.dropped:
            raise bench.Failed("tcpdump lost packets")
        return read(self.path)


def _parse(at_ns, frame):
    if len(frame) < ETHERNET_BYTES + 28 or frame[12:14] != b"\x08\x00":
        return None
    header_bytes = (frame[14] & 15) * 4
    rest = frame[ETHERNET_BYTES + header_bytes:]
    protocol = frame[23]
    source = ".".join(map(str, frame[26:30]))
    target = ".".join(map(str, frame[30:34]))
    if protocol == 17:
        source_port, target_port = struct.unpack_from("!HH", rest)
        return Packet(at_ns, source, target, source_port, target_port, protocol, rest[8:])
    return Packet(at_ns, source, target, 0, 0, protocol, rest)


def read(path):
    """All packets of a file in the order of capture."""
    with open(path, "rb") as file:
        data = file.read()
    if struct.unpack_from("<I", data)[0] != NANO_MAGIC:
        raise bench.Failed(f"{os.path.basename(path)} has no nanoseconds")
    found = []
    place = 24
    while place + 16 <= len(data):
        seconds, nanoseconds, size = struct.unpack_from("<III", data, place)
        packet = _parse(seconds * 10**9 + nanoseconds, data[place + 16:place + 16 + size])
        if packet:
            found.append(packet)
        place += 16 + size
    return found


def sequence(packet):
    """The sender's number of an IP SLA jitter probe, type 2 or 3."""
    place = 12 if packet.payload[:2] == b"\x00\x02" else 52
    return struct.unpack_from("!H", packet.payload, place)[0]


def echo_sequence(packet):
    """(is_request, sequence number) of an ICMP echo packet."""
    return packet.payload[0] == 8, struct.unpack_from("!H", packet.payload, 6)[0]


def sessions(packets, port=bench.PROBE_PORT):
    """The probes of each (source, target): lists of (at_ns, sequence number)."""
    found = {}
    for packet in packets:
        if packet.target_port == port and packet.protocol == 17:
            key = (packet.source_port, packet.target)
            found.setdefault(key, []).append((packet.at_ns, sequence(packet)))
    return found


def gaps(session, interval_ns):
    """(errors of the gaps in ns, slots skipped, slots doubled) of one session; a new operation begins anew."""
    errors, skipped, doubled = [], 0, 0
    for (before_ns, before), (at_ns, number) in zip(session, session[1:]):
        if number <= before:
            continue
        gap_ns = at_ns - before_ns
        errors.append(abs(gap_ns - interval_ns * (number - before)))
        skipped += number - before > 1 or gap_ns > 1.5 * interval_ns
        doubled += gap_ns < 0.5 * interval_ns
    return errors, skipped, doubled


def lateness(session, interval_ns):
    """How much later than its most punctual packet each packet of one operation left, in ns."""
    origins = [at_ns - number * interval_ns for at_ns, number in session]
    return [origin - min(origins) for origin in origins]


def wrong_slots(at_ns, interval_ns):
    """(slots of the schedule with no packet, packets beyond the first in a slot). A packet belongs to the slot that is
    nearest; the schedule begins as the most punctual packet says."""
    origin = min(at - number * interval_ns for number, at in enumerate(at_ns))
    slots = [round((at - origin) / interval_ns) for at in at_ns]
    used = set(slots)
    return max(slots) - min(slots) + 1 - len(used), len(slots) - len(used)


def drift_us(at_ns, interval_ns):
    """How far the schedule has moved between the first and the last 50 packets, by their medians. Slots in which none
    left do not count as drift."""
    late_ns = [(at - at_ns[0] + interval_ns / 2) % interval_ns for at in at_ns]
    return abs(bench.median(late_ns[-50:]) - bench.median(late_ns[:50])) / 1000
