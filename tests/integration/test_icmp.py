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
        self.assertEqual(result["outcome"], "ok")
        self.assert_counts(result["packets"], packets, done.evidence)
        self.assertBetween(result["rtt_seconds"]["avg"], 1e-7, 5, "round trip on loopback")
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

    def test_echo_over_ipv6(self):
        harness.require_ipv6(self.namespace)
        for groups, user in (("1 0", None), ("0 0", None), ("0 2147483647", "nobody")):
            self.ping_groups(groups)
            for size in (0, 28, 1473, 16384):
                done = self.probe("echo", f"--size={size}", "--verify-data", "--tos=0xb8", host="::1", user=user)
                result = self.assert_good(done, 1)
                self.assertEqual(result["target"]["address"], "::1")
                self.assertEqual(result["reply"]["ttl"], 64)
        self.ping_groups("1 0")
        done = self.probe("echo", host="::1", user="nobody")
        self.assertEqual((done.json()["outcome"], done.json()["reason"]), ("local", NEEDS_ECHO))

    def test_traffic_class_over_ipv6(self):
        """Linux answers an echo with its traffic class."""
        harness.require_ipv6(self.namespace)
        for groups in ("1 0", "0 0"):
            self.ping_groups(groups)
            result = self.assert_good(self.probe("echo", "--dscp=ef", "--ttl=9", "--dont-fragment", host="::1"), 1)
            self.assertEqual(result["reply"]["dscp"], 46)

    def test_jitter_is_for_ipv4(self):
        for host, *flags in (("::1",), ("router.example", "--ip-version=6"), ("router.example", "--source=::1")):
            done = self.probe("jitter", *flags, host=host)
            self.assertEqual((done.code, done.stderr), (2, "ipsla probe: icmp-jitter is for IPv4 only: "
                                                           "ICMPv6 has no timestamp messages\n"), done.evidence)

    def test_link_local_over_ipv6(self):
        harness.require_ipv6(self.namespace)
        self.router()
        for groups in ("1 0", "0 0"):
            self.ping_groups(groups)
            done = self.probe("echo", host="fe80::2%near")
            self.assert_good(done, 1)
            self.assertRegex(done.json()["target"]["address"], "^fe80::2%[0-9]+$")

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
            self.assert_pairs(result["jitter_seconds"][way]["samples"], result["packets"])
            self.assertLess(result["jitter_seconds"][way]["interarrival"] or 0, 5, "milliseconds, not days")

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
                            "addr add 192.0.2.1/30 dev near", "link set near up",
                            "addr add 2001:db8:2::1/64 dev near nodad", "addr add fe80::1/64 dev near nodad"):
                subprocess.run(["ip", *command.split()], check=True)
        with router.entered():
            for command in ("addr add 192.0.2.2/30 dev far", "link set far up",
                            "addr add 2001:db8:2::2/64 dev far nodad", "addr add fe80::2/64 dev far nodad",
                            "route add unreachable 198.51.100.0/24", "route add unreachable 2001:db8:51::/48",
                            "route add prohibit 2001:db8:52::/48"):
                subprocess.run(["ip", *command.split()], check=True)
            for name, value in (("ipv4/ip_forward", "1"), ("ipv4/icmp_ratelimit", "0"),
                                ("ipv6/conf/all/forwarding", "1"), ("ipv6/icmp/ratelimit", "0")):
                with open(f"/proc/sys/net/{name}", "w", encoding="ascii") as file:
                    file.write(value)
        with self.namespace.entered():
            subprocess.run("ip route add default via 192.0.2.2".split(), check=True)
            subprocess.run("ip route add default via 2001:db8:2::2".split(), check=True)
        return router

    def test_unreachable(self):
        self.router()
        for groups in ("1 0", "0 0"):
            self.ping_groups(groups)
            done = self.probe("echo", host="198.51.100.1")
            self.assertEqual(done.json()["outcome"], "unreachable", done.evidence)
            self.assertRegex(done.json()["reason"], r"^198\.51\.100\.1: host unreachable, says 192\.0\.2\.2: ")
            self.assertEqual(done.json()["icmp"], {"type": 3, "code": 1, "kind": "host unreachable",
                                                   "from": "192.0.2.2"})

    def test_unreachable_over_ipv6(self):
        harness.require_ipv6(self.namespace)
        self.router()
        for groups in ("1 0", "0 0"):
            self.ping_groups(groups)
            for host, outcome, reason in (
                    ("2001:db8:51::1", "unreachable", "no route, says 2001:db8:2::2: "),
                    ("2001:db8:52::1", "prohibited", "administratively prohibited, says 2001:db8:2::2: ")):
                done = self.probe("echo", host=host)
                self.assertEqual(done.json()["outcome"], outcome, done.evidence)
                self.assertTrue(done.json()["reason"].startswith(f"{host}: {reason}"), done.evidence)

    def test_exporter_over_ipv6(self):
        """The same over IPv6."""
        harness.require_ipv6(self.namespace)
        self.ping_groups("1 0")
        self.router()
        exporter = harness.Exporter(self.namespace, """
            defaults: {frequency: 1s, timeout: 1s, operation: icmp-echo}
            targets:
              - {name: one, host: '::1'}
              - {name: two, host: '::1'}
              - {name: nowhere, host: '2001:db8:51::1'}
            """)
        metrics = exporter.wait_metrics(
            lambda now: all((now.get("ipsla_operations_total", target=name) or 0) >= 2
                            for name in ("one", "two", "nowhere")), "two operations of each")
        for name in ("one", "two"):
            self.assertEqual(metrics.total("ipsla_operation_failures_total", target=name), 0, name)
        self.assertGreaterEqual(
            metrics.get("ipsla_operation_failures_total", target="nowhere", reason="unreachable"), 2)
        self.assertEqual(metrics.total("ipsla_exporter_unmatched_datagrams_total"), 0)
        self.assertEqual(metrics.total("ipsla_packets_corrupt_total"), 0)

    def test_exporter_with_many_targets(self):
        """Sessions to one address must not see each other's replies, nor errors of others."""
        self.ping_groups("1 0")
        self.router()
        exporter = harness.Exporter(self.namespace, """
            defaults: {frequency: 1s, timeout: 1s, control: {retries: 2}}
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
            self.assertEqual(metrics.total("ipsla_operation_failures_total", target=name), 0, name)
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
              - {name: one, host: 127.0.0.1, module: ping, frequency: 1s, timeout: 1s}
              - {name: two, host: 127.0.0.1, module: ping, frequency: 1s, timeout: 1s}
            """, user="nobody")
        exporter.wait_metrics(
            lambda now: (now.get("ipsla_operation_failures_total", target="two", reason="local") or 0)
            >= 2, "two failures")
        said = [line for line in exporter.process.stderr().splitlines() if "target cannot be measured" in line]
        self.assertEqual(len(said), 1)
        self.assertIn("net.ipv4.ping_group_range", said[0])


if __name__ == "__main__":
    harness.main()
