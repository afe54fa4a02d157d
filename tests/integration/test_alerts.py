# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""From packets to messages: an impaired responder, exporter, Prometheus and Alertmanager with the files of deploy/, in
which only the waiting is shortened. Each trouble is one message to the right receiver: ten targets of a dead site are one,
and its end is one."""

import signal

import harness
from alerting import Alertmanager, Messages, quick_rules, routed
from test_prometheus import Prometheus

LYON = 10
CONFIG = """
clock: {assume_synchronized: true}
defaults: {frequency: 1s, timeout: 800ms, num_packets: 10, interval: 5ms, start: now, control: {timeout: 300ms}}
targets:
""" + "".join(f"  - {{name: lyon{number}, host: 127.0.0.1, port: {16384 + number}, num_packets: 2, labels: {{site: lyon}}}}\n"
              for number in range(LYON)) + """
  - {name: paris, host: 127.0.0.1, port: 16400, labels: {site: paris}}
  - {name: rome, host: 127.0.0.1, port: 16402, dscp: ef}
"""
IMPAIRED = """rules:
  - {ports: [16400], loss_sd: every 5}
  - {ports: [16402], dscp_ds: default}
"""
SILENT_LYON = "  - {ports: [16384-16393], silence: true}\n"
ALERTMANAGER = """alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:9093']}]}]}
"""
# (receiver, "firing", number of alerts) of the one message that each shall be.
WANTED = {"IpslaSiteDown": ("page", "firing", 1), "IpslaPacketLoss": ("page", "firing", 1), "IpslaDscpRewritten": ("ticket", "firing", 1)}


class AlertsTest(harness.Case):
    def setUp(self):
        super().setUp()
        for name in ("prometheus", "amtool"):
            harness.require_program(name)
        self.namespace = harness.Namespace()
        self.messages = Messages(self.namespace)
        self.addCleanup(self.messages.end)
        path = harness.write_file("impair.yml", IMPAIRED + SILENT_LYON)
        self.impaired = self.responder(self.namespace, "--listen-address=127.0.0.1:1967", f"--impair={path}")

    def evidence(self):
        return f"{self.messages.all}\n{self.prometheus.get('/api/v1/alerts')[1]}"

    def firing(self, name):
        return [key for key, state in self.prometheus.alerts().items() if key[0] == name and state == "firing"]

    def inhibited(self, name):
        return sum(labels["alertname"] == name for labels in self.manager.labels("--inhibited"))

    def wait_messages(self, name, wanted):
        harness.wait_for(lambda: self.messages.of(name) == wanted, lambda: f"{name} is not {wanted}: {self.evidence()}")

    def test_each_once(self):
        exporter = harness.Exporter(self.namespace, CONFIG)
        self.manager = Alertmanager(self.namespace, routed())
        # All of lyon fail before anybody looks, as they do in a site that has lost its link.
        exporter.wait_metrics(
            lambda seen: all((seen.get("ipsla_operations_total", target=f"lyon{number}") or 0) >= 3 for number in range(LYON)),
            "three operations to lyon")
        self.prometheus = Prometheus(self.namespace, ALERTMANAGER, rules=quick_rules(divisor=240, keep_divisor=36))
        self.wait_messages("IpslaSiteDown", [WANTED["IpslaSiteDown"]])
        harness.wait_for(lambda: len(self.firing("IpslaTargetDown")) == LYON, self.evidence)
        harness.wait_for(lambda: self.inhibited("IpslaTargetDown") == LYON, self.evidence)
        harness.write_file("impair.yml", IMPAIRED)
        self.impaired.signal(signal.SIGHUP)
        for name, wanted in WANTED.items():
            if name != "IpslaSiteDown":
                self.wait_messages(name, [wanted])
        harness.wait_for(lambda: self.inhibited("IpslaErrorBudgetBurn"), self.evidence)
        self.wait_messages("IpslaSiteDown", [WANTED["IpslaSiteDown"], ("page", "resolved", 1)])
        self.assertEqual(self.firing("IpslaTargetDown"), [])
        self.assertEqual(self.messages.of("IpslaTargetDown", site="lyon"), [], self.evidence())
        self.assertEqual(self.messages.of("IpslaErrorBudgetBurn"), [], self.evidence())
        for name in ("IpslaPacketLoss", "IpslaDscpRewritten"):
            self.assertEqual(self.messages.of(name), [WANTED[name]], self.evidence())


if __name__ == "__main__":
    harness.main()
