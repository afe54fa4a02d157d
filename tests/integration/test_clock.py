# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A responder whose clock is set or runs wrong, behind a relay with known delays: round trip and jitter are as if
it were right, the offset is measured within its stated error, one-way delay is shown or withheld with a reason.
Whether this machine's own clock is synchronized does not matter: the tests say that it is, or that it is not known."""

import struct
import time

import harness
from fake_peers import PORT, Peer, Peers

THERE, BACK = 0.005, 0.012  # seconds that the relay delays
DELAYS = ("delay_us=5000", "delay_us=12000")
EPOCH = 2208988800  # of NTP


class Shifted(Peer):
    """Its clock is `shift` seconds ahead, runs `drift` too fast, and is set by `step` before packet `step_at`."""

    def __init__(self, address, shift=0.0, drift=0.0, step=0.0, step_at=0, is_utc=True):
        super().__init__(address)
        self.shift, self.drift, self.is_utc = shift, drift, is_utc
        self.step, self.step_at = step, step_at
        self.start = time.monotonic()

    def note_request(self, data):
        pass

    def now(self):
        stepped = self.step if self.step_at and self.probes >= self.step_at else 0.0
        return time.time() + self.offset() + stepped

    def offset(self):
        return self.shift + self.drift * (time.monotonic() - self.start)

    def on_probe(self, data):
        received = self.now()
        if data[1] == 3:
            reply = (data[:12] + self.stamp(received) + self.stamp(self.now()) + data[28:54]
                     + struct.pack("!H", self.probes) + data[56:])
        else:
            ms = int(received * 1000) % 86_400_000 | (0 if self.is_utc else 1 << 31)
            reply = (data[:2] + b"\0\0" + data[4:8] + struct.pack("!I", ms) + data[12:14]
                     + struct.pack("!H", self.probes) + data[16:])
        return [(0, reply)]

    @staticmethod
    def stamp(moment):
        return struct.pack("!II", int(moment) + EPOCH, int(moment % 1 * 2**32))


class ClockTest(harness.Case):
    def peer(self, **how):
        relay = harness.Relay(*DELAYS)
        peer = Shifted(harness.RIGHT, **how)
        peers = Peers(relay.right, [peer])
        self.addCleanup(peers.end)
        return relay, peer

    def measure(self, *flags, precision="microseconds", **how):
        """The JSON of one operation; round trips and jitter in it are bounded by the relay's delays."""
        relay, peer = self.peer(**how)
        done = self.run_program(relay.left, "ipsla", "probe", harness.RIGHT, "--port", str(PORT),
                                "--count", "12", "--interval", "40", "--precision", precision, "--output", "json", *flags)
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        packets = result["packets"]
        self.assert_counts(packets, 12, done.evidence)
        self.check_round_trips(result, 0.001 if precision == "milliseconds" else 0.0)
        return result, peer

    def check_round_trips(self, result, resolution):
        """No packet is faster than the relay. A way is never longer than the slowest round trip less what the
        other way takes at least, so that much, and no clock, is what jitter can be. Microseconds for drift."""
        rtt, slack = result["rtt_seconds"], 0.0001 + 2 * resolution
        self.assertBetween(rtt["min"], THERE + BACK, 5.0, "fastest round trip")
        bound = rtt["max"] - THERE - BACK + slack
        for way in result["jitter_seconds"]["sd"], result["jitter_seconds"]["ds"]:
            self.assertBetween(way["max"] or 0, 0, bound, "jitter")
            self.assert_pairs(way["samples"] + way["dropped"], result["packets"])

    def check_offset(self, result, expected):
        clock = result["clock"]
        error = clock["offset_error_seconds"]
        self.assertBetween(clock["offset_seconds"], expected - error, expected + error, "offset")
        self.assertBetween(error, (THERE + BACK) / 2, 0.5, "its error")

    def check_withheld(self, result, reason):
        delay = result["one_way_delay_seconds"]
        self.assertEqual(delay["withheld"], reason)
        for way in "sd", "ds":
            self.assertEqual((delay[way]["count"], delay[way]["min"], delay[way]["avg"]), (0, None, None))

    def test_right_clocks(self):
        for precision, resolution in (("microseconds", 0), ("milliseconds", 0.001)):
            result, _ = self.measure("--assume-synchronized", precision=precision)
            delay = result["one_way_delay_seconds"]
            self.assertIsNone(delay["withheld"])
            sent = result["packets"]["sent"]
            self.assertEqual((delay["sd"]["count"], delay["ds"]["count"], delay["negative"]), (sent, sent, 0))
            self.assertGreaterEqual(delay["sd"]["min"], THERE - resolution)
            self.assertGreaterEqual(delay["ds"]["min"], BACK - resolution)
            self.check_offset(result, 0)

    def test_clock_far_off_and_drifting(self):
        for precision in "microseconds", "milliseconds":
            result, peer = self.measure("--assume-synchronized", precision=precision,
                                        shift=-3600.25, drift=200e-6)
            self.check_withheld(result, "offset")
            self.check_offset(result, peer.offset())

    def test_clock_behind_by_more_than_the_path(self):
        result, _ = self.measure("--assume-synchronized", shift=-0.2)
        self.check_withheld(result, "offset")
        self.check_offset(result, -0.2)

    def test_clock_off_by_less_than_the_path_cannot_be_told(self):
        """What docs/measurement.md says of it: it is in the one-way delays, with opposite signs."""
        result, _ = self.measure("--assume-synchronized", "--clock-tolerance", "10ms", shift=0.004)
        delay = result["one_way_delay_seconds"]
        self.assertIsNone(delay["withheld"])
        self.assertGreaterEqual(delay["sd"]["min"], THERE + 0.004)
        self.assertGreaterEqual(delay["ds"]["min"], BACK - 0.004)
        self.check_offset(result, 0.004)

    def test_clock_set_in_the_middle(self):
        for step in 30.0, -30.0:
            result, _ = self.measure("--assume-synchronized", step=step, step_at=5)
            self.check_withheld(result, "responder_step")
            self.assertEqual(result["clock"],
                             {"responder_steps": 1, "offset_seconds": None, "offset_error_seconds": None,
                              "slewed": False})
            missed = result["packets"]["missed"]
            self.assertBetween(result["jitter_seconds"]["ds"]["dropped"], 0 if missed else 1, 1, "pairs")

    def test_not_utc(self):
        result, _ = self.measure("--assume-synchronized", precision="milliseconds", is_utc=False)
        self.check_withheld(result, "responder_clock")
        self.assertIsNone(result["clock"]["offset_seconds"])

    def test_exporter_says_the_same(self):
        relay, peer = self.peer(shift=7.5)
        good = Peers(relay.left, [Shifted("127.0.0.9")])
        self.addCleanup(good.end)
        exporter = harness.Exporter(relay.left, f"""
clock: {{assume_synchronized: true}}
defaults: {{precision: microseconds, frequency: 1s, timeout: 1s, start: now, interval: 10ms}}
targets:
  - {{name: far, host: {harness.RIGHT}, port: {PORT}}}
  - {{name: near, host: 127.0.0.9, port: {PORT}, clock_tolerance: 10ms}}
""")
        metrics = exporter.wait_metrics(
            lambda seen: min(seen.get("ipsla_operations_total", target=t) or 0 for t in ("far", "near")) >= 2,
            "two operations each")
        withheld = metrics.get("ipsla_one_way_delay_withheld_total", target="far", reason="offset")
        self.assertEqual(withheld, metrics.get("ipsla_operations_total", target="far"))
        self.assertEqual(metrics.total("ipsla_one_way_delay_seconds_count", target="far"), 0)
        error = metrics.get("ipsla_clock_offset_error_seconds", target="far")
        self.assertBetween(metrics.get("ipsla_clock_offset_seconds", target="far"),
                           peer.offset() - error, peer.offset() + error)
        self.assertEqual(metrics.total("ipsla_one_way_delay_withheld_total", target="near"), 0)
        for way in "sd", "ds":
            self.assertEqual(metrics.get("ipsla_one_way_delay_seconds_count", target="near", direction=way),
                             metrics.get("ipsla_packets_received_total", target="near"))
        self.assertEqual(metrics.total("ipsla_exporter_clock_state"), 1)
        if metrics.get("ipsla_exporter_clock_state", state="unknown") == 0:
            self.assertIn(metrics.get("ipsla_exporter_clock_synchronized"), (0, 1))
            self.assertGreaterEqual(metrics.get("ipsla_exporter_clock_maximum_error_seconds"), 0)

    def test_path_that_is_shorter_than_a_millisecond(self):
        """Milliseconds tell nothing of loopback, microseconds do."""
        namespace = harness.Namespace()
        peers = Peers(namespace, [Shifted("127.0.0.9")])
        self.addCleanup(peers.end)
        done = self.run_program(namespace, "ipsla", "probe", "127.0.0.9", "--port", str(PORT), "--count", "10",
                                "--precision", "milliseconds", "--output", "json", "--assume-synchronized",
                                "--clock-tolerance", "10ms")
        self.check_withheld(done.json(), "resolution")


if __name__ == "__main__":
    harness.main()
