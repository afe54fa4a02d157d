# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""300 targets every 2 seconds against one responder: nothing lost, skipped or leaked."""

import os

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


if __name__ == "__main__":
    harness.main()
