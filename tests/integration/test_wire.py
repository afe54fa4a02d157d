# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What the sender puts on the wire, as the relay saw it: byte for byte the vectors, and on time."""

import os

import harness
import ipsla_wire as wire

OURS, THEIRS = "198.51.100.19", "198.51.100.20"  # the vectors' responder address
VECTORS = os.path.join(harness.SOURCE_DIR, "tests/vectors/ipsla.txt")


class WireTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.vectors = wire.read_vectors(VECTORS)

    def measure(self, planned, *arguments):
        """Runs one operation through a relay; returns the requests' log rows: control, probes. `self.packets` is
        what became of them."""
        relay = harness.Relay(addresses=(OURS, THEIRS), prefix_length=29)
        self.responder(relay.right)
        done = self.run_program(relay.left, "ipsla", "probe", THEIRS, "--output", "json", *arguments)
        self.assertEqual(done.code, 0, done.evidence)
        self.packets = done.json()["packets"]
        self.assert_counts(self.packets, planned, done.evidence)
        rows = relay.rows(direction="lr")
        return ([row for row in rows if row["kind"] == "control"],
                [row for row in rows if row["kind"] in ("echo", "jitter", "udp")],
                relay)

    def test_udp_jitter(self):
        control, probes, relay = self.measure(10, "--operation", "udp-jitter", "--port", "16384")
        self.assertEqual(len(control), 1)
        request = bytes.fromhex(control[0]["payload"])
        vector = self.vectors["C4"].data
        self.assertEqual(len(request), 52)
        self.assertEqual(request[:1] + vector[1:2] + request[2:], vector, "C4 but for the id")
        sent = self.packets["sent"]
        numbers = [row["sequence"] for row in probes]
        self.assertEqual((numbers, len(numbers)), (sorted(set(numbers)), sent))
        self.assertEqual((numbers[0], numbers[-1] <= 10), (1, True))
        model = self.vectors["P2"].data
        nonces = set()
        for row in probes:
            data = bytes.fromhex(row["payload"])
            same = data[:4] + model[4:8] + data[8:12] + model[12:14] + data[14:16] + model[16:24] + data[24:]
            self.assertEqual(same, model, "P2 but for time, sequence and nonce")
            nonces.add(data[16:24])
            self.assertEqual(row["bytes"], 32)
            self.assertEqual(row["kind"], "jitter")
            self.assertEqual(row["source_port"], control[0]["source_port"], "one port for both")
            self.assertEqual(row["destination_port"], 16384)
            self.assertEqual(row["tos"], 0)
            stamp = int.from_bytes(data[4:8], "big")
            seen = row["received_wall_ns"] // 1_000_000 % 86_400_000
            age = (seen - stamp) % 86_400_000
            self.assertLess(age, 60_000, "send time is UTC milliseconds of the day")
        self.assertEqual(len(nonces - {model[16:24]}), 1, "one of the operation, and drawn")
        replies = [bytes.fromhex(row["payload"]) for row in relay.rows(direction="rl", kind="jitter")]
        self.assertEqual([int.from_bytes(data[14:16], "big") for data in replies],
                         list(range(1, sent + 1)), "the responder counts")
        answer = relay.rows(direction="rl", kind="control")
        self.assertEqual(bytes.fromhex(answer[0]["payload"]), request[:3] + b"\x18" + request[4:24])
        self.assertGreaterEqual(probes[0]["received_mono_ns"], answer[0]["forwarded_mono_ns"])

    def test_udp_echo(self):
        control, probes, relay = self.measure(1, "--operation", "udp-echo", "--port", "50000")
        request = bytes.fromhex(control[0]["payload"])
        vector = self.vectors["C1"].data
        self.assertEqual(request[:1] + vector[1:2] + request[2:], vector, "C1 but for the id")
        vector = self.vectors["P1"].data
        (sent,) = (bytes.fromhex(row["payload"]) for row in probes)
        self.assertEqual(sent[:4] + vector[4:12] + sent[12:], vector, "P1 but for the nonce")
        self.assertNotEqual(sent[4:12], vector[4:12])
        back = relay.rows(direction="rl", kind="echo")
        self.assertEqual([row["payload"] for row in back], [row["payload"] for row in probes])

    def test_data_pattern_is_all_there_is(self):
        """Who asks for a pattern gets the vector, byte for byte."""
        _, probes, _ = self.measure(1, "--operation", "udp-echo", "--port", "50000", "--data-pattern", "ABCD")
        self.assertEqual([bytes.fromhex(row["payload"]) for row in probes], [self.vectors["P1"].data])

    def test_schedule_does_not_drift(self):
        """400 packets 5 ms apart. A sender that waits 5 ms after each packet falls behind by its own
        overhead every time. Lateness is the smallest of half the packets, so that a stall cannot matter."""
        interval = 5_000_000
        _, probes, _ = self.measure(400, "--port", "16384", "--count", "400", "--interval", "5")
        behind = {row["sequence"]: row["received_mono_ns"] - row["sequence"] * interval for row in probes}
        early, late = (min(behind[number] for number in behind if (number > 200) == half)
                       for half in (False, True))
        self.assertBetween(late - early, -2_000_000, 2_000_000, "drift over 1 s, ns")

    def test_lost_control_request_is_repeated_with_a_fresh_id(self):
        relay = harness.Relay("control_drop=1", addresses=(OURS, THEIRS), prefix_length=29)
        self.responder(relay.right)
        done = self.run_program(relay.left, "ipsla", "probe", THEIRS, "--port", "16384",
                                "--output", "json")
        self.assertEqual(done.code, 0, done.evidence)
        self.assertEqual(done.json()["control"]["retries"], 1)
        first, second = (bytes.fromhex(row["payload"])
                         for row in relay.rows(direction="lr", kind="control"))
        self.assertNotEqual(first[1], second[1])
        self.assertEqual(first[:1] + first[2:], second[:1] + second[2:])


if __name__ == "__main__":
    harness.main()
