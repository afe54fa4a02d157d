# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""300 targets every 2 seconds against one responder: nothing lost, skipped or leaked."""

import http.client
import os
import re
import resource
import signal

import harness

TARGETS = 300
PACKETS = 5
HEAD = "defaults: {frequency: 2s, timeout: 2s, num_packets: 5, interval: 20ms}\ntargets:\n"


def config(count):
    return HEAD + "".join(
        f"  - {{name: t{number}, host: 127.0.{number // 200}.{number % 200 + 1}, port: 16384}}\n"
        for number in range(count))


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


class ScaleTest(harness.Case):
    def test_300_targets(self):
        namespace = harness.Namespace()
        responder = self.responder(namespace)
        at_rest = descriptors(responder)
        exporter = harness.Exporter(namespace, config(TARGETS), "--web.enable-lifecycle")
        metrics = exporter.wait_metrics(
            lambda metrics: min(metrics.all("ipsla_packets_sent_total").values(),
                                default=0) >= 3 * PACKETS,
            "some operations of each target")
        self.assertEqual(len(metrics.all("ipsla_operation_success")), TARGETS)
        self.assertEqual(set(metrics.all("ipsla_operation_success").values()), {1.0})
        for name in ("packets_lost", "packets_late", "packets_duplicate", "packets_corrupt",
                     "operations_skipped", "operation_failures"):
            self.assertEqual(metrics.total(f"ipsla_{name}_total"), 0, name)
        # A machine that is busy with other tests may have held the sender up; that is no loss.
        self.assertEqual(metrics.total("ipsla_packets_unsent_total"),
                         metrics.total("ipsla_packets_missed_total"))
        self.assertEqual(metrics.total("ipsla_packets_received_total") + metrics.total("ipsla_packets_dropped_total"),
                         metrics.total("ipsla_packets_sent_total"))
        self.assertLess(metrics.get("process_open_fds"), TARGETS + 50)
        memory = metrics.get("process_resident_memory_bytes") / 2**20
        print(f"resident with {TARGETS} targets: {memory:.1f} MiB", flush=True)

        harness.write_file("ipsla.yml", config(1))
        self.assertEqual(exporter.reload()[0], 200)
        exporter.wait_metrics(lambda metrics: len(metrics.all("ipsla_target_info")) == 1
                              and metrics.get("process_open_fds") < 40,
                              "descriptors of 299 targets to be closed")
        self.assertEqual(exporter.process.stop(), 0, exporter.process.evidence())
        harness.wait_for(lambda: descriptors(responder) == at_rest,
                         lambda: f"{descriptors(responder)} descriptors, {at_rest} at rest")

    def test_few_descriptors_are_told(self):
        """What is missing is logged with its number; a figure that cannot be read is absent, never 0."""
        namespace = harness.Namespace()
        exporter = harness.Exporter(namespace, config(TARGETS).replace("{", "{operation: udp-echo, ").replace(
            "defaults: {operation: udp-echo, frequency: 2s, timeout: 2s, num_packets: 5, interval: 20ms}",
            "defaults: {frequency: 60s}"))
        done = self.run_program(namespace, "ipsla_exporter", "--config.check", "--config.file", exporter.config_path)
        needed = re.search(r"(?m)^file descriptors: (\d+) needed at most, \d+ allowed here", done.stdout)
        self.assertTrue(needed, done.evidence)
        self.assertGreater(int(needed.group(1)), TARGETS)
        self.assertRegex(done.stdout, rf"(?m)^local ports: {TARGETS} needed at most, \d+ allowed here$")
        with namespace.entered():
            connection = http.client.HTTPConnection("127.0.0.1", exporter.port, timeout=harness.PATIENCE)
            connection.connect()

        def scrape():
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()

        self.assertRegex(scrape(), r"(?m)^process_open_fds \d+$")
        resource.prlimit(exporter.process.pid, resource.RLIMIT_NOFILE, (3, 60))
        # A scrape within 250 ms of another may get its answer.
        harness.wait_for(lambda: "process_open_fds" not in scrape(), "a scrape without the figure")
        text = scrape()
        self.assertNotIn("process_resident_memory_bytes", text)
        self.assertIn("process_max_fds 3\n", text)
        resource.prlimit(exporter.process.pid, resource.RLIMIT_NOFILE, (60, 60))
        exporter.process.popen.send_signal(signal.SIGHUP)
        line = f'msg="too few file descriptors, some operations will fail" needed={needed.group(1)} allowed=60'
        harness.wait_for(lambda: line in exporter.process.stderr(), exporter.process.evidence)
        connection.close()


if __name__ == "__main__":
    harness.main()
