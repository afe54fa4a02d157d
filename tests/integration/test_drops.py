# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""An exporter that does not read its sockets for a moment, while more comes than their buffers hold: the
kernel really drops. What was dropped is counted, told by the responder inside, and is no loss."""

import select
import signal

import harness
import ipsla_wire as wire

PACKETS = 10
PORT = 16384
QUIET = 1  # seconds
SOME, NONE, INSIDE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
CONFIG = f"""
defaults: {{frequency: 60s, timeout: 5s, num_packets: {PACKETS}, interval: 50ms, start: now}}
responder: {{listen: ['{INSIDE}:1967']}}
targets:
  - {{name: some, host: {SOME}, port: {PORT}}}
  - {{name: none, host: {NONE}, port: {PORT}}}
"""
SMALL, LARGE = b"\xff" * 32, b"\xff" * 60000


class Peer:
    """Grants its port, then answers every second probe, or none; the other answers are held back."""

    def __init__(self, namespace, address, is_prompt):
        self.control = namespace.udp(address, 1967)
        self.probes = namespace.udp(address, PORT)
        self.is_prompt, self.seen, self.held, self.asker = is_prompt, 0, [], None

    def on_readable(self, sock):
        data, self.asker = sock.recvfrom(2048)
        if sock is self.control:
            sock.sendto(wire.long_reply(data), self.asker)
            return
        self.seen += 1
        reply = wire.jitter_reply(data, self.seen)
        if self.is_prompt and self.seen % 2 == 1:
            sock.sendto(reply, self.asker)
        else:
            self.held.append(reply)

    def release(self):
        for reply in self.held:
            self.probes.sendto(reply, self.asker)


class DropsTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.flood = self.namespace.udp("127.0.0.4")
        self.addCleanup(self.flood.close)

    def drops(self, port):
        """What the kernel dropped of a port, by its own count."""
        with self.namespace.entered(), open("/proc/thread-self/net/udp", encoding="ascii") as file:
            return sum(int(line.split()[-1]) for line in file.readlines()[1:]
                       if line.split()[1].endswith(f":{port:04X}"))

    def fill(self, peer):
        """Until even small datagrams find no room."""
        for data in (LARGE, SMALL):
            for sent in range(10000):
                before = self.drops(peer[1])
                self.flood.sendto(data, peer)
                if self.drops(peer[1]) > before:
                    break
            self.assertLess(sent, 9999, "the buffer never fills")

    def serve(self, peers):
        """Until both trains have ended: nothing comes for many intervals, yet the timeout is far away."""
        by_socket = {sock: peer for peer in peers for sock in (peer.control, peer.probes)}
        while True:
            ready = select.select(list(by_socket), [], [],
                                  QUIET if all(p.seen for p in peers) else harness.PATIENCE)[0]
            for sock in ready:
                by_socket[sock].on_readable(sock)
            if not ready:
                return

    def overflow(self, process, peers):
        """Stops the process, whose peers then send what they held back to a full socket."""
        port = peers[0].asker[1]
        self.assertEqual({peer.asker[1] for peer in peers}, {port}, "they share a socket")
        process.pause()
        self.fill(("127.0.0.1", port))
        before = self.drops(port)
        for peer in peers:
            self.assertGreater(len(peer.held), 0)
            peer.release()
        self.assertEqual(self.drops(port) - before, sum(len(peer.held) for peer in peers))

    def test_drops_are_told_and_no_loss(self):
        some, none = peers = Peer(self.namespace, SOME, True), Peer(self.namespace, NONE, False)
        exporter = harness.Exporter(self.namespace, CONFIG)
        self.serve(peers)
        self.overflow(exporter.process, peers)
        dropped = self.drops(some.asker[1])
        self.fill((INSIDE, 1967))
        dropped_inside = self.drops(1967)
        exporter.process.signal(signal.SIGCONT)

        metrics = exporter.wait_metrics(
            lambda metrics: all(metrics.get("ipsla_operations_total", target=name) == 1
                                for name in ("some", "none")), "results")
        for name, peer in (("some", some), ("none", none)):
            get = lambda counter: metrics.get(f"ipsla_packets_{counter}_total", target=name)
            self.assertEqual(get("sent"), peer.seen)
            self.assertEqual(get("dropped"), len(peer.held))
            self.assertEqual(get("received"), peer.seen - len(peer.held))
            self.assertEqual(metrics.total("ipsla_packets_lost_total", target=name), 0)
        self.assertEqual(metrics.get("ipsla_operation_success", target="some"), 1)
        self.assertEqual(metrics.get("ipsla_operation_failures_total", target="none", reason="local"), 1)
        self.assertEqual(metrics.get("ipsla_exporter_socket_drops_total"), dropped)
        self.assertGreater(
            metrics.get("ipsla_exporter_unmatched_datagrams_total", reason="stranger"), 0)
        # The kernel tells a socket that stays open with the next datagram.
        self.flood.sendto(SMALL, (INSIDE, 1967))
        exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_responder_socket_drops_total") == dropped_inside,
            f"{dropped_inside} drops of the responder")

    def probe(self, is_prompt, *flags):
        """A peer, and what `ipsla probe` says of it."""
        peer = Peer(self.namespace, SOME, is_prompt)
        process = harness.Process(self.namespace, [
            harness.program("ipsla"), "probe", SOME, "--port", PORT, "--count", PACKETS, "--interval", "50ms",
            "--timeout", "5s", *flags])
        self.serve([peer])
        self.overflow(process, [peer])
        process.signal(signal.SIGCONT)
        return peer, harness.Finished(process)

    def test_probe_as_json(self):
        peer, done = self.probe(True, "--output", "json", "--packets")
        result = done.json()
        self.assertEqual(result["outcome"], "ok", done.evidence)
        self.assertEqual(result["packets"]["lost"], {"sd": 0, "ds": 0, "unknown": 0})
        self.assertEqual(result["packets"]["dropped"], len(peer.held))
        self.assertEqual([sample["fate"] for sample in result["samples"]].count("dropped"), len(peer.held))

    def test_probe_as_text(self):
        peer, done = self.probe(False)
        self.assertNotEqual(done.code, 0)
        self.assertIn(f"Dropped Here: {len(peer.held)}\n", done.stdout)
        self.assertIn("Reason: this host was too slow to read the answers", done.stdout)


if __name__ == "__main__":
    harness.main()
