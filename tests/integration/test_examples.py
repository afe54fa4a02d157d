# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The configurations of config/examples: checked, and run against responders where a namespace has what they need."""

import glob
import os
import shutil
import subprocess

import harness

FOLDER = os.path.join(harness.SOURCE_DIR, "config/examples")
SECRET = "an-example\n"


class ExamplesTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.folder = os.path.join(harness.scratch_dir(), "examples")
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(FOLDER, self.folder)
        self.secret = harness.write_file("examples/key7.secret", SECRET)
        os.chmod(self.secret, 0o600)

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_local(self, *prefixes):
        """Every address of them is one of this host."""
        with self.namespace.entered():
            for prefix in prefixes:
                subprocess.run(["ip", "route", "add", "local", prefix, "dev", "lo"], check=True)

    def check(self, path, *words):
        done = self.run_program(self.namespace, "ipsla_exporter", "--config.check", "--config.file", path)
        self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
        for word in words:
            self.assertIn(word, done.stdout)

    def wait_ok(self, exporter, count):
        return exporter.wait_metrics(lambda metrics: metrics.get("ipsla_exporter_targets", state="ok") == count,
                                     f"{count} targets ok")

    def soon(self, name):
        """The same file with operations that start at once."""
        text = open(self.path(name), encoding="utf-8").read()
        return harness.write_file(f"examples/soon-{name}", text.replace("defaults:", "defaults:\n  start: now", 1))

    def test_campus(self):
        text = open(self.path("campus.yml"), encoding="utf-8").read()
        self.assertLessEqual(len(text.splitlines()), 45)
        self.check(self.path("campus.yml"), "30 targets")
        self.make_local("192.0.2.0/24")
        self.responder(self.namespace)
        with self.namespace.entered():
            subprocess.run(["sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647"], check=True)
        metrics = self.wait_ok(harness.Exporter(self.namespace, self.soon("campus.yml")), 30)
        self.assertEqual(metrics.get("ipsla_packets_sent_total", target="192.0.2.51"), 5)

    def test_voice(self):
        self.check(self.path("voice.yml"), "2 targets")
        self.make_local("192.0.2.0/24")
        self.responder(self.namespace)
        short = open(self.path("voice.yml"), encoding="utf-8").read().replace("1000 ", "50 ")
        config = harness.write_file("examples/short.yml", "defaults: {start: now}\n" + short)
        metrics = self.wait_ok(harness.Exporter(self.namespace, config), 2)
        self.assertEqual(metrics.get("ipsla_limit_exceeded", target="branch-paris", limit="mos",
                                     severity="critical"), 0)

    def test_vrf(self):
        self.check(self.path("vrf.yml"), "2 targets")  # not run: a namespace of a test has no VRF

    def test_ipv6_with_keys(self):
        self.check(self.path("ipv6-keys.yml"), "2 targets")
        with self.namespace.entered():  # IPv6 answers from addresses of its own only
            for last in (1, 2):
                subprocess.run(["ip", "addr", "add", f"2001:db8:1::{last}/128", "dev", "lo", "nodad"], check=True)
        self.responder(self.namespace, f"--key=7:hmac-sha256:{self.secret}")
        metrics = self.wait_ok(harness.Exporter(self.namespace, self.soon("ipv6-keys.yml")), 2)
        self.assertEqual(metrics.get("ipsla_packets_sent_total", target="core-2"), 3)

    def test_impaired(self):
        for name in sorted(os.path.basename(path) for path in glob.glob(f"{FOLDER}/impair-*.yml")):
            done = self.run_program(self.namespace, "ipsla_exporter", "--config.check", "--config.file", self.path(name))
            self.assertEqual(done.code, 0, done.evidence)
            # One target is longer than its frequency on purpose.
            self.assertEqual(done.stderr.count("warning"), name == "impair-site.yml", done.evidence)

    def test_two_thousand(self):
        done = subprocess.run(["sh", self.path("generate.sh")], check=True, capture_output=True, text=True)
        self.check(harness.write_file("examples/many.yml", done.stdout), "2000 targets")
        self.make_local("10.0.0.0/8")
        self.responder(self.namespace)
        text = done.stdout.replace("60s", "20s").replace("max_packet_rate: 100", "max_packet_rate: 200")
        exporter = harness.Exporter(self.namespace, harness.write_file("examples/faster.yml", text))
        metrics = self.wait_ok(exporter, 2000)
        self.assertLessEqual(len(metrics.of("site-0001").splitlines()), 25)


if __name__ == "__main__":
    harness.main()
