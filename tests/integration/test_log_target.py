# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""--log.target: each operation of the targets that it names is a line of level debug, with numbers; nothing else is.
The responder of the exporter says whom it refuses."""

import json

import harness

CONFIG = """
defaults: {frequency: 1s, timeout: 500ms, num_packets: 10, interval: 5ms, start: now, control: {timeout: 200ms}}
targets:
  - {name: lossy, host: 10.99.0.2, port: 16384, limits: {loss_sd: 1%}}
  - {name: dead, host: 127.0.0.1, port: 16384}
  - {name: other, host: 10.99.0.2, port: 16385}
  - {name: fast, host: 10.99.0.2, port: 16386, frequency: 100ms, timeout: 50ms, num_packets: 2}
"""
REFUSING = """
targets:
  - {name: refused, host: 127.0.0.1, port: 16384, frequency: 1s, timeout: 500ms, start: now, control: {timeout: 200ms}}
responder: {listen: ['127.0.0.1:1967'], allow: [192.0.2.0/24]}
"""
NAMED = ("lossy", "dead", "fast")
DEBUG = ("--log.level=debug", "--log.format=json")


class LogTargetTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.relay = harness.Relay("drop_every=4")
        self.responder(self.relay.right)

    def start(self, *flags):
        self.exporter = harness.Exporter(self.relay.left, CONFIG, *flags)

    def lines(self, message="operation", **wanted):
        found = [json.loads(line) for line in self.exporter.process.stderr().splitlines() if line.startswith("{")]
        return [line for line in found if line["msg"] == message
                and all(line[name] == value for name, value in wanted.items())]

    def wait_operations(self, count):
        self.exporter.wait_metrics(
            lambda metrics: min(metrics.get("ipsla_operations_total", target=name) or 0
                                for name in (*NAMED, "other")) >= count, f"{count} operations each")

    def test_each_operation_is_a_line(self):
        self.start(*DEBUG, *(f"--log.target={name}" for name in NAMED), "--log.target=nobody")
        self.wait_operations(3)
        harness.wait_for(lambda: all(len(self.lines(target=name)) >= 3 for name in NAMED),
                         self.exporter.process.evidence)
        self.assertEqual({line["target"] for line in self.lines()}, set(NAMED))
        self.assertEqual({line["level"] for line in self.lines()}, {"debug"})
        self.assertEqual(len(self.lines("--log.target names no target of the configuration", target="nobody")), 1)

        lossy = next(line for line in self.lines(target="lossy") if line["lost_sd"] > 0)
        self.assertEqual(lossy["outcome"], "ok")
        self.assertRegex(lossy["result"], r"^loss_sd \d\d(\.\d+)?% is above 1%$")
        self.assertEqual(lossy["received"] + lossy["lost_sd"] + lossy["lost_ds"] + lossy["lost_unknown"]
                         + lossy["late"] + lossy["dropped"], lossy["sent"])
        self.assertTrue(0 < lossy["rtt_min_ms"] <= lossy["rtt_ms"] <= lossy["rtt_max_ms"], lossy)
        dead = self.lines(target="dead")[0]
        self.assertEqual((dead["outcome"], dead["sent"], dead["rtt_ms"], dead["jitter_sd_ms"]),
                         ("port_unreachable", 0, None, None))
        self.assertIn("ip sla responder", dead["result"])

    def test_no_operation_is_forgotten(self):
        """What ends between two looks is counted by the next line."""
        self.start(*DEBUG, "--log.target=fast", "--log.target=lossy", "--log.target=lossy")
        self.wait_operations(5)
        for name in "fast", "lossy":
            total = self.exporter.scrape().get("ipsla_operations_total", target=name)
            harness.wait_for(lambda: self.told(name) >= total, lambda: f"{total} of {name}, told {self.told(name)}")
        self.assertEqual(len({line["started_unix_ms"] for line in self.lines(target="lossy")}),
                         len(self.lines(target="lossy")), "one operation twice")

    def told(self, name):
        lines = self.lines(target=name)
        return len(lines) + sum(line["operations_without_line"] for line in lines)

    def test_nothing_without_debug(self):
        self.start("--log.format=json", "--log.target=lossy")
        self.wait_operations(2)
        self.assertEqual(self.lines(), [])
        self.assertEqual(len(self.lines("--log.target does nothing without --log.level=debug")), 1)

    def test_debug_alone(self):
        self.start(*DEBUG)
        self.wait_operations(2)
        self.assertEqual(self.lines(), [])

    def test_refusals_of_its_responder(self):
        exporter = self.exporter = harness.Exporter(harness.Namespace(), REFUSING, "--log.format=json")
        harness.wait_for(lambda: self.lines("datagram not answered"), exporter.process.evidence)
        exporter.wait_metrics(lambda metrics: (metrics.get("ipsla_operations_total", target="refused") or 0) >= 2,
                              "two operations")
        line, = self.lines("datagram not answered")
        self.assertEqual((line["level"], line["source"], line["reason"]), ("warn", "127.0.0.1", "not_allowed"))
        self.assertGreaterEqual(line["datagrams"], 1)


if __name__ == "__main__":
    harness.main()
