# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Every kind of bad responder beside a healthy one, all targets of one exporter: each gets the right
counters, and the healthy one does not notice."""

import fake_peers as fake
import harness
import ipsla_wire as wire

PACKETS = 5
ROUNDS = 2

HEAD = """
responder: {listen: ['127.0.0.1:1967']}
defaults:
  frequency: 4s
  timeout: 300ms
  num_packets: 5
  interval: 20ms
  control: {timeout: 150ms}
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
        "copying": fake.Copying, "inventing": fake.Inventing,
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
            cls.metrics = exporter.wait_metrics(is_done, "rounds of all targets", 60)
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
        successes = self.value("packets_sent_total", target) // PACKETS
        failures = int(self.metrics.total("ipsla_operation_failures_total", target=target))
        return max(successes, failures)

    def expect(self, target, reason=None, per_round=None):
        """Each finished operation gave `per_round`, and all failed with `reason` (None: none did)."""
        said = self.metrics.of(target)
        rounds = self.finished(target)
        self.assertGreaterEqual(rounds, ROUNDS, said)
        self.assertLessEqual(self.value("operations_total", target) - rounds, 1, said)
        failures = {dict(labels)["reason"]: value for labels, value
                    in self.metrics.all("ipsla_operation_failures_total", target=target).items()
                    if value}
        self.assertEqual(failures, {reason: rounds} if reason else {}, said)
        self.assertEqual(self.value("operation_success", target), 0 if reason else 1, said)
        wanted = {"sent": 0, "received": 0, "late": 0, "duplicate": 0, "corrupt": 0,
                  "out_of_order": 0, "unsent": 0, "sd": 0, "ds": 0, "unknown": 0}
        wanted.update(per_round or {})
        for name, value in wanted.items():
            if name in ("sd", "ds", "unknown"):
                got = self.value("packets_lost_total", target, direction=name)
            else:
                got = self.value(f"packets_{name}_total", target)
            self.assertEqual(got, value * rounds, f"{target}: {name}\n{said}")

    def test_healthy_is_untouched(self):
        self.expect("healthy", None, {"sent": PACKETS, "received": PACKETS})
        self.assertEqual(self.value("operations_skipped_total", "healthy"), 0)

    def test_control_never_answered(self):
        self.expect("silent", "no_connection")
        self.assertEqual(self.value("control_retries_total", "silent"), 2 * self.finished("silent"))
        ids = [request.number for request in self.by_name["silent"].requests]
        for end in range(len(ids) + 1):
            outstanding = ids[max(0, end - 16):end]
            self.assertEqual(len(set(outstanding)), len(outstanding), "a fresh id a try")
        steps = {(later - earlier) % 256 for earlier, later in zip(ids, ids[1:])}
        self.assertGreater(len(steps), 2, "drawn, not counted")

    def test_control_answered_with_garbage(self):
        self.expect("garbage_control", "no_connection")
        unmatched = self.metrics.get("ipsla_exporter_unmatched_datagrams_total", reason="control")
        self.assertGreaterEqual(unmatched, 6 * 3 * ROUNDS)

    def test_port_unreachable(self):
        self.expect("nobody", "unreachable")

    def test_probes_never_answered(self):
        self.expect("deaf", "timeout", {"sent": PACKETS, "unknown": PACKETS})
        self.assertEqual(self.value("rtt_seconds_count", "deaf"), 0)

    def test_probes_answered_with_garbage(self):
        self.expect("garbage_probes", "timeout",
                    {"sent": PACKETS, "unknown": PACKETS, "corrupt": PACKETS})

    def test_probes_answered_late(self):
        self.expect("late", "timeout", {"sent": PACKETS, "late": PACKETS})
        self.assertEqual(self.value("rtt_seconds_count", "late"), 0)

    def test_everything_answered_twice(self):
        self.expect("twice", None, {"sent": PACKETS, "received": PACKETS, "duplicate": PACKETS})
        self.assertEqual(self.value("rtt_seconds_count", "twice"),
                         PACKETS * self.finished("twice"))

    def test_refused(self):
        for code, reason in REFUSALS.items():
            for width in (16, 32):
                with self.subTest(code=code, width=width):
                    self.expect(f"refuse{width}_{code}", reason)
                    self.assertEqual(self.value("control_retries_total", f"refuse{width}_{code}"), 0)
        self.expect("refuse_section", "port_in_use")

    def test_all_response_shapes(self):
        for name in ("short", "long", "mixed", "whole"):
            with self.subTest(shape=name):
                self.expect(f"shape_{name}", None, {"sent": PACKETS, "received": PACKETS})

    def test_replies_from_another_port(self):
        self.expect("wrong_port", "timeout", {"sent": PACKETS, "unknown": PACKETS})
        unmatched = self.metrics.get("ipsla_exporter_unmatched_datagrams_total", reason="source")
        self.assertGreaterEqual(unmatched, PACKETS * ROUNDS)

    def test_processing_time_is_subtracted(self):
        self.expect("holding", None, {"sent": PACKETS, "received": PACKETS})
        count = self.value("rtt_seconds_count", "holding")
        total = self.value("rtt_seconds_sum", "holding")
        self.assertLess(total / count, 0.035, "round trip without the 40 ms at the responder")
        processing = self.metrics.get("ipsla_responder_processing_seconds_sum", target="holding")
        self.assertAlmostEqual(processing, 0.040 * count, places=6)

    def test_impossible_processing_time(self):
        self.expect("boasting", None,
                    {"sent": PACKETS, "received": PACKETS, "corrupt": PACKETS})
        self.assertBetween(self.value("rtt_seconds_sum", "boasting"), 0.0, 0.3 * PACKETS * ROUNDS * 2)

    def test_copied_sequence_shows_loss_on_the_way_back(self):
        self.expect("copying", None, {"sent": PACKETS, "received": PACKETS - 1, "ds": 1})

    def test_senseless_sequences(self):
        self.expect("inventing", None, {"sent": PACKETS, "received": PACKETS})
        unmatched = self.metrics.get("ipsla_exporter_unmatched_datagrams_total", reason="sequence")
        self.assertGreaterEqual(unmatched, PACKETS * ROUNDS)

    def test_exporter_survived(self):
        self.assertEqual(self.stopped, 0, self.stderr)


if __name__ == "__main__":
    harness.main()
