# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Prometheus 3 makes native histograms of the exporter's classic ones: the recording rules have their
quantiles all the same. Not a test of tests/run.sh, since Debian has Prometheus 2: tests/prometheus3.sh."""

import harness
from test_prometheus import Prometheus, panel_queries

CONFIG = """
defaults: {frequency: 1s, timeout: 500ms, num_packets: 20, interval: 10ms}
targets:
  - {name: near, host: 127.0.0.1, port: 16384}
"""


class Prometheus3Test(harness.Case):
    def test_histograms_with_our_bounds(self):
        namespace = harness.Namespace()
        self.responder(namespace)
        harness.Exporter(namespace, CONFIG)
        prometheus = Prometheus(namespace, "    convert_classic_histograms_to_nhcb: true\n")
        for recorded in ("target:ipsla_rtt_seconds:p95_5m", "target:ipsla_rtt_seconds:p50_5m",
                         'target_direction:ipsla_jitter_seconds:p95_5m{direction="sd"}'):
            harness.wait_for(lambda: prometheus.query(recorded), f"{recorded} of native histograms")
            self.assertBetween(prometheus.value(recorded), 0, 1, recorded)
        self.assertEqual(prometheus.query("ipsla_rtt_seconds_bucket"), [])
        quantiles = [(title, query) for title, query in panel_queries()
                     if "ipsla_rtt_seconds" in query or "ipsla_jitter_seconds" in query]
        self.assertGreater(len(quantiles), 10)
        for title, query in quantiles:
            if not title.endswith("heatmap"):
                self.assertTrue(prometheus.query(query), f"{title}: {query}")


if __name__ == "__main__":
    harness.main()
