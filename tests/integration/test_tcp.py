# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""tcp-connect against a plain server, our responder, a closed port, and addresses without an answer."""

import socket
import subprocess

import harness

TIME_WAIT = "06"


class TcpTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def probe(self, *arguments, host="127.0.0.1"):
        return self.run_program(self.namespace, "ipsla", "probe", host, "--operation=tcp-connect",
                                "--output=json", *arguments)

    def server(self, backlog=5):
        with self.namespace.entered():
            server = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self.addCleanup(server.close)
        return server

    def sockets(self, state):
        """(local port, remote port) of the TCP sockets in this state."""
        with self.namespace.entered(), open("/proc/thread-self/net/tcp", encoding="ascii") as file:
            rows = [line.split() for line in file.readlines()[1:]]
        return [(int(row[1].split(":")[1], 16), int(row[2].split(":")[1], 16))
                for row in rows if row[3] == state]

    def test_plain_server(self):
        server = self.server()
        port = server.getsockname()[1]
        done = self.probe("--control=none", f"--port={port}")
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assertEqual((result["outcome"], result["return_code"]), ("ok", 1))
        self.assertEqual(result["rtt_seconds"]["count"], 1)
        self.assertBetween(result["rtt_seconds"]["avg"], 1e-6, 5, "handshake on loopback")
        connection, _ = server.accept()
        self.addCleanup(connection.close)
        connection.settimeout(harness.PATIENCE)
        self.assertEqual(connection.recv(1), b"")

    def test_responder_closes_first(self):
        self.responder(self.namespace)
        done = self.probe("--port=50001")
        self.assertEqual(done.code, 0, done.evidence)
        self.assertGreater(done.json()["control"]["rtt_seconds"], 0)
        left = self.sockets(TIME_WAIT)
        self.assertEqual([local for local, _ in left], [50001], "only the responder's side")

    def test_permanent_port(self):
        self.responder(self.namespace, "--permanent-tcp-port", "5000")
        done = self.probe("--control=none", "--port=5000")
        self.assertEqual(done.code, 0, done.evidence)

    def test_refused(self):
        done = self.probe("--control=none", "--port=9")
        self.assertEqual(done.code, 1, done.evidence)
        result = done.json()
        self.assertEqual((result["outcome"], result["return_code"]), ("refused", 16))
        self.assertIn("refuses", result["reason"])

    def route(self, kind):
        with self.namespace.entered():
            subprocess.run(["ip", "route", "add", kind, "198.51.100.0/24"], check=True)

    def test_unreachable(self):
        self.route("unreachable")
        done = self.probe("--control=none", "--port=80", host="198.51.100.1")
        self.assertEqual(done.json()["outcome"], "unreachable", done.evidence)

    def test_timeout(self):
        """A full queue of a server that accepts nothing drops what comes."""
        server = self.server(backlog=0)
        address = server.getsockname()
        with self.namespace.entered():
            fill = [socket.socket() for _ in range(3)]
        for one in fill:
            self.addCleanup(one.close)
            one.setblocking(False)
            one.connect_ex(address)
        done = self.probe("--control=none", f"--port={address[1]}", "--timeout=300ms")
        result = done.json()
        self.assertEqual((result["outcome"], result["return_code"]), ("timeout", 4), done.evidence)

    def test_exporter_with_a_fixed_source_port(self):
        """One port, again and again: the connection before must not be in the way."""
        server = self.server(backlog=100)
        exporter = harness.Exporter(self.namespace, f"""
            targets:
              - {{name: web, host: 127.0.0.1, port: {server.getsockname()[1]}, module: tcp,
                   frequency: 1s, timeout: 1s, source_port: 4000, control: {{version: none}}}}
            """)
        metrics = exporter.wait_metrics(
            lambda now: (now.get("ipsla_operations_total", target="web") or 0) >= 3, "three operations")
        self.assertEqual(metrics.total("ipsla_operation_failures_total"), 0, metrics.of("web"))
        self.assertGreaterEqual(metrics.get("ipsla_rtt_seconds_count", target="web"), 3)
        for absent in ("ipsla_jitter_seconds_count", "ipsla_packets_duplicate_total",
                       "ipsla_responder_processing_seconds_count"):
            self.assertEqual(metrics.all(absent, target="web"), {}, absent)

    def test_hosted_responder_counts(self):
        exporter = harness.Exporter(self.namespace, """
            targets:
              - {name: own, host: 127.0.0.1, port: 5001, operation: tcp-connect,
                 frequency: 1s, timeout: 1s}
            responder: {permanent_tcp_ports: ['127.0.0.1:5002']}
            """)
        exporter.wait_metrics(
            lambda now: (now.get("ipsla_responder_probes_total", kind="tcp_connect") or 0) > 0 and
            now.get("ipsla_operation_success", target="own") == 1, "a connection")


if __name__ == "__main__":
    harness.main()
