# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Known impairments between sender and responder: what is counted equals what the relay did, exactly, and
no round trip is reported shorter than the relay's own times allow."""

import harness

NS = 1e-9

CONFIG = """
targets:
  - name: pattern
    host: 10.99.0.2
    port: 16384
    frequency: 4s
    timeout: 500ms
    num_packets: 45
    interval: 5ms
"""


def pattern_counts(rounds, packets, drop_there, drop_back):
    """What counting gives when every `drop_there`th request and every `drop_back`th reply is lost."""
    counts = {"received": 0, "sd": 0, "ds": 0, "unknown": 0}
    there = back = 0
    for _ in range(rounds):
        pending = {"sd": 0, "ds": 0}
        for _ in range(packets):
            there += 1
            if there % drop_there == 0:
                pending["sd"] += 1
                continue
            back += 1
            if back % drop_back == 0:
                pending["ds"] += 1
                continue
            counts["received"] += 1
            for direction in pending:
                counts[direction] += pending[direction]
                pending[direction] = 0
        counts["unknown"] += pending["sd"] + pending["ds"]  # after the last reply
    return counts


def logged_counts(relay, packets):
    """The same for one operation, from the relay's log."""
    there = {row["sequence"]: row["result"] for row in relay.rows(direction="lr", kind="jitter")}
    back = {row["sequence"]: row["result"] for row in relay.rows(direction="rl", kind="jitter")}
    received = [seq for seq in range(1, packets + 1) if back.get(seq) == "forwarded"]
    inner = range(1, max(received, default=0))
    return {"received": len(received),
            "sd": sum(there[seq] == "lost" for seq in inner),
            "ds": sum(back.get(seq) == "lost" for seq in inner),
            "unknown": packets - max(received, default=0)}


def shortest_round_trips(relay):
    """For each answered packet, in order, the least that a correct sender can report, in seconds.

    The relay stamps a request after the sender did and stamps a reply before the kernel of the sender does,
    so the difference of the two is a lower bound of the round trip. From it goes what the reply itself says
    of the time at the responder. What is above the bound is scheduling on the testing machine."""
    there = {}
    bounds = []
    for row in sorted(relay.rows(kind="jitter", result="forwarded"),
                      key=lambda row: row["received_mono_ns"]):
        if row["direction"] == "lr":
            there[row["source_port"], row["sequence"]] = row["received_mono_ns"]
        else:
            delta_ms = int(row["payload"][4:8], 16)
            asked = there[row["destination_port"], row["sequence"]]
            bounds.append((row["forwarded_mono_ns"] - asked) * NS - delta_ms / 1000)
    return bounds


class PatternTest(harness.Case):
    def probe(self, relay, *arguments):
        self.responder(relay.right)
        done = self.run_program(relay.left, "ipsla", "probe", harness.RIGHT, "--port", "16384",
                                "--output", "json", *arguments)
        self.assertEqual(done.code, 0, done.evidence)
        packets = done.json()["packets"]
        counts = {key: packets[key] for key in packets if key != "lost"}
        counts.update(packets["lost"])
        return counts, done.json()

    def check_counts(self, counts, **wanted):
        expected = {"late": 0, "duplicate": 0, "out_of_order": 0, "corrupt": 0, "unsent": 0,
                    "sd": 0, "ds": 0, "unknown": 0, **wanted}
        self.assertEqual({key: counts[key] for key in expected}, expected)

    def test_every_10th_there_and_every_15th_back(self):
        relay = harness.Relay("delay_us=5000,drop_every=10", "delay_us=5000,drop_every=15")
        self.responder(relay.right)
        exporter = harness.Exporter(relay.left, CONFIG)
        metrics = exporter.wait_metrics(
            lambda metrics: metrics.total("ipsla_packets_sent_total") >= 3 * 45, "three rounds")
        sent = int(metrics.get("ipsla_packets_sent_total", target="pattern"))
        self.assertEqual(sent % 45, 0, "rounds are counted when they end")
        expected = pattern_counts(sent // 45, 45, 10, 15)
        got = {name: int(metrics.get("ipsla_packets_lost_total", target="pattern", direction=name))
               for name in ("sd", "ds", "unknown")}
        got["received"] = int(metrics.get("ipsla_packets_received_total", target="pattern"))
        self.assertEqual(got, expected, metrics.of("pattern"))
        self.assertGreater(min(expected["sd"], expected["ds"], expected["unknown"]), 0)
        bounds = shortest_round_trips(relay)[:got["received"]]
        total = metrics.get("ipsla_rtt_seconds_sum", target="pattern")
        self.assertEqual(metrics.get("ipsla_rtt_seconds_count", target="pattern"), got["received"])
        self.assertGreater(min(bounds), 0.009)
        self.assertBetween(total, sum(bounds), sum(bounds) + 0.010 * len(bounds), "sum of RTT")
        for name in ("late", "duplicate", "out_of_order", "corrupt", "unsent"):
            self.assertEqual(metrics.get(f"ipsla_packets_{name}_total", target="pattern"), 0, name)

    def test_round_trips_within_logged_times(self):
        relay = harness.Relay("delay_us=5000,jitter_us=15000", "delay_us=3000", seed=5)
        counts, result = self.probe(relay, "--count", "40", "--interval", "30")
        self.check_counts(counts, sent=40, received=40)
        bounds = shortest_round_trips(relay)
        self.assertEqual(len(bounds), 40)
        rtt = result["rtt_seconds"]
        self.assertBetween(rtt["min"], min(bounds), min(bounds) + 0.010, "min")
        self.assertBetween(rtt["avg"], sum(bounds) / 40, sum(bounds) / 40 + 0.005, "avg")
        self.assertBetween(rtt["max"], max(bounds), max(bounds) + 0.050, "max")
        self.assertBetween(rtt["p50"], sorted(bounds)[19], sorted(bounds)[20] + 0.010, "median")
        jitter = result["jitter_seconds"]
        self.assertGreater(jitter["sd"]["avg"], 0.002, "the way that varies")
        self.assertLess(jitter["ds"]["avg"], jitter["sd"]["avg"], "the way that does not")

    def test_random_loss_both_ways(self):
        for seed in (1, 2):
            with self.subTest(seed=seed):
                relay = harness.Relay("loss_ppm=200000", "loss_ppm=200000", seed=seed)
                counts, _ = self.probe(relay, "--count", "60", "--interval", "4",
                                       "--timeout", "300ms")
                self.check_counts(counts, sent=60, **logged_counts(relay, 60))
                self.assertGreater(min(counts["sd"], counts["ds"]), 0)

    def test_duplicates(self):
        for rules in (("duplicate_every=7", ""), ("", "duplicate_every=7")):
            with self.subTest(rules=rules):
                counts, _ = self.probe(harness.Relay(*rules), "--count", "30", "--interval", "5")
                self.check_counts(counts, sent=30, received=30, duplicate=4)

    def test_reordering(self):
        """Of 6, 12, 18, 24 and 30 held for five intervals, the last has nobody to be overtaken by."""
        for rules in (("hold_every=6,hold_us=50000", ""), ("", "hold_every=6,hold_us=50000")):
            with self.subTest(rules=rules):
                relay = harness.Relay(*rules)
                counts, _ = self.probe(relay, "--count", "30", "--interval", "10")
                self.check_counts(counts, sent=30, received=30, out_of_order=4)

    def test_late(self):
        relay = harness.Relay("", "hold_every=5,hold_us=700000")
        counts, result = self.probe(relay, "--count", "20", "--interval", "10",
                                    "--timeout", "300ms")
        self.check_counts(counts, sent=20, received=16, late=4)
        self.assertEqual(result["rtt_seconds"]["count"], 16)
        self.assertLess(result["rtt_seconds"]["max"], 0.3)

    def test_corrupt(self):
        """Damage in the type field makes a reply useless: counted, and the packet is lost."""
        relay = harness.Relay("", "corrupt_every=4,corrupt_offset=1")
        counts, _ = self.probe(relay, "--count", "10", "--interval", "5", "--timeout", "300ms")
        # The responder did count packets 4 and 8, so they were lost on the way back.
        self.check_counts(counts, sent=10, received=8, corrupt=2, ds=2)


if __name__ == "__main__":
    harness.main()
