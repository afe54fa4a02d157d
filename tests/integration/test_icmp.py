# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""icmp-echo and icmp-jitter against kernels: with raw sockets, with ping sockets, without either."""

import os
import shutil
import subprocess

import harness

NEEDS_ECHO = ("this host could not send: ICMP echo needs CAP_NET_RAW, or a group of this process in "
              "net.ipv4.ping_group_range")
NEEDS_JITTER = ("this host could not send: ICMP timestamps need CAP_NET_RAW; "
                "net.ipv4.ping_group_range is for echoes only")


class IcmpTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        # Copies: nobody may not be able to enter the directories above the build.
        directory = os.path.join(harness.scratch_dir(), "bin")
        os.mkdir(directory, 0o755)
        for name in ("ipsla", "ipsla_exporter"):
            shutil.copy(harness.program(name), os.path.join(directory, name))
        harness.BIN_DIR = directory

    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def ping_groups(self, text):
        with self.namespace.entered(), \
                open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as file:
            file.write(text)

    def probe(self, operation, *arguments, host="127.0.0.1", user=None):
        return self.run_program(self.namespace, "ipsla", "probe", host, f"--operation=icmp-{operation}",
                                "--output=json", *arguments, user=user)

    def assert_good(self, done, packets):
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assertEqual((result["outcome"], result["packets"]["received"]), ("ok", packets))
        self.assertEqual((result["packets"]["corrupt"], result["packets"]["duplicate"]), (0, 0))
        self.assertBetween(result["rtt_seconds"]["avg"], 1e-7, 4, "round trip on loopback")
        self.assertEqual(result["timestamps"], {"tx": "kernel", "rx": "kernel"})
        self.assertIsNone(result["target"]["port"])
        return result

    def test_raw_echo(self):
        self.ping_groups("1 0")
        for size in (0, 28, 1473, 16384):
            self.assert_good(self.probe("echo", f"--size={size}", "--verify-data"), 1)

    def test_ping_socket_as_root(self):
        self.ping_groups("0 0")
        self.assert_good(self.probe("echo", "--verify-data", "--data-pattern=0102"), 1)

    def test_ping_socket_as_nobody(self):
        self.ping_groups("0 2147483647")
        self.assert_good(self.probe("echo", user="nobody"), 1)

    def test_neither(self):
        self.ping_groups("1 0")
        for operation, reason in (("echo", NEEDS_ECHO), ("jitter", NEEDS_JITTER)):
            done = self.probe(operation, user="nobody")
            self.assertEqual(done.code, 1, done.evidence)
            self.assertEqual((done.json()["outcome"], done.json()["reason"]), ("local", reason))
        self.ping_groups("0 2147483647")
        self.assertEqual(self.probe("jitter", user="nobody").json()["reason"], NEEDS_JITTER)

    def test_jitter(self):
        """The kernel stamps with its own clock, which is ours."""
        result = self.assert_good(self.probe("jitter", "--count=20", "--interval=4"), 20)
        for way in ("sd", "ds"):
            self.assertEqual(result["jitter_seconds"][way]["samples"], 19)
            self.assertLess(result["jitter_seconds"][way]["interarrival"], 1, "milliseconds, not days")

    def test_no_flags_of_ports(self):
        for flag in ("--port=7", "--control=none", "--source-port=7", "--control-port=7"):
            done = self.probe("echo", flag)
            self.assertEqual(done.code, 2, done.evidence)

    def test_local_route(self):
        with self.namespace.entered():
            subprocess.run(["ip", "route", "add", "unreachable", "198.51.100.0/24"], check=True)
        done = self.probe("echo", host="198.51.100.1")
        self.assertEqual(done.json()["outcome"], "local", done.evidence)
        self.assertIn("No route to host", done.json()["reason"])

    def router(self):
        """A second namespace that says of 198.51.100.0/24 that there is no such place."""
        router = harness.Namespace()
        with self.namespace.entered():
            for command in ("link add near type veth peer name far", f"link set far netns {router.path}",
                            "addr add 192.0.2.1/30 dev near", "link set near up"):
                subprocess.run(["ip", *command.split()], check=True)
        with router.entered():
            for command in ("addr add 192.0.2.2/30 dev far", "link set far up",
                            "route add unreachable 198.51.100.0/24"):
                subprocess.run(["ip", *command.split()], check=True)
            for name, value in (("ip_forward", "1"), ("icmp_ratelimit", "0")):
                with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
                    file.write(value)
        with self.namespace.entered():
            subprocess.run("ip route add default via 192.0.2.2".split(), check=True)
        return router

    def test_unreachable(self):
        self.router()
        for groups in ("1 0", "0 0"):
            self.ping_groups(groups)
            done = self.probe("echo", host="198.51.100.1")
            self.assertEqual(done.json()["outcome"], "unreachable", done.evidence)
            self.assertEqual(done.json()["reason"], "198.51.100.1: No route to host")

    def test_exporter_with_many_targets(self):
        """Sessions to one address must not see each other's replies, nor errors of others."""
        self.ping_groups("1 0")
        self.router()
        exporter = harness.Exporter(self.namespace, """
            defaults: {frequency: 1s, timeout: 500ms, control: {retries: 2}}
            targets:
              - {name: one, host: 127.0.0.1, module: ping}
              - {name: two, host: 127.0.0.1, module: ping}
              - {name: three, host: 127.0.0.1, operation: icmp-jitter, num_packets: 5}
              - {name: four, host: 127.0.0.1, operation: icmp-jitter, num_packets: 5}
              - {name: nowhere, host: 198.51.100.1, operation: icmp-jitter, num_packets: 5}
            """)
        good = ("one", "two", "three", "four")
        metrics = exporter.wait_metrics(
            lambda now: all((now.get("ipsla_operations_total", target=name) or 0) >= 3
                            for name in (*good, "nowhere")), "three operations of each")
        for name in good:
            self.assertEqual(metrics.all("ipsla_operation_failures_total", target=name), {}, name)
        self.assertGreaterEqual(
            metrics.get("ipsla_operation_failures_total", target="nowhere", reason="unreachable"), 3)
        self.assertEqual(metrics.total("ipsla_exporter_unmatched_datagrams_total"), 0)
        self.assertEqual(metrics.total("ipsla_packets_corrupt_total"), 0)
        self.assertEqual(metrics.all("ipsla_jitter_seconds_count", target="one"), {})
        self.assertTrue(metrics.all("ipsla_jitter_seconds_count", target="three"))
        for absent in ("ipsla_control_rtt_seconds", "ipsla_control_retries_total",
                       "ipsla_loss_period_packets_max"):
            self.assertEqual(metrics.all(absent), {}, absent)

    def test_exporter_says_it_once(self):
        self.ping_groups("1 0")
        exporter = harness.Exporter(self.namespace, """
            targets:
              - {name: one, host: 127.0.0.1, module: ping, frequency: 1s, timeout: 500ms}
              - {name: two, host: 127.0.0.1, module: ping, frequency: 1s, timeout: 500ms}
            """, user="nobody")
        exporter.wait_metrics(
            lambda now: (now.get("ipsla_operation_failures_total", target="two", reason="local") or 0)
            >= 2, "two failures")
        self.assertEqual(exporter.process.stderr().count("net.ipv4.ping_group_range"), 1)


if __name__ == "__main__":
    harness.main()
