# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The way to a host, through a routed one of six hops in namespaces: hops, equal paths, the member that loses, the
router that rewrites DSCP, with and without privileges."""

import os
import shutil

import harness
import routed

FLOWS = 12


class PathTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.way = routed.Way()
        cls.way.filter("r4", "ip dscp set cs1")
        cls.way.filter("r3b", "udp dport 33434 numgen inc mod 2 0 drop")
        cls.copied = os.path.join(harness.scratch_dir(), "ipsla")  # nobody may not enter the build's directory
        shutil.copy(harness.program("ipsla"), cls.copied)

    def path(self, *flags, user=None):
        command = [self.copied, "path", routed.HOST, "--output=json", "--timeout=300ms", *flags]
        done = harness.Finished(harness.Process(self.way.sender, command, user))
        self.assertEqual(done.code, 0, done.evidence)
        return done.json()

    def assert_hops(self, path):
        """Six hops, the third with both members, each flow at one address of a hop."""
        addresses = [[entry["address"] for entry in hop["addresses"]] for hop in path["hops"]]
        one = [["10.1.0.2"], ["10.2.0.2"], sorted(addresses[2]), ["10.4.0.2"], ["10.5.0.2"], [routed.HOST]]
        self.assertEqual(addresses[:2] + [sorted(addresses[2])] + addresses[3:], one)
        self.assertLessEqual(set(addresses[2]), set(routed.MEMBERS))

    def test_flows(self):
        path = self.path(f"--flows={FLOWS}", "--probes=2", "--dscp=af31")
        self.assert_hops(path)
        members = {entry["address"]: entry["flows"] for entry in path["hops"][2]["addresses"]}
        self.assertEqual(set(members), set(routed.MEMBERS), f"{FLOWS} flows on one member: {members}")
        self.assertEqual(sorted(sum(members.values(), [])), list(range(1, FLOWS + 1)))
        # Every second packet through the bad member is lost, and none through the good one.
        lossy = {flow["flow"] for flow in path["flows"] if flow["answered"] < flow["sent"]}
        self.assertLessEqual(lossy, set(members[routed.MEMBERS[1]]))
        self.assertGreater(len(lossy), 0)
        for hop in path["hops"][3:]:
            self.assertLess(hop["answered"], 2 * FLOWS, hop)
            self.assertGreaterEqual(hop["answered"], 2 * len(members[routed.MEMBERS[0]]), hop)

    def test_rewritten(self):
        path = self.path("--flows=1", "--dscp=af31", "--protocol=icmp")
        self.assert_hops(path)
        self.assertEqual([hop["dscp"] for hop in path["hops"]], [26, 26, 26, 26, 8, None])
        self.assertEqual(path["dscp_rewritten"], {"hop": 5, "after": 4, "value": 8})
        self.assertIsNone(path["ecn_rewritten"])
        unchanged = self.path("--flows=1", "--dscp=cs1", "--protocol=icmp")
        self.assertIsNone(unchanged["dscp_rewritten"])

    def test_unprivileged(self):
        path = self.path("--dscp=af31", "--flows=2", user="nobody")
        self.assert_hops(path)
        self.assertFalse(path["reads_quotes"])
        self.assertEqual({hop["dscp"] for hop in path["hops"]}, {None})
        text = harness.Finished(harness.Process(self.way.sender, [self.copied, "path", routed.HOST, "--max-hops=1"], "nobody"))
        self.assertIn("this needs CAP_NET_RAW", text.stdout)

    def test_text(self):
        done = self.run_program(self.way.sender, "ipsla", "path", routed.HOST, "--dscp=af31", "--flows=2", "--protocol=icmp")
        text = done.stdout
        self.assertIn("DSCP rewritten from af31 to cs1: behind the entrance of hop 4, seen at hop 5", text)
        self.assertIn("identifier", text)

    def test_no_answer(self):
        done = self.run_program(self.way.sender, "ipsla", "path", routed.HOST, "--max-hops=2", "--output=json")
        self.assertEqual(done.code, 1, done.evidence)
        self.assertFalse(done.json()["is_reached"])

    def test_exporter(self):
        target = f"targets: [{{name: way, host: {routed.HOST}, operation: icmp-echo, start: now, dscp: af31, series: all, "
        exporter = harness.Exporter(self.way.sender, target + "path: {frequency: 10s, protocol: icmp, flows: 2}}]\n")
        metrics = exporter.wait_metrics(lambda metrics: metrics.get("ipsla_path_hops") is not None, "no path")
        self.assertEqual(metrics.get("ipsla_path_hops", target="way"), routed.HOPS)
        self.assertEqual(metrics.get("ipsla_path_reached", target="way"), 1)
        self.assertEqual(metrics.get("ipsla_path_rewritten_hop", field="dscp"), 5)
        self.assertEqual(len(metrics.all("ipsla_path_hop_rtt_seconds")), routed.HOPS)
        for hop, address in ((1, "10.1.0.2"), (2, "10.2.0.2"), (4, "10.4.0.2"), (5, "10.5.0.2"), (6, routed.HOST)):
            self.assertEqual(metrics.get("ipsla_path_hop_info", hop=hop, address=address), 1, metrics.of("way"))

    def test_ecmp_ports(self):
        """A train from several ports: the flows through the bad member lose, the others do not."""
        flows = 10
        self.responder(self.way.host, "--permanent-port=7000", "--stamp-port=862")
        for operation, port in (("udp-jitter", 7000), ("stamp", 862)):
            with self.subTest(operation=operation):
                self.way.filter("r3b", f"udp dport {port} numgen inc mod 2 0 drop")
                done = self.run_program(
                    self.way.sender, "ipsla", "probe", routed.HOST, f"--operation={operation}", f"--port={port}",
                    *(("--control-version=none", "--source-port=40000", f"--ecmp-ports={flows}")
                      if operation == "udp-jitter" else (f"--source-ports=40000-{40000 + flows - 1}",)), "--num-packets=100", "--interval=4", "--timeout=500", "--output=json")
                self.assertEqual(done.code, 0, done.evidence)
                result = done.json()
                self.assertEqual([flow["flow"] for flow in result["flows"]], list(range(1, flows + 1)))
                self.assertEqual(sum(flow["sent"] for flow in result["flows"]), result["packets"]["sent"])
                self.assertEqual(sum(flow["lost"] for flow in result["flows"]), sum(result["packets"]["lost"].values()))
                lossy = [flow for flow in result["flows"] if flow["lost"] > 0]
                self.assertBetween(len(lossy), 1, flows - 1, f"flows with loss, of two members: {result['flows']}")
                for direction in ("sd", "ds"):
                    self.assertEqual(result["packets"]["lost"][direction], 0, "not known with several flows")


if __name__ == "__main__":
    harness.main()
