# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla discover: a responder, refusals, closed ports and silence on addresses of one namespace."""

import json

import fake_peers
import harness
import ipsla_wire as wire

RESPONDER, AUTH, SILENT, SHORT, BUSY = (f"127.0.0.{last}" for last in (1, 2, 3, 4, 5))
CLOSED = ("127.0.0.6", "127.0.0.7", "127.0.0.8")
FAST = ("--timeout=300ms", "--rate=1000")


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
                             "--output=json", *FAST)
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
        self.assertEqual([row["v1"]["auth_demanded"] for row in rows], [False, True] + [False] * 6)
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
        done = self.discover_by_name("127.0.0.0/29", "router.example", "127.0.0.7", "127.0.0.8", *FAST)
        self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
        table, _, legend = done.stdout.partition("\n\n")
        lines = table.splitlines()
        self.assertEqual(lines[0].split(), ["ADDRESS", "NAME", "V1", "RTT", "ms", "DETAIL"])
        wanted = ((RESPONDER, "yes", "reply shape: long"),
                  (AUTH, "refused", "authentication demanded (status 0x00020000)"),
                  (SILENT, "-", "no answer"), (SHORT, "yes", "reply shape: short"),
                  (BUSY, "refused", "port in use (status 0x00000004)"))
        wanted += tuple((address, "no", "host up, no responder (ICMP port unreachable)")
                        for address in CLOSED)
        self.assertEqual(len(lines), 1 + len(wanted))
        for line, (address, v1, detail) in zip(lines[1:], wanted):
            words = line.split(maxsplit=4)
            self.assertEqual((words[0], words[2], words[4]), (address, v1, detail))
        self.assertIn('"no answer" does not prove', legend)

    def test_none(self):
        done = self.discover("127.0.0.0/29", *FAST)
        self.assertEqual(done.code, 1, done.evidence)
        self.assertEqual(done.stdout.count("host up, no responder"), 6)
        self.assertNotIn("NAME", done.stdout)

    def test_not_sent(self):
        done = self.discover("192.0.2.1", "--output=json")
        self.assertEqual(done.code, 1, done.evidence)
        self.assertEqual(done.json()["v1"]["outcome"], "unsent")

    def test_wrong_usage(self):
        wrong = ([], ["10.0.0.0/23"], ["10.0.0.0/15", "--force"], ["10.0.0.1/24"], ["10.0.0.0/33"],
                 ["::1"], ["224.0.0.1"], ["0.0.0.0"], ["255.255.255.255"], ["a b"], [""],
                 ["10.1.0.0/16", "10.2.0.0/16", "--force"],
                 ["127.0.0.1", "--rate=0"], ["127.0.0.1", "--rate=1001"],
                 ["127.0.0.1", "--parallel=0"], ["127.0.0.1", "--parallel=1025"],
                 ["127.0.0.1", "--tries=6"], ["127.0.0.1", "--timeout=9ms"],
                 ["127.0.0.1", "--timeout=61s"], ["127.0.0.1", "--port=0"],
                 ["127.0.0.1", "--output=xml"])
        for arguments in wrong:
            with self.subTest(arguments=arguments):
                done = self.discover(*arguments)
                self.assertEqual(done.code, 2, done.evidence)
                self.assertTrue(done.stderr.strip(), done.evidence)
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    harness.main()
