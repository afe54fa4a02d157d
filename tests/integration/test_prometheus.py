# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes the exporter over a path with known loss: what it stored gives the right loss,
sensible quantiles, and the alerts of deploy/prometheus."""

import http.client
import json
import os
import re
import urllib.parse

import harness
from alerting import shortened_rules
from test_relay_pattern import logged_losses

PACKETS = 20
CONFIG = """
defaults: {frequency: 3s, timeout: 1s, num_packets: 20, interval: 20ms}
targets:
  - {name: lossy, host: 10.99.0.2, port: 16384, labels: {site: 'far "end"'}}
  - {name: dead, host: 127.0.0.1, port: 16384}
"""
PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: ipsla
    static_configs: [{{targets: [{targets}]}}]
"""


class Prometheus:
    """A server in the namespace, its data in a directory of the test. It scrapes these ports of the namespace."""

    port = 9090
    ready_path = "/-/ready"

    def __init__(self, namespace, job_settings="", flags=(), targets=(10967,), rules=None):
        self.namespace = namespace
        # The real rules wait for minutes; only the waiting is shortened.
        harness.write_file("rules.yml", rules or shortened_rules())
        scraped = ", ".join(f"'127.0.0.1:{port}'" for port in targets)
        path = harness.write_file(f"prometheus-{self.port}.yml", PROMETHEUS.format(targets=scraped) + job_settings)
        data = os.path.join(harness.scratch_dir(), f"prometheus-data-{id(self)}")
        self.process = harness.Process(namespace, [
            harness.require_program("prometheus"), f"--config.file={path}",
            f"--storage.tsdb.path={data}", f"--web.listen-address=127.0.0.1:{self.port}", *flags])
        harness.wait_for(self.is_ready, self.process.evidence)

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=harness.PATIENCE)
        try:
            with self.namespace.entered():
                connection.connect()
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def is_ready(self):
        assert self.process.is_running(), self.process.evidence()
        try:
            return self.get(self.ready_path)[0] == 200
        except OSError:
            return False

    def query(self, expression):
        """Labels and value of each result."""
        status, body = self.get("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        assert status == 200, f"{expression}: {body}"
        return [(entry["metric"], float(entry["value"][1]))
                for entry in json.loads(body)["data"]["result"]]

    def value(self, expression):
        found = self.query(expression)
        assert len(found) == 1, f"{expression}: {found}"
        return found[0][1]

    def alerts(self):
        """(name, target, severity) -> state."""
        found = json.loads(self.get("/api/v1/alerts")[1])["data"]["alerts"]
        return {(alert["labels"]["alertname"], alert["labels"].get("target"),
                 alert["labels"]["severity"]): alert["state"] for alert in found}

    def alert_texts(self):
        """(labels, state, summary and description) of each."""
        found = json.loads(self.get("/api/v1/alerts")[1])["data"]["alerts"]
        return [(alert["labels"], alert["state"], " ".join(alert["annotations"].values())) for alert in found]


class PrometheusTest(harness.Case):
    def wait_alerts(self, prometheus, wanted):
        seen = {}

        def all_firing():
            for key, state in prometheus.alerts().items():
                seen.setdefault(key, []).append(state)
            return all(seen.get(key, [None])[-1] == "firing" for key in wanted)

        harness.wait_for(all_firing, lambda: f"alerts {wanted}; seen {seen}")
        return seen

    def test_scraped_path_with_loss(self):
        harness.require_program("prometheus")
        relay = harness.Relay("delay_us=5000,drop_every=10", "delay_us=5000,drop_every=15")
        self.responder(relay.right)
        exporter = harness.Exporter(relay.left, CONFIG)
        prometheus = Prometheus(relay.left)
        target = 'target="lossy"'
        harness.wait_for(
            lambda: prometheus.query(f"ipsla_operations_total{{{target}}} >= 3"),
            lambda: exporter.scrape().of("lossy"))

        self.assertEqual(prometheus.value('up{job="ipsla"}'), 1)
        self.assertEqual({labels["site"] for labels, _ in
                          prometheus.query(f"ipsla_operation_success{{{target}}}")}, {'far "end"'})
        self.check_loss(prometheus, target, relay)
        self.check_quantiles(prometheus, target)
        self.check_formats(prometheus, exporter)

        wanted = [("IpslaPacketLoss", "lossy", "warning"), ("IpslaPacketLoss", "lossy", "critical"),
                  ("IpslaTargetDown", "dead", "critical")]
        seen = self.wait_alerts(prometheus, wanted)
        alerting = {(name, which) for name, which, _ in seen}
        self.assertNotIn(("IpslaTargetDown", "lossy"), alerting)
        self.assertNotIn("IpslaExporterDown", {name for name, _ in alerting})
        self.assertNotIn("IpslaRttHigh", {name for name, _ in alerting})

    def check_loss(self, prometheus, target, relay):
        """All series of one instant come from one scrape, so the counts fit together exactly."""
        instant = {(labels["__name__"], labels.get("direction")): value for labels, value in
                   prometheus.query(f'{{__name__=~"ipsla_packets_.*_total",{target}}}')}
        sent = int(instant["ipsla_packets_sent_total", None])
        missed = int(instant["ipsla_packets_missed_total", None])
        expected = logged_losses(relay, (sent + missed) // PACKETS)
        for direction in ("sd", "ds", "unknown"):
            self.assertEqual(instant["ipsla_packets_lost_total", direction], expected[direction],
                             f"{direction} of {instant}")
        self.assertEqual(instant["ipsla_packets_received_total", None], sent - sum(expected.values()))
        ratio = prometheus.value(f"sum(ipsla_packets_lost_total{{{target}}})"
                                 f" / sum(ipsla_packets_sent_total{{{target}}})")
        self.assertBetween(ratio, 0.1, 0.25, "1/10 + 9/10 x 1/15 = 0.16, ends of rounds aside")
        harness.wait_for(
            lambda: prometheus.query(f"target:ipsla_packet_loss:ratio_rate5m{{{target}}}"),
            "the recorded loss ratio")
        recorded = prometheus.value(f"target:ipsla_packet_loss:ratio_rate5m{{{target}}}")
        self.assertBetween(recorded, 0.1, 0.25, "recorded loss ratio")

    def check_quantiles(self, prometheus, target):
        for quantile in (0.5, 0.99):
            value = prometheus.value(
                f"histogram_quantile({quantile}, sum by (le)"
                f" (rate(ipsla_rtt_seconds_bucket{{{target}}}[1m])))")
            self.assertBetween(value, 0.009, 1, f"RTT quantile {quantile} of 2 x 5 ms")
        average = prometheus.value(f"ipsla_rtt_seconds_sum{{{target}}}"
                                   f" / ipsla_rtt_seconds_count{{{target}}}")
        self.assertBetween(average, 0.0095, 1, "average RTT of 2 x 5 ms")

    def check_formats(self, prometheus, exporter):
        """Prometheus asks for OpenMetrics; that it took it shows in what it knows of the types."""
        found = json.loads(prometheus.get("/api/v1/metadata?metric=ipsla_packets_sent")[1])["data"]
        found |= json.loads(
            prometheus.get("/api/v1/metadata?metric=ipsla_packets_sent_total")[1])["data"]
        self.assertEqual({entry["type"] for entries in found.values() for entry in entries},
                         {"counter"})
        accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        _, headers, _ = exporter.request("GET", "/metrics", {"Accept": accept})
        self.assertTrue(headers["Content-Type"].startswith("application/openmetrics-text"))
        targets = json.loads(prometheus.get("/api/v1/targets")[1])["data"]["activeTargets"]
        self.assertEqual([(entry["health"], entry["lastError"]) for entry in targets], [("up", "")])


if __name__ == "__main__":
    harness.main()
