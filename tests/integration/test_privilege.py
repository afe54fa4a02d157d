# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Exporter, responder and probe need no privilege: all run as the user nobody."""

import os
import shutil

import harness

CONFIG = """
targets:
  - {name: jitter, host: 127.0.0.1, port: 16384, frequency: 1s, timeout: 500ms, num_packets: 3}
  - {name: echo, host: 127.0.0.1, port: 7001, operation: udp-echo, frequency: 1s, timeout: 500ms}
"""


class PrivilegeTest(harness.Case):
    def test_everything_as_nobody(self):
        # Copies: nobody may not be able to enter the directories above the build.
        for name in ("ipsla", "ipsla_exporter", "ipsla_responder"):
            shutil.copy(harness.program(name), os.path.join(harness.scratch_dir(), name))
        harness.BIN_DIR = harness.scratch_dir()
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
