# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What other programs read in a pcapng file: one row a packet. scapy and dpkt are of the distribution's Python:
`pcapng_readers.py scapy|dpkt FILE` prints their rows as JSON."""
import json
import shutil
import subprocess
import sys

PYTHONS = (sys.executable, "/usr/bin/python3")


def tell(*command):
    done = subprocess.run(command, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def nanoseconds(text):
    seconds, _, fraction = str(text).partition(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0")[:9])


def tshark(path):
    """(time, outward, payload, comment) of each packet; checksums are looked at."""
    fields = ("frame.time_epoch", "frame.packet_flags_direction", "udp.payload", "frame.comment", "udp.checksum.status")
    text = tell("tshark", "-n", "-r", path, "-o", "udp.check_checksum:TRUE", "-Tfields", *(f"-e{name}" for name in fields))
    rows = [line.split("\t") for line in text.splitlines()]
    assert {row[4] for row in rows} <= {"1", ""}, "all checksums are right"
    return [(nanoseconds(row[0]), int(row[1], 16) == 2, row[2].replace(":", ""), row[3]) for row in rows]


def tcpdump(path):
    """How many packets."""
    return len(tell("tcpdump", "-nr", path).splitlines())


def capinfos(path):
    """(how many packets, whether times are in nanoseconds)"""
    text = tell("capinfos", "-M", path)
    count = next(line.split()[-1] for line in text.splitlines() if line.startswith("Number of packets:"))
    return int(count), "nanoseconds" in text


def rows_of(module, path):
    """Of a Python that has it; None: none has."""
    has = f"import importlib.util, sys; sys.exit(importlib.util.find_spec('{module}') is None)"
    for python in PYTHONS:
        if shutil.which(python) and subprocess.run([python, "-c", has]).returncode == 0:
            return [tuple(row) for row in json.loads(tell(python, "-B", __file__, module, path))]
    return None


def read_scapy(path):
    """2.5.0 reads a comment only when it ends with a newline, and no option behind it; later ones read all."""
    from scapy.layers.inet import UDP
    from scapy.utils import PcapNgReader
    for packet in PcapNgReader(path):
        payload = bytes(packet[UDP].payload).hex() if UDP in packet else ""
        direction, comment = getattr(packet, "direction", None), getattr(packet, "comment", None)
        yield (nanoseconds(packet.time), None if direction is None else direction == 2, payload,
               None if comment is None else comment.decode())


def read_dpkt(path):
    """dpkt tells neither direction nor comment, and times as floats."""
    import dpkt
    with open(path, "rb") as file:
        for seconds, data in dpkt.pcapng.Reader(file):
            packet = (dpkt.ip6.IP6 if data[0] >> 4 == 6 else dpkt.ip.IP)(data)
            payload = bytes(packet.data.data).hex() if isinstance(packet.data, dpkt.udp.UDP) else ""
            yield int(seconds * 10**9), None, payload, None


if __name__ == "__main__":
    print(json.dumps(list({"scapy": read_scapy, "dpkt": read_dpkt}[sys.argv[1]](sys.argv[2]))))
