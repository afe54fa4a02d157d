# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Limits of a target and its state: 35 % loss is degraded, not ok, and everybody says so: metrics, page and CLI.
A reload takes limits over in place; a responder that is gone is failed, with its reason."""

import re
import signal

import harness

CONFIG = """
defaults: {{frequency: 1s, timeout: 500ms, num_packets: 20, interval: 5ms, start: now, control: {{timeout: 200ms}}}}
targets:
  - {{name: lossy, host: 10.99.0.2, port: 16384, limits: {}}}
  - {{name: parked, host: 10.99.0.2, port: 16385, start: pending}}
"""
STRICT = "{loss: [10%, 60%], rtt: [none, 5s], for: 2}"
STATES = {"pending", "ok", "degraded", "failed", "inactive"}


def state(metrics, target="lossy"):
    """The one state that is 1."""
    found = {labels["state"]: value for labels, value in
             ((dict(labels), value) for (name, labels), value in metrics.samples.items()
              if name == "ipsla_target_state" and ("target", target) in labels)}
    assert set(found) == STATES and sum(found.values()) == 1, found
    return next(name for name, value in found.items() if value)


class StatesTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.relay = harness.Relay("drop_every=4", "drop_every=7")
        self.peer = self.responder(self.relay.right)

    def reload(self, limits):
        harness.write_file("ipsla.yml", CONFIG.format(limits))
        self.exporter.process.signal(signal.SIGHUP)

    def wait_state(self, wanted):
        return self.exporter.wait_metrics(lambda metrics: state(metrics) == wanted, f"state {wanted}")

    def reason(self):
        """The sentences of the page."""
        page = self.exporter.request("GET", "/")[2]
        return " ".join(re.findall(r'class="why"[^>]*>(.*?) <span', page)), page

    def totals(self, page):
        return {state: int(count) for count, state in re.findall(r'<span class="n">(\d+)</span> <span class="state (\w+)"', page)}

    def test_degraded_by_loss(self):
        self.exporter = harness.Exporter(self.relay.left, CONFIG.format(STRICT))
        metrics = self.wait_state("degraded")
        self.assertGreaterEqual(metrics.get("ipsla_operations_total", target="lossy"), 2)  # `for`
        self.assertEqual(metrics.get("ipsla_operation_success", target="lossy"), 1)
        limits = {(labels["limit"], labels["severity"]): value for labels, value in
                  ((dict(labels), value) for (name, labels), value in metrics.samples.items()
                   if name == "ipsla_limit_exceeded")}
        self.assertEqual(limits, {("loss", "warning"): 1, ("loss", "critical"): 0, ("rtt", "critical"): 0})
        self.assertEqual(state(metrics, "parked"), "inactive")
        self.assertEqual(metrics.get("ipsla_exporter_targets", state="degraded"), 1)
        self.assertEqual(metrics.get("ipsla_exporter_targets", state="inactive"), 1)
        said, page = self.reason()
        self.assertRegex(said, r"^loss \d\d(\.\d+)?% is above 10%$")
        self.assertEqual(self.totals(page), {"ok": 0, "degraded": 1, "failed": 0, "pending": 0, "inactive": 1})

        # Another limit is judged by the next operations; the counters and the state go on until then.
        before = self.exporter.scrape()
        self.reload("{loss: 95%, for: 2}")
        after = self.wait_state("ok")
        self.assertGreaterEqual(after.get("ipsla_operations_total", target="lossy"),
                                before.get("ipsla_operations_total", target="lossy"))
        self.assertEqual(after.all("ipsla_limit_exceeded", limit="rtt"), {})
        self.reload("{loss: 1%}")
        self.wait_state("degraded")
        self.reload("{}")
        self.wait_state("ok")
        harness.wait_for(lambda: not self.reason()[0], "a page without reasons")

        self.peer.stop()
        self.wait_state("failed")
        said, _ = self.reason()
        self.assertIn("10.99.0.2 port 1967: port unreachable, says 10.99.0.2; the host lives, but "
                      "&quot;ip sla responder&quot; is not configured there", said)
        page = self.exporter.request("GET", "/target?name=lossy")[2]
        self.assertIn("<dt>ICMP</dt><dd>10.99.0.2 says: port unreachable", page)

    def probe(self, output, *arguments):
        harness.write_file("ipsla.yml", CONFIG.format(STRICT))
        return self.run_program(self.relay.left, "ipsla", "probe", "--config", "ipsla.yml", "--target",
                                "lossy", "--output", output, *arguments)

    def test_cli(self):
        """One operation decides, whatever `for` says."""
        done = self.probe("json")
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assertEqual((result["outcome"], result["state"]), ("ok", "degraded"))
        self.assertRegex(result["reason"], r"^loss \d\d(\.\d+)?% is above 10%$")
        packets = result["packets"]
        loss = (packets["sent"] - packets["received"] - packets["dropped"]) / packets["sent"]
        self.assertEqual([(limit["limit"], limit["severity"], limit["bound"], limit["exceeded"])
                          for limit in result["limits"]],
                         [("loss", "warning", 0.1, True), ("loss", "critical", 0.6, False),
                          ("rtt", "critical", 5, False)])
        self.assertAlmostEqual(result["limits"][0]["value"], loss, 6)

        done = self.probe("text")
        self.assertEqual(done.code, 0, done.evidence)
        self.assertRegex(done.stdout, r"\nLimits exceeded: loss \d\d(\.\d+)?% is above 10%\n")

        done = self.probe("nagios")
        self.assertEqual(done.code, 1, done.evidence)
        self.assertRegex(done.stdout, r"^IPSLA WARNING .* loss \d\d(\.\d+)?% \(above 10%\).* loss=\S+%;10;60;0;100 ")
        done = self.probe("nagios", "--critical", "loss_sd=1%")
        self.assertEqual(done.code, 2, done.evidence)
        self.assertIn("% (above 1%)", done.stdout)


if __name__ == "__main__":
    harness.main()
