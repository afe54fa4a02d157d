# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Every alert of deploy/prometheus fires, made to by what docs/alerts.md says. Not part of ctest: tests/alerts.sh runs it.

The exporters run in one namespace, each with an address and a port of its own for what it listens on. The files are those
of config/examples with shorter times."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time

import harness
from alerting import RULES, quick_rules, read
from test_prometheus import Prometheus

FOLDER = os.path.join(harness.SOURCE_DIR, "config/examples")
# The file, and the alerts that it lets fire.
FILES = {
    "impair-loss.yml": ("IpslaPacketLoss", "IpslaErrorBudgetBurn", "IpslaLimitExceeded"),
    "impair-delay.yml": ("IpslaRttHigh", "IpslaOverThreshold", "IpslaOneWayAsymmetry"),
    "impair-voice.yml": ("IpslaJitterHigh", "IpslaMosLow"),
    "impair-site.yml": ("IpslaSiteDown", "IpslaTargetDown", "IpslaAvailabilityLow", "IpslaOperationsSkipped", "IpslaTargetStale"),
    "impair-path.yml": ("IpslaDscpRewritten", "IpslaPathChanged"),
    "impair-clock.yml": ("IpslaResponderClockUnsynchronized", "IpslaResponderClockSet"),
}
# What is done to an exporter.
DONE = ("IpslaExporterDown", "IpslaExporterReloadFailed", "IpslaPacketsMissed", "IpslaOperationsMissed", "IpslaSocketDrops",
        "IpslaPacketsUnsent", "IpslaNoData")
CLOCK = "IpslaExporterClockUnsynchronized"
SHORTER = (("frequency: 10s", "frequency: 1s"), ("after: 15m", "after: 15s"))
UNROUTED = """
defaults: {frequency: 1s, start: now, control: {version: none}}
targets: [{name: unrouted, host: 192.0.2.66, port: 16384}]
"""
HELD_UP = """
responder: {listen: ['127.0.0.1:1967']}
defaults: {frequency: 1s, start: now}
targets: [{name: held-up, host: 127.0.0.1, port: 16384, num_packets: 40}]
"""


def rules():
    """IpslaNoData looks for a job that nobody has configured."""
    return (quick_rules(divisor=300, keep_divisor=36).replace("current + 300", "current + 3")
            .replace('absent_over_time(up{job="ipsla"}', 'absent_over_time(up{job="gone"}'))


class AlertsTest(harness.Case):
    def setUp(self):
        super().setUp()
        harness.require_program("prometheus")
        self.namespace = harness.Namespace()
        self.ports = []
        self.ended = threading.Event()
        self.addCleanup(self.ended.set)

    def start(self, name, text):
        """An exporter with this configuration, at the next address and port."""
        number = len(self.ports) + 1
        port = 10967 + number
        self.ports.append(port)
        text = text.replace("127.0.0.1", f"127.0.0.{number}")
        exporter = OnePort(port, self.namespace, text, f"--web.listen-address=127.0.0.1:{port}", name=name)
        return exporter

    def route(self, *words):
        with self.namespace.entered():
            subprocess.run(["ip", "route", "add", *words], check=True)

    def hold_up(self, exporter):
        """Stands still for a second and a half, again and again, and finds its sockets full."""
        while exporter.process.is_running() and not self.ended.wait(0.7):
            exporter.process.signal(signal.SIGSTOP)
            self.flood(exporter)
            time.sleep(1.5)  # the clock must go on
            exporter.process.signal(signal.SIGCONT)

    def flood(self, exporter):
        """More datagrams than the sockets with which it measures can hold."""
        links = [os.readlink(entry.path) for entry in os.scandir(f"/proc/{exporter.process.pid}/fd")]
        with self.namespace.entered(), open("/proc/thread-self/net/udp", encoding="ascii") as file:
            rows = [line.split() for line in file.readlines()[1:]]
        ports = [int(row[1].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in links]
        with self.namespace.udp() as sender:
            for port in ports:
                for _ in range(400):
                    with contextlib.suppress(ConnectionRefusedError):
                        sender.sendto(bytes(60000), (f"127.0.0.{exporter.port - 10967}", port))

    def prometheus(self):
        """Scrapes them all; the exporter at the default port is down."""
        targets = ", ".join(f"'127.0.0.1:{port}'" for port in self.ports)
        return Prometheus(self.namespace, f"""
  - job_name: others
    static_configs: [{{targets: [{targets}]}}]
""", rules=rules())

    def test_all_fire(self):
        for name in FILES:
            text = read(os.path.join(FOLDER, name))
            for old, new in SHORTER:
                text = text.replace(old, new)
            self.start(name, text)
        self.route("prohibit", "192.0.2.66")
        self.start("unrouted.yml", UNROUTED)
        held_up = self.start("held-up.yml", HELD_UP)
        broken = self.start("broken.yml", HELD_UP)
        harness.write_file("broken.yml", "targets: [\n")
        broken.process.signal(signal.SIGHUP)
        holder = threading.Thread(target=self.hold_up, args=(held_up,))
        holder.start()
        try:
            self.watch(self.prometheus())
        finally:
            self.ended.set()
            holder.join()

    def wanted(self):
        """(alert, instance) of those of the files, (alert, None) of the others."""
        of_files = {(name, f"127.0.0.1:{port}") for names, port in zip(FILES.values(), self.ports) for name in names}
        return of_files | {(name, None) for name in DONE}

    def watch(self, prometheus):
        wanted, seen = self.wanted(), set()
        known = set(re.findall(r"- alert: (\w+)", read(RULES)))
        self.assertEqual({name for name, _ in wanted} | {CLOCK}, known)

        def all_fired():
            for labels, state, said in prometheus.alert_texts():
                name = labels["alertname"]
                key = (name, labels.get("instance") if (name, None) not in wanted else None)
                if state == "firing" and key in wanted | {(CLOCK, None)} and key not in seen:
                    seen.add(key)
                    print(f"{name}: {said}", flush=True)
            return wanted <= seen

        harness.wait_for(all_fired, lambda: f"did not fire: {sorted(wanted - seen, key=str)}", pause=0.5)
        if not any(labels["alertname"] == CLOCK for labels, _, _ in prometheus.alert_texts()):
            print(f"{CLOCK}: not tried, the clock of this machine is synchronized")

    def test_the_document_names_the_files(self):
        table = read(os.path.join(harness.SOURCE_DIR, "docs/alerts.md")).partition("\n### Trying them\n")[2].partition("\n## ")[0]
        for file, names in FILES.items():
            for name in names:
                self.assertRegex(table, rf"(?m)^\|.*\b{name}\b.*\|.*`{file}`", f"{name} by {file}")


class OnePort(harness.Exporter):
    def __init__(self, port, *arguments, **how):
        self.port = port
        super().__init__(*arguments, **how)


if __name__ == "__main__":
    harness.PATIENCE = 180.0
    harness.main()
