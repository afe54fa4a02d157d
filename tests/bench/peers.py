# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What a probe costs in the programs that others use: each function gives (us of CPU a probe, probes a second) at
the best that program can do."""

import http.client
import json
import re
import threading
import time

import bench


def fping():
    """1000 targets x 50/s, as long as its sequence numbers last."""
    targets = bench.scratch("targets", "".join(bench.address(index) + "\n" for index in range(1000)))
    begin = time.monotonic()
    done = bench.run(["fping", "-q", "-c", 60, "-p", 20, "-i", 0.01, "-f", targets], accept=(0, 1))
    seconds = time.monotonic() - begin
    sent = sum(int(text) for text in re.findall(r"xmt/rcv/%loss = (\d+)/", done.output()))
    if sent < 1000:
        raise bench.Failed(f"fping sent {sent}: {done.output()[-200:]}")
    return done.spent_us() / sent, sent / seconds


def irtt_server(core=bench.RESPONDER_CORE, namespace=None):
    server = bench.Program(["irtt", "server", "-b", "0.0.0.0:2112", "-i", "0", "-l", "0", "--set-src-ip"], core,
                           namespace)
    time.sleep(0.5)
    if not server.is_running():
        raise bench.Failed(f"irtt server: {server.output()[-300:]}")
    return server


def irtt():
    """One session as fast as it goes: many sessions cost more a probe."""
    server = irtt_server()
    path = bench.scratch("irtt.json")
    done = bench.run(["irtt", "client", "-Q", "-i", "20us", "-d", "3s", "-l", bench.PROBE_BYTES, "--wait=200ms",
                      "-o", path, "127.0.0.1"])
    server.stop()
    with open(path, encoding="utf-8") as file:
        sent = json.load(file)["stats"]["packets_sent"]
    return done.spent_us() / sent, sent / 3


def _total(port, name):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name + "{"))


def smokeping():
    """10 targets x 50/s: with a hundred it answers no longer."""
    hosts = "".join(f"  - {bench.address(index)}\n" for index in range(10))
    config = bench.scratch("smokeping.yml", f"targets:\n- hosts:\n{hosts}  interval: 20ms\n  network: ip4\n"
                           "  protocol: icmp\n  size: 56\n")
    prober = bench.Program(["prometheus-smokeping-prober", f"--config.file={config}", "--privileged",
                            "--web.listen-address=127.0.0.1:9374", "--log.level=error"])
    time.sleep(2)
    if not prober.is_running():
        raise bench.Failed(f"smokeping_prober: {prober.output()[-300:]}")
    before, cpu_ns = _total(9374, "smokeping_requests_total"), prober.cpu_ns()
    time.sleep(3)
    cpu_ns, sent = prober.cpu_ns() - cpu_ns, _total(9374, "smokeping_requests_total") - before
    prober.stop()
    if sent == 0:
        raise bench.Failed("smokeping_prober sent nothing")
    return cpu_ns / 1000 / sent, sent / 3


def _fetch(end, counts):
    connection = http.client.HTTPConnection("127.0.0.1", 9115, timeout=10)
    while time.monotonic() < end:
        connection.request("GET", "/probe?module=icmp&target=127.1.0.1")
        body = connection.getresponse().read()
        counts.append(b"\nprobe_success 1" in body)
    connection.close()


def blackbox():
    """ICMP, as many probes as 16 connections fetch."""
    config = bench.scratch("blackbox.yml", "modules:\n  icmp:\n    prober: icmp\n    timeout: 2s\n"
                           "    icmp: {preferred_ip_protocol: ip4}\n")
    exporter = bench.Program(["prometheus-blackbox-exporter", f"--config.file={config}",
                              "--web.listen-address=127.0.0.1:9115", "--log.level=error"])
    time.sleep(1)
    counts, cpu_ns, end = [], exporter.cpu_ns(), time.monotonic() + 3
    threads = [threading.Thread(target=_fetch, args=(end, counts)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu_ns = exporter.cpu_ns() - cpu_ns
    exporter.stop()
    if not counts or not all(counts):
        raise bench.Failed(f"blackbox_exporter: {sum(counts)} of {len(counts)} probes succeeded")
    return cpu_ns / 1000 / len(counts), len(counts) / 3


# What each costs, and what share of it a probe of ours may cost.
CPU = (("fping", fping, 1.0), ("irtt", irtt, 1 / 20), ("smokeping_prober", smokeping, 1 / 20),
       ("blackbox_exporter", blackbox, 1 / 20))
