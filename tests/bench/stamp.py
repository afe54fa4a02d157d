# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What STAMP costs: a probe beside one of udp-jitter, and a reflected packet beside a bare echo loop, stamp-suite and
twampd. Called by stamp.sh alone."""

import argparse
import contextlib
import os
import socket
import struct
import sys
import time

import bench
import reflected as asked
from load import QUICK

FLOWS = 8
STAMP_BYTES = 44
SOURCE_PORT = 40000
CONTROL_PORT = 862
RATES = {"20 000/s": 20000, "50 000/s": 50000, "as many as it can": 1000000}
ROUNDS = 1 if QUICK else 7
# The most of the CPU of each that ours may need, paced and saturated, and the least of its packets that ours reflects.
BARS = {"bare": (1.10, None, None), "twampd": (1.00, 0.65, 1.5), "stamp-suite": (0.70, 0.53, 1.75)}


# --- reflectors -----------------------------------------------------------------------------------


def family_of(pid):
    """The process, those that it has started, and those that they have."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
            parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
    family, size = {pid}, 0
    while len(family) > size:
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return family


def cpu_ns(pid):
    """CPU time so far of a process and its family."""
    total = 0
    for member in family_of(pid):
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{member}/task"):
                with open(f"/proc/{member}/task/{task}/schedstat", encoding="ascii") as file:
                    total += int(file.read().split()[0])
    return total


def has_port(port):
    with open("/proc/net/udp", encoding="ascii") as udp, open("/proc/net/tcp", encoding="ascii") as tcp:
        return any(line.split()[1].endswith(f":{port:04X}") for line in [*udp, *tcp][1:] if ":" in line.split()[1])


class Reflector:
    """A program that reflects on a port of every address."""

    def __init__(self, command, port=bench.PROBE_PORT):
        self.program = bench.Program(command, bench.RESPONDER_CORE)
        bench.wait_for(lambda: has_port(port), f"{self.program.name}: {self.program.output()[-300:]}")

    def flags(self):
        return ["--targets", FLOWS, "--port", bench.PROBE_PORT]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.stop()


class Twampd(Reflector):
    """A server whose reflector answers one session that was negotiated."""

    def __init__(self, folder):
        bench.scratch("twamp-server.conf", "testports 18760-19960\n")
        scratch = os.path.dirname(bench.scratch("x"))
        super().__init__([os.path.join(folder, "twampd"), "-c", scratch, "-R", scratch, "-f", "-Z", "-a", "O",
                          "-S", f"127.0.0.1:{CONTROL_PORT}"], CONTROL_PORT)
        self.control = socket.create_connection(("127.0.0.1", CONTROL_PORT), timeout=10)
        self.port = self.negotiate()

    def read(self, size):
        data = b""
        while len(data) < size:
            piece = self.control.recv(size - len(data))
            if not piece:
                raise bench.Failed("twampd closes the connection")
            data += piece
        return data

    def negotiate(self):
        self.read(64)
        self.control.sendall(struct.pack("!I160x", 1))
        self.read(48)
        padding = STAMP_BYTES - 14
        request = struct.pack("!BB10xHH32x16xIQQ", 5, 4, SOURCE_PORT, 20000, padding, 0, 2 << 32)
        self.control.sendall(request.ljust(112, b"\0"))
        accept, port = struct.unpack("!BxH44x", self.read(48))
        if accept != 0:
            raise bench.Failed(f"twampd accepts no session: {accept}")
        self.control.sendall(struct.pack("!B31x", 2))
        self.read(32)
        return port

    def flags(self):
        return ["--targets", 1, "--target", "127.0.0.1", "--port", self.port, "--source-port", SOURCE_PORT]

    def __exit__(self, *_):
        self.control.close()
        super().__exit__()


def ours():
    return Reflector([bench.program("ipsla_responder"), "--listen-address", "127.0.0.1:1967", "--log.level=error",
                      "--stamp-port", bench.PROBE_PORT])


def reflectors(paths):
    """Those that are at hand: a function that starts each."""
    found = {"bare": lambda: Reflector([bench.program("bare"), "echo", "--port", bench.PROBE_PORT])}
    if paths.owamp:
        found["twampd"] = lambda: Twampd(paths.owamp)
    if os.path.exists(paths.stamp_suite):
        found["stamp-suite"] = lambda: Reflector([paths.stamp_suite, "--is-reflector", "--local-addr", "0.0.0.0",
                                                  "--local-port", bench.PROBE_PORT, "--stateful-reflector"])
    return found


def reflected(make, rate):
    """(CPU of the reflector, ns a packet; that of being asked and of answering, the softirqs of both directions
    included; packets a second that were reflected)."""
    with make() as reflector:
        before = cpu_ns(reflector.program.pid)
        found = bench.bare("send", *reflector.flags(), "--rate", rate, "--duration", 1, "--size", STAMP_BYTES, "--stamp")
        spent = cpu_ns(reflector.program.pid) - before
    if found["received"] < 1000 or spent <= 0:
        raise bench.Failed(f"{found['received']:.0f} of {found['sent']:.0f} answered")
    with asked.dropping():
        alone = bench.bare("send", "--targets", FLOWS, "--rate", rate, "--duration", 1, "--size", STAMP_BYTES, "--stamp")
    whole = found["ns_per_probe"] + spent / found["received"] - alone["ns_per_probe"]
    return spent / found["received"], whole, found["received"] / (found["wall_ns"] / 1e9)


def measure_reflected(report, paths):
    others = reflectors(paths)
    report.section("A reflected packet of STAMP", f"{STAMP_BYTES} octets in {FLOWS} sessions on loopback, of twampd in one; both "
                   "reflectors of STAMP count their replies. CPU of all threads of the reflector; \"whole\": with that of the sender, "
                   "less what it needs when nobody answers. Ratios of neighbouring runs: ours to the other.")
    rows = []
    for what, rate in RATES.items():
        for name, make in others.items():
            cost, wholes, packets, costs = [], [], [], {"ours": [], "other": []}
            for _ in range(ROUNDS):
                other_ns, other_whole, other_rate = reflected(make, rate)
                our_ns, our_whole, our_rate = reflected(ours, rate)
                cost.append(our_ns / other_ns)
                wholes.append(our_whole / other_whole)
                packets.append(our_rate / other_rate)
                costs["ours"].append(our_ns)
                costs["other"].append(other_ns)
            rows.append([what, name, bench.spread_text(costs["ours"], "{:.0f}"), bench.spread_text(costs["other"], "{:.0f}"),
                         bench.spread_text(cost), bench.spread_text(wholes), bench.spread_text(packets)])
            # The bare loop is a reference of the kernel's work, most of which is the sender's on loopback.
            judge(report, name, rate, bench.median(wholes if name == "bare" else cost), bench.median(packets))
    report.table(["packets", "beside", "ours, ns", "other, ns", "CPU", "whole", "packets reflected"], rows)


def judge(report, name, rate, cost, packets):
    paced, saturated, least = BARS[name]
    if rate < 1000000:
        report.bar(f"stamp_reflected_cpu_ratio_to_{name}_at_{rate}", cost, paced)
    elif saturated is not None:
        report.bar(f"stamp_reflected_cpu_ratio_to_{name}_saturated", cost, saturated)
        report.bar(f"stamp_reflected_packets_ratio_to_{name}", packets, least, at_least=True)


# --- the sender -----------------------------------------------------------------------------------


def probe_ns(operation, responder, targets=200):
    """CPU of the measuring thread, ns a packet, over one whole operation of every target."""
    frequency_s = 2 if QUICK else 5
    config = bench.configuration(targets, bench.spread_phases(targets, frequency_s * 1_000_000, 20_000),
                                 frequency=f"{frequency_s}s", timeout="100ms", num_packets=frequency_s * 50 - 15,
                                 interval="20ms", **operation)
    with Reflector(responder), bench.Exporter(config) as exporter:
        time.sleep(frequency_s + 0.6)
        packets, spent = exporter.totals()["ipsla_packets_received_total"], exporter.measuring_cpu_ns()
        time.sleep(frequency_s)
        spent = exporter.measuring_cpu_ns() - spent
        packets = exporter.totals()["ipsla_packets_received_total"] - packets
    if packets < targets:
        raise bench.Failed(f"{packets:.0f} packets were answered")
    return spent / packets


def measure_probes(report):
    report.section("A probe of STAMP beside one of udp-jitter", "200 sessions of 50 packets a second each, of 64 octets, to ipsla_responder; CPU of "
                   "the measuring thread over whole operations. Ratios of neighbouring runs.")
    command = [bench.program("ipsla_responder"), "--listen-address", "127.0.0.1:1967", "--log.level=error"]
    jitter, stamp, ratios = [], [], []
    for _ in range(ROUNDS):
        jitter.append(probe_ns({"control": "{version: none}"}, [*command, "--permanent-port", bench.PROBE_PORT]))
        stamp.append(probe_ns({"operation": "stamp", "reflector": "stateful"}, [*command, "--stamp-port", bench.PROBE_PORT]))
        ratios.append(stamp[-1] / jitter[-1])
    report.table(["", "ns/packet"], [["udp-jitter", bench.spread_text(jitter, "{:.0f}")],
                                     ["stamp", bench.spread_text(stamp, "{:.0f}")], ["ratio", bench.spread_text(ratios)]])
    report.bar("stamp_cpu_per_probe_ratio_to_udp_jitter", bench.median(ratios), 1.05)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--stamp-suite", required=True)
    parser.add_argument("--owamp")
    paths = parser.parse_args()
    report = bench.Report()
    report.attempt("probes", measure_probes)
    report.attempt("reflected", measure_reflected, paths)
    if not QUICK:
        bench.write_generated("benchmarks.md", "stamp.sh", report.markdown("sh tests/bench/stamp.sh"))
    return report.status()


if __name__ == "__main__":
    sys.exit(main())
