# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The relay itself: it must do what it is told and log what it did, or the other tests prove nothing."""

import struct
import threading
import time

import harness

PORT = 7000


class Echo(threading.Thread):
    """Returns every datagram until it is asked to stop."""

    def __init__(self, namespace):
        super().__init__(daemon=True)
        self.sock = namespace.udp(harness.RIGHT, PORT)
        self.sock.settimeout(0.1)
        self.ending = threading.Event()
        self.start()

    def run(self):
        while not self.ending.is_set():
            try:
                data, peer = self.sock.recvfrom(2048)
                self.sock.sendto(data, peer)
            except TimeoutError:
                pass

    def end(self):
        self.ending.set()
        self.join()
        self.sock.close()


class RelayTest(harness.Case):
    def exchange(self, relay, count, spacing=0.002, replies=None):
        """Sends numbered datagrams; returns the numbers that came back, in order, and their times."""
        echo = Echo(relay.right)
        self.addCleanup(echo.end)
        sock = relay.left.udp(harness.LEFT)
        self.addCleanup(sock.close)
        sent, back = {}, []

        def collect(timeout):
            sock.settimeout(timeout)
            try:
                data = sock.recv(2048)
                back.append((struct.unpack("!H", data[2:4])[0], time.monotonic()))
                return True
            except (TimeoutError, BlockingIOError):
                return False

        for number in range(1, count + 1):
            sent[number] = time.monotonic()
            sock.sendto(b"\x00\x63" + struct.pack("!H", number) + bytes(12), (harness.RIGHT, PORT))
            while collect(spacing):
                pass
        harness.wait_for(lambda: len(relay.rows(direction="lr", kind="udp")) >= count, "requests in the log")
        harness.wait_for(lambda: not collect(0.3) and (replies is None or len(back) >= replies),
                         lambda: f"{len(back)} of {replies} replies")
        return sent, back

    def test_delay_and_times(self):
        relay = harness.Relay("delay_us=5000", "delay_us=7000")
        sent, back = self.exchange(relay, 20, replies=20)
        self.assertEqual([number for number, _ in back], list(range(1, 21)))
        for number, arrived in back:
            self.assertGreaterEqual(arrived - sent[number], 0.012)
        for direction, delay in (("lr", 5_000_000), ("rl", 7_000_000)):
            rows = relay.rows(direction=direction, kind="udp")
            self.assertEqual(len(rows), 20)
            for row in rows:
                self.assertGreaterEqual(row["forwarded_mono_ns"] - row["received_mono_ns"], delay)

    def test_drop_pattern(self):
        relay = harness.Relay("drop_every=10", "drop_every=15")
        _, back = self.exchange(relay, 100, replies=84)
        through = [n for n in range(1, 101) if n % 10]
        expected = [n for index, n in enumerate(through, 1) if index % 15]
        self.assertEqual([number for number, _ in back], expected)
        self.assertEqual(len(relay.rows(direction="lr", result="lost")), 10)
        self.assertEqual(len(relay.rows(direction="rl", result="lost", actions="drop")), 6)

    def test_duplicate_hold_corrupt(self):
        relay = harness.Relay("duplicate_every=7", "hold_every=11,hold_us=1000000")
        _, back = self.exchange(relay, 30, replies=34)
        numbers = [number for number, _ in back]
        self.assertEqual({n for n in numbers if numbers.count(n) == 2}, {7, 14, 21, 28})
        late = {row["number"] for row in relay.rows(direction="rl", actions="hold")}
        self.assertEqual(late, {11, 22, 33})
        self.assertNotEqual(numbers, sorted(numbers))
        relay = harness.Relay("corrupt_every=5,corrupt_offset=3")
        _, back = self.exchange(relay, 10, replies=10)
        self.assertEqual([n for n, _ in back], [1, 2, 3, 4, 5 ^ 0xff, 6, 7, 8, 9, 10 ^ 0xff])

    def test_random_loss_repeats(self):
        lost = []
        for seed in (7, 7, 8):
            relay = harness.Relay("loss_ppm=300000", seed=seed)
            self.exchange(relay, 60, spacing=0.0005)
            lost.append([row["number"] for row in relay.rows(result="lost", actions="loss")])
        self.assertEqual(lost[0], lost[1])
        self.assertNotEqual(lost[0], lost[2])
        self.assertBetween(len(lost[0]), 5, 35, "30 % of 60")

    def test_control_and_icmp_are_not_probes(self):
        relay = harness.Relay("drop_every=1,control_drop=2", "drop_every=1")
        control = relay.right.udp(harness.RIGHT, 1967)
        sender = relay.left.udp(harness.LEFT)
        self.addCleanup(control.close)
        self.addCleanup(sender.close)
        for word in (b"one", b"two", b"three"):
            sender.sendto(word, (harness.RIGHT, 1967))
        self.assertEqual(control.recv(100), b"three")
        with relay.left.entered():
            import socket
            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.addCleanup(raw.close)
        raw.settimeout(harness.PATIENCE)
        raw.sendto(bytes.fromhex("0800f7fd00010001"), (harness.RIGHT, 0))
        self.assertEqual(raw.recv(100)[20], 0, "echo reply")
        self.assertEqual(len(relay.rows(kind="icmp", result="forwarded")), 2)

    def test_ends_cleanly_and_refuses_nonsense(self):
        relay = harness.Relay()
        self.assertEqual(relay.process.stop(), 0)
        bad = harness.Finished(harness.Process(relay.left, [
            harness.RELAY, "--left", "a,b,1.2.3.4/30", "--right", "a,b,1.2.3.4/30", "--log", "x",
            "--left-to-right", "drop_evry=3"]))
        self.assertEqual(bad.code, 2)
        missing = harness.Finished(harness.Process(relay.left, [
            harness.RELAY, "--left", "/nowhere,b,1.2.3.4/30", "--right", "a,b,1.2.3.4/30",
            "--log", "x"]))
        self.assertEqual(missing.code, 1)
        self.assertIn("open the namespaces", missing.stderr)


if __name__ == "__main__":
    harness.main()
