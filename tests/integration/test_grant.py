# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""For how long the responder opens its port: what this host sends too late, or would, is no loss."""

import select
import signal
import struct
import time

import harness
import ipsla_wire as wire

PORT = 16384
DURATION_AT = 22  # in a request and in its long reply


class Peer:
    """Opens its port for as long as it is asked, or for `grants_ms`, and answers nothing after that."""

    def __init__(self, namespace, grants_ms=None):
        self.control = namespace.udp("127.0.0.1", 1967)
        self.probes = namespace.udp("127.0.0.1", PORT)
        self.grants_ms, self.requests, self.until = grants_ms, 0, 0.0

    def take_request(self):
        """The next request; its answer, not yet sent."""
        data, self.asker = self.control.recvfrom(2048)
        self.requests, self.seen = self.requests + 1, 0
        asked_ms = struct.unpack_from(">H", data, DURATION_AT)[0]
        granted_ms = self.grants_ms or asked_ms
        self.until = time.monotonic() + granted_ms / 1000
        reply = bytearray(wire.long_reply(data))
        struct.pack_into(">H", reply, DURATION_AT, granted_ms)
        return reply

    def answer_probe(self):
        data, asker = self.probes.recvfrom(2048)
        if time.monotonic() < self.until:
            self.seen += 1
            self.probes.sendto(wire.jitter_reply(data, self.seen), asker)

    def serve(self, process):
        while process.is_running():
            ready = select.select([self.control, self.probes], [], [], 0.1)[0]
            if self.control in ready:
                self.control.sendto(self.take_request(), self.asker)
            if self.probes in ready:
                self.answer_probe()


class GrantTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def probe(self, *flags):
        return harness.Process(self.namespace, [
            harness.program("ipsla"), "probe", "127.0.0.1", "--port", PORT, "--interval", "20ms",
            "--output", "json", *flags])

    def finish(self, process, peer):
        peer.serve(process)
        result = harness.Finished(process).json()
        self.assertEqual(result["packets"]["lost"], {"sd": 0, "ds": 0, "unknown": 0}, result)
        return result

    def test_short_grant(self):
        """A train of 2 s, a port that is open for 500 ms less some that the way may take."""
        peer = Peer(self.namespace, grants_ms=500)
        process = self.probe("--count", "100", "--timeout", "1s")
        reply = peer.take_request()
        peer.until = float("inf")  # what counts is when packets leave
        peer.control.sendto(reply, peer.asker)
        packets = self.finish(process, peer)["packets"]
        self.assertEqual(peer.requests, 1)
        self.assertBetween(packets["sent"], 1, 25)
        self.assertEqual(packets["received"] + packets["late"], packets["sent"])
        self.assertGreaterEqual(packets["missed"], 75)

    def pause_before_the_first_probe(self, timeout, pause):
        """Until `pause` seconds after the control answer reached the process, which stands still.
        Returns the peer, what the program says, and how long after its request it went on."""
        peer = Peer(self.namespace)
        process = self.probe("--count", "10", "--timeout", timeout)
        reply = peer.take_request()
        asked = time.monotonic()
        process.pause()
        peer.control.sendto(reply, peer.asker)
        time.sleep(pause)  # nothing happens meanwhile: that is what is tested
        resumed = time.monotonic()
        process.signal(signal.SIGCONT)
        return peer, self.finish(process, peer), resumed - asked

    def test_port_that_was_closed_meanwhile_is_asked_for_again(self):
        peer, result, _ = self.pause_before_the_first_probe("1s", 1.5)
        self.assertEqual(peer.requests, 2)
        self.assertEqual(result["outcome"], "ok", result)
        self.assertGreater(result["packets"]["received"], 0)

    def test_control_round_trip_does_not_count_the_pause(self):
        """More than a second: so long a kernel's timestamp is believed anyway."""
        peer, result, paused = self.pause_before_the_first_probe("10s", 1.2)
        self.assertEqual(peer.requests, 1)
        self.assertEqual(result["outcome"], "ok", result)
        self.assertLess(result["control"]["rtt_seconds"], paused)

    def test_train_that_no_request_can_ask_for(self):
        done = self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", "--count", "20000",
                                "--interval", "10")
        self.assertEqual(done.code, 2, done.evidence)
        self.assertIn("sending takes 200 s, but control version 1 over IPv4 can ask for the port for "
                      "65.535 s at most", done.stderr)


if __name__ == "__main__":
    harness.main()
