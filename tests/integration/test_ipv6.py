# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""IPv6: sender and responder over ::1, over a link with link-local addresses only, beside IPv4, and by name."""

import os
import re
import socket
import subprocess

import harness

BOTH = ("--listen-address", "0.0.0.0:1967", "--listen-address", "[::]:1967")


class Ipv6Test(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        harness.require_ipv6(self.namespace)

    def probe(self, host, *arguments, namespace=None):
        return self.run_program(namespace or self.namespace, "ipsla", "probe", host,
                                "--output", "json", *arguments)

    def assert_measured(self, done, address, planned=10):
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assertEqual(result["target"]["address"], address)
        self.assert_counts(result["packets"], planned, done.evidence)
        return result

    def test_a_port_alone_is_both_families(self):
        for flags in ((), ("--listen-address=:1967",), ("--listen-address=1967", "--listen-address=[::]:1967")):
            with self.subTest(flags=flags):
                process = self.responder(self.namespace, *flags)
                self.assert_measured(self.probe("::1"), "::1")
                self.assert_measured(self.probe("127.0.0.1"), "127.0.0.1")
                self.assertEqual(process.stop(), 0, process.evidence())
        self.responder(self.namespace, "--listen-address=0.0.0.0:1967")
        self.assertEqual(self.probe("::1", "--timeout", "200ms").code, 1)

    def test_every_operation(self):
        self.responder(self.namespace, *BOTH)
        self.assert_measured(self.probe("::1"), "::1")
        self.assert_measured(self.probe("::1", "--source", "::1"), "::1")
        self.assert_measured(self.probe("::1", "--operation", "udp-echo"), "::1", planned=1)
        self.assert_measured(self.probe("::1", "--operation", "tcp-connect"), "::1", planned=1)
        self.assert_measured(self.probe("::1", "--dscp", "ef", "--ttl", "7"), "::1")
        self.assert_measured(self.probe("127.0.0.1"), "127.0.0.1")
        text = self.run_program(self.namespace, "ipsla", "probe", "::1")
        self.assertIn("([::1]:16384)", text.stdout)

    def test_request_on_the_wire(self):
        """68 bytes, the layout of vector C6; our sender takes the whole request back as a success."""
        with self.namespace.entered():
            fake = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.addCleanup(fake.close)
        fake.bind(("::1", 1967))
        fake.settimeout(harness.PATIENCE)
        process = harness.Process(self.namespace, [
            harness.program("ipsla"), "probe", "::1", "--port", "50505", "--count", "5000",
            "--interval", "20", "--timeout", "100ms", "--control-timeout", "10s"])
        request, peer = fake.recvfrom(2048)
        self.assertEqual(len(request), 68)
        self.assertEqual(request[2:4], b"\0\x44")
        self.assertEqual(request[8:12], b"\0\x08\0\x20")
        self.assertEqual(request[16:32], b"\0" * 15 + b"\1")
        self.assertEqual(request[32:36], b"\xc5\x49\0\0")
        self.assertEqual(int.from_bytes(request[36:40], "big"), 100100, "not clamped to 16 bits")
        self.assertEqual(request[40:44], b"\0\1\0\x1c")
        with self.namespace.entered():
            probes = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.addCleanup(probes.close)
        probes.bind(("::1", 50505))
        probes.settimeout(harness.PATIENCE)
        fake.sendto(request, peer)
        self.assertEqual(probes.recvfrom(2048)[0][:2], b"\0\2")
        process.kill()

    def test_responder_answers_c6(self):
        """The vector itself to a running responder: the port is open, on IPv6 alone."""
        self.responder(self.namespace, *BOTH)
        path = os.path.join(harness.SOURCE_DIR, "tests/vectors/ipsla.txt")
        with open(path, encoding="ascii") as file:
            c6 = bytes.fromhex(next(line for line in file if line.startswith("C6 ")).split("|")[1])
        with self.namespace.entered():
            sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.addCleanup(sock.close)
        sock.settimeout(harness.PATIENCE)
        sock.sendto(c6, ("::1", 1967))
        answer = sock.recv(2048)
        self.assertEqual(answer, c6[:3] + b"\x28" + c6[4:40])
        with self.namespace.entered(), open("/proc/thread-self/net/udp6", encoding="ascii") as file:
            self.assertIn(f"{'0' * 24}01000000:{50505:04X}", file.read())
        self.assertFalse(harness.has_udp_listener(self.namespace, 50505))

    def test_unreachable(self):
        done = self.probe("::1")
        self.assertEqual(done.code, 1, done.evidence)
        self.assertEqual(done.json()["outcome"], "port_unreachable", done.evidence)

    def test_wrong_usage(self):
        for arguments in (["fe80::1"], ["::1", "--ip-version", "4"], ["::1", "--ip-version", "5"],
                          ["127.0.0.1", "--source", "::1"], ["x", "--ip-version=6", "--source=127.0.0.1"]):
            with self.subTest(arguments=arguments):
                done = self.probe(*arguments)
                self.assertEqual(done.code, 2, done.evidence)
                self.assertTrue(done.stderr.strip())

    def test_link_local(self):
        """Nothing but link-local addresses, both ends on one link: the scope goes all the way."""
        harness.require_program("ip")
        right = harness.Namespace()
        with self.namespace.entered():
            made = subprocess.run(["ip", "link", "add", "sla0", "type", "veth", "peer", "name", "sla1",
                                   "netns", str(self.holder(right))], capture_output=True, text=True,
                                  check=False)
        if made.returncode != 0:
            harness.skip(f"no veth pair: {made.stderr.strip()}")
        for namespace, interface in ((self.namespace, "sla0"), (right, "sla1")):
            with namespace.entered():
                subprocess.run(["ip", "link", "set", interface, "up"], check=True)
        addresses = [self.link_local(self.namespace, "sla0"), self.link_local(right, "sla1")]
        self.responder(right, *BOTH)
        done = self.probe(f"{addresses[1]}%sla0")
        self.assert_measured(done, f"{addresses[1]}%{self.index('sla0')}")
        done = self.probe(f"{addresses[1]}%sla0", "--source", addresses[0])
        self.assert_measured(done, f"{addresses[1]}%{self.index('sla0')}")
        done = self.probe(f"{addresses[1]}%none0")
        self.assertEqual((done.code, done.json()["outcome"]), (1, "resolve"), done.evidence)

    def holder(self, namespace):
        """The pid of a process in the namespace, for ip."""
        return harness.Process(namespace, ["sleep", "60"]).pid

    def index(self, interface):
        with self.namespace.entered():
            return socket.if_nametoindex(interface)

    def link_local(self, namespace, interface):
        """The interface's address once duplicate address detection is over."""
        def find():
            with namespace.entered():
                shown = subprocess.run(["ip", "-6", "addr", "show", "dev", interface, "-tentative"],
                                       capture_output=True, text=True, check=True).stdout
            return re.search(r"inet6 (fe80:[0-9a-f:]+)/64", shown)

        return harness.wait_for(find, f"a link-local address of {interface}").group(1)

    def test_name_with_both(self):
        harness.require_program("unshare")
        harness.require_program("ip")
        self.responder(self.namespace, *BOTH)
        with self.namespace.entered():  # not ::1, which a hosts file makes 127.0.0.1 too
            subprocess.run(["ip", "addr", "add", "fd00::5/128", "dev", "lo"], check=True)
        hosts = ("127.0.0.5 both.example\nfd00::5 both.example\n"
                 "fd00::5 six.example\n127.0.0.5 four.example\n")
        for host, flags, address in (("both.example", [], "127.0.0.5"),
                                     ("both.example", ["--ip-version", "4"], "127.0.0.5"),
                                     ("both.example", ["--ip-version", "6"], "fd00::5"),
                                     ("both.example", ["--source", "fd00::5"], "fd00::5"),
                                     ("six.example", [], "fd00::5"),
                                     ("four.example", ["--ip-version=6"], None)):
            with self.subTest(host=host, flags=flags):
                done = harness.Finished(harness.Process(self.namespace, harness.with_hosts(
                    hosts, harness.program("ipsla"), "probe", host, "--output", "json", *flags)))
                if address is None:
                    self.assertEqual(done.json()["outcome"], "resolve", done.evidence)
                else:
                    self.assert_measured(done, address)

    def test_exporter_measures_and_answers_both(self):
        config = ("defaults: {frequency: 1s, timeout: 1s, num_packets: 3}\n"
                  "responder: {listen: ['127.0.0.1:1967', '[::1]:1967'], allow: ['::1', 127.0.0.1],\n"
                  "            permanent_ports: ['[::1]:7000']}\n"
                  "targets:\n- {name: six, host: '::1', port: 16384, source_address: '::1'}\n"
                  "- {name: four, host: 127.0.0.1, port: 16384}\n")
        exporter = harness.Exporter(self.namespace, config, "--web.enable-lifecycle")
        metrics = exporter.wait_metrics(
            lambda found: all(found.get("ipsla_operation_success", target=name) == 1 for name in ("six", "four")),
            "both targets up")
        self.assertEqual(len(metrics.all("ipsla_target_info", target="six", address="::1")), 1)
        self.assertIn("</bdi> port&nbsp;16384", exporter.request("GET", "/target?name=six")[2])
        with open(exporter.config_path, "a", encoding="utf-8") as file:
            file.write("- {name: bad, host: 'fe80::1', port: 1}\n")
        status, body = exporter.reload()
        self.assertNotEqual(status, 200)
        self.assertNotIn("fe80", body)
        self.assertIn("link-local", exporter.process.stderr())


if __name__ == "__main__":
    harness.main()
