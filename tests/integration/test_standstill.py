# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A process that stood still says so, and counts what it missed."""

import signal
import time

import harness

CONFIG = """
defaults: {operation: udp-echo, timeout: 500ms}
targets:
  - {name: each-second, host: 127.0.0.1, port: 16384, frequency: 1s, start: now}
  - {name: later, host: 127.0.0.1, port: 16384, frequency: 60s, start: after 2s}
"""
STANDSTILL_S = 4.5


class StandstillTest(harness.Case):
    def test_late_and_missed_starts_are_told(self):
        namespace = harness.Namespace()
        self.responder(namespace)
        exporter = harness.Exporter(namespace, CONFIG)
        exporter.wait_metrics(lambda metrics: metrics.get("ipsla_operations_total", target="each-second") == 1,
                              "the first operation")
        exporter.process.pause()
        time.sleep(STANDSTILL_S)  # the clock must go on
        exporter.process.signal(signal.SIGCONT)
        metrics = exporter.wait_metrics(lambda metrics: metrics.get("ipsla_operations_total", target="later") == 1
                                        and metrics.get("ipsla_operations_missed_total", target="each-second"),
                                        "the operation that was due meanwhile")
        self.assertGreaterEqual(metrics.get("ipsla_operations_missed_total", target="each-second"), 3)
        self.assertEqual(metrics.get("ipsla_operations_missed_total", target="later"), 0)
        self.assertEqual(metrics.total("ipsla_operations_skipped_total"), 0)
        late = (metrics.get("ipsla_exporter_start_lateness_seconds_count")
                - metrics.get("ipsla_exporter_start_lateness_seconds_bucket", le="1.0"))
        self.assertGreaterEqual(late, 1)
        self.assertRegex(exporter.process.stderr(), r"level=warn msg=.this process stood still .* seconds=[3-9]")


if __name__ == "__main__":
    harness.main()
