# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Every kind of bad responder beside a healthy one, all targets of one exporter: each gets the right
counters, and the healthy one does not notice."""

import fake_peers as fake
import harness
import ipsla_wire as wire

PACKETS = 5
ROUNDS = 2
TIMEOUT = 1  # seconds

HEAD = """
responder: {listen: ['127.0.0.1:1967']}
defaults:
  frequency: 4s
  timeout: 1s
  num_packets: 5
  interval: 20ms
  control: {timeout: 1s}
targets:
  - {name: healthy, host: 127.0.0.1, port: 16384}
  - {name: nobody, host: 127.0.1.1, port: 20000}
"""

REFUSALS = {1: "refused", 2: "auth", 3: "format", 4: "port_in_use", 77: "refused"}


def make_peers():
    """name -> peer, each with its own address."""
    makers = {
        "silent": fake.Silent, "deaf": fake.Deaf, "garbage_control": fake.GarbageControl,
        "garbage_probes": fake.GarbageProbes, "late": fake.Late, "twice": fake.Twice,
        "wrong_port": fake.WrongPort, "holding": fake.Holding, "boasting": fake.Boasting,
        "copying": fake.Copying, "inventing": fake.Inventing, "guessing": fake.Guessing,
    }
    for name in ("short", "long", "mixed", "whole"):
        shape = getattr(wire, f"{name}_reply")
        makers[f"shape_{name}"] = lambda address, shape=shape: fake.Shaped(address, shape)
    for code in REFUSALS:
        for width, status in ((16, code << 16), (32, code)):
            word = status.to_bytes(4, "big")
            makers[f"refuse{width}_{code}"] = lambda address, word=word: fake.Refusing(address, word)
    makers["refuse_section"] = lambda address: fake.Refusing(address, b"\0\4\0\0", in_section=True)
    return {name: make(f"127.0.0.{number}") for number, (name, make) in enumerate(makers.items(), 2)}


BURST = "many datagrams that answer nothing"


class BadPeersTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        namespace = harness.Namespace()
        cls.by_name = make_peers()
        peers = fake.Peers(namespace, list(cls.by_name.values()))
        lines = [f"  - {{name: {name}, host: {peer.address}, port: {fake.PORT}}}\n"
                 for name, peer in cls.by_name.items()]
        exporter = harness.Exporter(namespace, HEAD + "".join(lines))
        names = ["healthy", "nobody", *cls.by_name]

        def is_done(metrics):
            return all(metrics.total("ipsla_operations_total", target=name) > ROUNDS
                       for name in names)

        try:
            cls.metrics = exporter.wait_metrics(is_done, "rounds of all targets")
            harness.wait_for(lambda: BURST in exporter.process.stderr(), "the line about a burst")
            cls.stopped = exporter.process.stop()
            cls.stderr = exporter.process.stderr()
        finally:
            exporter.process.kill()
            peers.end()

    def value(self, metric, target, **labels):
        value = self.metrics.get(f"ipsla_{metric}", target=target, **labels)
        return 0 if value is None else int(value) if value == int(value) else value

    def finished(self, target):
        """Operations that have ended."""
        packets = self.metrics.packets(target)
        successes = (packets["sent"] + packets["unsent"]) // PACKETS
        failures = int(self.metrics.total("ipsla_operation_failures_total", target=target))
        return max(successes, failures)

    def expect(self, target, reason=None):
        """All operations failed with `reason` (None: none did); returns how many."""
        said = self.metrics.of(target)
        rounds = self.finished(target)
        self.assertGreaterEqual(rounds, ROUNDS, said)
        self.assertLessEqual(self.value("operations_total", target) - rounds, 1, said)
        failures = {dict(labels)["reason"]: value for labels, value
                    in self.metrics.all("ipsla_operation_failures_total", target=target).items()
                    if value}
        self.assertEqual(failures, {reason: rounds} if reason else {}, said)
        self.assertEqual(self.value("operation_success", target), 0 if reason else 1, said)
        return rounds

    def expect_unmeasured(self, target, reason):
        rounds = self.expect(target, reason)
        packets = self.metrics.packets(target)
        self.assertEqual((packets["sent"], packets["unsent"], packets["received"]), (0, 0, 0))
        return rounds

    def expect_packets(self, target, reason=None, *names):
        """What was sent is counted under each of `names`, and nothing under others."""
        rounds = self.expect(target, reason)
        packets = self.metrics.packets(target)
        self.assert_counts(packets, PACKETS * rounds, self.metrics.of(target),
                           **dict.fromkeys(names, packets["sent"]))

    def test_healthy_is_untouched(self):
        self.expect_packets("healthy")
        self.assertEqual(self.value("operations_skipped_total", "healthy"), 0)

    def test_control_never_answered(self):
        self.expect_unmeasured("silent", "no_connection")
        self.assertEqual(self.value("control_retries_total", "silent"), 2 * self.finished("silent"))
        ids = [request.number for request in self.by_name["silent"].requests]
        for end in range(len(ids) + 1):
            outstanding = ids[max(0, end - 16):end]
            self.assertEqual(len(set(outstanding)), len(outstanding), "a fresh id a try")
        steps = {(later - earlier) % 256 for earlier, later in zip(ids, ids[1:])}
        self.assertGreater(len(steps), 2, "drawn, not counted")

    def test_control_answered_with_garbage(self):
        self.expect_unmeasured("garbage_control", "no_connection")
        unmatched = self.metrics.get("ipsla_exporter_unmatched_datagrams_total", reason="control")
        self.assertGreaterEqual(unmatched, 6 * 3 * ROUNDS)

    def test_port_unreachable(self):
        self.expect_unmeasured("nobody", "port_unreachable")

    def test_probes_never_answered(self):
        self.expect_packets("deaf", "timeout", "unknown")
        self.assertEqual(self.value("rtt_seconds_count", "deaf"), 0)

    def test_probes_answered_with_garbage(self):
        self.expect_packets("garbage_probes", "timeout", "unknown", "corrupt")

    def test_probes_answered_late(self):
        self.expect_packets("late", "timeout", "late")
        self.assertEqual(self.value("rtt_seconds_count", "late"), 0)

    def test_everything_answered_twice(self):
        self.expect_packets("twice", None, "duplicate")
        self.assertEqual(self.value("rtt_seconds_count", "twice"), self.value("packets_received_total", "twice"))

    def test_refused(self):
        for code, reason in REFUSALS.items():
            for width in (16, 32):
                with self.subTest(code=code, width=width):
                    self.expect_unmeasured(f"refuse{width}_{code}", reason)
                    # A peer that is held up for longer than a try is asked again.
                    retries = self.value("control_retries_total", f"refuse{width}_{code}")
                    self.assertLess(retries, self.value("operations_total", f"refuse{width}_{code}"))
        self.expect_unmeasured("refuse_section", "port_in_use")

    def test_all_response_shapes(self):
        for name in ("short", "long", "mixed", "whole"):
            with self.subTest(shape=name):
                self.expect_packets(f"shape_{name}")

    def test_replies_from_another_port(self):
        self.expect_packets("wrong_port", "timeout", "unknown")
        unmatched = self.metrics.get("ipsla_exporter_unmatched_datagrams_total", reason="source")
        self.assertGreaterEqual(unmatched, self.value("packets_sent_total", "wrong_port"))

    def test_processing_time_is_subtracted(self):
        self.expect_packets("holding")
        count = self.value("rtt_seconds_count", "holding")
        total = self.value("rtt_seconds_sum", "holding")
        self.assertLess(total / count, fake.Holding.delay, "round trip without the time at the responder")
        processing = self.metrics.get("ipsla_responder_processing_seconds_sum", target="holding")
        self.assertAlmostEqual(processing, fake.Holding.delay * count, places=6)

    def test_impossible_processing_time(self):
        self.expect_packets("boasting", None, "corrupt")
        self.assertBetween(self.value("rtt_seconds_sum", "boasting"), 0.0,
                           TIMEOUT * self.value("packets_received_total", "boasting"))

    def test_copied_sequence_shows_loss_on_the_way_back(self):
        """Of each five packets the fourth; without the fifth behind it, nobody can tell where it was lost."""
        rounds = self.expect("copying")
        packets = self.metrics.packets("copying")
        lost = {"ds": rounds} if packets["missed"] == 0 else {
            way: packets["lost"][way] for way in ("ds", "unknown")}
        self.assertLessEqual(sum(lost.values()), rounds)
        self.assert_counts(packets, PACKETS * rounds, self.metrics.of("copying"), **lost)

    def test_senseless_sequences(self):
        self.expect_packets("inventing")
        unmatched = self.metrics.get("ipsla_exporter_unmatched_datagrams_total", reason="sequence")
        self.assertGreaterEqual(unmatched, self.value("packets_sent_total", "inventing"))

    def test_guessed_answers(self):
        """Not one is taken; they are counted by target, and the log says so, once a minute at the most."""
        self.expect_packets("guessing", "timeout", "unknown")
        unmatched = self.metrics.get("ipsla_unmatched_datagrams_total", target="guessing", reason="nonce")
        self.assertGreaterEqual(unmatched, self.value("packets_sent_total", "guessing"))
        lines = [line for line in self.stderr.splitlines() if BURST in line]
        self.assertLess(len(lines), 4, lines)

    def test_exporter_survived(self):
        self.assertEqual(self.stopped, 0, self.stderr)


if __name__ == "__main__":
    harness.main()
