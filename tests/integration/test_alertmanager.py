# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""deploy/alertmanager in a real Alertmanager: amtool checks it, adds alerts and lists those that are
still to be reported."""

import json
import os
import re
import shutil
import subprocess

import harness

CONFIG = os.path.join(harness.SOURCE_DIR, "deploy/alertmanager/alertmanager.yml")
RULES = os.path.join(harness.SOURCE_DIR, "deploy/prometheus/ipsla.rules.yml")
URL = "http://127.0.0.1:9093"
QUALITY = ("IpslaPacketLoss", "IpslaJitterHigh", "IpslaRttHigh", "IpslaMosLow", "IpslaOverThreshold",
           "IpslaLimitExceeded", "IpslaAvailabilityLow")


def labels(name, target=None, instance="probe1:10967", severity="warning", **more):
    found = {"alertname": name, "job": "ipsla", "instance": instance, "severity": severity, **more}
    return found | ({"target": target} if target else {})


class AlertmanagerTest(harness.Case):
    def amtool(self, *arguments):
        with self.namespace.entered():
            done = subprocess.run([harness.require_program("amtool"), *arguments], capture_output=True,
                                  text=True, timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def start(self):
        program = shutil.which("prometheus-alertmanager") or harness.require_program("alertmanager")
        self.namespace = harness.Namespace()
        self.amtool("check-config", CONFIG)
        data = os.path.join(harness.scratch_dir(), "alertmanager-data")
        server = harness.Process(self.namespace, [
            program, f"--config.file={CONFIG}", f"--storage.path={data}",
            "--web.listen-address=127.0.0.1:9093", "--cluster.listen-address="])
        harness.wait_for(lambda: self.is_ready(server), server.evidence)

    def is_ready(self, server):
        assert server.is_running(), server.evidence()
        with self.namespace.entered():
            return subprocess.run(["amtool", "cluster", "show", f"--alertmanager.url={URL}"],
                                  capture_output=True).returncode == 0

    def add(self, alert):
        self.amtool("alert", "add", f"--alertmanager.url={URL}",
                    *(f"{name}={value}" for name, value in alert.items()))

    def reported(self):
        """The labels of the alerts that nothing inhibits."""
        found = json.loads(self.amtool("alert", "query", f"--alertmanager.url={URL}", "--output=json",
                                       "--active"))
        return [alert["labels"] for alert in found]

    def expect(self, wanted):
        def key(alert):
            return sorted(alert.items())

        # Inhibition follows the alerts a moment later.
        harness.wait_for(lambda: sorted(map(key, self.reported())) == sorted(map(key, wanted)),
                         lambda: f"wanted {wanted}, reported {self.reported()}")

    def test_one_message_for_each_cause(self):
        self.start()
        down = labels("IpslaTargetDown", "paris", severity="critical")
        others = [labels("IpslaMosLow", "oslo"), labels("IpslaMosLow", "paris", cluster="eu"),
                  labels("IpslaTargetStale", "oslo"), labels("IpslaSocketDrops")]
        for name in QUALITY:
            self.add(labels(name, "paris"))
        for alert in (down, *others):
            self.add(alert)
        # Stale oslo has nothing new to say of its calls; paris of another cluster is another paris.
        self.expect([down, *others[1:]])

        loss = labels("IpslaPacketLoss", "rome", severity="critical")
        missed = labels("IpslaPacketsMissed", instance="probe2:10967")
        for alert in (loss, labels("IpslaPacketLoss", "rome"), missed,
                      labels("IpslaOperationsSkipped", "rome", instance="probe2:10967")):
            self.add(alert)
        self.expect([down, *others[1:], loss, missed])

        beyond = labels("IpslaLimitExceeded", "kiel", limit="rtt", severity="critical")
        other = labels("IpslaLimitExceeded", "kiel", limit="loss")
        for alert in (beyond, other, labels("IpslaLimitExceeded", "kiel", limit="rtt"),
                      labels("IpslaOverThreshold", "kiel")):
            self.add(alert)
        self.expect([down, *others[1:], loss, missed, beyond, other])

        dead = labels("IpslaExporterDown", severity="critical")
        self.add(dead)
        self.expect([others[1], missed, dead])

    def test_names_are_those_of_the_rules(self):
        with open(RULES, encoding="utf-8") as file:
            known = set(re.findall(r"- alert: (\w+)", file.read()))
        with open(CONFIG, encoding="utf-8") as file:
            text = file.read()
        named = set(re.findall(r'alertname="(\w+)"', text))
        for names in re.findall(r'alertname=~"Ipsla\(([\w|]+)\)"', text):
            named |= {f"Ipsla{name}" for name in names.split("|")}
        self.assertGreater(len(named), 8)
        self.assertEqual(named - known, set())


if __name__ == "__main__":
    harness.main()
