# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""How much the metrics show: levels of `series` and their change by a reload, `?name[]=`, and what is left out about
the exporter itself; what the exporter says about itself."""

import hashlib
import signal
import subprocess

import harness
from test_web_config import USERS, basic

CONFIG = """
responder: {{listen: ['127.0.0.1:1967']}}
clock: {{assume_synchronized: true}}
defaults: {{frequency: 1s, timeout: 500ms, num_packets: 5, interval: 4ms, precision: microseconds}}
modules: {{small: {{series: minimal}}}}
targets:
  - {{name: turning, host: 127.0.0.1, port: 16384, series: {level}}}
  - {{name: little, host: 127.0.0.1, port: 16385, module: small}}
  - {{name: named, host: router.example, port: 16386, series: all}}
  - {{name: silent, host: 127.0.0.1, port: 16387, control: {{version: none}}}}
"""
HOSTS = "127.0.0.1 router.example\n"
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}
LATEST = [f"ipsla_latest_{value}_{kind}_seconds" for value in ("rtt", "jitter", "one_way_delay")
          for kind in ("average", "minimum", "maximum")]


def names_of(metrics, target):
    return {name for name, labels in metrics.samples if ("target", target) in labels}


def families(text):
    return [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")]


class SeriesTest(harness.Case):
    def start(self, *flags, level="minimal"):
        self.config = CONFIG.format(level=level)
        return harness.Exporter(harness.Namespace(), self.config, *flags, hosts=HOSTS)

    def wait_operations(self, exporter, name, count):
        return exporter.wait_metrics(
            lambda metrics: (metrics.get("ipsla_operations_total", target=name) or 0) >= count, name)

    def reload(self, exporter, level):
        self.config = CONFIG.format(level=level)
        harness.write_file("ipsla.yml", self.config)
        exporter.process.signal(signal.SIGHUP)

    def sha256(self):
        return hashlib.sha256(self.config.encode()).hexdigest()

    def test_levels_change_by_a_reload_and_counters_stay(self):
        exporter = self.start()
        before = self.wait_operations(exporter, "turning", 3)
        self.assertEqual(before.get("ipsla_exporter_config_hash_info", sha256=self.sha256()), 1)
        for target in ("turning", "little"):
            self.assertLessEqual(sum(("target", target) in labels for _, labels in before.samples), 25)
            self.assertFalse([name for name in names_of(before, target) if name.endswith("_bucket")])
            self.assertIn("ipsla_latest_rtt_average_seconds", names_of(before, target))
        self.reload(exporter, "all")
        after = exporter.wait_metrics(
            lambda metrics: "ipsla_latest_jitter_maximum_seconds" in names_of(metrics, "turning"), "all")
        self.assertEqual(names_of(after, "turning") | {"ipsla_target_lookup_timestamp_seconds",
                                                       "ipsla_target_lookup_duration_seconds"},
                         names_of(after, "named") | names_of(after, "turning"))
        for name in ("ipsla_operations_total", "ipsla_packets_sent_total"):
            self.assertGreaterEqual(after.get(name, target="turning"), before.get(name, target="turning"))
        self.assertEqual(after.get("ipsla_rtt_seconds_count", target="turning"),
                         after.get("ipsla_packets_received_total", target="turning"))
        self.assertEqual(after.all("ipsla_exporter_config_hash_info"),
                         {(("sha256", self.sha256()),): 1})
        self.reload(exporter, "minimal")
        last = exporter.wait_metrics(
            lambda metrics: "ipsla_rtt_seconds_count" not in names_of(metrics, "turning"), "minimal again")
        self.assertGreaterEqual(last.get("ipsla_operations_total", target="turning"),
                                after.get("ipsla_operations_total", target="turning"))

    def test_latest_values(self):
        exporter = self.start(level="all")
        self.wait_operations(exporter, "turning", 2)
        metrics = self.wait_operations(exporter, "silent", 2)
        named = exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_operation_success", target="named") == 1, "the name")
        for target, known in (("turning", metrics), ("named", named)):
            for value in ("rtt", "jitter", "one_way_delay"):
                of = [known.all(f"ipsla_latest_{value}_{kind}_seconds", target=target)
                      for kind in ("minimum", "maximum", "average")]
                self.assertEqual([len(found) for found in of], [1 if value == "rtt" else 2] * 3, known.of(target))
                for labels, least in of[0].items():
                    self.assertLessEqual(0, least)
                    self.assertLessEqual(least, of[1][labels])
                    if value != "jitter":  # its average leaves zeros out
                        self.assertLessEqual(least, of[2][labels])
                        self.assertLessEqual(of[2][labels], of[1][labels])
            self.assertEqual(set(known.all("ipsla_latest_packet_loss_ratio", target=target).values()), {0.0})
            self.assertBetween(
                known.get("ipsla_target_next_start_timestamp_seconds", target=target)
                - known.get("ipsla_operation_last_run_timestamp_seconds", target=target), -1.5, 600)
        # Nobody answers: all is lost, in a direction that nobody knows, and there is nothing else to show.
        self.assertEqual(metrics.get("ipsla_operation_success", target="silent"), 0)
        self.assertEqual({dict(labels)["direction"]: value for labels, value in
                          metrics.all("ipsla_latest_packet_loss_ratio", target="silent").items()}, {"unknown": 1.0})
        self.assertFalse(names_of(metrics, "silent") & set(LATEST))
        self.assertGreater(named.get("ipsla_target_lookup_timestamp_seconds", target="named"), 0)
        self.assertBetween(named.get("ipsla_target_lookup_duration_seconds", target="named"), 0, 60)
        self.assertIsNone(named.get("ipsla_target_lookup_duration_seconds", target="turning"))

    def test_names_filter_in_each_format(self):
        exporter = self.start(level="default")
        self.wait_operations(exporter, "turning", 1)
        for query, wanted in (
                ("name[]=ipsla_rtt_seconds", {"ipsla_rtt_seconds"}),
                ("name%5B%5D=ipsla_rtt_seconds&x=1&name[]=ipsla_operations_total",
                 {"ipsla_rtt_seconds", "ipsla_operations_total"}),
                ("name[]=ipsla_operations&name[]=nobody", {"ipsla_operations_total"}),
                ("name[]=process_open_fds", {"process_open_fds"}),
                ("name[]=nobody", set()), ("name[]=", set()), ("name[]", set()), ("name[]=%", set()),
                ("name[]=ipsla_rtt_seconds%00", set())):
            status, headers, text = exporter.request("GET", f"/metrics?{query}")
            self.assertEqual((status, set(families(text))), (200, wanted), query)
            self.assertTrue(headers["Content-Type"].startswith("text/plain"))
            status, headers, text = exporter.request("GET", f"/metrics?{query}", OPENMETRICS)
            self.assertEqual(set(families(text)), {name.removesuffix("_total") for name in wanted}, query)
            self.assertTrue(text.endswith("# EOF\n"), query)
            self.assertEqual(text == "# EOF\n", not wanted, query)
        whole = exporter.request("GET", "/metrics?name=ipsla_rtt_seconds")[2]
        self.assertGreater(len(families(whole)), 90)
        many = exporter.request("GET", "/metrics?" + "name[]=ipsla_rtt_seconds&" * 200)
        self.assertEqual((many[0], families(many[2])), (200, ["ipsla_rtt_seconds"]))

    def test_the_exporter_itself_can_be_left_out(self):
        exporter = self.start("--web.disable-exporter-metrics")
        metrics = self.wait_operations(exporter, "turning", 1)
        self.assertFalse({name for name, _ in metrics.samples
                          if name.startswith(("process_", "ipsla_exporter_"))})
        self.assertIsNotNone(metrics.get("ipsla_responder_sessions"))
        self.assertEqual(exporter.request("GET", "/metrics?name[]=process_open_fds")[2], "")

    def test_what_the_exporter_says_of_itself(self):
        exporter = self.start(level="default")
        metrics = self.wait_operations(exporter, "turning", 3)
        self.assertGreater(metrics.get("ipsla_exporter_loop_lag_seconds_count"), 0)
        for name, reasons in (
                ("ipsla_exporter_send_errors_total",
                 {"buffer", "unreachable", "device", "refused", "size", "address", "other"}),
                ("ipsla_exporter_scrapes_rejected_total",
                 {"busy", "limited", "unauthorized", "timeout", "crowded"})):
            self.assertEqual({dict(labels)["reason"] for labels in metrics.all(name)}, reasons)
            self.assertEqual(metrics.total(name), 0)
        self.assertIsNone(metrics.get("process_virtual_memory_max_bytes"))
        unmatched = metrics.all("ipsla_unmatched_datagrams_total", target="turning")
        self.assertEqual({dict(labels)["reason"] for labels in unmatched},
                         {"source", "control", "sequence", "early", "earlier", "nonce", "icmp"})
        self.assertNotIn("control", {dict(labels)["reason"] for labels in metrics.all(
            "ipsla_unmatched_datagrams_total", target="silent")})

    def test_refused_scrapes_are_counted(self):
        web = harness.write_file("web.yml", USERS + "rate_limit: {interval: 1h, burst: 1}\n")
        exporter = self.start(f"--web.config.file={web}", "--web.health-checks=open")
        self.assertEqual([exporter.request("GET", "/metrics")[0] for _ in range(3)], [401, 429, 429])
        harness.write_file("web.yml", USERS)
        self.assertEqual(exporter.request("GET", "/")[0], 401)  # no scrape
        status, _, text = exporter.request("GET", "/metrics", basic(b"prometheus", b"secret"))
        self.assertEqual(status, 200)
        rejected = harness.Metrics(text).all("ipsla_exporter_scrapes_rejected_total")
        self.assertEqual({dict(labels)["reason"]: value for labels, value in rejected.items()},
                         {"busy": 0, "limited": 2, "unauthorized": 1, "timeout": 0, "crowded": 0})

    def test_a_send_error_is_counted(self):
        namespace = harness.Namespace()
        with namespace.entered():
            subprocess.run(["ip", "route", "add", "prohibit", "198.51.100.0/24"], check=True)
        exporter = harness.Exporter(namespace, """
defaults: {frequency: 1s, timeout: 500ms, operation: icmp-echo}
targets: [{name: barred, host: 198.51.100.1}]
""")
        metrics = exporter.wait_metrics(
            lambda metrics: metrics.total("ipsla_exporter_send_errors_total") >= 2, "send errors")
        self.assertGreaterEqual(metrics.get("ipsla_exporter_send_errors_total", reason="refused"), 2)


if __name__ == "__main__":
    harness.main()
