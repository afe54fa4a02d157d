# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The quickstart configuration measures, its exposition satisfies the strictest readers there are, and the script
that runs it says what to do about ports in use."""

import gzip
import http.client
import os
import shutil
import signal
import socket
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
        self.assertEqual(sorted(names), ["clean", "jitters", "loses", "sometimes-down"])
        for name in names:
            with self.subTest(target=name):
                self.assertGreater(self.metrics.get("ipsla_packets_received_total", target=name), 0, self.metrics.of(name))
                self.check_histogram(name)
        said = self.metrics.of("clean")
        for direction in ("sd", "ds", "unknown"):
            self.assertEqual(self.metrics.get("ipsla_packets_lost_total", target="clean", direction=direction), 0, said)
        self.assertEqual(self.metrics.total("ipsla_operation_failures_total", target="clean"), 0)

    def test_nothing_is_withheld_or_too_coarse(self):
        """A newcomer takes a jitter of 0 and a missing one-way delay for a defect."""
        for name in set(self.targets(self.metrics)) - {"sometimes-down"}:
            with self.subTest(target=name):
                for key, value in self.metrics.all("ipsla_one_way_delay_withheld_total", target=name).items():
                    self.assertEqual(value, 0, key)
                for direction in ("sd", "ds"):
                    for family in ("ipsla_jitter_seconds", "ipsla_one_way_delay_seconds"):
                        said = f"{family} {direction}: {self.metrics.of(name)}"
                        of = {"target": name, "direction": direction}
                        self.assertGreater(self.metrics.get(family + "_count", **of), 0, said)
                        total = self.metrics.get(family + "_sum", **of)
                        self.assertGreater(total, 0, said)
                        self.assertNotEqual(total, round(total, 3), said)

    def test_each_path_is_another_one(self):
        """What the page and the dashboards show of the three that are not clean."""
        def average(metrics, family, **labels):
            return metrics.get(family + "_sum", **labels) / metrics.get(family + "_count", **labels)

        def shows_all(metrics):
            return (all(metrics.get("ipsla_packets_lost_total", target="loses", direction=way) > 0 for way in ("sd", "ds"))
                    and metrics.total("ipsla_operation_failures_total", target="sometimes-down", reason="no_connection") > 0)

        metrics = self.exporter.wait_metrics(shows_all, "losses both ways, and a target that is down")
        self.assertGreaterEqual(average(metrics, "ipsla_rtt_seconds", target="jitters"), 0.050)
        self.assertGreaterEqual(average(metrics, "ipsla_one_way_delay_seconds", target="jitters", direction="sd"), 0.025)
        self.assertGreater(average(metrics, "ipsla_jitter_seconds", target="jitters", direction="ds"), 0.002)
        self.assertEqual(metrics.total("ipsla_operation_failures_total", target="jitters"), 0, metrics.of("jitters"))
        self.assertEqual(metrics.get("ipsla_responder_impaired"), 3)

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


class ScriptTest(harness.Case):
    SCRIPT = os.path.join(harness.SOURCE_DIR, "deploy/quickstart.sh")

    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def start(self, *arguments, programs=harness.BIN_DIR):
        return harness.Process(self.namespace, ["sh", self.SCRIPT, "--bin", programs, *arguments])

    def test_addresses_are_told_once_they_answer(self):
        script = self.start("--web-port=8080", "--responder-port", "2967")
        page = "page     http://localhost:8080/"
        harness.wait_for(lambda: page in script.stdout(), script.evidence)
        with self.namespace.entered():
            connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=harness.PATIENCE)
            connection.request("GET", "/-/healthy")
            self.assertEqual(connection.getresponse().status, 200)
        probe = self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", "--control-port", "2967")
        self.assertEqual(probe.code, 0, probe.evidence)
        script.signal(signal.SIGINT)
        self.assertEqual(script.wait(), 0, script.evidence())

    def test_ports_in_use_are_named_with_their_flag(self):
        with self.namespace.entered():
            taken = socket.create_server(("127.0.0.1", 10967))
            asked = self.namespace.udp("127.0.0.1", 2967)
        with taken, asked:
            for arguments, message in (
                    ((), "TCP port 10967 is in use (another exporter?); --web-port N takes another one"),
                    (("--web-port", "8080", "--responder-port", "2967"),
                     "UDP port 2967 is in use (another responder?); --responder-port N takes another one")):
                script = self.start(*arguments)
                self.assertEqual(script.wait(), 2, script.evidence())
                self.assertIn(message, script.stderr())

    def test_a_program_that_ends_ends_the_script(self):
        directory = harness.scratch_dir()
        path = os.path.join(directory, "ipsla_exporter")
        with open(path, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexit 3\n")
        os.chmod(path, 0o755)
        script = self.start(programs=directory)
        self.assertEqual(script.wait(), 3, script.evidence())
        self.assertNotIn("http://", script.stdout())

    def test_wrong_ports(self):
        for value in ("0", "70000", "x", ""):
            script = self.start("--responder-port", value)
            self.assertEqual(script.wait(), 2)
            self.assertIn("--responder-port is a port from 1 to 65535", script.stderr())


if __name__ == "__main__":
    harness.main()
