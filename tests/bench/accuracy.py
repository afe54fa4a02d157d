# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The measurements of accuracy.sh: reported round trip against that on the wire, packet by packet. Called by
accuracy.sh alone.

A tool is a function of (target, packets) that gives {number of the packet: reported ns}; beside it stands how
packets of that number are recognised in the capture, as requests and as replies."""

import json
import re
import struct
import sys

import bench
import capture
import peers
import wires

QUICK = "--quick" in sys.argv
PACKETS = 100 if QUICK else 250
RUNS = 1 if QUICK else 3
CASES = [(device, is_busy) for device in wires.DEVICES for is_busy in (False, True)]


# --- what tools report ----------------------------------------------------------------------------


def ours(target, packets):
    done = bench.run([bench.program("ipsla"), "probe", target, "--port", bench.PROBE_PORT, "--count", packets,
                      "--interval", 20, "--size", bench.PROBE_BYTES, "--output", "json", "--packets"])
    rows = json.loads(done.output())["samples"]
    return {row["seq"]: row["rtt"] * 1e9 for row in rows if row["rtt"] is not None}


def _bare(target, packets, begin):
    done = bench.run([bench.program("bare"), "train", "--target", target, "--port", bench.PROBE_PORT, "--packets",
                      packets, "--tx", "--records"])
    records = re.findall(r"seq=(\d+) user_tx_ns=(\d+) tx_ns=(\d+) rx_ns=(\d+)", done.output())
    rows = [dict(zip(("seq", "user", "tx", "rx"), map(int, record))) for record in records]
    return {row["seq"]: row["rx"] - row[begin] for row in rows if row["rx"] and row[begin]}


def bare_kernel(target, packets):
    return _bare(target, packets, "tx")


def bare_user(target, packets):
    return _bare(target, packets, "user")


def ping(target, packets):
    done = bench.run(["ping", "-n", "-i", 0.02, "-c", packets, target], accept=(0, 1))
    return {int(number): float(time_ms) * 1e6
            for number, time_ms in re.findall(r"icmp_seq=(\d+) .*time=([\d.]+) ms", done.output())}


def fping(target, packets):
    done = bench.run(["fping", "-c", packets, "-p", 20, target], accept=(0, 1))
    return {int(number): float(time_ms) * 1e6
            for number, time_ms in re.findall(r"\[(\d+)\], .*?([\d.]+) ms", done.output())}


def irtt(target, packets):
    path = bench.scratch("irtt.json")
    bench.run(["irtt", "client", "-Q", "-i", "20ms", "-d", f"{packets * 20}ms", "-l", bench.PROBE_BYTES,
               "--wait=300ms", "-o", path, target])
    with open(path, encoding="utf-8") as file:
        trips = json.load(file)["round_trips"]
    # Receive minus send, so that the time in the server counts as it does on the wire.
    return {trip["seqno"]: trip["timestamps"]["client"]["receive"]["monotonic"]
            - trip["timestamps"]["client"]["send"]["monotonic"] for trip in trips if trip["lost"] == "false"}


# --- what the wire says ---------------------------------------------------------------------------


def probe_key(packet):
    if packet.protocol == 17 and bench.PROBE_PORT in (packet.source_port, packet.target_port):
        return packet.target_port == bench.PROBE_PORT, capture.sequence(packet)
    return None


def icmp_key(packet):
    if packet.protocol == 1 and packet.payload[0] in (0, 8):
        return capture.echo_sequence(packet)
    return None


def irtt_key(packet):
    """Its header: magic (3), flags, token of the connection (8), number (4, little-endian)."""
    has_number = packet.protocol == 17 and len(packet.payload) >= bench.PROBE_BYTES
    if has_number and 2112 in (packet.source_port, packet.target_port):
        return packet.target_port == 2112, struct.unpack_from("<I", packet.payload, 12)[0]
    return None


TOOLS = (("ipsla probe", ours, probe_key), ("bare loop, kernel stamps", bare_kernel, probe_key),
         ("bare loop, user TX stamp", bare_user, probe_key), ("ping", ping, icmp_key), ("fping", fping, icmp_key),
         ("irtt", irtt, irtt_key))
OURS, REFERENCE, PEERS = "ipsla probe", "bare loop, kernel stamps", ("ping", "fping", "irtt")


def wire_ns(packets, key_of):
    """{number: round trip on the wire}; the first of each direction counts."""
    first = {True: {}, False: {}}
    for packet in packets:
        key = key_of(packet)
        if key is not None:
            first[key[0]].setdefault(key[1], packet.at_ns)
    return {number: first[False][number] - at_ns for number, at_ns in first[True].items() if number in first[False]}


def errors_us(wire, tool, key_of):
    """Reported minus wire, us, of each packet that both know."""
    with capture.Capture(wire.device, "udp or icmp") as seen:
        reported = tool(wire.target, PACKETS)
    on_wire = wire_ns(seen.packets(), key_of)
    found = [(value - on_wire[number]) / 1000 for number, value in reported.items() if number in on_wire]
    if len(found) < 0.5 * PACKETS:
        raise bench.Failed(f"only {len(found)} of {PACKETS} packets are both reported and captured")
    return found


# --- the run --------------------------------------------------------------------------------------


def measure_case(results, report, device, is_busy):
    with wires.Wire(device) as wire, bench.Echo(namespace=wire.namespace):
        server = peers.irtt_server(namespace=wire.namespace)
        try:
            for _ in range(RUNS):
                for name, tool, key_of in TOOLS:
                    with bench.Hogs(is_busy):
                        report.attempt(f"{name}, {device}", lambda _: results.setdefault(
                            (name, device, is_busy), []).append(errors_us(wire, tool, key_of)))
        finally:
            server.stop()


def p99_of(results, name, case):
    """The median over the runs of p99 of the error's size."""
    runs = results.get((name, *case))
    return bench.median([bench.quantile(map(abs, run), 0.99) for run in runs]) if runs else None


def cell(results, name, case):
    runs = results.get((name, *case))
    if not runs:
        return "-"
    middle = bench.median([bench.quantile(run, 0.5) for run in runs])
    return f"{middle:.1f} / " + bench.spread_text([bench.quantile(map(abs, run), 0.99) for run in runs], "{:.1f}")


def judge(results, report):
    busy_p99 = {}
    for is_busy in (False, True):
        case, word = ("lo", is_busy), "busy" if is_busy else "idle"
        own, reference = p99_of(results, OURS, case), p99_of(results, REFERENCE, case)
        others = [p99_of(results, name, case) for name in PEERS if results.get((name, *case))]
        if own is None or reference is None or len(others) < len(PEERS):
            continue
        busy_p99[is_busy] = own
        report.bar(f"accuracy_{word}_p99_us", own, reference + 3, "{:.2f}")
        report.bar(f"accuracy_{word}_share_of_best_peer", own / min(others), 0.1, "{:.3f}")
    if len(busy_p99) == 2:
        report.bar("accuracy_busy_to_idle", busy_p99[True] / busy_p99[False], 2.0)


def main():
    report = bench.Report()
    results = {}
    report.section("Reported minus wire round trip, us", f"Median, and 99th percentile of the size [range of {RUNS} "
                   f"runs], {PACKETS} packets each; busy: a loop on every core.")
    for device, is_busy in CASES:
        bench.say(f"{device}, {'busy' if is_busy else 'idle'}")
        measure_case(results, report, device, is_busy)
    head = [""] + [f"{device} {'busy' if is_busy else 'idle'}" for device, is_busy in CASES]
    # A failed tool has added a section of its own: the table belongs to the first.
    report.sections.insert(len(report.sections), report.sections.pop(0))
    report.table(head, [[name] + [cell(results, name, case) for case in CASES] for name, *_ in TOOLS])
    judge(results, report)
    if not QUICK:
        bench.write_generated("accuracy.md", "accuracy.sh", report.markdown("sh tests/bench/accuracy.sh"))
    return report.status()


if __name__ == "__main__":
    sys.exit(main())
