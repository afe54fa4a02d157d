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
    timeout: 2s
    num_packets: 20
    interval: 10ms
    precision: microseconds
"""


def read(payload, per_second=2**32, epoch=2208988800):
    """t1, t2, t3 in seconds since 1970 (NTP format unless told), and both 16-bit sequence numbers."""
    data = bytes.fromhex(payload)
    assert data[:4] == b"\0\3\0\0", payload
    times = [s - epoch + f / per_second for s, f in struct.iter_unpack("!II", data[4:28])]
    return times + list(struct.unpack("!HH", data[52:56]))


class Trip:
    """One answered packet in the relay's log."""

    def __init__(self, asked, answered, form):
        self.t1, self.t2, self.t3, self.sequence, self.count = read(answered["payload"], *form)
        self.held = self.t3 - self.t2
        # The relay stamps a request after the sender and a reply before the sender's kernel does.
        self.least_rtt = (answered["forwarded_mono_ns"] - asked["received_mono_ns"]) * NS - self.held
        # From the making of the packet until the relay had it; on a busy machine it waits in between.
        self.waited = asked["received_wall_ns"] * NS - self.t1


def trips(relay, *form):
    """In the order in which they came back."""
    asked = {read(row["payload"], *form)[3]: row for row in relay.rows(direction="lr", kind="udp")}
    found = [Trip(asked[read(row["payload"], *form)[3]], row, form)
             for row in relay.rows(direction="rl", kind="udp", result="forwarded")]
    return found


class TripCase(harness.Case):
    def check_jitter_there(self, jitter, seen):
        """What the packets say of the way there; the sender knows better when they really left."""
        seen = sorted(seen, key=lambda trip: trip.sequence)
        steps = [abs((b.t2 - a.t2) - (b.t1 - a.t1))
                 for a, b in zip(seen, seen[1:]) if b.sequence == a.sequence + 1]
        self.assertEqual(jitter["samples"], len(steps))
        total = jitter["positive"]["sum"] + jitter["negative"]["sum"]
        self.assertBetween(max(trip.waited for trip in seen), 0, harness.PATIENCE, "times since 1970")
        slack = 0.030 + 2 * sum(trip.waited for trip in seen)
        self.assertBetween(total, sum(steps) - slack, sum(steps) + slack, "sum of jitter there")
        return total


class MicrosecondsTest(TripCase):
    def test_probe_agrees_with_the_relay(self):
        relay = harness.Relay("delay_us=5000,jitter_us=8000", "delay_us=3000", seed=3)
        self.responder(relay.right)
        done = self.run_program(relay.left, "ipsla", "probe", harness.RIGHT, "--port", "16384",
                                "--precision", "microseconds", "--count", "30", "--interval", "30",
                                "--output", "json")
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assertEqual(result["precision"], "microseconds")
        seen = trips(relay)
        # A relay that is held up reads several packets at once, and its jitter may change their order.
        order = harness.overtaken([trip.sequence for trip in seen])
        self.assert_counts(result["packets"], 30, done.evidence, out_of_order=order)
        count = result["packets"]["received"]
        self.assertEqual(len({trip.sequence for trip in seen}), count)
        self.assertEqual(sorted(trip.count for trip in seen), list(range(1, count + 1)))
        for trip in seen:
            self.assertGreaterEqual(trip.held, 0)
            self.assertGreater(trip.t2 - trip.t1, 0.005, "one clock, 5 ms there")
        least = [trip.least_rtt for trip in seen]
        most = [trip.least_rtt + trip.waited for trip in seen]
        rtt = result["rtt_seconds"]
        self.assertBetween(rtt["min"], min(least), min(most) + 0.010, "min")
        self.assertBetween(rtt["avg"], sum(least) / count, sum(most) / count + 0.005, "avg")
        total = self.check_jitter_there(result["jitter_seconds"]["sd"], seen)
        self.assertGreater(total, 0.030)
        self.assertNotAlmostEqual(total * 1000, round(total * 1000), 6, "not in milliseconds")

    def test_exporter_and_responder_count_it(self):
        relay = harness.Relay("delay_us=2000", "delay_us=2000")
        self.responder(relay.right)
        exporter = harness.Exporter(relay.left, CONFIG)
        metrics = exporter.wait_metrics(
            lambda metrics: (metrics.get("ipsla_operations_total", target="fine") or 0) >= 2, "two rounds")
        packets = metrics.packets("fine")
        received = packets["received"]
        self.assert_counts(packets, 20 * int(metrics.get("ipsla_operations_total", target="fine")))
        self.assertEqual(len(metrics.all("ipsla_target_info", precision="microseconds")), 1)
        least = metrics.get("ipsla_rtt_seconds_sum", target="fine") / received
        self.assertBetween(least, 0.004, 1, "2 ms each way")
        held = metrics.get("ipsla_responder_processing_seconds_sum", target="fine") / received
        self.assertBetween(held, 0.0000001, 1, "processing below a millisecond shows")


class FormatTest(TripCase):
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
        self.assert_counts(result["packets"], 20, done.evidence)
        self.check_jitter_there(result["jitter_seconds"]["sd"], trips(relay, 10**9, 0))
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
