# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""--history.file: the latest operations outlive the exporter; a file that cannot be used or written stops nothing."""

import json
import os

import harness

CONFIG = """
defaults: {frequency: 250ms, timeout: 100ms}
targets:
  - {name: a, host: 127.0.0.1, operation: udp-echo}
  - {name: b, host: 127.0.0.1, num_packets: 2, history: 3}
  - {name: c, host: 127.0.0.1, operation: udp-echo, port: 7777, frequency: 1h}
responder: {listen: ['127.0.0.1:1967']}
"""
WRITTEN = "ipsla_exporter_history_last_write_successful"


class HistoryTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.path = os.path.join(harness.scratch_dir(), f"history-{self.id()}")

    def start(self, config=CONFIG, path=None):
        return harness.Exporter(self.namespace, config, "--history.file", path or self.path, "--workers=2")

    def stop(self, exporter):
        self.assertEqual(exporter.process.stop(), 0, exporter.process.evidence())

    def ends(self, exporter, name):
        answer = json.loads(exporter.request("GET", f"/api/v1/targets/{name}/operations")[2])
        return [operation["end_timestamp"] for operation in answer["operations"]]

    def status(self, exporter):
        return json.loads(exporter.request("GET", "/api/v1/status")[2])["history"]

    def after_some(self, exporter):
        """The operations of the targets, once each has its share."""
        harness.wait_for(lambda: len(self.ends(exporter, "a")) >= 5 and len(self.ends(exporter, "b")) == 3, "operations have run")
        return {name: self.ends(exporter, name) for name in "ab"}

    def test_a_restart_keeps_them(self):
        exporter = self.start()
        self.assertEqual(self.status(exporter)["last_write_success_timestamp"], None)
        before = self.after_some(exporter)
        self.stop(exporter)
        self.assertEqual(os.listdir(os.path.dirname(self.path)).count("history.new"), 0)
        exporter = self.start()
        after = {name: self.ends(exporter, name) for name in "abc"}
        self.assertTrue(set(before["a"]) <= set(after["a"]), (before, after))
        self.assertEqual(len(after["b"]), 3)
        self.assertIn('msg="history read"', exporter.process.stderr())
        self.assertEqual(self.status(exporter), {"file": self.path, "last_write_successful": True, "last_write_success_timestamp": None})
        self.stop(exporter)
        # Another port is another target; another frequency is not.
        changed = CONFIG.replace("name: a, host", "name: a, port: 5555, host").replace("history: 3", "history: 3, frequency: 1h")
        exporter = self.start(changed)
        self.assertLess(len(self.ends(exporter, "a")), 3)
        self.assertEqual(len(self.ends(exporter, "b")), 3)

    def test_a_damaged_file_is_set_aside(self):
        exporter = self.start()
        self.after_some(exporter)
        self.stop(exporter)
        with open(self.path, "r+b") as file:
            file.seek(100)
            byte = file.read(1)
            file.seek(100)
            file.write(bytes([byte[0] ^ 1]))
        exporter = self.start()
        said = exporter.process.stderr()
        self.assertIn('level=warn msg="the history file cannot be used and was set aside"', said)
        self.assertIn("it is damaged", said)
        self.assertTrue(os.path.exists(self.path + ".damaged") and not os.path.exists(self.path))
        self.after_some(exporter)
        self.stop(exporter)
        self.assertTrue(os.path.exists(self.path))

    def test_what_cannot_be_written_stops_nothing(self):
        exporter = self.start(path="/nowhere/history")
        self.after_some(exporter)
        self.assertEqual(exporter.scrape().get(WRITTEN), 0)
        self.assertFalse(self.status(exporter)["last_write_successful"])
        said = exporter.process.stderr()
        self.assertEqual(said.count("the history file cannot be written"), 1, said)
        self.assertIn('error="No such file or directory"', said)
        self.stop(exporter)


if __name__ == "__main__":
    harness.main()
