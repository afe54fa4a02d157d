# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Prometheus 3 makes native histograms of the exporter's classic ones, or takes the exporter's own, in protobuf and in
OpenMetrics 2.0: the recording rules have their quantiles, and each panel its data, all the same. Not a test of tests/run.sh, since Debian has
Prometheus 2: tests/prometheus3.sh."""

import harness
import test_native
import test_panels
from test_prometheus import Prometheus

CONFIG = """
defaults: {frequency: 1s, timeout: 500ms, num_packets: 20, interval: 10ms}
targets:
  - {name: near, host: 127.0.0.1, port: 16384}
"""


def check_rules(case, prometheus):
    for recorded in ("target:ipsla_rtt_seconds:p95_5m", "target:ipsla_rtt_seconds:p50_5m",
                     'target_direction:ipsla_jitter_seconds:p95_5m{direction="sd"}'):
        harness.wait_for(lambda: prometheus.query(recorded), f"{recorded} of native histograms")
        case.assertBetween(prometheus.value(recorded), 0, 1, recorded)
    case.assertEqual(prometheus.query("ipsla_rtt_seconds_bucket"), [])


class Prometheus3Test(harness.Case):
    def test_histograms_with_our_bounds(self):
        namespace = harness.Namespace()
        self.responder(namespace)
        harness.Exporter(namespace, CONFIG)
        prometheus = Prometheus(namespace, "    convert_classic_histograms_to_nhcb: true\n")
        check_rules(self, prometheus)


class NativeHistogramsTest(test_native.NativeTest):
    """Everything that Debian's Prometheus is asked, and what only Prometheus 3 has."""

    def test_prometheus_with_native_histograms(self):
        exporter = self.measured()
        prometheus = Prometheus(self.relay.left, "    scrape_native_histograms: true\n")
        self.check_native(prometheus, exporter)
        self.assertEqual(prometheus.query("ipsla_rtt_seconds_bucket"), [])

    def test_classic_ones_too(self):
        exporter = self.measured()
        prometheus = Prometheus(self.relay.left, "    scrape_native_histograms: true\n"
                                                 "    always_scrape_classic_histograms: true\n")
        self.check_native(prometheus, exporter)
        self.check_classic(prometheus, exporter, has_native=True)

    def test_openmetrics_2(self):
        exporter = self.measured()
        prometheus = Prometheus(self.relay.left, "    scrape_native_histograms: true\n"
                                                 "    scrape_protocols: [OpenMetricsText2.0.0]\n",
                                ["--enable-feature=openmetrics2,exemplar-storage"])
        self.check_native(prometheus, exporter)
        self.assertTrue(prometheus.query('ipsla_target_info{target="far"}'))
        harness.wait_for(lambda: self.exemplars(prometheus, "ipsla_rtt_seconds"), "an exemplar")

    def test_rules_with_native_histograms(self):
        namespace = harness.Namespace()
        self.responder(namespace)
        harness.Exporter(namespace, CONFIG)
        prometheus = Prometheus(namespace, "    scrape_native_histograms: true\n")
        check_rules(self, prometheus)


class OwnBounds(test_panels.Classic):
    settings = "    convert_classic_histograms_to_nhcb: true\n"


class Native(test_panels.Classic):
    port = 9091
    settings = "    scrape_native_histograms: true\n"


class Both(test_panels.Classic):
    port = 9092
    settings = "    scrape_native_histograms: true\n    always_scrape_classic_histograms: true\n"


class Panels3Test(test_panels.PanelsTest):
    """Every query of every dashboard; integration.panels has the classic ones."""

    servers = (OwnBounds, Native, Both)


if __name__ == "__main__":
    harness.main()
