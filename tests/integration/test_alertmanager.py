# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""deploy/alertmanager in a real Alertmanager: amtool checks it, adds alerts and lists those that are
still to be reported."""

import re

import harness
from alerting import CONFIG, RULES, Alertmanager, read

QUALITY = ("IpslaPacketLoss", "IpslaJitterHigh", "IpslaRttHigh", "IpslaMosLow", "IpslaOverThreshold",
           "IpslaLimitExceeded", "IpslaAvailabilityLow", "IpslaErrorBudgetBurn")


def labels(name, target=None, instance="probe1:10967", severity="warning", **more):
    found = {"alertname": name, "job": "ipsla", "instance": instance, "severity": severity, **more}
    return found | ({"target": target} if target else {})


class AlertmanagerTest(harness.Case):
    def start(self):
        self.manager = Alertmanager(harness.Namespace(), read(CONFIG))

    def add(self, *alerts):
        for alert in alerts:
            self.manager.add(alert)

    def expect(self, wanted):
        def key(alert):
            return sorted(alert.items())

        # Inhibition follows the alerts a moment later.
        harness.wait_for(lambda: sorted(map(key, self.manager.labels("--active"))) == sorted(map(key, wanted)),
                         lambda: f"wanted {wanted}, reported {self.manager.labels('--active')}")

    def test_one_message_for_each_cause(self):
        self.start()
        down = labels("IpslaTargetDown", "paris", severity="critical")
        others = [labels("IpslaMosLow", "oslo"), labels("IpslaMosLow", "paris", cluster="eu"),
                  labels("IpslaTargetStale", "oslo"), labels("IpslaSocketDrops")]
        for name in QUALITY:
            self.add(labels(name, "paris"))
        self.add(down, *others)
        # Stale oslo has nothing new to say of its calls; paris of another cluster is another paris.
        self.expect([down, *others[1:]])

        loss = labels("IpslaPacketLoss", "rome", severity="critical")
        missed = labels("IpslaPacketsMissed", instance="probe2:10967")
        self.add(loss, labels("IpslaPacketLoss", "rome"), labels("IpslaErrorBudgetBurn", "rome", objective="loss", window="6h"), missed,
                 labels("IpslaOperationsSkipped", "rome", instance="probe2:10967"))
        self.expect([down, *others[1:], loss, missed])

        beyond = labels("IpslaLimitExceeded", "kiel", limit="rtt", severity="critical")
        other = labels("IpslaLimitExceeded", "kiel", limit="loss")
        self.add(beyond, other, labels("IpslaLimitExceeded", "kiel", limit="rtt"), labels("IpslaOverThreshold", "kiel"))
        self.expect([down, *others[1:], loss, missed, beyond, other])

        dead = labels("IpslaExporterDown", severity="critical")
        self.add(dead)
        self.expect([others[1], missed, dead])

    def test_sites_budgets_and_receivers(self):
        self.start()
        site = labels("IpslaSiteDown", site="lyon", severity="critical")
        elsewhere = labels("IpslaTargetDown", "paris1", site="paris", severity="critical")
        here = [labels("IpslaTargetDown", f"lyon{number}", site="lyon", severity="critical") for number in range(3)]
        other = labels("IpslaTargetDown", "lyon4", site="lyon", severity="critical", instance="probe2:10967")
        self.add(site, elsewhere, other, *here, labels("IpslaPacketLoss", "lyon1", site="lyon"))
        # Another exporter reaches the site but for one target.
        self.expect([site, elsewhere, other])

        def burn(window, objective="loss", severity="critical"):
            return labels("IpslaErrorBudgetBurn", "rome", window=window, objective=objective, severity=severity)

        fast, slow, latency = burn("1h"), burn("3d", severity="warning"), burn("3d", "latency", "warning")
        self.add(fast, burn("6h"), slow, latency, labels("IpslaPacketLoss", "rome"), labels("IpslaOverThreshold", "rome"))
        self.expect([site, elsewhere, other, fast, latency])
        for severity, receiver in (("critical", "page"), ("warning", "ticket"), ("info", "nobody")):
            for where in ({}, {"site": "lyon"}):
                self.assertEqual(self.manager.receiver(alertname="IpslaAny", severity=severity, **where), receiver)

    def test_names_are_those_of_the_rules(self):
        known = set(re.findall(r"- alert: (\w+)", read(RULES)))
        text = read(CONFIG)
        named = set(re.findall(r'alertname="(\w+)"', text))
        for names in re.findall(r'alertname=~"Ipsla\(([\w|]+)\)"', text):
            named |= {f"Ipsla{name}" for name in names.split("|")}
        self.assertGreater(len(named), 8)
        self.assertEqual(named - known, set())


if __name__ == "__main__":
    harness.main()
