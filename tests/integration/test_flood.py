#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A responder of which many want sessions: a sender that uses its own goes on measuring."""
import os
import signal
import socket
import struct
import time

import harness

SOURCES = 50
ROUNDS = 100  # requests of each source: 5000 in all, for as many ports
PACE = 0.001  # seconds between bursts of one request from each tenth source


def request(number):
    """A version 1 control request for UDP echo on a port of its own, for a minute."""
    port = 20000 + number % 40000
    enable = struct.pack(">HHI4sHH", 2, 16, 0, socket.inet_aton("127.0.0.1"), port, 60000)
    return struct.pack(">BBHI", 1, number % 256, 52, 0) + enable + struct.pack(">HHI20x", 1, 28, 0)


JITTER_REQUEST = (struct.pack(">BBHI", 1, 1, 52, 0)
                  + struct.pack(">HHI4sHH", 4, 16, 0, socket.inet_aton("127.0.0.1"), 17000, 60000)
                  + struct.pack(">HHI20x", 1, 28, 0))


class FloodTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def flood(self):
        """Requests from all sources in turn, which nobody follows up with a probe."""
        with self.namespace.entered():
            sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SOURCES)]
            for i, each in enumerate(sockets):
                each.bind((f"127.0.9.{i + 1}", 0))
        number = 0
        for _ in range(ROUNDS):
            for i, each in enumerate(sockets):
                each.sendto(request(number), ("127.0.0.1", 1967))
                number += 1
                if i % 10 == 9:
                    time.sleep(PACE)
        for each in sockets:
            each.close()

    def test_a_sender_goes_on(self):
        self.responder(self.namespace, "--min-duration=1s")
        self.flood()
        for port in (17001, 17002, 17003):
            done = self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", f"--port={port}", "--output=json",
                                    "--interval=5ms")
            self.assertEqual((done.code, done.json()["outcome"]), (0, "ok"), done.evidence)

    def test_a_reserve_is_kept(self):
        responder = self.responder(self.namespace, "--max-sessions=20", "--reserve-for=127.0.0.1",
                                   "--reserved-sessions=5")
        self.flood()
        done = self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", "--port=17001", "--output=json",
                                "--interval=5ms")
        self.assertEqual((done.code, done.json()["outcome"]), (0, "ok"), done.evidence)
        self.assertIn("it has no allow list", responder.stderr())

    def test_packets_wait_for_a_stalled_responder(self):
        """500 packets come while it does not run: more than the system's default buffer holds."""
        packets = 500
        responder = self.responder(self.namespace)
        with self.namespace.entered():
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.settimeout(10)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sender.sendto(JITTER_REQUEST, ("127.0.0.1", 1967))
        sender.recv(100)
        os.kill(responder.pid, signal.SIGSTOP)
        for number in range(1, packets + 1):
            sender.sendto(struct.pack(">HHIIHH", 2, 0, 1, 0, number, 0) + bytes(16), ("127.0.0.1", 17000))
        os.kill(responder.pid, signal.SIGCONT)
        received = 0
        try:
            while received < packets:
                sender.recv(100)
                received += 1
        except TimeoutError:
            pass
        sender.close()
        self.assertEqual(received, packets)


if __name__ == "__main__":
    harness.main()
