# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What a reflected packet costs: ipsla_responder beside the bare responder, and the highest rate of each."""

import contextlib
import re
import subprocess

import bench
from load import QUICK

FLOWS = 8
RATE = 50000


@contextlib.contextmanager
def dropping():
    """Everything that comes in on loopback is dropped before IP sees it."""
    # A classic BPF program of one instruction: return TC_ACT_SHOT.
    subprocess.run("tc qdisc add dev lo clsact && tc filter add dev lo ingress bpf bytecode '1,6 0 0 2' da", shell=True,
                   check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run("tc qdisc del dev lo clsact", shell=True, check=True)


def send(rate, seconds=1):
    """What the bare sender says of FLOWS flows, its sockets with kernel receive stamps. Here everybody has real-time
    priority: what is asked for is the cost of packets, not of waiting for a processor."""
    return bench.bare("send", "--targets", FLOWS, "--rate", rate, "--duration", seconds, "--realtime")


def bare_responder():
    return bench.Echo(flags=["--realtime"])


class Responder:
    """ipsla_responder with a permanent port on every address, on the responder's core."""

    def __init__(self, flags=(), core=bench.RESPONDER_CORE):
        self.program = bench.Program(["chrt", "-f", "1", bench.program("ipsla_responder"), "--listen-address", "127.0.0.1:1967",
                                      "--permanent-port", bench.PROBE_PORT, *flags], core)
        bench.wait_for(lambda: "permanent port open" in self.program.output(), "ipsla_responder")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.stop()


def reflected_ns(responder, rate=RATE):
    """CPU of being asked and of answering, the softirqs of both directions included, ns a packet: that of both
    programs without what the sender needs when nobody is there. And that of the responder's threads alone."""
    with responder as answering:
        before = answering.program.cpu_ns()
        found = send(rate)
        own = (answering.program.cpu_ns() - before) / max(found["received"], 1)
    if found["received"] < 0.9 * found["sent"]:
        raise bench.Failed(f"{found['received']:.0f} of {found['sent']:.0f} answered")
    with dropping():
        alone = send(rate)["ns_per_probe"]
    return found["ns_per_probe"] + own - alone, own


def highest_rate(make, limit=400001):
    """The highest rate at which every packet of a second is answered; each is tried three times."""
    best = 0
    for rate in range(60000, limit, 20000):
        with make():
            tries = [send(rate) for _ in range(1 if QUICK else 3)]
        if all(found["received"] < found["sent"] for found in tries):
            return best
        best = rate
    return best


def socket_drops(output):
    return int((re.findall(r"socket_drops=(\d+)", output) or ["0"])[-1])


def measure_reflected(report):
    report.section("A reflected packet", f"{RATE} packets/s in {FLOWS} flows to a permanent port, on loopback. Ratios of "
                   "neighbouring runs.")
    wholes, owns, costs = [], [], {"ours": [], "bare": []}
    for _ in range(2 if QUICK else 9):
        bare_whole, bare_own = reflected_ns(bare_responder())
        whole, own = reflected_ns(Responder())
        wholes.append(whole / bare_whole)
        owns.append(own / bare_own)
        costs["ours"].append(own)
        costs["bare"].append(bare_own)
    rates = [(highest_rate(Responder), highest_rate(bare_responder)) for _ in range(1 if QUICK else 3)]
    report.table(["", "ipsla_responder", "bare responder", "ratio"], [
        ["CPU of its threads, ns/packet", bench.spread_text(costs["ours"], "{:.0f}"),
         bench.spread_text(costs["bare"], "{:.0f}"), bench.spread_text(owns)],
        ["being asked and answering", "", "", bench.spread_text(wholes)],
        ["highest rate without loss", bench.spread_text([ours for ours, _ in rates], "{:.0f}"),
         bench.spread_text([bare for _, bare in rates], "{:.0f}"),
         bench.spread_text([ours / bare for ours, bare in rates])]])
    report.bar("reflected_cpu_ratio_to_bare", bench.median(wholes), 1.10)
    report.bar("reflected_rate_ratio_to_bare", bench.median([ours / bare for ours, bare in rates]), 0.90, at_least=True)
