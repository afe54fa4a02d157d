# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""`operation: auto`: the exporter finds out which protocol a host speaks, goes over to another one when that no longer
works, counts it and says so, and keeps its choice over a reload."""

import json
import socket

import harness

# Of 127.0.0.0/8 each is a host of its own: what listens on one of them is not there on the others.
IPSLA, REFLECTOR, PLAIN, CHANGING = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"

CONFIG = """
defaults: {operation: auto, frequency: 500ms, timeout: 200ms, start: now, control: {timeout: 100ms, retries: 2}}
targets:
  - {name: ipsla, host: 127.0.0.2}
  - {name: reflector, host: 127.0.0.3, stamp_port: 8620}
  - {name: plain, host: 127.0.0.4}
  - {name: changing, host: 127.0.0.5, stamp_port: 8620}
  - {name: fixed, host: 127.0.0.2, operation: udp-jitter, control: {version: 2}}
"""


def has_icmp(namespace):
    """Whether programs of this test may send ICMP echoes."""
    with namespace.entered():
        try:
            socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
            return True
        except PermissionError:
            return False


class AutoTest(harness.Case):
    def start(self):
        self.namespace = harness.Namespace()
        if not has_icmp(self.namespace):
            harness.skip("no ICMP sockets here")
        self.answering(IPSLA, "--listen-address={0}:1967", "--listen-address={0}:1167")
        self.answering(REFLECTOR, "--listen-address={0}:2000", "--stamp-port={0}:8620")

    def answering(self, host, *flags):
        return harness.Process(self.namespace, [harness.program("ipsla_responder"),
                                                *(flag.format(host) for flag in flags)])

    def info(self, metrics, target):
        """Operation and protocol of the target."""
        (labels, _), = metrics.all("ipsla_target_info", target=target).items()
        labels = dict(labels)
        return labels["operation"], labels.get("auto", "")

    def await_protocols(self, exporter, **wanted):
        def are_measured(metrics):
            return all(self.info(metrics, target)[1] == protocol and
                       metrics.get("ipsla_operation_success", target=target) == 1
                       for target, protocol in wanted.items())
        return exporter.wait_metrics(are_measured, f"protocols {wanted}")

    def target(self, exporter, name):
        return json.loads(exporter.request("GET", f"/api/v1/targets/{name}")[2])

    def test_each_host_by_what_it_speaks(self):
        self.start()
        first = self.answering(CHANGING, "--listen-address={0}:1967", "--listen-address={0}:1167")
        exporter = harness.Exporter(self.namespace, CONFIG, "--web.enable-lifecycle")
        metrics = self.await_protocols(exporter, ipsla="ipsla-v2", reflector="stamp", plain="icmp-echo",
                                       changing="ipsla-v2", fixed="")
        self.assertEqual(self.info(metrics, "ipsla"), ("udp-jitter", "ipsla-v2"))
        self.assertEqual(self.info(metrics, "plain"), ("icmp-echo", "icmp-echo"))
        self.assertEqual(metrics.get("ipsla_exporter_protocol_changes_total"), 0)
        self.says_it(exporter)
        self.falls_over(exporter, first)
        self.keeps_it(exporter)

    def says_it(self, exporter):
        """The API, /config, the page, the log and `ipsla show`."""
        plain = self.target(exporter, "plain")["auto"]
        self.assertEqual(plain["protocol"], "icmp-echo")
        for word in ("ipsla-v2 (", "ipsla-v1 (", "stamp (", "no one-way delay", "no loss by direction"):
            self.assertIn(word, plain["explanation"])
        self.assertEqual(self.target(exporter, "ipsla")["auto"]["explanation"], "auto chose ipsla-v2")
        self.assertIsNone(self.target(exporter, "fixed")["auto"])
        config = exporter.request("GET", "/config")[2]
        self.assertIn("  # auto: measured by stamp\n  - name: reflector\n", config)
        self.assertIn("    operation: auto\n", config)
        self.assertIn("Protocol: auto chose icmp-echo", exporter.request("GET", "/target?name=plain")[2])
        self.assertIn('msg="protocol chosen" target=plain protocol=icmp-echo', exporter.process.stderr())
        planned = self.run_program(self.namespace, "ipsla", "plan", exporter.config_path, "--output=json")
        self.assertEqual((planned.code, planned.json()["targets"]), (0, 5), planned.evidence)
        shown = self.run_program(self.namespace, "ipsla", "show", f"http://127.0.0.1:{exporter.port}", "statistics",
                                 "plain")
        self.assertIn("Latest operation return code: OK", shown.stdout)
        self.assertIn("plain: auto chose icmp-echo", shown.stderr)

    def falls_over(self, exporter, first):
        """IP SLA goes away and STAMP answers: the counters begin anew, of that target only."""
        before = exporter.scrape()
        first.stop()
        self.answering(CHANGING, "--listen-address={0}:2000", "--stamp-port={0}:8620")
        metrics = self.await_protocols(exporter, changing="stamp", ipsla="ipsla-v2")
        self.assertEqual(metrics.get("ipsla_exporter_protocol_changes_total"), 1)
        self.assertGreaterEqual(metrics.get("ipsla_operations_total", target="ipsla"),
                                before.get("ipsla_operations_total", target="ipsla"))
        self.assertEqual(metrics.total("ipsla_operation_failures_total", target="changing"), 0)
        self.assertIn('msg="protocol chosen" target=changing protocol=stamp before=ipsla-v2',
                      exporter.process.stderr())

    def keeps_it(self, exporter):
        before = exporter.scrape()
        with open(exporter.config_path, "a", encoding="utf-8") as config:
            config.write("  - {name: more, host: 127.0.0.2}\n")
        self.assertEqual(exporter.reload()[0], 200)
        metrics = self.await_protocols(exporter, changing="stamp", plain="icmp-echo", more="ipsla-v2")
        self.assertEqual(metrics.get("ipsla_exporter_protocol_changes_total"), 1)
        for target in ("changing", "plain", "ipsla"):
            self.assertGreaterEqual(metrics.get("ipsla_operations_total", target=target),
                                    before.get("ipsla_operations_total", target=target))

    def test_one_measurement(self):
        self.start()
        for host, protocol in ((IPSLA, "ipsla-v2"), (REFLECTOR, "stamp")):
            def answers():
                return self.run_program(self.namespace, "ipsla", "probe", host, "--operation=auto", "--count=3",
                                        "--timeout=200", "--control-timeout=100", "--stamp-port=8620",
                                        "--output=json")
            done = harness.wait_for(lambda: (lambda got: got if got.code == 0 and got.json().get("protocol") == protocol
                                             else None)(answers()), f"{protocol} at {host}")
            self.assert_counts(done.json()["packets"], 3, done.evidence)


if __name__ == "__main__":
    harness.main()
