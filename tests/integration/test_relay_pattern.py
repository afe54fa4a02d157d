# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Known impairments between sender and responder: what is counted equals what the relay did, exactly, and
no round trip is reported shorter than the relay's own times allow."""

import collections

import harness

NS = 1e-9
PACKETS = 45

CONFIG = """
targets:
  - name: pattern
    host: 10.99.0.2
    port: 16384
    frequency: 4s
    timeout: 1s
    num_packets: %d
    interval: 10ms
""" % PACKETS


def rounds_of(relay):
    """The rows of the relay's log by operations, in order: each begins with a packet of sequence 1."""
    rows = sorted(relay.rows(kind="jitter"), key=lambda row: row["received_mono_ns"])
    starts = sorted({row["received_mono_ns"] for row in rows
                     if row["direction"] == "lr" and row["sequence"] == 1})
    return [[row for row in rows if start <= row["received_mono_ns"] < end]
            for start, end in zip(starts, starts[1:] + [float("inf")])]


def counts_of(rows):
    """What counting must give for one operation: packets by what became of them."""
    there = {row["sequence"]: row["result"] for row in rows if row["direction"] == "lr"}
    back = {row["sequence"]: row["result"] for row in rows if row["direction"] == "rl"}
    last = max((number for number, result in back.items() if result == "forwarded"), default=0)
    return collections.Counter({
        "sd": sum(result == "lost" for number, result in there.items() if number < last),
        "ds": sum(result == "lost" for number, result in back.items() if number < last),
        "unknown": sum(number > last for number in there)})


def logged_losses(relay, operations=1):
    """How many packets of the first operations were lost, by the word of the relay. What the sender missed never
    came to the relay: so it is not in here."""
    counts = sum(map(counts_of, rounds_of(relay)[:operations]), collections.Counter())
    return {way: counts[way] for way in ("sd", "ds", "unknown")}


RoundTrip = collections.namedtuple("RoundTrip", "least most")


def round_trips(relay):
    """For each answered packet, in order, the least and the most that a correct sender can report, in seconds.

    The relay stamps a request after the sender did and stamps a reply before the kernel of the sender does,
    so the difference of the two is the least. From it goes what the reply itself says of the time at the
    responder. The request says when the sender made it: what the packet has waited since, because the testing
    machine is busy, may be in the round trip too."""
    there = {}
    found = []
    for row in sorted(relay.rows(kind="jitter", result="forwarded"),
                      key=lambda row: row["received_mono_ns"]):
        if row["direction"] == "lr":
            made_ms = int(row["payload"][8:16], 16)
            waited = (row["received_wall_ns"] / 1e6 - made_ms) % 86_400_000 / 1000
            there[row["source_port"], row["sequence"]] = row["received_mono_ns"], waited
        else:
            delta_ms = int(row["payload"][4:8], 16)
            asked, waited = there[row["destination_port"], row["sequence"]]
            least = (row["forwarded_mono_ns"] - asked) * NS - delta_ms / 1000
            found.append(RoundTrip(least, least + waited))
    return found


class PatternTest(harness.Case):
    def probe(self, relay, *arguments):
        self.responder(relay.right)
        done = self.run_program(relay.left, "ipsla", "probe", harness.RIGHT, "--port", "16384",
                                "--output", "json", *arguments)
        self.assertEqual(done.code, 0, done.evidence)
        return done.json()

    def check(self, relay, result, planned, **wanted):
        """What was counted is what the relay did. How often it did something depends on how many packets came to
        it, and a busy sender misses some: so its log is the measure, and that it keeps to its pattern is tested
        in test_relay.py."""
        arrived = sorted(relay.rows(direction="rl", kind="jitter", result="forwarded"),
                         key=lambda row: row["forwarded_mono_ns"])
        order = {"out_of_order": harness.overtaken([row["sequence"] for row in arrived])}
        counts = {name: count for name, count in (logged_losses(relay) | order | wanted).items() if count}
        self.assert_counts(result["packets"], planned, f"{result}", **counts)

    def test_every_10th_there_and_every_15th_back(self):
        relay = harness.Relay("delay_us=5000,drop_every=10", "delay_us=5000,drop_every=15")
        self.responder(relay.right)
        exporter = harness.Exporter(relay.left, CONFIG)
        metrics = exporter.wait_metrics(
            lambda metrics: (metrics.get("ipsla_operations_total", target="pattern") or 0) >= 3, "three rounds")
        packets = metrics.packets("pattern")
        operations = (packets["sent"] + packets["missed"]) // PACKETS
        expected = logged_losses(relay, operations)
        self.assert_counts(packets, PACKETS * operations, metrics.of("pattern"), **expected)
        self.assertGreater(min(expected["sd"], expected["ds"]), 0)
        trips = round_trips(relay)[:packets["received"]]
        total = metrics.get("ipsla_rtt_seconds_sum", target="pattern")
        self.assertEqual(metrics.get("ipsla_rtt_seconds_count", target="pattern"), packets["received"])
        self.assertGreater(min(trip.least for trip in trips), 0.009)
        self.assertBetween(total, sum(trip.least for trip in trips),
                           sum(trip.most + 0.010 for trip in trips), "sum of RTT")

    def test_round_trips_within_logged_times(self):
        relay = harness.Relay("delay_us=5000,jitter_us=60000", "delay_us=3000", seed=5)
        result = self.probe(relay, "--count", "40", "--interval", "70")
        self.check(relay, result, 40)
        trips = round_trips(relay)
        least, most = (sorted(trip[which] for trip in trips) for which in (0, 1))
        self.assertEqual(len(trips), result["packets"]["received"])
        rtt, middle = result["rtt_seconds"], len(trips) // 2
        self.assertBetween(rtt["min"], least[0], most[0] + 0.010, "min")
        self.assertBetween(rtt["avg"], sum(least) / len(trips), sum(most) / len(trips) + 0.005, "avg")
        self.assertBetween(rtt["max"], least[-1], most[-1] + 0.050, "max")
        self.assertBetween(rtt["p50"], least[middle - 1], most[middle] + 0.010, "median")
        jitter = result["jitter_seconds"]
        self.assertGreater(jitter["sd"]["avg"], 0.002, "the way that varies")
        self.assertLess(jitter["ds"]["avg"], jitter["sd"]["avg"], "the way that does not")

    def test_random_loss_both_ways(self):
        for seed in (1, 2):
            with self.subTest(seed=seed):
                relay = harness.Relay("loss_ppm=200000", "loss_ppm=200000", seed=seed)
                result = self.probe(relay, "--count", "60", "--interval", "20", "--timeout", "1s")
                self.check(relay, result, 60)
                self.assertGreater(min(result["packets"]["lost"]["sd"], result["packets"]["lost"]["ds"]), 0)

    @staticmethod
    def numbers(relay, action):
        """Which packets the relay did this to, by direction and its own count."""
        return {(row["direction"], row["number"]) for row in relay.rows(kind="jitter", actions=action)}

    def test_duplicates(self):
        for rules in (("duplicate_every=7", ""), ("", "duplicate_every=7")):
            with self.subTest(rules=rules):
                relay = harness.Relay(*rules)
                result = self.probe(relay, "--count", "30", "--interval", "20")
                twice = self.numbers(relay, "duplicate")
                self.assertGreater(len(twice), 0)
                self.check(relay, result, 30, duplicate=len(twice))

    def test_reordering(self):
        """Every sixth is held for half a second; the last of all has nobody to be overtaken by."""
        for rules in (("hold_every=6,hold_us=500000", ""), ("", "hold_every=6,hold_us=500000")):
            with self.subTest(rules=rules):
                relay = harness.Relay(*rules)
                result = self.probe(relay, "--count", "60", "--interval", "20")
                self.check(relay, result, 60)
                self.assertGreater(result["packets"]["out_of_order"], 0)

    def test_late(self):
        relay = harness.Relay("", "hold_every=5,hold_us=2000000")
        result = self.probe(relay, "--count", "20", "--interval", "40", "--timeout", "1s")
        held = self.numbers(relay, "hold")
        self.assertGreater(len(held), 0)
        self.check(relay, result, 20, late=len(held), out_of_order=0)  # late ones are in no order
        self.assertEqual(result["rtt_seconds"]["count"], result["packets"]["received"])
        self.assertLess(result["rtt_seconds"]["max"], 1)

    def test_corrupt(self):
        """Damage in the type field makes a reply useless: counted, and the packet is lost."""
        relay = harness.Relay("", "corrupt_every=4,corrupt_offset=1")
        result = self.probe(relay, "--count", "10", "--interval", "40", "--timeout", "1s")
        damaged = self.numbers(relay, "corrupt")
        self.assertGreater(len(damaged), 0)
        # The responder did count them, so they were lost on the way back; behind the last reply nobody knows.
        numbers = {row["sequence"] for row in relay.rows(direction="rl", actions="corrupt")}
        last = max(row["sequence"] for row in relay.rows(direction="rl", kind="jitter", actions="pass"))
        lost = {"ds": sum(number < last for number in numbers), "unknown": sum(number > last for number in numbers)}
        self.assert_counts(result["packets"], 10, f"{result}", corrupt=len(damaged), **lost)


if __name__ == "__main__":
    harness.main()
