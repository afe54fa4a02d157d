# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What a responder does wrong on purpose is what the sender tells of it: patterns to the packet, whatever this host
misses of its own; refusals, silence at its time, reloads, and where it is refused."""

import http.client
import re
import signal

import harness

LOOPBACK = ("--listen-address", "127.0.0.1:1967")
HTTP_PORT = 10969
RULES = """rules:
  - {ports: [16385], loss_sd: every 5}
  - {ports: [16386], loss_ds: every 10 in bursts of 3}
  - {ports: [16387], delay_sd: 20ms, delay_ds: 10ms}
  - {ports: [16388], duplicate_ds: every 5}
  - {ports: [16389], reorder_ds: every 5, reorder_by: 300ms}
  - {ports: [16390], dscp_ds: cs1, ttl_ds: 77}
  - {ports: [16391], clock_offset: 30s}
  - {ports: [16392], refuse: 100%, refuse_with: auth}
  - {ports: [16393], loss_sd: 100%}
  - {ports: [862], loss_sd: every 5}
  - {ports: [16394], clients: [192.0.2.0/24], loss_sd: 100%}
"""


def trailing(lost):
    """How many at the end, of which nobody can know the direction."""
    kept = [index for index, is_lost in enumerate(lost) if not is_lost]
    return len(lost) - 1 - kept[-1]


class ImpairTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def start(self, *flags, rules=RULES):
        file = harness.write_file("impair.yml", rules)
        self.process = self.responder(self.namespace, *LOOPBACK, "--impair", file, *flags)
        return self.process

    def begin(self, port, count, *flags):
        return harness.Process(self.namespace, [
            harness.program("ipsla"), "probe", "127.0.0.1", "--port", port, "--num-packets", count, "--timeout", "1s",
            "--precision", "microseconds", "--output", "json", *flags])

    def scrape(self):
        with self.namespace.entered():
            connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=harness.PATIENCE)
            connection.connect()
        connection.request("GET", "/metrics")
        metrics = harness.Metrics(connection.getresponse().read().decode())
        connection.close()
        return metrics

    def assert_lost(self, result, way, is_lost):
        """The nth packet is lost that way if is_lost(n)."""
        packets = result["packets"]
        lost = [is_lost(number) for number in range(1, packets["sent"] + 1)]
        end = trailing(lost)
        wanted = {"sd": 0, "ds": 0, "unknown": end} | {way: sum(lost) - end}
        self.assertEqual(packets["lost"], wanted, packets)

    def test_each_kind_as_the_sender_tells_it(self):
        self.start("--stamp-port", "127.0.0.1:862", "--web.listen-address", f"127.0.0.1:{HTTP_PORT}")
        stamp = ("probe", "127.0.0.1", "--operation", "stamp", "--num-packets", "47", "--timeout", "1s", "--output", "json")
        started = {port: self.begin(port, 47) for port in range(16385, 16395)}
        started["stamp"] = harness.Process(self.namespace, [harness.program("ipsla"), *stamp])
        found = {port: harness.Finished(process).json() for port, process in started.items()}
        self.assert_lost(found[16385], "sd", lambda number: number % 5 == 0)
        self.assert_lost(found["stamp"], "sd", lambda number: number % 5 == 0)
        self.assert_lost(found[16386], "ds", lambda number: (number - 1) % 10 >= 7)
        self.assert_lost(found[16394], "sd", lambda number: False)
        self.assertGreaterEqual(found[16387]["rtt_seconds"]["min"], 0.030)
        duplicated = found[16388]["packets"]
        if duplicated["dropped"] == 0:  # by this very host
            self.assertEqual(duplicated["duplicate"], duplicated["sent"] // 5, duplicated)
        self.assertBetween(found[16389]["packets"]["reordered"]["ds"], 1, 9, found[16389]["packets"])
        self.assertEqual(found[16390]["reply"], {"dscp": 8, "ttl": 77})
        self.assertBetween(found[16391]["clock"]["offset_seconds"], 29.5, 30.5, found[16391]["clock"])
        self.assertEqual([found[16392]["outcome"], found[16393]["outcome"]], ["auth", "timeout"])
        metrics = self.scrape()
        self.assertEqual(metrics.get("ipsla_responder_impaired"), 11)
        for kind, port, share in (("delay_sd", 16387, 1), ("delay_ds", 16387, 1), ("duplicate_ds", 16388, 5), ("dscp_ds", 16390, 1),
                                  ("ttl_ds", 16390, 1), ("clock", 16391, 1), ("reorder_ds", 16389, 5)):
            self.assertEqual(metrics.get("ipsla_responder_impairments_total", kind=kind), found[port]["packets"]["sent"] // share, kind)
        self.assertEqual(metrics.get("ipsla_responder_impairments_total", kind="refuse"), 1)
        self.assertIn("rules=11", self.process.stderr())

    def test_silence_comes_and_goes(self):
        self.start(rules="rules: [{ports: [16390], silence: true, every: 1s, for: 500ms}]\n")
        outcomes = set()

        def has_both():
            process = self.begin(16390, 2, "--control-timeout", "100ms", "--control-retries", "1")
            outcomes.add(harness.Finished(process).json()["outcome"])
            return {"ok", "no_connection"} <= outcomes

        harness.wait_for(has_both, lambda: f"{outcomes} {self.process.evidence()}")

    def said(self, pattern):
        return len(re.findall(pattern, self.process.stderr()))

    def reload(self, expected):
        before = self.said(expected)
        self.process.signal(signal.SIGHUP)
        harness.wait_for(lambda: self.said(expected) > before, self.process.evidence)

    def outcome(self):
        return harness.Finished(self.begin(16384, 2)).json()["outcome"]

    def test_a_reload_changes_it(self):
        self.start("--web.listen-address", f"127.0.0.1:{HTTP_PORT}", rules="rules: []\n")
        self.assertIsNone(self.scrape().get("ipsla_responder_impaired"))
        self.assertEqual(self.outcome(), "ok")
        harness.write_file("impair.yml", "rules: [{refuse: 100%}]\n")
        self.reload("msg=reloaded|msg=\"reloaded\"")
        self.assertEqual(self.outcome(), "refused")
        harness.write_file("impair.yml", "rules: [{refuse: often}]\n")
        self.reload("reload failed")
        self.assertIn("impair.yml:1:18: rules[0].refuse: 'often' is neither", self.process.stderr())
        self.assertEqual(self.outcome(), "refused")
        harness.write_file("impair.yml", "rules: []\n")
        self.reload("msg=reloaded|msg=\"reloaded\"")
        self.assertEqual(self.outcome(), "ok")
        harness.wait_for(lambda: self.scrape().get("ipsla_responder_impaired") == 0, "no rule is left")

    def test_only_on_loopback(self):
        file = harness.write_file("impair.yml", RULES)
        for address in ("0.0.0.0:1967", "1967", "[::]:1967"):
            refused = self.run_program(self.namespace, "ipsla_responder", "--impair", file, "--listen-address", address)
            self.assertEqual(refused.code, 1, refused.evidence)
            self.assertIn("--impair-anywhere", refused.stderr)
        for flag in ("--permanent-port", "--permanent-tcp-port", "--stamp-port", "--twamp-port"):
            refused = self.run_program(self.namespace, "ipsla_responder", "--impair", file, *LOOPBACK, flag, "5000")
            self.assertEqual(refused.code, 1, refused.evidence)
        self.responder(self.namespace, "--impair", file, "--impair-anywhere")

    def test_only_on_loopback_in_the_exporter(self):
        text = "responder: {{listen: ['{}:1967'], impair: {{rules: [{{loss_sd: 5%}}]}}}}\n"
        path = harness.write_file("open.yml", text.format("0.0.0.0"))
        for flags in (("--config.check",), ()):
            refused = self.run_program(self.namespace, "ipsla_exporter", "--config.file", path, *flags)
            self.assertNotEqual(refused.code, 0, refused.evidence)
            self.assertIn("--impair-anywhere", refused.stderr)
        allowed = self.run_program(self.namespace, "ipsla_exporter", "--config.file", path, "--config.check", "--impair-anywhere")
        self.assertEqual(allowed.code, 0, allowed.evidence)
        exporter = harness.Exporter(self.namespace, "responder: {listen: ['0.0.0.0:1967']}\n", "--web.enable-lifecycle")
        harness.write_file("ipsla.yml", text.format("0.0.0.0"))
        self.assertNotEqual(exporter.reload()[0], 200)
        self.assertIsNone(exporter.scrape().get("ipsla_responder_impaired"))
        harness.write_file("ipsla.yml", text.format("127.0.0.1"))
        self.assertEqual(exporter.reload()[0], 200, exporter.process.evidence())
        self.assertEqual(exporter.wait_metrics(lambda metrics: metrics.get("ipsla_responder_impaired"), "rules").get("ipsla_responder_impaired"), 1)
        self.assertIn("on purpose", exporter.request("GET", "/responder")[2])


if __name__ == "__main__":
    harness.main()
