# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The measurements of pacing.sh: gaps on the wire of a 20 ms schedule. Called by pacing.sh alone.

A sender is a function of (target, packets) that sends them and comes back when they have left."""

import sys
import time

import bench
import capture
import peers
import wires

QUICK = "--quick" in sys.argv
PACKETS = 100 if QUICK else 250
RUNS = {False: 1 if QUICK else 3, True: 1 if QUICK else 5}  # idle, busy
DRIFT_PACKETS = 1000 if QUICK else 15000
INTERVAL_NS = 20_000_000
CASES = [(device, is_busy) for device in wires.DEVICES for is_busy in (False, True)]


def _exporter(target, packets, *flags):
    keys = f"num_packets: {packets}, interval: 20ms, frequency: 600s, request_data_size: {bench.PROBE_BYTES}"
    config = f"targets:\n  - {{name: t, host: {target}, port: {bench.PROBE_PORT}, start: now, {keys}}}\n"
    with bench.Exporter(config, flags=flags):
        time.sleep(packets * 0.02 + 0.5)


def ours(target, packets):
    _exporter(target, packets)


def ours_realtime(target, packets):
    _exporter(target, packets, "--realtime")


def _bare(target, packets, *flags):
    bench.run([bench.program("bare"), "train", "--target", target, "--port", bench.PROBE_PORT, "--packets", packets,
               *flags])


def timerfd(target, packets):
    _bare(target, packets)


def timerfd_realtime(target, packets):
    _bare(target, packets, "--realtime")


def ping(target, packets):
    bench.run(["ping", "-n", "-q", "-i", 0.02, "-c", packets, target])


def fping(target, packets):
    bench.run(["fping", "-q", "-c", packets, "-p", 20, target])


def irtt(target, packets):
    bench.run(["irtt", "client", "-Q", "-i", "20ms", "-d", f"{packets * 20}ms", "-l", bench.PROBE_BYTES,
               "--wait=300ms", target])


def udp_stamps(packets):
    return [packet.at_ns for packet in packets if packet.target_port in (bench.PROBE_PORT, 2112)
            and len(packet.payload) >= bench.PROBE_BYTES]


def icmp_stamps(packets):
    return [packet.at_ns for packet in packets if packet.protocol == 1 and packet.payload[0] == 8]


SENDERS = (("ipsla_exporter", ours, udp_stamps), ("ipsla_exporter --realtime", ours_realtime, udp_stamps),
           ("timerfd reference", timerfd, udp_stamps), ("timerfd reference, SCHED_FIFO", timerfd_realtime, udp_stamps),
           ("fping", fping, icmp_stamps), ("ping", ping, icmp_stamps), ("irtt", irtt, udp_stamps))


def stamps_of(wire, sender, stamps, packets):
    with capture.Capture(wire.device, "udp or icmp") as seen:
        sender(wire.target, packets)
    found = stamps(seen.packets())
    if len(found) < 0.5 * packets:
        raise bench.Failed(f"{len(found)} of {packets} packets captured")
    return found


def gap_errors_us(at_ns):
    return [abs(after - before - INTERVAL_NS) / 1000 for before, after in zip(at_ns, at_ns[1:])]


def measure_case(results, report, senders, device, is_busy):
    with wires.Wire(device) as wire, bench.Echo(namespace=wire.namespace):
        server = peers.irtt_server(namespace=wire.namespace)
        try:
            for _ in range(RUNS[is_busy]):
                for name, sender, stamps in senders:
                    with bench.Hogs(is_busy):
                        report.attempt(f"{name}, {device}", lambda _: results.setdefault(
                            (name, device, is_busy), []).append(stamps_of(wire, sender, stamps, PACKETS)))
        finally:
            server.stop()


def p99_us(results, name, case):
    runs = results.get((name, *case))
    return bench.median([bench.quantile(gap_errors_us(run), 0.99) for run in runs]) if runs else None


def cell(results, name, case):
    runs = results.get((name, *case))
    if not runs:
        return "-"
    wrong = [sum(counts) for counts in zip(*(capture.wrong_slots(run, INTERVAL_NS) for run in runs))]
    text = bench.spread_text([bench.quantile(gap_errors_us(run), 0.99) for run in runs], "{:.0f}")
    return text + (f"; {wrong[0]} skipped, {wrong[1]} doubled" if any(wrong) else "")


def judge(results, report):
    for case in CASES:
        device, word = case[0], "busy" if case[1] else "idle"
        for suffix, reference in (("", "timerfd reference"), (" --realtime", "timerfd reference, SCHED_FIFO")):
            name = "ipsla_exporter" + suffix
            own, limit = p99_us(results, name, case), p99_us(results, reference, case)
            if own is None or limit is None:
                continue
            label = f"pacing_{device}_{word}{suffix.replace(' --', '_')}"
            report.bar(f"{label}_p99_ratio_to_timerfd", own / limit, 1.5)
            if suffix and case[1]:
                report.bar(f"{label}_p99_us", own, 150, "{:.0f}")
            if suffix or not case[1]:
                wrong = sum(sum(capture.wrong_slots(run, INTERVAL_NS)) for run in results[(name, *case)])
                report.bar(f"{label}_slots_skipped_or_doubled", wrong, 0, "{:.0f}")


def measure_drift(report):
    with wires.Wire("lo") as wire, bench.Echo():
        at_ns = stamps_of(wire, ours, udp_stamps, DRIFT_PACKETS)
    drift_us = capture.drift_us(at_ns, INTERVAL_NS)
    skipped, doubled = capture.wrong_slots(at_ns, INTERVAL_NS)
    report.note(f"After {len(at_ns)} packets the schedule is off by {drift_us:.0f} us (medians of the last and the "
                f"first 50 packets); {skipped} slots skipped, {doubled} doubled.")
    report.bar("pacing_drift_us", drift_us, 1000, "{:.0f}")
    report.bar("pacing_packets_missing", DRIFT_PACKETS - len(at_ns), 0, "{:.0f}")


def main():
    report = bench.Report()
    results = {}
    senders = [sender for sender in SENDERS if sender[1] is not ours_realtime
               or bench.has_flag("ipsla_exporter", "--realtime")]
    if len(senders) < len(SENDERS):
        bench.say("ipsla_exporter has no --realtime: left out")
    report.section("Gap error of a 20 ms schedule on the wire, us", "99th percentile of |gap - 20 ms|, median "
                   f"[range] of {RUNS[False]} runs idle and {RUNS[True]} busy (a loop on every core) of {PACKETS} "
                   "packets. A slot is skipped when no packet left nearest to it.")
    for device, is_busy in CASES:
        bench.say(f"{device}, {'busy' if is_busy else 'idle'}")
        measure_case(results, report, senders, device, is_busy)
    report.sections.append(report.sections.pop(0))
    head = [""] + [f"{device} {'busy' if is_busy else 'idle'}" for device, is_busy in CASES]
    report.table(head, [[name] + [cell(results, name, case) for case in CASES] for name, *_ in senders])
    judge(results, report)
    report.attempt("drift", measure_drift)
    if not QUICK:
        bench.write_generated("accuracy.md", "pacing.sh", report.markdown("sh tests/bench/pacing.sh"))
    return report.status()


if __name__ == "__main__":
    sys.exit(main())
