# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Exporter, responder and probe need no privilege: all run as the user nobody. The one thing that does is
a source port below 1024, and it says so."""

import os
import shutil

import harness

CONFIG = """
targets:
  - {name: jitter, host: 127.0.0.1, port: 16384, frequency: 1s, timeout: 500ms, num_packets: 3}
  - {name: echo, host: 127.0.0.1, port: 7001, operation: udp-echo, frequency: 1s, timeout: 500ms}
"""

LOW_PORTS = CONFIG + """
  - {name: low, host: 127.0.0.1, port: 16390, frequency: 1s, timeout: 500ms, source_port: 500}
  - {name: low-too, host: 127.0.0.1, port: 16391, frequency: 1s, timeout: 500ms, source_port: 501}
"""
NEEDS = "source_port 500: Permission denied; a port below 1024 needs CAP_NET_BIND_SERVICE"


class PrivilegeTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        # Copies: nobody may not be able to enter the directories above the build.
        directory = os.path.join(harness.scratch_dir(), "bin")
        os.mkdir(directory, 0o755)
        for name in ("ipsla", "ipsla_exporter", "ipsla_responder"):
            shutil.copy(harness.program(name), os.path.join(directory, name))
        harness.BIN_DIR = directory

    def test_options_as_nobody(self):
        """Marks, TTL, DF and a device take no privilege (Linux 5.7 and later)."""
        namespace = harness.Namespace()
        self.responder(namespace, user="nobody")
        done = self.run_program(
            namespace, "ipsla", "probe", "127.0.0.1", "--tos", "0xc1", "--ttl", "9", "--dont-fragment",
            "--interface", "lo", "--source", "127.0.0.2", "--source-port", "1024", "--output", "json",
            user="nobody")
        self.assertEqual((done.code, done.json()["packets"]["received"]), (0, 10), done.evidence)
        self.assertEqual(done.json()["reply"], {"dscp": 48, "ttl": 255})

    def test_what_needs_a_privilege_names_it(self):
        namespace = harness.Namespace()
        self.responder(namespace, user="nobody")
        arguments = ("ipsla", "probe", "127.0.0.1", "--source-port", "500", "--output", "json")
        done = self.run_program(namespace, *arguments, user="nobody")
        result = done.json()
        self.assertEqual((done.code, result["outcome"]), (1, "local"), done.evidence)
        self.assertEqual(result["reason"], "this host could not send: " + NEEDS)
        done = self.run_program(namespace, *arguments)
        self.assertEqual(done.code, 0, "root may")
        exporter = harness.Exporter(namespace, LOW_PORTS, user="nobody")
        exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_operation_success", target="jitter") == 1
            and metrics.get("ipsla_operation_failures_total", target="low", reason="local"),
            "one to succeed and the other to fail")
        self.assertEqual(exporter.process.stderr().count("CAP_NET_BIND_SERVICE"), 1, "said once")
        self.assertIn(NEEDS, exporter.process.stderr())

    def test_everything_as_nobody(self):
        namespace = harness.Namespace()
        responder = self.responder(namespace, user="nobody")
        exporter = harness.Exporter(namespace, CONFIG, user="nobody")
        for process in (responder, exporter.process):
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                status = file.read()
            self.assertRegex(status, r"CapEff:\s+0000000000000000")
            self.assertNotRegex(status, r"Uid:\s+0")
        metrics = exporter.wait_metrics(
            lambda metrics: all(metrics.get("ipsla_operation_success", target=name) == 1
                                for name in ("jitter", "echo")), "both targets to succeed")
        self.assertEqual(metrics.total("ipsla_packets_lost_total"), 0)
        for point in ("rx", "tx"):
            kernel = metrics.get("ipsla_exporter_timestamps_total", point=point, source="kernel")
            self.assertGreater(kernel, 0, "kernel timestamps need no privilege")
        done = self.run_program(namespace, "ipsla", "probe", "127.0.0.1", "--port", "16385",
                                "--output", "json", user="nobody")
        self.assertEqual((done.code, done.json()["packets"]["received"]), (0, 10), done.evidence)
        self.assertEqual(exporter.process.stop(), 0)
        self.assertEqual(responder.stop(), 0)


if __name__ == "__main__":
    harness.main()
