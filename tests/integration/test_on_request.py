# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""/probe: operations that HTTP clients ask for. Each way in which one ends, and a real Prometheus with many targets."""

import http.client
import os
import re
import subprocess
import threading

import harness
from test_prometheus import Prometheus

SCRAPE_TIMEOUT = "X-Prometheus-Scrape-Timeout-Seconds"
CONFIG = """
modules:
  quick: {num_packets: 5, interval: 10ms}
  long: {num_packets: 600, interval: 50ms}
  bare: {operation: udp-echo, control: {version: none}}
probe: {modules: [quick, long, bare], allow: [127.0.0.0/8], max_concurrent: 3}
"""
WITHOUT = "targets: [{name: other, host: 127.0.0.1, start: pending}]\n"
RUNNING = "ipsla_exporter_probes_running"


def path(target, module="quick", more=""):
    return f"/probe?target={target}&module={module}{more}"


class Asking:
    """A request whose answer comes later."""

    def __init__(self, exporter, where, headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", exporter.port, timeout=harness.PATIENCE)
        with exporter.namespace.entered():
            self.connection.connect()
        self.connection.request("GET", where, headers=headers or {})

    def answer(self):
        response = self.connection.getresponse()
        body = response.read().decode()
        self.connection.close()
        return response.status, body

    def leave(self):
        self.connection.close()


class OnRequest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def start(self, config=CONFIG, *flags, hosts=None):
        return harness.Exporter(self.namespace, config, *flags, hosts=hosts)

    def ask(self, exporter, where, status=200, timeout=None):
        headers = {} if timeout is None else {SCRAPE_TIMEOUT: timeout}
        found, _, body = exporter.request("GET", where, headers)
        self.assertEqual(found, status, f"{where}: {body}\n{exporter.process.evidence()}")
        return body

    def measure(self, exporter, where, timeout=None):
        return harness.Metrics(self.ask(exporter, where, timeout=timeout))

    def await_running(self, exporter, count):
        return exporter.wait_metrics(lambda metrics: metrics.get(RUNNING) == count, f"{count} running")


class SuccessTest(OnRequest):
    def test_metrics_of_one_operation(self):
        self.responder(self.namespace)
        exporter = self.start()
        metrics = self.measure(exporter, path("127.0.0.1"), "5.000")
        self.assertEqual(metrics.get("probe_success"), 1)
        self.assertEqual(metrics.get("probe_timeout_seconds"), 4.5)
        self.assertEqual(metrics.get("probe_dns_lookup_time_seconds"), 0)
        self.assertBetween(metrics.get("probe_duration_seconds"), 0.04, 4.5)
        self.assert_counts(metrics.packets("127.0.0.1"), 5)
        self.assertEqual(metrics.get("ipsla_operations_total", target="127.0.0.1"), 1)
        self.assertEqual(metrics.get("ipsla_target_state", target="127.0.0.1", state="ok"), 1)
        self.assertNotIn("ipsla_exporter_", metrics.text)
        again = self.measure(exporter, path("127.0.0.1"), "5")
        self.assertEqual(again.get("ipsla_operations_total", target="127.0.0.1"), 1)
        own = exporter.scrape()
        self.assertEqual(own.get("ipsla_exporter_probes_total", result="success"), 2)
        self.assertEqual(own.get(RUNNING), 0)

    def test_a_port_and_a_name(self):
        self.responder(self.namespace)
        exporter = self.start(hosts="127.0.0.1 r1.example.net\n")
        metrics = self.measure(exporter, path("r1.example.net:5000"))
        labels = next(iter(metrics.all("ipsla_target_info")))
        self.assertEqual({name: value for name, value in labels if name in ("target", "host", "address", "port")},
                         {"target": "r1.example.net:5000", "host": "r1.example.net", "address": "127.0.0.1",
                          "port": "5000"})
        self.assertEqual(metrics.get("probe_success"), 1)
        self.assertGreater(metrics.get("probe_dns_lookup_time_seconds"), 0)

    def test_every_format(self):
        self.responder(self.namespace)
        exporter = self.start()
        for accept, kind in (("application/openmetrics-text;version=1.0.0", "application/openmetrics-text"),
                             ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                              "encoding=delimited", "application/vnd.google.protobuf"), ("*/*", "text/plain")):
            status, headers, body = exporter.request_bytes("GET", path("127.0.0.1"), {"Accept": accept})
            self.assertEqual((status, headers["Content-Type"].partition(";")[0]), (200, kind))
            self.assertIn(b"probe_success", body)
            self.assertEqual(body.endswith(b"# EOF\n"), "openmetrics" in kind)
        body = self.ask(exporter, path("127.0.0.1", more="&name[]=probe_success"))
        self.assertEqual(set(harness.Metrics(body).samples), {("probe_success", ())})

    def test_debug_shows_the_log(self):
        self.responder(self.namespace)
        exporter = self.start()
        body = self.ask(exporter, path("127.0.0.1", more="&debug=true"))
        log, _, metrics = body.partition("Result: completed")
        for line in ("Target: 127.0.0.1\nModule: quick\n", "Type of operation: udp-jitter\n",
                     "Latest operation return code: OK\n", "RTT percentiles 50/95/99: ", "Number of successes: 1\n"):
            self.assertIn(line, log)
        self.assertIn("\nprobe_success 1\n", metrics)
        body = self.ask(exporter, path("127.0.0.2:7", "bare", "&debug=true"))
        self.assertIn("Result: failed", body)
        self.assertIn("Reason: ", body)


class FailureTest(OnRequest):
    def failed(self, exporter, where, reason, timeout="3"):
        metrics = self.measure(exporter, where, timeout)
        self.assertEqual(metrics.get("probe_success"), 0)
        failures = {dict(labels)["reason"]: count for labels, count in
                    metrics.all("ipsla_operation_failures_total").items() if count}
        self.assertEqual(failures, {reason: 1}, where)
        return metrics

    def test_each_is_a_result(self):
        exporter = self.start()
        self.failed(exporter, path("127.0.0.1:7", "bare"), "port_unreachable")
        with self.namespace.udp("127.0.0.3", 1967), self.namespace.udp("127.0.0.3", 7):
            # Both time out by themselves, though their own timeouts are longer than the scrape.
            self.failed(exporter, path("127.0.0.3"), "no_connection", "2")
            self.failed(exporter, path("127.0.0.3:7", "bare"), "timeout", "2")
        self.failed(exporter, path("no-such-host.invalid"), "resolve", "30")
        self.assertEqual(exporter.scrape().get("ipsla_exporter_probes_total", result="failure"), 4)

    def test_no_time_for_all_of_it(self):
        self.responder(self.namespace)
        exporter = self.start()
        metrics = self.measure(exporter, path("127.0.0.1", "long"), "2")
        self.assertEqual(metrics.get("probe_success"), 0)
        self.assertEqual(metrics.get("probe_timeout_seconds"), 1.5)
        self.assertEqual(metrics.get("ipsla_operation_success", target="127.0.0.1"), 1)
        self.assertBetween(metrics.get("ipsla_packets_sent_total", target="127.0.0.1"), 1, 40)
        self.assertGreater(metrics.get("ipsla_packets_received_total", target="127.0.0.1"), 0)
        body = self.ask(exporter, path("127.0.0.1", "long", "&debug=true"), timeout="1")
        self.assertIn("Interrupted: of what follows nothing is counted", body)
        self.assertIn("Result: there was no time for all of it", body)
        self.assertEqual(exporter.scrape().get("ipsla_exporter_probes_total", result="timeout"), 2)

    def test_an_offset_of_ones_own(self):
        exporter = self.start(CONFIG, "--timeout-offset=0.25")
        metrics = self.measure(exporter, path("127.0.0.1:7", "bare"), "2")
        self.assertEqual(metrics.get("probe_timeout_seconds"), 1.75)


class RefusalTest(OnRequest):
    def refused(self, exporter):
        return {dict(labels)["reason"]: count for labels, count in
                exporter.scrape().all("ipsla_exporter_probes_refused_total").items()}

    def test_each_has_its_status(self):
        exporter = self.start(hosts="192.0.2.1 evil.example.net\n169.254.0.1 local.example.net\n")
        for where, status, word in (
                (path("192.0.2.1"), 403, "allow"),
                (path("evil.example.net"), 403, "allow"),
                (path("local.example.net"), 403, "allow"),
                (path("169.254.0.1"), 403, "allow"),
                (path("224.0.0.1"), 400, "target"),
                (path("fe80::1%25lo"), 400, "link-local"),
                (path("127.0.0.1", "voice_g711u"), 400, "module"),
                (path("127.0.0.1:1967"), 400, "control"),
                (path("127.0.0.1", more="&debug=yes"), 400, "debug"),
                ("/probe", 400, "target")):
            self.assertIn(word, self.ask(exporter, where, status))
        self.ask(exporter, path("127.0.0.1"), 400, timeout="soon")
        self.assertEqual(self.refused(exporter), {"off": 0, "invalid": 7, "forbidden": 4, "busy": 0})

    def test_it_is_off_unless_configured(self):
        exporter = self.start(WITHOUT)
        self.assertIn("no section probe", self.ask(exporter, path("127.0.0.1"), 404))
        self.assertEqual(self.refused(exporter)["off"], 1)

    def test_no_more_than_so_many(self):
        self.responder(self.namespace)
        exporter = self.start()
        asking = [Asking(exporter, path("127.0.0.1", "long")) for _ in range(3)]
        self.await_running(exporter, 3)
        status, headers, body = exporter.request("GET", path("127.0.0.1"))
        self.assertEqual((status, headers["Retry-After"]), (503, "1"), body)
        asking.pop().leave()
        self.await_running(exporter, 2)
        self.assertEqual(self.measure(exporter, path("127.0.0.1")).get("probe_success"), 1)
        for one in asking:
            one.leave()
        self.assertEqual(self.refused(exporter)["busy"], 1)

    def test_the_web_configuration_holds(self):
        web = harness.write_file("limit.yml", "rate_limit: {interval: 1h, burst: 1}\n")
        exporter = self.start(CONFIG, f"--web.config.file={web}", "--web.health-checks=open")
        self.ask(exporter, path("192.0.2.1"), 403)
        self.ask(exporter, path("192.0.2.1"), 429)


class InBetweenTest(OnRequest):
    def test_a_client_that_leaves(self):
        responder = "responder: {}\n"
        exporter = self.start(CONFIG + responder)
        asking = Asking(exporter, path("127.0.0.1", "long"))
        exporter.wait_metrics(lambda metrics: metrics.get("ipsla_responder_probes_total", kind="jitter") > 0,
                              "packets answered")
        asking.leave()
        metrics = self.await_running(exporter, 0)
        self.assertEqual(metrics.get("ipsla_exporter_probes_total", result="cancelled"), 1)
        answered = []

        def has_stopped(now):
            answered.append(now.get("ipsla_responder_probes_total", kind="jitter"))
            return len(set(answered[-8:])) == 1 and len(answered) >= 8

        exporter.wait_metrics(has_stopped, "no more packets")  # while it runs there are 20 a second

    def test_nobody_else_waits(self):
        self.responder(self.namespace)
        exporter = self.start()
        asking = Asking(exporter, path("127.0.0.1", "long"))
        self.await_running(exporter, 1)
        for _ in range(20):
            self.assertEqual(exporter.request("GET", "/-/healthy")[0], 200)
        self.assertEqual(self.measure(exporter, path("127.0.0.1")).get("probe_success"), 1)
        self.assertEqual(exporter.scrape().get(RUNNING), 1)
        asking.leave()

    def test_a_reload(self):
        self.responder(self.namespace)
        exporter = self.start(CONFIG, "--web.enable-lifecycle")
        asking = Asking(exporter, path("127.0.0.1", "long"), {SCRAPE_TIMEOUT: "4"})
        self.await_running(exporter, 1)
        harness.write_file("ipsla.yml", WITHOUT)
        self.assertEqual(exporter.reload()[0], 200)
        self.ask(exporter, path("127.0.0.1"), 404)
        status, body = asking.answer()
        self.assertEqual(status, 200, body)
        self.assertGreater(harness.Metrics(body).get("ipsla_packets_received_total", target="127.0.0.1"), 0)
        harness.write_file("ipsla.yml", CONFIG)
        self.assertEqual(exporter.reload()[0], 200)
        self.assertEqual(self.measure(exporter, path("127.0.0.1")).get("probe_success"), 1)

    def test_a_stop(self):
        self.responder(self.namespace)
        exporter = self.start()
        asking = [Asking(exporter, path("127.0.0.1", "long")) for _ in range(2)]
        self.await_running(exporter, 2)
        stopping = threading.Thread(target=exporter.process.stop)
        stopping.start()
        for one in asking:
            status, body = one.answer()
            self.assertEqual((status, body), (503, "not measured: the exporter is stopping\n"))
        stopping.join()
        self.assertEqual(exporter.process.wait(), 0)


TARGETS = 50


class PrometheusTest(OnRequest):
    def settings(self, count):
        """deploy/prometheus/probe.yml with targets of this test."""
        with open(os.path.join(harness.SOURCE_DIR, "deploy/prometheus/probe.yml"), encoding="utf-8") as file:
            text = file.read()
        targets = ", ".join(f'"127.0.1.{i}"' for i in range(1, count + 1))
        text, changed = re.subn(r'\["192.0.2.1", .*\]', f"[{targets}]", text)
        self.assertEqual(changed, 1)
        jobs = text.partition("scrape_configs:\n")[2]
        self.assertIn("job_name: ipsla-probe", jobs)
        return jobs.partition("  # The exporter itself.")[0].replace(
            "    metrics_path", "    scrape_interval: 4s\n    scrape_timeout: 3s\n    metrics_path")

    def test_the_file_is_good(self):
        tool = harness.require_program("promtool")
        file = os.path.join(harness.SOURCE_DIR, "deploy/prometheus/probe.yml")
        done = subprocess.run([tool, "check", "config", file], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_many_targets(self):
        harness.require_program("prometheus")
        config = (f"responder: {{}}\nprobe: {{modules: [jitter], allow: [127.0.1.0/24], max_concurrent: {TARGETS}}}\n"
                  "targets: [{name: beside, host: 127.0.0.1, frequency: 1s}]\n")
        exporter = self.start(config)
        prometheus = Prometheus(self.namespace, self.settings(TARGETS))
        up = 'count(probe_success{job="ipsla-probe"} == 1)'
        harness.wait_for(lambda: prometheus.query(f"{up} == {TARGETS}"),
                         lambda: f"{prometheus.query(up)}\n{exporter.process.evidence()}")
        self.assertEqual(prometheus.value(f'count(up{{job="ipsla-probe"}} == 1)'), TARGETS)
        found = prometheus.query('ipsla_packets_received_total{job="ipsla-probe"}')
        self.assertEqual({labels["instance"] for labels, _ in found},
                         {f"127.0.1.{i}" for i in range(1, TARGETS + 1)})
        for labels, value in found:
            self.assertEqual(labels["instance"], labels["target"])
            self.assertBetween(value, 1, 10)
        self.assertEqual(prometheus.value("sum(ipsla_exporter_probes_refused_total)"), 0)
        self.assertGreater(prometheus.value('ipsla_operations_total{target="beside"}'), 0)


if __name__ == "__main__":
    harness.main()
