# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Reloading by SIGHUP and by HTTP: unchanged targets go on counting, bad files change nothing."""

import os
import re
import signal

import harness

CONFIG = """
responder: {{listen: ['127.0.0.1:1967']}}
defaults: {{frequency: 1s, timeout: 1s, num_packets: 3}}
targets:
{}"""

BAD = """
responder: {listen: ['127.0.0.1:1967']}
targets:
  - {name: kept, host: 127.0.0.1, port: 99999}
  - {name: other, host: 127.0.0.1, port: 2, frequncy: 5s}
"""

COUNTER = re.compile(r"_(total|count|sum|bucket)$")


def target(name, extra=""):
    return f"  - {{name: {name}, host: 127.0.0.1, port: 16384{extra}}}\n"


FIRST = CONFIG.format(target("kept") + target("changed") + target("gone"))
SECOND = CONFIG.format(target("added") + target("changed", ", num_packets: 2") + target("kept"))


class ReloadTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.exporter = harness.Exporter(harness.Namespace(), FIRST, "--web.enable-lifecycle")

    def write(self, text):
        harness.write_file("ipsla.yml", text)

    def operations(self, metrics, name):
        return metrics.get("ipsla_operations_total", target=name)

    def wait_operations(self, name, count):
        return self.exporter.wait_metrics(
            lambda metrics: (self.operations(metrics, name) or 0) >= count, f"{count} of {name}")

    def post(self):
        return self.exporter.reload()

    def check_second(self, before):
        after = self.exporter.wait_metrics(
            lambda metrics: self.operations(metrics, "added") is not None, "the new target")
        self.assertEqual(after.total("ipsla_operations_total", target="gone"), 0)
        self.assertNotIn('target="gone"', after.text)
        self.assertLess(self.operations(after, "changed"), self.operations(before, "changed"))
        for (name, labels), value in before.samples.items():
            if COUNTER.search(name) and ("target", "kept") in labels:
                self.assertGreaterEqual(after.samples.get((name, labels), -1), value, (name, labels))
        later = self.wait_operations("kept", self.operations(before, "kept") + 2)
        self.assertEqual(later.get("ipsla_operation_success", target="kept"), 1)
        self.assertEqual(later.total("ipsla_packets_lost_total"), 0)
        self.assertEqual(later.total("ipsla_operations_skipped_total"), 0)
        changed = self.exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_packets_sent_total", target="changed"), "changed")
        packets = changed.packets("changed")
        self.assertEqual((packets["sent"] + packets["missed"]) % 2, 0)

    def test_sighup(self):
        before = self.wait_operations("changed", 4)
        self.write(SECOND)
        self.exporter.process.signal(signal.SIGHUP)
        self.check_second(before)

    def test_post(self):
        before = self.wait_operations("changed", 4)
        self.write(SECOND)
        self.assertEqual(self.post()[0], 200)
        self.assertIsNotNone(self.operations(self.exporter.scrape(), "added"),
                             "what was reloaded is there when the answer comes")
        self.check_second(before)

    def test_only_post_reloads(self):
        self.write(SECOND)
        self.assertEqual(self.exporter.request("GET", "/-/reload")[0], 405)
        self.assertIsNone(self.operations(self.exporter.scrape(), "added"))

    def test_no_other_origin_reloads(self):
        self.write(SECOND)
        for headers in ({"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
            self.assertEqual(self.exporter.request("POST", "/-/reload", headers)[0], 403)
        self.assertIsNone(self.operations(self.exporter.scrape(), "added"))

    def test_files_that_never_end_stop_nobody(self):
        """A FIFO without a writer in place of the configuration and of a secret: at once an error."""
        fifo = os.path.join(harness.scratch_dir(), "fifo")
        os.mkfifo(fifo)
        self.addCleanup(os.remove, self.exporter.config_path)
        before = self.wait_operations("gone", 1)
        for text in ("keys: [{id: 7, algorithm: sha256, secret_file: fifo}]\n" + FIRST, None):
            if text is None:
                os.replace(fifo, self.exporter.config_path)
            else:
                self.write(text)
            self.assertEqual(self.post()[0], 500)
            self.assertIn("not a regular file", self.exporter.process.stderr())
            self.assertIsNotNone(self.exporter.scrape())
        self.check_old_runs_on(before)
        self.assertEqual(self.exporter.process.stop(), 0)

    def check_old_runs_on(self, before):
        metrics = self.wait_operations("gone", self.operations(before, "gone") + 2)
        self.assertEqual(metrics.get("ipsla_exporter_config_last_reload_successful"), 0)
        self.assertEqual(metrics.get("ipsla_exporter_config_last_reload_success_timestamp_seconds"),
                         before.get("ipsla_exporter_config_last_reload_success_timestamp_seconds"))

    def test_bad_file_changes_nothing(self):
        before = self.wait_operations("gone", 1)
        self.assertEqual(before.get("ipsla_exporter_config_last_reload_successful"), 1)
        self.write(BAD)
        self.assertEqual(self.post(), (
            500, "not reloaded, the old configuration is kept: see the log of the exporter\n"))
        log = self.exporter.process.stderr()
        self.assertRegex(log, r"ipsla\.yml:4:\d+: targets\[0\]\.port: .*65535")
        self.assertRegex(log, r"ipsla\.yml:5:\d+: targets\[1\]\.frequncy: .*frequency")
        self.check_old_runs_on(before)
        self.write(FIRST)
        self.assertEqual(self.post()[0], 200)
        after = self.exporter.scrape()
        self.assertEqual(after.get("ipsla_exporter_config_last_reload_successful"), 1)
        self.assertGreater(
            after.get("ipsla_exporter_config_last_reload_success_timestamp_seconds"),
            before.get("ipsla_exporter_config_last_reload_success_timestamp_seconds"))
        self.assertGreaterEqual(self.operations(after, "gone"), self.operations(before, "gone"))

    def test_bad_file_by_signal(self):
        before = self.wait_operations("gone", 1)
        self.write("targets: [\n")
        self.exporter.process.signal(signal.SIGHUP)
        self.exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_exporter_config_last_reload_successful") == 0,
            "the failed reload")
        self.assertIn("ipsla.yml:", self.exporter.process.stderr())
        self.check_old_runs_on(before)

    def test_reload_of_the_same_file_changes_nothing(self):
        before = self.wait_operations("kept", 2)
        for _ in range(3):
            self.assertEqual(self.post()[0], 200)
        after = self.exporter.scrape()
        for name in ("kept", "changed", "gone"):
            self.assertGreaterEqual(self.operations(after, name), self.operations(before, name))
        self.assertEqual(after.total("ipsla_operation_failures_total"), 0)
        self.assertEqual(self.exporter.process.stop(), 0)


class LifecycleTest(harness.Case):
    def test_off_unless_asked(self):
        exporter = harness.Exporter(harness.Namespace(), FIRST)
        harness.write_file("ipsla.yml", SECOND)
        status, _, body = exporter.request("POST", "/-/reload")
        self.assertEqual(status, 403)
        self.assertIn("--web.enable-lifecycle", body)
        self.assertEqual(len(exporter.scrape().all("ipsla_target_info")), 3)
        self.assertNotIn('target="added"', exporter.scrape().text)
        exporter.process.signal(signal.SIGHUP)
        exporter.wait_metrics(lambda metrics: 'target="added"' in metrics.text, "the reload by SIGHUP")


class AddressTest(harness.Case):
    def test_a_dead_address_is_left_for_the_next(self):
        """A name has two addresses, the first of which nobody answers at."""
        namespace = harness.Namespace()
        exporter = harness.Exporter(namespace, """
            responder: {listen: ['127.0.0.6:1967']}
            targets: [{name: two, host: two.example, port: 16384, frequency: 1s, timeout: 1s, start: now}]
            """, "--resolve.next-address-after=2", hosts="127.0.0.5 two.example\n127.0.0.6 two.example\n")
        metrics = exporter.wait_metrics(lambda metrics: metrics.get("ipsla_operation_success", target="two") == 1,
                                        "the address that answers")
        self.assertGreaterEqual(metrics.total("ipsla_operation_failures_total", target="two"), 2)
        self.assertIn('address="127.0.0.6"', metrics.text)
        self.assertEqual(metrics.get("ipsla_exporter_address_failovers_total"), 1)
        self.assertIn('msg="address is dead, trying the next" host=two.example address=127.0.0.5',
                      exporter.process.stderr())
        self.assertEqual(exporter.process.stop(), 0, exporter.process.evidence())

    def test_labels_and_schedule_change_without_a_reset(self):
        exporter = harness.Exporter(harness.Namespace(), FIRST)
        exporter.wait_metrics(lambda metrics: metrics.total("ipsla_operations_total", target="kept") >= 2, "operations")
        before = exporter.scrape().total("ipsla_operations_total", target="kept")
        changed = "  - {name: kept, host: 127.0.0.1, port: 16384, frequency: 2s, owner: me, labels: {site: here}}\n"
        harness.write_file("ipsla.yml", CONFIG.format(changed))
        exporter.process.signal(signal.SIGHUP)
        metrics = exporter.wait_metrics(lambda metrics: 'site="here"' in metrics.text, "the new label")
        self.assertGreaterEqual(metrics.get("ipsla_operations_total", target="kept", site="here"), before)
        self.assertEqual(metrics.total("ipsla_operations_skipped_total", target="kept"), 0)
        exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_operations_total", target="kept", site="here") >= before + 2, "more")


if __name__ == "__main__":
    harness.main()
