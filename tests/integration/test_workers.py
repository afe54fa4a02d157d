# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Targets shared out: among the threads of one exporter, and among exporters of one configuration."""

import os
import re

import harness

TARGETS = 24
NAMES = [f"t{number:02}" for number in range(TARGETS)]
HEAD = "defaults: {frequency: 1s, timeout: 1s, num_packets: 2, interval: 100ms, start: now}\ntargets:\n"
SELF = re.compile(r"# |process_|ipsla_exporter_(scrape|build)")


def config(names):
    return HEAD + "".join(f"  - {{name: {name}, host: 127.0.0.1, port: 16384}}\n" for name in names)


def series(metrics):
    """Names and labels in the order of the exposition."""
    return [line.rpartition(" ")[0] for line in metrics.text.splitlines() if not SELF.match(line)]


def operations(metrics):
    return {dict(labels)["target"]: value
            for labels, value in metrics.all("ipsla_operations_total").items()}


class WorkersTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.responder(self.namespace)

    def exporter(self, *flags):
        return harness.Exporter(self.namespace, config(NAMES), *flags)

    def wait_all(self, exporter, names, count=2):
        return exporter.wait_metrics(
            lambda metrics: set(operations(metrics)) == set(names)
            and min(operations(metrics).values()) >= count, f"{count} operations of each")

    def threads(self, exporter):
        folder = f"/proc/{exporter.process.pid}/task"
        names = [open(f"{folder}/{task}/comm", encoding="ascii").read().strip()
                 for task in os.listdir(folder)]
        return names.count("measure")

    def test_results_are_the_same(self):
        seen = []
        for count in (1, 3):
            exporter = self.exporter(f"--workers={count}")
            self.wait_all(exporter, NAMES)
            # A target whose second packet was missed has no jitter to show this time.
            metrics = exporter.wait_metrics(
                lambda metrics: len(metrics.all("ipsla_interarrival_jitter_seconds")) == 2 * TARGETS, "all jitter")
            self.assertEqual(self.threads(exporter), count)
            self.assertEqual(set(metrics.all("ipsla_operation_success").values()), {1.0})
            # What the threads count together: everything that was sent.
            self.assertGreaterEqual(metrics.get("ipsla_exporter_send_lateness_seconds_count"),
                                    metrics.total("ipsla_packets_sent_total"))
            self.assertEqual(metrics.get("ipsla_exporter_targets", state="ok"), TARGETS)
            self.assertEqual(exporter.request("GET", "/-/ready")[0], 200)
            seen.append(series(metrics))
            self.assertEqual(exporter.process.stop(), 0, exporter.process.evidence())
        self.assertEqual(seen[0], seen[1])

    def test_reload_moves_nothing(self):
        exporter = self.exporter("--workers", "3", "--web.enable-lifecycle")
        before = operations(self.wait_all(exporter, NAMES))
        names = ["first"] + NAMES[:10] + ["middle"] + NAMES[12:] + ["last"]
        harness.write_file("ipsla.yml", config(names))
        self.assertEqual(exporter.reload()[0], 200)
        metrics = exporter.scrape()
        after = operations(metrics)
        self.assertEqual(list(after), names)  # the order of the file
        for name in set(names) & set(NAMES):
            self.assertGreaterEqual(after[name], before[name], name)
        self.wait_all(exporter, names, 1)

    def test_every_target_is_in_one_shard(self):
        found = []
        for shard in ("0/2", "1/2"):
            exporter = self.exporter("--shard", shard, "--workers=2")
            log = exporter.process.stderr()
            match = re.search(r"configuration loaded.* targets=(\d+) of=(\d+) shard=(\S+)", log)
            self.assertTrue(match, log)
            own = int(match.group(1))
            self.assertEqual((match.group(2), match.group(3)), (str(TARGETS), shard))
            metrics = exporter.wait_metrics(
                lambda metrics, own=own: metrics.get("ipsla_exporter_targets", state="ok") == own,
                "all targets of the shard")
            self.assertEqual(len(operations(metrics)), own)
            self.assertEqual(exporter.request("GET", "/-/ready")[0], 200)
            self.assertIn(f'<span class="n">{own}</span> <span class="state ok"', exporter.request("GET", "/")[2])
            done = self.run_program(self.namespace, "ipsla_exporter", "--config.check",
                                    "--config.file", exporter.config_path, "--shard", shard)
            self.assertEqual(done.code, 0, done.evidence)
            self.assertIn(f"ok, {TARGETS} targets, {own} in shard {shard}\n", done.stdout)
            found += operations(metrics)
            self.assertEqual(exporter.process.stop(), 0, exporter.process.evidence())
        self.assertEqual(sorted(found), NAMES)

    def test_wrong_flags(self):
        for flag, what in (("--shard=2/2", "from 0 to N - 1"), ("--shard=1", "0/2"),
                           ("--shard=0/0", "0/2"), ("--shard=-1/2", "from 0"),
                           ("--shard=0/1/2", "0/2"), ("--shard=a/2", "from 0"),
                           ("--shard=0/1025", "0/2"), ("--workers=0", "from 1 to 64"),
                           ("--workers=65", "from 1 to 64"), ("--workers=x", "from 1 to 64")):
            with self.subTest(flag=flag):
                done = self.run_program(self.namespace, "ipsla_exporter", flag)
                self.assertEqual(done.code, 2, done.evidence)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.evidence)
                self.assertIn(what, done.stderr)


if __name__ == "__main__":
    harness.main()
