# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Operations without a control request: permanent ports, plain echo servers, verified data."""

import select
import socket
import threading

import harness


class EchoServer(threading.Thread):
    """Returns each datagram as `change` makes it."""

    def __init__(self, namespace, change=lambda data: data):
        super().__init__(daemon=True)
        self.change = change
        self.seen = []
        self.socket = namespace.udp()
        self.port = self.socket.getsockname()[1]
        self.done, self.stopper = socket.socketpair()
        self.start()

    def run(self):
        while True:
            ready, _, _ = select.select([self.socket, self.done], [], [])
            if self.done in ready:
                return
            data, peer = self.socket.recvfrom(2048)
            self.seen.append(data)
            reply = self.change(data)
            if reply is not None:
                self.socket.sendto(reply, peer)

    def close(self):
        self.stopper.close()
        self.join(10)
        self.socket.close()
        self.done.close()


class PlainTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def probe(self, *arguments):
        return self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", "--control=none",
                                "--output=json", *arguments)

    def server(self, *arguments):
        server = EchoServer(self.namespace, *arguments)
        self.addCleanup(server.close)
        return server

    def test_permanent_port(self):
        self.responder(self.namespace, "--permanent-port", "5000")
        for _ in range(2):
            done = self.probe("--port=5000", "--count=5")
            self.assertEqual(done.code, 0, done.evidence)
            result = done.json()
            self.assertIsNone(result["control"]["version"])
            self.assertIsNone(result["control"]["rtt_seconds"])
            self.assert_counts(result["packets"], 5, done.evidence)
            self.assert_pairs(result["jitter_seconds"]["ds"]["samples"], result["packets"])

    def test_plain_echo_server(self):
        server = self.server()
        done = self.probe("--operation=udp-echo", f"--port={server.port}", "--verify-data",
                          "--data-pattern=0102FF", "--size=12")
        self.assertEqual(done.code, 0, done.evidence)
        self.assertEqual(server.seen, [bytes.fromhex("00010000" "0102ff0102ff0102")])

    def test_some_of_several_echoes_are_lost(self):
        """The server answers every other packet, and the operation is good."""
        count = iter(range(100))
        server = self.server(lambda data: data if next(count) % 2 == 0 else None)
        done = self.probe("--operation=udp-echo", f"--port={server.port}", "--num-packets=6", "--interval=20ms",
                          "--timeout=1s")
        self.assertEqual(done.code, 0, done.evidence)
        packets = done.json()["packets"]
        self.assert_counts(packets, 6, done.evidence, unknown=packets["sent"] // 2)
        self.assertEqual(packets["lost"]["sd"] + packets["lost"]["ds"], 0)

    def test_changed_data(self):
        server = self.server(lambda data: data[:-1] + b"x")
        flags = ("--operation=udp-echo", f"--port={server.port}")
        self.assertEqual(self.probe(*flags).code, 0)
        done = self.probe("--verify-data", *flags)
        self.assertEqual(done.code, 1, done.evidence)
        result = done.json()
        self.assertEqual((result["outcome"], result["return_code"]), ("verify", 9))
        self.assertEqual(result["packets"]["corrupt"], 1)

    def test_closed_port_is_unreachable(self):
        done = self.probe("--operation=udp-echo", "--port=9")
        self.assertEqual(done.code, 1, done.evidence)
        self.assertEqual(done.json()["outcome"], "port_unreachable")

    def test_exporter(self):
        server = self.server()
        exporter = harness.Exporter(self.namespace, f"""
            targets:
              - {{name: plain, host: 127.0.0.1, port: {server.port}, frequency: 1s, timeout: 1s,
                   operation: udp-echo, control: {{version: none}}, verify_data: true}}
            """)
        metrics = exporter.wait_metrics(
            lambda now: now.get("ipsla_operations_total", target="plain") > 0, "an operation")
        self.assertEqual(metrics.get("ipsla_operation_success", target="plain"), 1)
        self.assertEqual(metrics.get("ipsla_target_info", target="plain", control="none"), 1)
        self.assertEqual(metrics.all("ipsla_control_retries_total"), {})


if __name__ == "__main__":
    harness.main()
