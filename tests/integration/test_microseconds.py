# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Precision microseconds through the real programs: what the sender reports agrees with the timestamps that the
relay saw in the packets and with the relay's own times."""

import os
import struct

import harness

NS = 1e-9
CONFIG = """
targets:
  - name: fine
    host: 10.99.0.2
    port: 16384
    frequency: 2s
    timeout: 500ms
    num_packets: 20
    interval: 10ms
    precision: microseconds
"""


def read(payload):
    """t1, t2, t3 in seconds since 1970 (NTP format), and both 16-bit sequence numbers."""
    data = bytes.fromhex(payload)
    assert data[:4] == b"\0\3\0\0", payload
    times = [s - 2208988800 + f / 2**32 for s, f in struct.iter_unpack("!II", data[4:28])]
    return times + list(struct.unpack("!HH", data[52:56]))


class Trip:
    """One answered packet in the relay's log."""

    def __init__(self, asked, answered):
        self.t1, self.t2, self.t3, self.sequence, self.count = read(answered["payload"])
        held = self.t3 - self.t2
        # The relay stamps a request after the sender and a reply before the sender's kernel does.
        self.least_rtt = (answered["forwarded_mono_ns"] - asked["received_mono_ns"]) * NS - held
        self.held = held


def trips(relay):
    asked = {read(row["payload"])[3]: row for row in relay.rows(direction="lr", kind="udp")}
    return [Trip(asked[read(row["payload"])[3]], row)
            for row in relay.rows(direction="rl", kind="udp", result="forwarded")]


class MicrosecondsTest(harness.Case):
    def test_probe_agrees_with_the_relay(self):
        relay = harness.Relay("delay_us=5000,jitter_us=8000", "delay_us=3000", seed=3)
        self.responder(relay.right)
        done = self.run_program(relay.left, "ipsla", "probe", harness.RIGHT, "--port", "16384",
                                "--precision", "microseconds", "--count", "30", "--interval", "30",
                                "--output", "json")
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assertEqual(result["precision"], "microseconds")
        self.assertEqual((result["packets"]["received"], result["packets"]["corrupt"]), (30, 0))
        seen = sorted(trips(relay), key=lambda trip: trip.sequence)
        self.assertEqual([trip.sequence for trip in seen], list(range(1, 31)))
        self.assertEqual(sorted(trip.count for trip in seen), list(range(1, 31)))
        for trip in seen:
            self.assertGreaterEqual(trip.held, 0)
            self.assertGreater(trip.t2 - trip.t1, 0.005, "one clock, 5 ms there")
        bounds = [trip.least_rtt for trip in seen]
        rtt = result["rtt_seconds"]
        self.assertBetween(rtt["min"], min(bounds), min(bounds) + 0.010, "min")
        self.assertBetween(rtt["avg"], sum(bounds) / 30, sum(bounds) / 30 + 0.005, "avg")
        # What the packets say of the way there; the sender knows better when they really left.
        steps = [abs((b.t2 - a.t2) - (b.t1 - a.t1)) for a, b in zip(seen, seen[1:])]
        jitter = result["jitter_seconds"]["sd"]
        self.assertEqual(jitter["samples"], 29)
        total = jitter["positive"]["sum"] + jitter["negative"]["sum"]
        self.assertBetween(total, sum(steps) - 0.030, sum(steps) + 0.030, "sum of jitter there")
        self.assertGreater(total, 0.030)
        self.assertNotAlmostEqual(total * 1000, round(total * 1000), 6, "not in milliseconds")

    def test_exporter_and_responder_count_it(self):
        relay = harness.Relay("delay_us=2000", "delay_us=2000")
        self.responder(relay.right)
        exporter = harness.Exporter(relay.left, CONFIG)
        metrics = exporter.wait_metrics(
            lambda metrics: metrics.total("ipsla_packets_received_total") >= 40, "two rounds")
        received = metrics.get("ipsla_packets_received_total", target="fine")
        self.assertEqual(metrics.get("ipsla_packets_sent_total", target="fine"), received)
        self.assertEqual(metrics.get("ipsla_packets_corrupt_total", target="fine"), 0)
        self.assertEqual(len(metrics.all("ipsla_target_info", precision="microseconds")), 1)
        least = metrics.get("ipsla_rtt_seconds_sum", target="fine") / received
        self.assertBetween(least, 0.004, 0.014, "2 ms each way")
        held = metrics.get("ipsla_responder_processing_seconds_sum", target="fine") / received
        self.assertBetween(held, 0.0000001, 0.01, "processing below a millisecond shows")


class FormatTest(harness.Case):
    def test_ptp_at_both_ends(self):
        relay = harness.Relay("delay_us=5000", "delay_us=5000")
        self.responder(relay.right, "--timestamp-format", "ptp")
        config = os.path.join(harness.scratch_dir(), "ptp.yml")
        with open(config, "w", encoding="ascii") as file:
            file.write(CONFIG + "    timestamp_format: ptp\n")
        done = self.run_program(relay.left, "ipsla", "probe", "--config", config, "--target",
                                "fine", "--output", "json")
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assertEqual((result["packets"]["received"], result["packets"]["corrupt"]), (20, 0))
        self.assertLess(result["jitter_seconds"]["sd"]["avg"], 0.003, "constant delay")
        row = relay.rows(direction="rl", kind="udp")[0]
        seconds, nanoseconds = struct.unpack("!II", bytes.fromhex(row["payload"])[12:20])
        self.assertBetween(seconds * 1_000_000_000 + nanoseconds - row["received_wall_ns"],
                           -1_000_000_000, 0, "t2 in the relay's time")

    def test_sizes(self):
        namespace = harness.Namespace()
        for size, code in (("55", 2), ("56", 0), ("1400", 0)):
            self.subTest(size=size)
            if code == 0 and size == "56":
                self.responder(namespace)
            done = self.run_program(namespace, "ipsla", "probe", "127.0.0.1", "--precision",
                                    "microseconds", "--size", size, "--count", "3")
            self.assertEqual(done.code, code, done.evidence)
        done = self.run_program(namespace, "ipsla", "probe", "127.0.0.1", "--precision", "fine")
        self.assertEqual(done.code, 2, done.evidence)


if __name__ == "__main__":
    harness.main()
