# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The quickstart configuration measures, and its exposition satisfies the strictest
readers there are."""

import gzip
import os
import shutil
import subprocess

import harness

CONFIG = os.path.join(harness.SOURCE_DIR, "config/quickstart.yml")
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class QuickstartTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        harness.scratch_dir()
        cls.exporter = harness.Exporter(harness.Namespace(), CONFIG)
        cls.metrics = cls.exporter.wait_metrics(cls.all_measured, "all targets to succeed")

    @classmethod
    def tearDownClass(cls):
        cls.exporter.process.kill()

    def setUp(self):
        pass  # the exporter serves all tests

    @staticmethod
    def targets(metrics):
        return [dict(labels)["target"] for labels in metrics.all("ipsla_target_info")]

    @classmethod
    def all_measured(cls, metrics):
        names = cls.targets(metrics)
        return names and all(metrics.get("ipsla_operation_success", target=name) == 1
                             for name in names)

    def test_every_target_is_measured(self):
        names = self.targets(self.metrics)
        self.assertGreaterEqual(len(names), 3)
        for name in names:
            with self.subTest(target=name):
                said = self.metrics.of(name)
                self.assertGreater(
                    self.metrics.get("ipsla_packets_received_total", target=name), 0, said)
                for direction in ("sd", "ds", "unknown"):
                    self.assertEqual(self.metrics.get("ipsla_packets_lost_total", target=name,
                                                      direction=direction), 0, said)
                self.assertEqual(self.metrics.total("ipsla_operation_failures_total", target=name), 0)
                self.check_histogram(name)

    def check_histogram(self, name):
        count = self.metrics.get("ipsla_rtt_seconds_count", target=name)
        total = self.metrics.get("ipsla_rtt_seconds_sum", target=name)
        self.assertEqual(count, self.metrics.get("ipsla_packets_received_total", target=name))
        self.assertBetween(total / count, 1e-7, 1, "average round trip on loopback")
        buckets = self.metrics.all("ipsla_rtt_seconds_bucket", target=name)
        values = [value for _, value in
                  sorted((float(dict(labels)["le"]), value) for labels, value in buckets.items())]
        self.assertEqual(values, sorted(values), "buckets are cumulative")
        self.assertEqual(values[-1], count)

    def test_ready(self):
        self.assertEqual(self.exporter.request("GET", "/-/ready")[0], 200)

    def test_text_for_everybody(self):
        for accept in (None, "", "*/*", "text/plain", "nonsense"):
            with self.subTest(accept=accept):
                headers = {} if accept is None else {"Accept": accept}
                status, answer, body = self.exporter.request("GET", "/metrics", headers)
                self.assertEqual(status, 200)
                self.assertEqual(answer["Content-Type"],
                                 "text/plain; version=0.0.4; charset=utf-8")
                self.assertNotIn("# EOF", body)
                harness.Metrics(body)

    def test_promtool_has_nothing_to_say(self):
        promtool = shutil.which("promtool")
        if promtool is None:
            self.skipTest("promtool is not installed")
        done = subprocess.run([promtool, "check", "metrics"], text=True, capture_output=True,
                              input=self.exporter.request("GET", "/metrics")[2], timeout=harness.PATIENCE)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_openmetrics_by_the_strict_parser(self):
        parser = harness.find_module("prometheus_client.openmetrics.parser")
        if parser is None:
            self.skipTest("Python module prometheus_client is not installed")
        status, answer, body = self.exporter.request("GET", "/metrics", {"Accept": OPENMETRICS})
        self.assertEqual(status, 200)
        self.assertEqual(answer["Content-Type"], OPENMETRICS + "; charset=utf-8")
        self.assertTrue(body.endswith("# EOF\n"))
        families = {family.name: family for family in parser.text_string_to_metric_families(body)}
        self.assertEqual(families["ipsla_rtt_seconds"].type, "histogram")
        self.assertEqual(families["ipsla_packets_sent"].type, "counter")
        self.assertEqual(families["ipsla_target"].type, "info")
        names = {sample.labels["target"] for sample in families["ipsla_target"].samples}
        self.assertEqual(names, set(self.targets(self.metrics)))
        harness.Metrics(body)
        for family in families.values():
            self.assertTrue(family.documentation, family.name)

    def test_gzip_on_request(self):
        headers = {"Accept-Encoding": "gzip", "Accept": OPENMETRICS}
        status, answer, body = self.exporter.request_bytes("GET", "/metrics", headers)
        self.assertEqual((status, answer["Content-Encoding"]), (200, "gzip"))
        plain = gzip.decompress(body)
        self.assertTrue(plain.endswith(b"# EOF\n"))
        self.assertLess(len(body) * 4, len(plain))

    def test_both_formats_say_the_same(self):
        def series(body):
            return {key for key in harness.Metrics(body).samples}
        text = series(self.exporter.request("GET", "/metrics")[2])
        open_metrics = series(
            self.exporter.request("GET", "/metrics", {"Accept": OPENMETRICS})[2])

        def names(found):
            return {(name, labels) for name, labels in found if not name.endswith("_created")}
        self.assertEqual(names(text), names(open_metrics))


if __name__ == "__main__":
    harness.main()
