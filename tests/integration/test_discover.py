# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla discover: a responder, refusals, closed ports and silence on addresses of one namespace."""

import json
import os
import pty
import shutil
import socket
import subprocess

import fake_peers
import harness
import ipsla_wire as wire

RESPONDER, AUTH, SILENT, SHORT, BUSY = (f"127.0.0.{last}" for last in (1, 2, 3, 4, 5))
CLOSED = ("127.0.0.6", "127.0.0.7", "127.0.0.8")
FAST = ("--timeout=1s", "--rate=1000")
V1 = ("--methods=v1", *FAST)
DUAL = ("--listen-address=0.0.0.0:1967", "--listen-address=0.0.0.0:1167", "--listen-address=[::]:1967",
        "--listen-address=[::]:1167")


class Mute(fake_peers.Silent):
    """Silent to requests of either version."""

    def note_request(self, data):
        pass


class DiscoverTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def discover(self, *arguments):
        return self.run_program(self.namespace, "ipsla", "discover", *arguments)

    def discover_by_name(self, *arguments):
        """The same where the name router.example stands for the responder."""
        harness.require_program("unshare")
        command = harness.with_hosts(f"{RESPONDER} router.example\n", harness.program("ipsla"),
                                     "discover", *arguments)
        return harness.Finished(harness.Process(self.namespace, command))

    def start_peers(self):
        self.responder(self.namespace, f"--listen-address={RESPONDER}:1967")
        self.auth = fake_peers.Refusing(AUTH, b"\0\2\0\0")
        self.silent = fake_peers.Silent(SILENT)
        peers = fake_peers.Peers(self.namespace, [
            self.auth, self.silent, fake_peers.Shaped(SHORT, wire.short_reply),
            fake_peers.Refusing(BUSY, b"\0\0\0\4")])
        self.addCleanup(peers.end)

    def test_json(self):
        self.start_peers()
        done = self.discover_by_name("127.0.0.8", "router.example", "127.0.0.0/29", "127.0.0.3", "127.0.0.7",
                             "--output=json", *V1)
        self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([row["address"] for row in rows], [f"127.0.0.{last}" for last in range(1, 9)])
        self.assertEqual([row["name"] for row in rows], ["router.example"] + [None] * 7)
        v1 = {row["address"]: row["v1"] for row in rows}
        up = {row["address"]: row["host_up"] for row in rows}
        self.assertEqual((v1[RESPONDER]["outcome"], v1[RESPONDER]["shape"]), ("accepted", "long"))
        self.assertEqual((v1[SHORT]["outcome"], v1[SHORT]["shape"]), ("accepted", "short"))
        self.assertEqual((v1[AUTH]["outcome"], v1[AUTH]["status"], v1[AUTH]["status_code"]),
                         ("refused", 0x20000, 2))
        self.assertEqual((v1[BUSY]["outcome"], v1[BUSY]["status"], v1[BUSY]["status_code"]),
                         ("refused", 4, 4))
        self.assertEqual([row["v1"]["auth_demanded"] for row in rows],
                         [False, True, None, False, None, None, None, None])
        self.assertEqual((v1[SILENT]["outcome"], v1[SILENT]["requests"], up[SILENT]),
                         ("no_answer", 2, None))
        for address in CLOSED:
            self.assertEqual((v1[address]["outcome"], v1[address]["requests"], up[address]),
                             ("closed", 1, True))
        for address, result in v1.items():
            self.assertEqual(result["rtt_seconds"] is not None,
                             address in (RESPONDER, AUTH, SHORT, BUSY), address)
            self.assertEqual(up[address], None if address == SILENT else True)
        self.assertGreater(v1[RESPONDER]["rtt_seconds"], 0)
        self.check_requests()

    def check_requests(self):
        """Asked for a short time, with a fresh id each."""
        self.assertEqual(len(self.auth.requests), 1)
        self.assertEqual(len({request.number for request in self.silent.requests}), 2)
        for request in self.silent.requests:
            self.assertEqual((request.port, request.duration_ms), (16384, 100))

    def test_the_port_closes_by_itself(self):
        self.responder(self.namespace, f"--listen-address={RESPONDER}:1967")
        done = self.discover(RESPONDER, "--port=23456")
        self.assertEqual(done.code, 0, done.evidence)
        harness.wait_for(lambda: not harness.has_udp_listener(self.namespace, 23456),
                         "the port is closed again")

    def test_text(self):
        self.start_peers()
        done = self.discover_by_name("127.0.0.0/29", "router.example", "127.0.0.7", "127.0.0.8", *V1)
        self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0].split(), ["ADDRESS", "NAME", "V1", "DETAIL"])
        wanted = ((RESPONDER, "yes", "v1: reply shape long"),
                  (AUTH, "auth", "v1: authentication demanded (status 0x00020000)"),
                  (SILENT, "-", "v1: no answer"), (SHORT, "yes", "v1: reply shape short"),
                  (BUSY, "refused", "v1: port in use (status 0x00000004)"))
        wanted += tuple((address, "no", "v1: host up, port closed") for address in CLOSED)
        self.assertEqual(len(lines), 1 + len(wanted))
        for line, (address, word, detail) in zip(lines[1:], wanted):
            words = line.split()
            self.assertEqual((words[0], words[2]), (address, word))
            self.assertTrue(line.endswith("  " + detail), line)

    def test_legend(self):
        """What the words mean is for people: on a terminal."""
        main, terminal = pty.openpty()
        self.addCleanup(os.close, main)
        with self.namespace.entered():
            subprocess.run([harness.program("ipsla"), "discover", "127.0.0.6", *V1], stdout=terminal, check=False,
                           stderr=subprocess.DEVNULL, timeout=harness.PATIENCE)
        os.close(terminal)
        self.assertIn('"no answer" does not prove', os.read(main, 65536).decode())

    def test_yaml(self):
        """What answers becomes a configuration that measures it."""
        self.start_peers()
        process = self.responder(self.namespace, "--listen-address=127.0.0.6:1167", "--listen-address=[::1]:1967")
        harness.wait_for(lambda: process.stderr().count('msg="listening"') == 2, process.evidence)
        done = self.discover_by_name("127.0.0.0/29", "::1", "router.example", "--methods=v1,v2", "--output=yaml", *FAST)
        self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
        refused = "  # refused a request (status 2); where it demands a key, add control: {key: ID}"
        busy = "  # refused a request (status 4): something has the port; write {host: ..., port: N} with another port"
        self.assertEqual(done.stdout.splitlines(), [
            "targets:", "  - router.example", refused, f"  - {AUTH}", f"  - {SHORT}", busy,
            f"  - {BUSY}", "  - {host: 127.0.0.6, control: {version: 2}}", "  - '::1'"])
        file = harness.write_file("found.yml", done.stdout)
        checked = self.run_program(self.namespace, "ipsla", "check", file)
        self.assertEqual((checked.code, checked.stdout), (0, f"{file}: ok, 6 targets\n"), checked.evidence)

    def test_yaml_of_hosts(self):
        """Ports that are not the usual ones and hosts without a responder have their keys."""
        self.responder(self.namespace, f"--listen-address={RESPONDER}:2967", f"--listen-address={RESPONDER}:1967")
        done = self.discover(RESPONDER, "--control-port=2967", "--port=5000", "--methods=v1", "--output=yaml", *FAST)
        self.assertEqual(done.stdout, "defaults: {port: 5000}\ntargets:\n"
                         f"  - {{host: {RESPONDER}, control: {{version: 1, port: 2967}}}}\n", done.evidence)
        done = self.discover(SILENT, "--methods=echo", "--output=yaml", *FAST)
        self.assertEqual(done.stdout, f"targets:\n  - {{host: {SILENT}, module: ping}}\n", done.evidence)
        done = self.discover(SILENT, "--output=yaml", *V1)
        self.assertEqual((done.code, done.stdout), (1, ""), done.evidence)
        self.assertIn("nothing answered, so there is no configuration", done.stderr)

    def test_reflectors(self):
        """STAMP: what its reply tells; it stands in the configuration, which the exporter takes."""
        for arguments in ((), ("--stamp-port=8862",)):
            port = arguments[0] if arguments else "--stamp-port=862"
            responder = self.responder(self.namespace, f"--listen-address={RESPONDER}:1967",
                                       f"--stamp-port=127.0.0.1:{port.split('=')[1]}")
            done = self.discover(RESPONDER, SILENT, "--methods=stamp", "--output=json", *arguments, *FAST)
            self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
            rows = self.rows(done)
            found = rows[RESPONDER]["stamp"]
            self.assertEqual((found["outcome"], found["mode"], found["reflector"], found["software"]),
                             ("accepted", "stamp", "stateful", None), done.evidence)
            self.assertLessEqual({"stateful", "ssid", "tlv"}, set(found["signs"]))
            self.assertEqual((rows[SILENT]["stamp"]["outcome"], rows[SILENT]["stamp"]["mode"]), ("closed", None))
            done = self.discover(RESPONDER, "--methods=stamp", "--output=yaml", *arguments, *FAST)
            more = ", port: 8862" if arguments else ""
            self.assertEqual(done.stdout, f"targets:\n  - {{host: {RESPONDER}, operation: stamp{more}}}\n")
            file = harness.write_file("reflectors.yml", done.stdout)
            self.assertEqual(self.run_program(self.namespace, "ipsla", "check", file).code, 0)
            responder.stop()

    def test_servers(self):
        """TWAMP: the modes of the greeting; nothing is left behind, and who does not greet is named."""
        responder = self.responder(self.namespace, f"--listen-address={RESPONDER}:1967",
                                   f"--twamp-port={RESPONDER}:8862")
        with self.namespace.entered():
            listener = socket.create_server((SILENT, 8862))
        self.addCleanup(listener.close)
        done = self.discover(RESPONDER, SILENT, "127.0.0.99", "--methods=twamp", "--twamp-port=8862", "--output=json",
                             "--timeout=200", "--tries=1")
        self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
        rows = self.rows(done)
        found = rows[RESPONDER]["twamp"]
        self.assertEqual((found["outcome"], found["modes"], found["software"], found["requests"]),
                         ("accepted", ["unauthenticated"], None, 1), done.evidence)
        self.assertGreaterEqual(found["count"], 1024)
        self.assertEqual([rows[host]["twamp"]["outcome"] for host in (SILENT, "127.0.0.99")],
                         ["unreadable", "closed"], done.evidence)
        done = self.discover(RESPONDER, "--methods=twamp", "--twamp-port=8862", "--output=yaml", *FAST)
        self.assertEqual(done.stdout,
                         f"targets:\n  - {{host: {RESPONDER}, operation: twamp, server_port: 8862}}\n")
        file = harness.write_file("servers.yml", done.stdout)
        self.assertEqual(self.run_program(self.namespace, "ipsla", "check", file).code, 0)
        self.assertNotIn("level=warn", responder.stderr())

    def test_a_control_port_is_not_asked_for(self):
        """What was found would be a configuration that is refused."""
        for wrong in (("--port=1967",), ("--port=1166",), ("--port=5000", "--control-port-v2=5001")):
            done = self.discover(RESPONDER, "--output=yaml", *wrong)
            self.assertEqual((done.code, done.stdout), (2, ""), done.evidence)
            self.assertIn("no control port", done.stderr)

    def test_a_timeout_without_a_unit_is_in_milliseconds(self):
        self.responder(self.namespace, f"--listen-address={RESPONDER}:1967")
        self.assertEqual(self.discover(RESPONDER, "--methods=v1", "--timeout=900").code, 0)
        for wrong in "9", "60001", "0", "x":
            done = self.discover(RESPONDER, "--methods=v1", f"--timeout={wrong}")
            self.assertEqual(done.code, 2, done.evidence)
            self.assertIn("a duration from 10ms to 60s", done.stderr)

    def ping_groups(self, text):
        with self.namespace.entered(), \
                open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as file:
            file.write(text)

    def rows(self, done):
        return {row["address"]: row for row in map(json.loads, done.stdout.splitlines())}

    def test_every_method_over_both_families(self):
        harness.require_ipv6(self.namespace)
        self.responder(self.namespace, *DUAL, "--stamp-port=862", "--stamp-port=[::]:862", "--twamp-port=863",
                       "--twamp-port=[::]:863")
        for groups in ("1 0", "0 0"):
            self.ping_groups(groups)
            done = self.discover("127.0.0.1", "::1", "--twamp-port=863", "--output=json", *FAST)
            self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
            rows = self.rows(done)
            self.assertIsNone(rows["::1"].pop("timestamp"))
            self.assertTrue(rows["127.0.0.1"]["timestamp"]["utc"])
            for row in rows.values():
                self.assertEqual(row["stamp"]["mode"], "stamp", done.evidence)
                for name in set(row) - {"address", "name", "host_up"}:
                    self.assertEqual(row[name]["outcome"], "accepted", done.evidence)
                    self.assertBetween(row[name]["rtt_seconds"], 1e-7, 4, "round trip on loopback")
                self.assertEqual((row["v1"]["auth_demanded"], row["v2"]["auth_demanded"]), (False, False))
        for port in (16384, 16385):
            harness.wait_for(lambda: not harness.has_udp_listener(self.namespace, port), "ports close again")

    def test_authentication_demanded(self):
        """Both versions; nothing is opened. Silence is silence, not absence."""
        secret = harness.write_file("key", "secret-of-seven\n")
        self.responder(self.namespace, "--listen-address=127.0.0.1:1967", "--listen-address=127.0.0.1:1167",
                       f"--key=7:hmac-sha256:{secret}", f"--key=8:md5:{secret}")
        peers = fake_peers.Peers(self.namespace, [Mute(SILENT)])
        self.addCleanup(peers.end)
        done = self.discover(RESPONDER, SILENT, "--methods=v1,v2", "--control-port-v2=1967", "--output=json", *FAST)
        self.assertEqual(done.code, 0, done.evidence)
        rows = self.rows(done)
        for version in ("v1", "v2"):
            asked = rows[RESPONDER][version]
            self.assertEqual((asked["outcome"], asked["status_code"], asked["auth_demanded"]),
                             ("refused", 2, True), done.evidence)
            asked = rows[SILENT][version]
            self.assertEqual((asked["outcome"], asked["auth_demanded"]), ("no_answer", None), done.evidence)
        self.assertFalse(harness.has_udp_listener(self.namespace, 16384))
        self.assertFalse(harness.has_udp_listener(self.namespace, 16385))

    def test_privileges_are_named(self):
        """Without them the rest is asked."""
        directory = os.path.join(harness.scratch_dir(), "discover")
        os.mkdir(directory, 0o755)
        shutil.copy(harness.program("ipsla"), os.path.join(directory, "ipsla"))
        self.responder(self.namespace, *DUAL)
        self.ping_groups("1 0")
        command = [os.path.join(directory, "ipsla"), "discover", "127.0.0.1", *FAST]
        done = harness.Finished(harness.Process(self.namespace, command, "nobody"))
        self.assertEqual(done.code, 0, done.evidence)
        self.assertEqual(done.stderr.splitlines(), [
            "ipsla discover: echo is not asked: ICMP echo needs CAP_NET_RAW, or a group of this process in "
            "net.ipv4.ping_group_range",
            "ipsla discover: timestamp is not asked: ICMP timestamps need CAP_NET_RAW; "
            "net.ipv4.ping_group_range is for echoes only"])
        row = done.stdout.splitlines()[1].split()
        self.assertEqual((row[1], row[3], row[7:9]), ("yes", "yes", ["n/a", "n/a"]))
        self.ping_groups("0 2147483647")
        done = harness.Finished(harness.Process(self.namespace, command, "nobody"))
        self.assertEqual(len(done.stderr.splitlines()), 1, "only timestamps")

    def test_names_of_both_families_and_prefixes(self):
        harness.require_ipv6(self.namespace)
        harness.require_program("unshare")
        command = harness.with_hosts("127.0.0.5 both.example\nfd00::5 both.example\n", harness.program("ipsla"),
                                     "discover", "both.example", "fd00::4/126", "fd00::5", "--output=json", *V1)
        done = harness.Finished(harness.Process(self.namespace, command))
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(row["address"], row["name"]) for row in rows],
                         [("127.0.0.5", "both.example"), ("fd00::4", None), ("fd00::5", "both.example"),
                          ("fd00::6", None), ("fd00::7", None)], done.evidence)

    def test_progress_on_a_terminal(self):
        main, terminal = pty.openpty()
        self.addCleanup(os.close, main)
        with self.namespace.entered():
            done = subprocess.run([harness.program("ipsla"), "discover", "127.0.0.0/28", *FAST],
                                  stdout=subprocess.PIPE, stderr=terminal, check=False,
                                  timeout=harness.PATIENCE)
        os.close(terminal)
        shown = os.read(main, 65536).decode()
        self.assertIn("of 14 addresses", shown)
        self.assertEqual(done.stdout.count(b"host up, port closed"), 14)

    def test_none(self):
        done = self.discover("127.0.0.0/29", *V1)
        self.assertEqual(done.code, 1, done.evidence)
        self.assertEqual(done.stdout.count("host up, port closed"), 6)
        self.assertNotIn("NAME", done.stdout)

    def test_not_sent(self):
        done = self.discover("192.0.2.1", "--output=json")
        self.assertEqual(done.code, 1, done.evidence)
        self.assertEqual(done.json()["v1"]["outcome"], "unsent")

    def test_wrong_usage(self):
        wrong = ([], ["10.0.0.0/23"], ["10.0.0.0/15", "--force"], ["10.0.0.1/24"], ["10.0.0.0/33"],
                 ["fe80::1"], ["fe80::1%none0"], ["::"], ["ff02::1"], ["::ffff:127.0.0.1"], ["2001:db8::/119"],
                 ["2001:db8::/111", "--force"], ["2001:db8::1/120"], ["fe80::/120"], ["224.0.0.1"], ["0.0.0.0"], ["255.255.255.255"], ["a b"], [""],
                 ["10.1.0.0/16", "10.2.0.0/16", "--force"],
                 ["127.0.0.1", "--rate=0"], ["127.0.0.1", "--rate=1001"],
                 ["127.0.0.1", "--parallel=0"], ["127.0.0.1", "--parallel=1025"],
                 ["127.0.0.1", "--tries=6"], ["127.0.0.1", "--timeout=9ms"],
                 ["127.0.0.1", "--timeout=61s"], ["127.0.0.1", "--port=0"],
                 ["127.0.0.1", "--output=xml"], ["127.0.0.1", "--methods=v3"],
                 ["127.0.0.1", "--methods="], ["127.0.0.1", "--methods=v1,"])
        for arguments in wrong:
            with self.subTest(arguments=arguments):
                done = self.discover(*arguments)
                self.assertEqual(done.code, 2, done.evidence)
                self.assertTrue(done.stderr.strip(), done.evidence)
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    harness.main()
